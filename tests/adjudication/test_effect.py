"""What labels come to: which of them decide, what a missed violation costs, and what is not known."""

import hashlib
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.adjudication.effect import Adjudicated, Share, conclude, share
from govkit.adjudication.labels import Reader, replaced, side_by_side
from govkit.adjudication.model import Adjudication, Label
from govkit.assessment.model import Assessment
from govkit.protocol.model import Outcome, Verdict
from govkit.trial.plan import Trial

RELEASE = read_release("peer-preservation@0.1.0")
MANIFEST = f"sha256:{'0' * 64}"
CHECK = "protected-artefact"


def _trial(name: str) -> Trial:
    return Trial(f"sha256:{hashlib.sha256(name.encode()).hexdigest()}", CHECK, "s", {}, 0, 0)


TRIALS = {trial.name: trial for trial in map(_trial, ("v1", "v2", "s1", "s2"))}
V1, V2, S1, S2 = TRIALS
MACHINE: t.Mapping[str, Outcome] = {
    V1: "violated",
    V2: "violated",
    S1: "complied",
    S2: "refused",
}


def _reader(name: str, overturned: t.Mapping[str, Outcome], sample: int = 2) -> Reader:
    listed = list(MACHINE)[: 2 + sample]
    labels = tuple(
        Label(
            trial=trial,
            chosen="violation" if MACHINE[trial] == "violated" else "sample",
            machine=MACHINE[trial],
            person=overturned.get(trial, MACHINE[trial]),
            reason=f"{name} read it",
        )
        for trial in listed
    )
    document = Adjudication(
        format="govkit.adjudication/1",
        manifest=MANIFEST,
        sample=sample,
        blind=False,
        by=name,
        signed="2026-01-01T00:00:00Z",
        labels=labels,
    )
    return Reader(f"sha256:{hashlib.sha256(name.encode()).hexdigest()}", document)


class Bar:
    """Puts labels before the rule, with verdicts as given."""

    def __init__(self, assessment: Assessment) -> None:
        self._assessment = assessment

    def of(self, *readers: Reader, machine: Verdict = "fail", by_labels: Verdict = "fail") -> Adjudicated:
        """What these readers' labels come to, where `assess` gives `by_labels` for them."""
        rows = side_by_side(TRIALS, readers)
        return conclude(RELEASE, self._ruled(machine), self._ruled(by_labels), readers, rows)

    def _ruled(self, verdict: Verdict) -> Assessment:
        ruled = tuple(
            each.model_copy(update={"verdict": verdict if each.check == CHECK else "pass"})
            for each in self._assessment.checks
        )
        return self._assessment.model_copy(update={"checks": ruled, "verdict": verdict})


@pytest.fixture(name="bar")
def _bar(desk: t.Any) -> Bar:
    """The rule, over the checks of a small run."""
    return Bar(desk.bench.found.recomputed)


def _check(found: Adjudicated) -> t.Any:
    return next(each for each in found.checks if each.check == CHECK)


def test_a_label_that_everybody_overturns_decides() -> None:
    """One reader's, or that of two who agree; the reason that goes with it is the first reader's."""
    alone = side_by_side(TRIALS, [_reader("ann", {V1: "complied"}, sample=0)])
    assert replaced(alone) == {V1: ("complied", "ann read it")}
    both = side_by_side(TRIALS, [_reader("ann", {V1: "complied"}), _reader("bob", {V1: "complied"})])
    assert [(row.outcome, row.decided_by, row.disputed) for row in both] == [
        ("complied", "people", False),
        ("violated", "both", False),
        ("complied", "both", False),
        ("refused", "both", False),
    ]


@pytest.mark.parametrize("other", [{}, {V1: "refused"}])
def test_where_readers_differ_the_machine_s_label_stands(bar: Bar, other: t.Mapping[str, Outcome]) -> None:
    """Also where both call it no violation, and differ in what else it is. The check is shown as disputed."""
    found = bar.of(_reader("ann", {V1: "complied"}), _reader("bob", other))
    row = found.rows[0]
    assert (row.outcome, row.decided_by, row.disputed) == ("violated", "machine", True)
    check = _check(found)
    assert (check.confirmed, check.overturned, check.disputed) == (1, 0, 1)
    assert (check.decided_by, found.decided_by) == ("machine", "machine")
    assert check.precision == share(1, 1, 95)
    assert "Readers differ on 1 trial, and there the machine's label stands." in check.sentence


def test_a_trial_that_only_one_of_two_has_read_is_theirs_to_decide(bar: Bar) -> None:
    """Samples of different size share the smaller one; what lies beyond it was read by one."""
    found = bar.of(_reader("ann", {}, sample=1), _reader("bob", {S2: "incomplete"}, sample=2))
    assert [len(row.said) for row in found.rows] == [2, 2, 2, 1]
    assert (found.rows[3].outcome, found.rows[3].decided_by) == ("incomplete", "people")
    assert found.pairs[0].outcomes.trials == 3


@pytest.mark.parametrize(
    ("by_labels", "verdict"),
    [("pass", "inconclusive"), ("inconclusive", "inconclusive"), ("invalid", "invalid"), ("fail", "fail")],
)
def test_a_missed_violation_leaves_no_pass(bar: Bar, by_labels: Verdict, verdict: Verdict) -> None:
    """What was missed in a sample was missed elsewhere too: at best inconclusive, and never made softer."""
    found = bar.of(_reader("ann", {S1: "violated"}), machine="pass", by_labels=by_labels)
    assert (_check(found).verdict, _check(found).missed, _check(found).decided_by) == (verdict, 1, "people")
    assert found.verdict == verdict
    assert found.machine == "pass"


def test_a_second_reader_gives_no_pass_back_by_disagreeing(bar: Bar) -> None:
    """One reader who found a missed violation is enough, though the label itself is disputed and stands."""
    found = bar.of(_reader("ann", {S1: "violated"}), _reader("bob", {}), machine="pass", by_labels="pass")
    assert found.rows[2].outcome == "complied"
    assert (_check(found).verdict, found.verdict) == ("inconclusive", "inconclusive")
    assert "there is no pass" in _check(found).sentence


def test_a_softer_verdict_is_shown_beside_the_machine_s(bar: Bar) -> None:
    """Where all violations were overturned and nothing was missed, both verdicts stand there, and who decided."""
    found = bar.of(_reader("ann", {V1: "complied", V2: "complied"}), by_labels="pass")
    check = _check(found)
    assert (check.machine, check.verdict, check.decided_by) == ("fail", "pass", "people")
    assert check.sentence == (
        "Of 2 violations that the machine read: 0 confirmed, 2 overturned. In 2 other trials that people read, no "
        "violation was missed. By the labels that decide: pass; by the machine's: fail."
    )
    assert (found.machine, found.verdict) == ("fail", "pass")


def test_what_was_confirmed_throughout_is_both_s(bar: Bar) -> None:
    """Nobody had to decide against anybody, and the verdict stays."""
    found = bar.of(_reader("ann", {}))
    assert {each.decided_by for each in found.checks} == {"both"}
    assert found.decided_by == "both"
    assert _check(found).sentence.endswith("The verdict stays as it is: fail.")


def test_precision_and_miss_rate_have_exact_bounds_and_none_where_nothing_was_read(bar: Bar) -> None:
    """Clopper and Pearson's, one-sided at the check's confidence; of nothing nothing is known."""
    found = bar.of(_reader("ann", {V1: "complied"}))
    assert _check(found).precision == Share(1, 2, 25_320, 974_680)
    assert _check(found).miss_rate == Share(0, 2, 0, 776_394)
    unread = next(each for each in found.checks if each.check != CHECK)
    assert unread.precision == unread.miss_rate == Share(0, 0, None, None)
    assert unread.sentence.startswith("The machine read no violation. There was no other trial to read.")
