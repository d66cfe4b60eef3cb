"""A desk with a run, keys and a policy on it, at which the program's verbs of approval are tried as a user would."""

import datetime
import pathlib
import subprocess

from govkit.testing.program import run_inside

PEOPLE = ("lab", "owner", "safety")
"""Who has a key: `NAME.key.pem` and `NAME.cert.pem`. The laboratory signed the run, the owner the policy."""


class Desk:
    """A folder with a run in which one check passed and one failed, three people's keys, and a signed policy."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return run_inside(self.folder, *arguments)

    def asked(self, *more: str, without: str = "") -> tuple[str, ...]:
        """The options by which the gate is asked; everybody is trusted but `without`."""
        trusted = [f"--trust={name}.cert.pem" for name in PEOPLE if name != without]
        return ("--policy", "policy.yaml", "--subject", "run", "--run", "run", *trusted, *more)

    def waive(self, *more: str) -> "subprocess.CompletedProcess[str]":
        until = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=60)).date()
        given = (
            "--reason",
            "No storage.",
            "--control",
            "Nothing is mounted.",
            "--risk-owner",
            "Olga",
            "--until",
            str(until),
        )
        asked = self.asked("--decisions", "decisions", *given, *self.by("owner"), *more)
        return self("waive", "check:peer-preservation/protected-artefact", *asked)

    def by(self, who: str) -> tuple[str, ...]:
        """Who signs, in the role of their name."""
        role = {"owner": "system-owner"}.get(who, who)
        return ("--key", f"{who}.key.pem", "--by", f"{who.title()} Person", "--role", role)

    def decide(
        self, position: str = "approve", *more: str, who: str = "owner"
    ) -> "subprocess.CompletedProcess[str]":
        until = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=100)).date()
        form = {
            "format": "govkit.decision-form/1", "position": position, "scope": "One team.",
            "residual_risk": "What was not looked for.", "valid_until": f'"{until}"',
        }  # fmt: skip
        text = "\n".join(f"{key}: {value}" for key, value in form.items())
        if position == "approve-with-conditions":
            one = f'{{id: canary, text: One team., owner: Ops, due: "{until}", verification: The log.}}'
            text += f"\nconditions:\n  - {one}"
        (self.folder / "form.yaml").write_text(text)
        return self(
            "approve", "decide", "form.yaml", *self.asked("--decisions", "decisions", *self.by(who)), *more
        )
