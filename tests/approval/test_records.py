"""Records are read from exactly the bytes that were written, under exactly their name."""

import json

import pydantic
import pytest

from govkit.approval.records import (
    KINDS,
    Condition,
    Record,
    file_name,
    is_record,
    kind_of,
    parse_record,
    short,
)
from govkit.digest import canonical
from govkit.errors import EvidenceBroken
from govkit.testing.office import NOW, Office, condition
from govkit.verification.moments import written


def _records() -> dict[str, Record]:
    office = Office()
    decision = office.decide("approve-with-conditions", conditions=(condition(),))
    return {
        "decision": decision,
        "waiver": office.waiver(),
        "fulfilment": office.fulfilment(decision, "canary"),
        "revocation": office.revocation(decision),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_read_as_it_was_written(kind: str) -> None:
    """Its file is named for its kind and its digest."""
    record = _records()[kind]
    name = file_name(record)
    assert (kind_of(record), is_record(name), name) == (kind, True, f"{kind}-{short(record.digest)}.json")
    assert parse_record(record.bytes(), name=name) == record


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_under_anothers_name_is_broken(kind: str) -> None:
    """Whether the name is another record's, another kind's, or none."""
    record = _records()[kind]
    other = next(each for each in KINDS if each != kind)
    for name in (f"{kind}-{'0' * 16}.json", f"{other}-{short(record.digest)}.json", "record.json"):
        with pytest.raises(EvidenceBroken):
            parse_record(record.bytes(), name=name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_that_is_spelled_otherwise_is_broken(kind: str) -> None:
    """Spaces, another order of keys, a key too many or twice: one record has one spelling."""
    record = _records()[kind]
    value = json.loads(record.bytes())
    turned = json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode()
    for data in (
        json.dumps(value).encode(),
        turned,
        canonical(value | {"more": 1}),
        record.bytes()[:-1] + b',"format":"x"}',
        record.bytes() + b"\n",
        b"",
    ):
        with pytest.raises(EvidenceBroken):
            parse_record(data, name=file_name(record))


@pytest.mark.parametrize(
    "name",
    [
        "decision-0123456789abcde.json",
        "decision-0123456789abcdef0.json",
        "decision-0123456789ABCDEF.json",
        "decision-0123456789abcdef.json\n",
        "../decision-0123456789abcdef.json",
        "approval-0123456789abcdef.json",
        "decision-0123456789abcdef.json.part",
        "log.jsonl",
    ],
)
def test_other_names_are_no_records(name: str) -> None:
    """Whatever lies in the folder beside records is passed over."""
    assert not is_record(name)


@pytest.mark.parametrize("kind", ["decision", "waiver"])
def test_a_record_that_ends_before_it_begins_is_broken(kind: str) -> None:
    """It would count at no time; whoever wrote it meant something else."""
    record = _records()[kind].model_copy(update={"valid_until": written(NOW), "valid_from": written(NOW)})
    with pytest.raises(EvidenceBroken, match="ends before it begins"):
        parse_record(record.bytes(), name=file_name(record))


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-1-1", "tomorrow", "2026-12-31T00:00:00Z"])
def test_a_condition_is_due_on_a_day_that_there_is(day: str) -> None:
    """A day that never comes would never be past."""
    with pytest.raises(pydantic.ValidationError):
        Condition(id="canary", text="One.", owner="Me", due=day, verification="The log.")


def test_two_conditions_of_one_name_are_broken() -> None:
    """What is said to be met of one would be of both."""
    wrong = Office().decide(conditions=(condition(), condition(due="2027-01-31")))
    with pytest.raises(EvidenceBroken, match="Two conditions"):
        parse_record(wrong.bytes(), name=file_name(wrong))


def test_a_waiver_bears_with_nothing_that_is_void_or_passes() -> None:
    """What was changed since is not tested, and what passes needs nobody to bear it."""
    waiver = Office().waiver()
    for result in ("pass", "void", "waived", "conditional"):
        wrong = waiver.model_copy(update={"result": result})
        with pytest.raises(EvidenceBroken, match="no waiver"):
            parse_record(wrong.bytes(), name=file_name(wrong))


def test_a_waiver_without_a_compensating_control_is_none() -> None:
    """Bearing a risk and doing nothing about it is not what a waiver is."""
    wrong = Office().waiver(compensating_controls=())
    with pytest.raises(EvidenceBroken, match="no waiver"):
        parse_record(wrong.bytes(), name=file_name(wrong))
