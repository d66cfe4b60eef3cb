"""What holds of answers whatever they are made of: nothing comforts over a failure, and order counts for nothing."""

import typing as t

from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.testing.office import Office
from govkit.testing.respondent import PROGRAMME, STOPPED, Respondent

VERDICTS = st.sampled_from(("pass", "fail", "inconclusive", "invalid"))
RUNS = st.tuples(VERDICTS, VERDICTS, st.sampled_from(("fit", "foreign", "old", "broken")))
WORDS = st.sampled_from(("Yes", "Partly", "No", "Within tolerance", "Not tested", "Not applicable"))
SPOKEN = st.tuples(st.sampled_from(("Q-1", "Q-2", "Q-3")), WORDS)
OFFICE = Office()  # its people's keys take time to make, and nothing is changed about it


@settings(max_examples=60, deadline=None)
@given(
    runs=st.lists(RUNS, max_size=4),
    says=st.sampled_from((None, "confirmed", "denied")),
    spoken=st.lists(SPOKEN, max_size=2),
)
def test_nothing_makes_a_comforting_answer_over_adverse_evidence(
    runs: list[tuple[str, str, str]], says: str | None, spoken: list[tuple[str, str]]
) -> None:
    """Whatever else is given: where a bearing check failed, its questions are blocked, and say so."""
    who = Respondent(OFFICE)
    for review, control, kind in runs:
        if kind == "foreign":
            who.foreign_run(review, control)
        else:
            changes: dict[str, t.Any] = {"flaw": "evidence-broken"} if kind == "broken" else {}
            who.run(review, control, days_ago=300 if kind == "old" else 30, **changes)
    if says is not None:
        who.confirm(STOPPED, PROGRAMME, says=says)
    for question, word in spoken:
        who.answer(question, answer=word, reason="Because.")
    answers = who.answers()
    fit = [each for each in runs if each[2] == "fit"]
    failed = {"Q-1": any(each[0] == "fail" for each in fit), "Q-3": any(each[0] == "fail" for each in fit)}
    failed["Q-2"] = any("fail" in each[:2] for each in fit)
    for each in answers.answers:
        if failed.get(each.question):
            assert each.state == "blocked"
            assert each.value not in ("Yes", "Within tolerance", "Not applicable")
            assert ": fail;" in each.comment
            assert each.remediation
        if each.value in ("Yes", "Within tolerance"):
            assert each.state == "answered"
            told = {cited.reading for cited in each.evidence}
            # Q-3 is answered by people: what says nothing either way is told beside their word.
            assert told <= ({"shown", "open"} if each.question == "Q-3" else {"shown"})
    assert bool(answers.notices) == any("fail" in each[:2] for each in fit)
    assert set(answers.runs) <= {each.run for each in who.facts.bearing}


@settings(max_examples=40, deadline=None)
@given(runs=st.lists(RUNS, max_size=4), order=st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_changes_nothing(runs: list[tuple[str, str, str]], order: t.Any) -> None:
    """The same runs in another order, or one of them twice, give the same bytes."""
    who = Respondent(OFFICE)
    for review, control, _ in runs:
        who.run(review, control)
    before = who.answers().bytes()
    who.evidence = [*who.evidence, *who.evidence[:1]]
    order.shuffle(who.evidence)
    assert who.answers().bytes() == before
