"""The result of one step, and of all of them."""

import dataclasses
import typing as t

State: t.TypeAlias = t.Literal["holds", "fails", "expired", "not-made", "allowed", "not-applicable"]
"""
`allowed`: does not hold, and the verifying person said beforehand that this is all right. `expired`: would hold, but
for something that is past its end.
"""

STEPS: t.Mapping[int, str] = {
    1: "container",
    2: "signature",
    3: "signer",
    4: "unchanged",
    5: "manifest",
    6: "blobs",
    7: "protocol",
    8: "plan",
    9: "replay",
    10: "verdict",
    11: "report",
    12: "approvals",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What one step found."""

    step: int
    state: State
    what: str
    """One sentence."""
    trial: str = ""
    """The trial it concerns, where there is one."""
    expected: str = ""
    found: str = ""
    aside: bool = False
    """Whether it is about what people decided, and not about the run: the evidence of the run is no worse for it."""

    @property
    def name(self) -> str:
        """The step's name."""
        return STEPS[self.step]


@dataclasses.dataclass(frozen=True, slots=True)
class Unfinished:
    """How far a run came that was killed, or that nobody has reported yet; for the person who made it."""

    what: str
    """One sentence."""
    fix: str
    """What goes on from there."""
    steps: frozenset[int]
    """The steps that wait for nothing else."""


@dataclasses.dataclass(frozen=True, slots=True)
class Verification:
    """What verifying one thing came to."""

    findings: tuple[Finding, ...]
    """At least one for each step, in their order."""
    unfinished: Unfinished | None = None
    """Where a run folder is merely not finished: how far it came. It holds no more for that."""

    @property
    def holds(self) -> bool:
        """Whether the evidence holds: every step made or without object, and none failed. The one bottom line."""
        made = {finding.step for finding in self.findings}
        return made == set(STEPS) and all(
            finding.state in ("holds", "allowed", "not-applicable") for finding in self.findings
        )

    @property
    def exit_code(self) -> int:
        """0 when it holds, 6 when nothing but an expiry stands against it, else 4."""
        if self.holds:
            return 0
        against = {finding.state for finding in self.findings} - {"holds", "allowed", "not-applicable"}
        return 6 if against == {"expired"} else 4


def broken_off(step: int, error: Exception) -> Finding:
    """A step that bytes nobody thought of broke: it fails, and says by what."""
    what = f"The step broke off on what is in the evidence ({type(error).__name__})."
    return Finding(step, "fails", what, found=ascii(str(error))[1:200])


class Words(t.TypedDict):
    """Fields of a finding."""

    what: str
    expected: str
    found: str


def in_words(broken: t.Any) -> Words:
    """The facts of a `GovkitError` as a finding's fields."""
    what = f"{broken.what.removesuffix('.')} ({broken.where})." if broken.where else broken.what
    return {"what": what, "expected": broken.expected or "", "found": broken.found or ""}


def several(number: int, one: str, many: str = "") -> str:
    """A number with its noun, or with noun and verb: `many` where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def waits_for(steps: t.Mapping[str, bool]) -> str:
    """What a step that was not made says: that it waits for each of these names that is true."""
    names = [name for name, is_waited_for in steps.items() if is_waited_for]
    return f"It waits for {', '.join(names[:-1])}{' and ' if names[:-1] else ''}{names[-1]}."
