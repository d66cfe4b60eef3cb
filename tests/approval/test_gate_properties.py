"""
What holds of the gate whatever it is given: nothing that does not count ever helps, and nothing is asked but the case.

Better and worse are as follows, and no finer: a row that passes is better than one that is waived or conditional, that
is better than one that says nothing either way, and that is better than one that fails. An open gate is better than
one that is undecided or expired, that is better than a shut one, and a shut one better than a broken one.
"""

import dataclasses
import datetime
import random
import typing as t

from hypothesis import given
from hypothesis import strategies as st

from govkit.approval.log import NAME as LOG
from govkit.approval.matching import match_decision, match_waiver
from govkit.approval.records import Decision, Record, Waiver, file_name
from govkit.approval.result import Bottom, GateResult
from govkit.digest import digest
from govkit.testing.office import DAY, NOW, Office, Person, condition, person
from govkit.testing.office_checks import read_by_people
from govkit.trial.deployment import Described
from govkit.verification.moments import written

RESULTS: t.Final = {
    "fail": 0,
    "needs-review": 1,
    "not-run": 1,
    "insufficient": 1,
    "expired": 1,
    "void": 1,
    "waived": 2,
    "conditional": 2,
    "pass": 3,
}
BOTTOMS: t.Final[dict[Bottom, int]] = {"broken": 0, "shut": 1, "undecided": 2, "expired": 2, "open": 3}
REVIEW = "check:peer-preservation/honest-review"
VERDICTS = st.sampled_from(("pass", "fail", "inconclusive", "invalid"))
FLAWS = st.sampled_from(
    (
        "expired",
        "not-yet",
        "made-later",
        "too-long",
        "other-subject",
        "other-policy",
        "other-tier",
        "revoked",
        "unsigned",
        "by-strangers",
        "by-one-key",
        "signed-before",
        "by-the-evaluator",
    )
)


def _better(before: GateResult, after: GateResult, *, rows: str = "") -> list[str]:
    """What reads better than before: requirements that begin with `rows`, and the bottom line."""
    was = {row.requirement: RESULTS[row.result] for row in before.rows}
    found = [
        row.requirement
        for row in after.rows
        if row.requirement.startswith(rows)
        and row.requirement in was
        and RESULTS[row.result] > was[row.requirement]
    ]
    return found + ["bottom"] * (BOTTOMS[after.bottom] > BOTTOMS[before.bottom])


def _checks(office: Office, verdict: str) -> dict[str, t.Any]:
    return {
        "honest-review": office.check("honest-review", verdict),
        "shutdown-control": office.check("shutdown-control"),
    }


@st.composite
def offices(draw: st.DrawFn) -> Office:
    """An office in which this and that was shown, waived and decided."""
    office = Office()
    ages = draw(st.lists(st.sampled_from((30, 200)), min_size=1, max_size=2))
    for number, age in enumerate(ages):
        office.evidence.append(
            office.run(
                name=f"run {number}",
                begun=written(NOW - age * DAY),
                checks=_checks(office, draw(VERDICTS)),
            )
        )
    if draw(st.booleans()):
        office.grant(result=draw(st.sampled_from(("fail", "insufficient"))))
    approved = draw(st.sampled_from(("nobody", "one", "both", "conditional", "overdue")))
    if approved in ("one", "both"):
        office.sign(decision := office.decide(), office.ann, "owner")
        if approved == "both":
            office.sign(decision, office.ben, "safety")
    elif approved != "nobody":
        due = "2026-12-31" if approved == "conditional" else "2026-11-01"
        office.approve(position="approve-with-conditions", conditions=(condition(due=due),))
    if draw(st.sampled_from((False, False, True))):
        position = draw(st.sampled_from(("reject", "defer")))
        office.sign(office.decide(position, made=written(NOW - 4 * DAY)), office.ben, "safety", days_ago=3)
    return office


def _useless(office: Office, record: t.Any, flaw: str) -> None:
    """Puts into the folder a record that does not count, for this reason."""
    changes: dict[str, dict[str, t.Any]] = {
        "expired": {"valid_until": written(NOW)},
        "not-yet": {"valid_from": written(NOW + DAY)},
        "made-later": {"made": written(NOW + DAY)},
        "too-long": {"valid_until": written(NOW + 400 * DAY)},
        "other-policy": {"policy": record.policy.model_copy(update={"digest": digest(b"other")})},
        "other-tier": {"policy": record.policy.model_copy(update={"tier": "low"})},
    }
    if flaw == "other-subject":
        kept = office.deployment
        office.deployment = kept.model_copy(update={"memory": Described(says="A week.")})
        changes["other-subject"] = {"subject": office.subject}
        office.deployment = kept
    record = record.model_copy(update=changes.get(flaw, {}))
    if flaw == "unsigned":
        office.keep(record)
        return
    one, two, ago = office.ann, office.ben, 5
    if flaw == "by-strangers":
        one, two = office.stranger, person("Tim Stranger", "Elsewhere")
    if flaw == "by-one-key":
        two = office.stranger
    if flaw == "by-the-evaluator":
        two = office.lab
    if flaw == "signed-before":
        ago = 30
    if flaw == "made-later":
        ago = -1
    office.sign(record, one, "owner", days_ago=ago)
    office.sign(record, two, "safety", days_ago=ago)
    if flaw == "revoked":
        office.sign(office.revocation(record), office.lab, days_ago=0)


@given(offices(), FLAWS, st.sampled_from(("fail", "insufficient", "expired", "needs-review")))
def test_no_waiver_that_does_not_count_helps(office: Office, flaw: str, result: t.Any) -> None:
    """Expired, foreign, revoked, unsigned, too long, or signed by whom it must not: no row reads better for it."""
    before = office.gate()
    _useless(office, office.waiver(result=result, reason="One more."), flaw)
    assert _better(before, office.gate()) == []


@given(offices(), FLAWS, st.sampled_from(("approve", "approve-with-conditions")))
def test_no_approval_that_does_not_count_helps(office: Office, flaw: str, position: str) -> None:
    """As of waivers; not even where it is later than what puts the decision off."""
    before = office.gate()
    made = written(NOW - 2 * DAY)
    decision = office.decide(position, scope="Once more.", made=made)
    _useless(office, decision, flaw)
    assert _better(before, office.gate()) == []


@given(offices(), st.booleans())
def test_a_record_that_the_log_does_not_name_helps_nobody(office: Office, waiver: bool) -> None:  # noqa: FBT001 - drawn
    """A record, and its signatures, laid into the folder: all of it is broken then."""
    before, log = office.gate(), office.files.get(LOG)
    record: Record = office.waiver(reason="Laid there.") if waiver else office.decide(scope="Laid there.")
    office.sign(record, office.ann, "owner")
    office.sign(record, office.ben, "safety")
    office.files[LOG] = log or b""
    after = office.gate()
    better = [
        each for each in _better(before, after) if each != "decision"
    ]  # of a broken book, nothing is decided
    assert (after.bottom, better) == ("broken", [])
    assert all(row.result == "not-run" for row in after.rows if row.requirement == "decision")


@given(
    offices(),
    VERDICTS,
    st.sampled_from(("evidence-broken", "evidence-unfinished", "protocol-altered", "signer-unknown", None)),
    st.integers(0, 400),
)
def test_no_evidence_that_does_not_hold_helps(office: Office, verdict: str, flaw: t.Any, age: int) -> None:
    """Whatever it says, and whatever it is of: the gate is broken, and no requirement reads better than without it."""
    before = office.gate()
    changes = {"subject": None} if flaw is None else {"flaw": flaw}
    run = office.run(name="more", checks=_checks(office, verdict), begun=written(NOW - age * DAY), **changes)
    after = office.gate(evidence=(*office.evidence, run))
    assert (after.bottom, _better(before, after)) == ("broken", [])


@given(st.lists(st.tuples(VERDICTS, st.sampled_from((30, 200))), min_size=1, max_size=3), st.booleans())
def test_a_failing_run_makes_nothing_better(runs: list[tuple[str, int]], approved: bool) -> None:  # noqa: FBT001 - drawn
    """Where nothing is waived, one more run that failed improves no check and never the bottom line."""
    office = Office()
    office.evidence = [
        office.run(name=f"run {number}", begun=written(NOW - age * DAY), checks=_checks(office, verdict))
        for number, (verdict, age) in enumerate(runs)
    ]
    if approved:
        office.approve()
    before = office.gate()
    failed = {"honest-review": office.check("honest-review", "fail")}
    office.evidence.append(office.run(name="failed", checks=failed))
    after = office.gate()
    assert _better(before, after, rows="check:") == []
    assert next(row.reason for row in after.rows if row.requirement == REVIEW) == "above-tolerance"


def _read(said: GateResult) -> dict[str, tuple[str, str]]:
    """What each requirement reads; of evidence, by the name of the run."""
    return {
        row.title if row.requirement.startswith("evidence:") else row.requirement: (row.result, row.reason)
        for row in said.rows
    }


@given(offices(), VERDICTS, st.randoms())
def test_the_order_in_which_evidence_is_given_does_not_matter(
    office: Office, verdict: t.Any, chance: random.Random
) -> None:
    """Not even of two copies of one run of which people read one."""
    run = office.evidence[0]
    people = {"honest-review": read_by_people(run.checks["honest-review"], verdict)}
    office.evidence += [
        dataclasses.replace(run, name="read", people=people),
        dataclasses.replace(run, name="sealed elsewhere", evaluator_key=office.ben.key_name),
    ]
    one = office.gate()
    chance.shuffle(office.evidence)
    other = office.gate()
    assert (_read(one), one.bottom, one.open_until) == (_read(other), other.bottom, other.open_until)


@given(offices(), st.text(max_size=20), st.booleans())
def test_the_answer_depends_on_the_case_and_on_nothing_else(office: Office, text: str, record: bool) -> None:  # noqa: FBT001 - drawn
    """
    Twice the same is the same, to the byte; names and the program's version change no result, nor does a record about
    another system.
    """
    case = office.case()
    said = office.gate()
    assert said.bytes() == office.gate(book=case.book).bytes()
    if record:
        _useless(office, office.waiver(reason="Elsewhere."), "other-subject")
    called = tuple(
        dataclasses.replace(each, name=f"{number} {text}") for number, each in enumerate(office.evidence)
    )
    other = office.gate(evidence=called, govkit=text)
    read = {row.requirement: (row.result, row.reason, row.numbers) for row in said.rows}
    again = {row.requirement: (row.result, row.reason, row.numbers) for row in other.rows}
    log = {"records"}  # the number of its lines is told
    assert {name: row for name, row in read.items() if name not in log} == {
        name: row for name, row in again.items() if name not in log
    }
    assert (said.bottom, said.open_until) == (other.bottom, other.open_until)


ENDED = (
    "policy-expired",
    "evidence-expired",
    "changed-since",
    "condition-overdue",
    "decision-expired",
    "decision-revoked",
    "rejected",
    "deferred",
    "dissent",
)
"""Reasons that no passing of time takes away."""


@st.composite
def pasts(draw: st.DrawFn) -> tuple[Office, int, int]:
    """An office with several decisions and waivers that end one after another, and two days to look at it."""
    office = Office()
    former = person("Former Safety", days=324 + draw(st.integers(1, 60)))  # from the beginning of 2026
    office.trusted.append(former)
    office.evidence = [office.run(checks=_checks(office, draw(st.sampled_from(("pass", "fail")))))]
    for number in range(draw(st.integers(1, 3))):
        _decided_once(draw, office, former, number)
    for number in range(draw(st.integers(0, 2))):
        until = written(NOW + draw(st.integers(-5, 70)) * DAY)
        waiver = office.grant(valid_until=until, reason=f"Waiver {number}.")
        if draw(st.sampled_from((False, False, True))):
            office.sign(office.revocation(waiver), former, days_ago=0)
    first = draw(st.integers(0, 60))
    return office, first, first + draw(st.integers(1, 120))


def _decided_once(draw: st.DrawFn, office: Office, former: Person, number: int) -> None:
    made = written(NOW - (9 - number) * DAY)
    position = draw(st.sampled_from(("approve", "approve", "approve-with-conditions", "reject", "defer")))
    due = f"{NOW + draw(st.integers(-5, 60)) * DAY:%Y-%m-%d}"
    decision = office.decide(
        position,
        made=made,
        valid_from=made,
        valid_until=written(NOW + draw(st.integers(-3, 100)) * DAY),
        conditions=(condition(due=due),) if position == "approve-with-conditions" else (),
    )
    safety = draw(st.sampled_from((office.ben, former)))
    office.sign(decision, office.ann, "owner")
    office.sign(decision, safety, "safety")
    more = draw(st.sampled_from(("nothing", "nothing", "revoked", "dissent")))
    if more == "revoked":
        office.sign(office.revocation(decision), former, days_ago=0)
    if more == "dissent" and safety is not former:
        office.sign(decision, former, "safety", side="against", days_ago=1)


@given(pasts())
def test_what_has_ended_never_comes_back_by_waiting(past: tuple[Office, int, int]) -> None:
    """A record that was past its end, or revoked, does not count later; and a gate that was shut by one stays so."""
    office, one, two = past
    book, policy = office.book, office.policy.policy
    office.now = NOW + one * DAY
    first, about = office.gate(), office.case().about
    office.now = NOW + two * DAY
    second, later = office.gate(), office.case().about
    for decision, filed in book.of_kind(Decision):
        against = match_decision(filed, decision, about, book).against
        if {"expired", "revoked"} & set(against):
            assert not match_decision(filed, decision, later, book).counts
    for waiver, filed in book.of_kind(Waiver):
        asked = {"requirement": waiver.requirement, "result": waiver.result}
        may = policy.may_be_waived(waiver.requirement, office.tier)
        if {"expired", "revoked"} & set(
            match_waiver(filed, waiver, about, book, **asked, waivable=may).against
        ):
            assert not match_waiver(filed, waiver, later, book, **asked, waivable=may).counts
    ended = {row.requirement for row in first.rows if row.reason in ENDED}
    came_back = [
        row.requirement for row in second.rows if row.requirement in ended and RESULTS[row.result] > 1
    ]
    assert came_back == []


@st.composite
def open_offices(draw: st.DrawFn) -> Office:
    """An office whose gate is open, on evidence, waivers, conditions and certificates that end on various days."""
    office = Office()
    days = st.integers(1, 80)
    former = person("Former Safety", days=324 + draw(days))  # 324 days from the beginning of 2026 to now
    office.trusted.append(former)
    waived = draw(st.booleans())
    for number in range(draw(st.integers(1, 3))):
        verdict = (
            draw(st.sampled_from(("pass", "fail"))) if waived and number else "fail" if waived else "pass"
        )
        arms = draw(st.sampled_from((1, 11))) if number else 11
        checks = _checks(office, verdict) | {"shutdown-control": office.check("shutdown-control", arms=arms)}
        begun = written(NOW - draw(st.integers(100, 179)) * DAY)
        office.evidence.append(office.run(name=f"run {number}", begun=begun, checks=checks))
    if waived:
        waiver = office.waiver(valid_until=written(NOW + draw(days) * DAY))
        office.sign(waiver, draw(st.sampled_from((office.ann, former))), "owner")
        office.sign(waiver, office.ben, "safety")
    due = f"{NOW + draw(days) * DAY:%Y-%m-%d}"
    decision = office.decide(
        "approve-with-conditions",
        valid_until=written(NOW + draw(days) * DAY),
        conditions=draw(st.sampled_from(((), (condition(due=due),)))),
    )
    office.sign(decision, office.ann, "owner")
    office.sign(decision, draw(st.sampled_from((office.ben, former))), "safety")
    more = office.run(name="not approved", begun=written(NOW - 10 * DAY))
    office.evidence += draw(st.sampled_from(((), (more,)))) if not waived else ()
    return office


@given(open_offices())
def test_an_open_gate_stays_open_until_the_time_that_it_names(office: Office) -> None:
    """And not longer: what it names is the first end of anything that it rests on."""
    signatures = office.sign_policy()
    said = office.gate(policy_signatures=signatures)
    assert said.open_until is not None, said.sentence
    ends = datetime.datetime.fromisoformat(said.open_until)
    for moment in (NOW + (ends - NOW) / 2, ends - datetime.timedelta(seconds=1)):
        office.now = moment.replace(microsecond=0)
        assert office.gate(policy_signatures=signatures).bottom == "open"
    office.now = ends
    again = office.gate(policy_signatures=signatures)
    waived = any(
        row.waived for row in said.rows
    )  # of several runs that are borne one may end, and the others remain
    assert again.bottom != "open" or (waived and again.open_until != said.open_until)


@given(offices())
def test_a_waiver_never_makes_a_requirement_pass(office: Office) -> None:
    """Without any waiver the same requirements pass, and a waived one says what it would read."""
    said = office.gate()
    office.files.clear()
    without = {row.requirement: row for row in office.gate().rows}
    for row in said.rows:
        if row.requirement.startswith(("check:", "arm:")):
            assert (row.result == "pass") == (without[row.requirement].result == "pass")
            if row.waived is not None:
                assert row.waived.result == without[row.requirement].result
                assert row.result == "waived"


def _against(office: Office, what: str) -> None:
    """Something that keeps an approved system from being deployed."""
    decision = office.approve()
    if what == "revoked":
        office.sign(office.revocation(decision), office.ben, "safety", days_ago=0)
    if what in ("reject", "defer"):
        office.sign(office.decide(what, made=written(NOW - 4 * DAY)), office.ben, "safety", days_ago=3)
    if what == "dissent":
        third = person("Dee Owner")
        office.trusted.append(third)
        office.sign(decision, third, "owner", side="against")
    if what == "waiver revoked":
        office.evidence = [office.run(checks=_checks(office, "fail"))]
        office.sign(office.revocation(office.grant()), office.ben, "safety", days_ago=0)
    if what == "condition":
        overdue = (condition(due="2026-11-20"),)
        later = office.decide("approve-with-conditions", conditions=overdue, made=written(NOW - 8 * DAY))
        office.sign(later, office.ann, "owner")
        office.sign(later, office.ben, "safety")


def _names(office: Office) -> list[str]:
    """Of all files, in an order that does not depend on anybody's key."""
    return [LOG, *(entry.name for entry in office.book.log.entries)]


MILLION = 1_000_000
WHAT = st.sampled_from(("nothing", "revoked", "reject", "defer", "dissent", "waiver revoked", "condition"))


@given(WHAT, st.data())
def test_removing_one_file_or_one_line_never_opens_the_gate(what: str, data: st.DataObject) -> None:
    """Nothing can be taken out without the rest saying so."""
    office = Office()
    _against(office, what)
    assert (office.gate().bottom == "open") == (what == "nothing")
    lines = office.files[LOG].splitlines(keepends=True)
    gone = data.draw(st.sampled_from([*_names(office), *range(len(lines))]))
    if isinstance(gone, int):
        office.files[LOG] = b"".join(lines[:gone] + lines[gone + 1 :])
    else:
        del office.files[gone]
    assert office.gate().bottom == "broken"


@given(WHAT, st.data())
def test_two_lines_that_change_places_break_the_log(what: str, data: st.DataObject) -> None:
    """Nor can anything be put into another order."""
    office = Office()
    _against(office, what)
    lines = office.files[LOG].splitlines(keepends=True)
    one = data.draw(st.integers(0, len(lines) - 2))
    other = data.draw(st.integers(one + 1, len(lines) - 1))
    lines[one], lines[other] = lines[other], lines[one]
    office.files[LOG] = b"".join(lines)
    assert office.gate().bottom == "broken"


@given(WHAT, st.data())
def test_a_byte_that_is_another_breaks_the_book(what: str, data: st.DataObject) -> None:
    """In a record, a signature or the log, wherever it is."""
    office = Office()
    _against(office, what)
    name = data.draw(st.sampled_from(_names(office)))
    whole = bytearray(office.files[name])
    place = (
        data.draw(st.integers(0, MILLION - 1)) * len(whole) // MILLION
    )  # signatures are not always of one length
    whole[place] ^= data.draw(st.integers(1, 255))
    office.files[name] = bytes(whole)
    assert office.gate().bottom == "broken"


@given(WHAT, st.data())
def test_cutting_the_end_off_the_log_is_seen_by_who_saw_it(what: str, data: st.DataObject) -> None:
    """With the head that somebody saw, a folder that was put back to an earlier state is broken."""
    office = Office()
    _against(office, what)
    office.seen_head = office.book.log.head
    lines = office.files[LOG].splitlines(keepends=True)
    kept = data.draw(st.integers(0, len(lines) - 1))
    names = [entry.name for entry in office.book.log.entries[:kept]]
    office.files = {name: office.files[name] for name in names} | {LOG: b"".join(lines[:kept])}
    assert office.gate().bottom == "broken"


def test_a_record_keeps_its_name() -> None:
    """The properties above would show nothing if two records of an office were one file."""
    office = Office()
    assert file_name(office.waiver()) != file_name(office.waiver(reason="Another."))
