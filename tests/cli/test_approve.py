"""`govkit approve`, `waive` and `revoke` as processes: from shut to open and back, and what is refused."""

import datetime
import json
import shutil
import time

import pytest

from govkit.testing.desk import Desk


def test_from_shut_to_open_and_back(desk: Desk) -> None:
    """Waived and approved by both it is open; one revocation makes it void; nothing is ever removed from the log."""
    waived = desk.waive()
    assert waived.returncode == 0, waived.stderr
    assert "Still missing: 1 more of system-owner, safety" in waived.stderr
    assert "reads fail" in waived.stderr
    half = desk.decide()
    assert half.returncode == 2, "half a waiver opens nothing"
    assert desk("approve", "sign", "waiver", "--decisions", "decisions", *desk.by("safety")).returncode == 0
    decided = desk.decide("approve-with-conditions")
    assert decided.returncode == 0, decided.stderr
    assert "Still missing: 1 more of safety" in decided.stderr
    waiting = desk("gate", *desk.asked("--decisions", "decisions"))
    assert (waiting.returncode, "quorum-missing" in waiting.stdout) == (3, True)
    assert desk("approve", "sign", "decision", "--decisions", "decisions", *desk.by("safety")).returncode == 0
    opened = desk("gate", *desk.asked("--decisions", "decisions"))
    assert opened.returncode == 0, opened.stdout
    first = opened.stdout.splitlines()[2]
    assert first.startswith("WAIVED  check:peer-preservation/protected-artefact (fail) until ")
    assert "CONDITION  canary, due" in opened.stdout
    met = desk(
        "approve",
        "fulfil",
        "decision",
        "canary",
        "--decisions",
        "decisions",
        "--how",
        "Done.",
        *desk.by("safety"),
    )
    assert met.returncode == 0, met.stderr
    assert "CONDITION  canary, met" in desk("gate", *desk.asked("--decisions", "decisions")).stdout
    before = (desk.folder / "decisions" / "log.jsonl").read_bytes()
    revoked = desk(
        "revoke", "decision", "--decisions", "decisions", "--reason", "A mistake.", *desk.by("owner")
    )
    assert revoked.returncode == 0, revoked.stderr
    assert (desk.folder / "decisions" / "log.jsonl").read_bytes().startswith(before)
    void = desk("gate", *desk.asked("--decisions", "decisions"))
    assert (void.returncode, "decision-revoked" in void.stdout) == (6, True)


def test_what_the_gate_shuts_cannot_be_approved_and_can_be_rejected(desk: Desk) -> None:
    """An approval that opens nothing is refused, and nothing is written; a rejection needs one signature."""
    refused = desk.decide()
    assert (refused.returncode, "The gate does not let this through" in refused.stderr) == (2, True)
    assert not list((desk.folder / "decisions").glob("*"))
    assert desk.decide("reject").returncode == 0
    said = desk("gate", *desk.asked("--decisions", "decisions"))
    assert (said.returncode, "rejected" in said.stdout) == (1, True)


def test_nobody_signs_twice_and_dissent_is_kept(desk: Desk) -> None:
    """One key, one signature; one against it needs a reason, holds the decision up and is shown with its words."""
    desk.waive()
    desk("approve", "sign", "waiver", "--decisions", "decisions", *desk.by("safety"))
    assert desk.decide().returncode == 0
    sign = ("approve", "sign", "decision", "--decisions", "decisions")
    again = desk(*sign, *desk.by("owner"))
    assert (again.returncode, "This key has signed this record already" in again.stderr) == (2, True)
    silent = desk(*sign, *desk.by("safety"), "--against")
    assert (silent.returncode, "Dissent without a reason" in silent.stderr) == (2, True)
    assert desk(*sign, *desk.by("safety"), "--against", "--note", "Too early.").returncode == 0
    said = desk("gate", *desk.asked("--decisions", "decisions"))
    assert said.returncode == 3
    assert "Too early." in said.stdout


def test_records_made_elsewhere_are_entered_or_refused(desk: Desk) -> None:
    """A signature made in a copy of the folder is brought in; a file that would break the log is not."""
    desk.waive()
    shutil.copytree(desk.folder / "decisions", desk.folder / "copy")
    assert desk("approve", "sign", "waiver", "--decisions", "copy", *desk.by("safety")).returncode == 0
    new = {each.name for each in (desk.folder / "copy").iterdir()} - {
        each.name for each in (desk.folder / "decisions").iterdir()
    }
    signature = desk.folder / "copy" / new.pop()
    entered = desk("approve", "enter", str(signature), "--decisions", "decisions")
    assert entered.returncode == 0, entered.stderr
    assert (desk.folder / "decisions" / signature.name).read_bytes() == signature.read_bytes()
    foreign = signature.with_name("waiver-0123456789abcdef.json")
    foreign.write_bytes(b"{}")
    refused = desk("approve", "enter", str(foreign), "--decisions", "decisions")
    assert refused.returncode == 4
    assert not (desk.folder / "decisions" / foreign.name).exists()
    assert desk("approve", "enter", "owner.cert.pem", "--decisions", "decisions").returncode == 2


def test_nothing_is_added_to_decisions_that_do_not_hold(desk: Desk) -> None:
    """Where a file was taken out, every verb that writes says so and leaves the folder as it is."""
    kept = json.loads(desk.waive("--json").stdout)
    (desk.folder / kept["signature"]).unlink()
    before = sorted(each.name for each in (desk.folder / "decisions").iterdir())
    for verb in (("approve", "sign", "waiver"), ("revoke", "waiver", "--reason", "No.")):
        said = desk(*verb, "--decisions", "decisions", *desk.by("safety"))
        assert (said.returncode, "stands in the log and is not there" in said.stderr) == (4, True)
    assert sorted(each.name for each in (desk.folder / "decisions").iterdir()) == before


def test_the_form_is_written_once_and_read_strictly(desk: Desk) -> None:
    """An empty form is told with each of its gaps; a file that is there is not replaced."""
    assert desk("approve", "form", "new.yaml").returncode == 0
    again = desk("approve", "form", "new.yaml")
    assert (again.returncode, "it is not replaced" in again.stderr) == (2, True)
    said = desk("approve", "decide", "new.yaml", *desk.asked("--decisions", "decisions", *desk.by("owner")))
    assert said.returncode == 2
    assert "new.yaml:" in said.stderr
    assert "scope" in said.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("approve", "sign", "decision", "--decisions", "decisions"), "There is no record called"),
        (
            ("approve", "fulfil", "waiver", "x", "--decisions", "decisions", "--how", "So."),
            "Only a decision has conditions",
        ),
        (("revoke", "waiver", "--decisions", "decisions", "--reason", " "), "Nothing is said"),
        (("revoke", "abc", "--decisions", "decisions", "--reason", "So."), "There is no record called"),
    ],
)
def test_what_cannot_be_signed_is_said(desk: Desk, command: tuple[str, ...], said: str) -> None:
    """Exit code 2, and what to do."""
    desk.waive()
    found = desk(*command, *desk.by("owner"))
    assert (found.returncode, said in found.stderr) == (2, True), found.stderr


def test_a_waiver_is_for_what_stands_against_it_and_not_for_long(desk: Desk) -> None:
    """What is met, what nobody may waive, what nobody knows, and a year are refused."""

    def waive(requirement: str, until: str = "2026-12-24") -> str:
        given = ("--reason", "So.", "--control", "C.", "--risk-owner", "O", "--until", until)
        found = desk("waive", requirement, *desk.asked("--decisions", "decisions", *given, *desk.by("owner")))
        assert found.returncode == 2
        return found.stderr

    assert "The policy lets nobody waive this" in waive("check:peer-preservation/shutdown-control")
    assert "There is no requirement called" in waive("check:peer-preservation/protected-artifact")
    assert "The policy allows no waiver for that long" in waive(
        "check:peer-preservation/protected-artefact", "2028-01-01"
    )
    assert "There is no such day" in waive("check:peer-preservation/protected-artefact", "soon")
    assert "would end before it begins" in waive("check:peer-preservation/protected-artefact", "2026-01-01")


def test_a_revocation_that_is_not_heard_is_told(desk: Desk) -> None:
    """Somebody whom nobody named pulls the brake: it does not hold, and the gate says so, with who and why."""
    desk.waive()
    desk("approve", "sign", "waiver", "--decisions", "decisions", *desk.by("safety"))
    new = desk("key", "new", "mallory", "--common-name", "Mallory")
    assert new.returncode == 0, new.stderr
    asked = (
        "revoke",
        "waiver",
        "--decisions",
        "decisions",
        "--reason",
        "It is not safe.",
        *desk.by("mallory"),
    )
    assert desk(*asked).returncode == 0
    said = desk("gate", *desk.asked("--decisions", "decisions", "--evidence-only"))
    assert said.returncode == 0, said.stdout
    assert "set aside     revocation" in said.stdout
    assert "signer-unknown. Of waiver-" in said.stdout
    assert "It is not safe. (Mallory Person)" in said.stdout


def test_signing_in_a_role_that_counts_for_nothing_is_refused(desk: Desk) -> None:
    """A mistyped role would make a rejection that nobody hears."""
    said = desk(
        "approve",
        "decide",
        *_form(desk, "reject"),
        *desk.asked("--decisions", "decisions"),
        *_as(desk, "king"),
    )
    assert (said.returncode, "There is no role called 'king'" in said.stderr) == (2, True), said.stderr
    assert not list((desk.folder / "decisions").glob("*"))


def _form(desk: Desk, position: str) -> tuple[str, ...]:
    text = (
        "format: govkit.decision-form/1\n"
        f"position: {position}\nscope: One team.\nresidual_risk: Some.\n"
        f'valid_until: "{datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=9):%Y-%m-%d}"\n'
    )
    (desk.folder / "mine.yaml").write_text(text)
    return ("mine.yaml",)


def _as(desk: Desk, role: str) -> tuple[str, ...]:
    return (*desk.by("owner")[:-1], role)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"valid_until": '"9999-12-31"'}, "valid_until"),
        ({"valid_from": '"2020-01-01"'}, "It cannot hold before it was decided"),
        ({"scope": "x" * 5_000}, "scope"),
        (
            {"conditions": '[{id: a, text: T., owner: O, due: "2020-01-01", verification: V.}]'},
            "A condition is due",
        ),
        (
            {"conditions": '[{id: a, text: T., owner: O, due: "2190-01-01", verification: V.}]'},
            "A condition is due",
        ),
    ],
)
def test_a_form_that_nobody_could_keep_is_refused(desk: Desk, change: dict[str, str], said: str) -> None:
    """Days that are past, or that no calendar here knows, and more words than a record keeps: exit code 2."""
    desk.waive()
    desk("approve", "sign", "waiver", "--decisions", "decisions", *desk.by("safety"))
    position = "approve-with-conditions" if "conditions" in change else "approve"
    (name,) = _form(desk, position)
    lines = (desk.folder / name).read_text().splitlines()
    kept = [line for line in lines if line.partition(":")[0] not in change]
    (desk.folder / name).write_text("\n".join([*kept, *(f"{key}: {value}" for key, value in change.items())]))
    found = desk("approve", "decide", name, *desk.asked("--decisions", "decisions", *desk.by("owner")))
    assert (found.returncode, said in found.stderr) == (2, True), found.stderr


def test_mistaken_waivers_use_no_renewal_up(desk: Desk) -> None:
    """Two that nobody else signed never counted; a third that both sign does."""
    for _ in range(2):
        assert desk.waive().returncode == 0
        time.sleep(1.1)  # a record of the same second would be the same record
    third = json.loads(desk.waive("--json").stdout)["record"]
    assert desk("approve", "sign", third, "--decisions", "decisions", *desk.by("safety")).returncode == 0
    assert desk("gate", *desk.asked("--decisions", "decisions", "--evidence-only")).returncode == 0
