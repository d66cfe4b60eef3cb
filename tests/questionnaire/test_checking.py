"""The buyer's side: an honest answer leaves nothing to find, and each lie that we can think of is found."""

import dataclasses
import typing as t

import pytest

from govkit.questionnaire.answers import NAME, ROLE, Answer, Answers, Terms
from govkit.questionnaire.checking import Finding
from govkit.testing.office import DAY, Office
from govkit.testing.respondent import PROGRAMME, RULES, STOPPED, Respondent, sign, small_instrument

Change: t.TypeAlias = t.Callable[[Answers], Answers]


def honest() -> Respondent:
    """Somebody with a run in which all passed, and all words."""
    who = Respondent()
    who.run()
    who.confirm(STOPPED, PROGRAMME)
    return who


def failing() -> Respondent:
    """Somebody with a run in which a check failed."""
    who = Respondent()
    who.run("fail")
    return who


def changed(question: str, **fields: t.Any) -> Change:
    """Another text in one answer."""

    def change(answers: Answers) -> Answers:
        return _with(answers, question, lambda each: each.model_copy(update=fields))

    return change


def cited(question: str, **fields: t.Any) -> Change:
    """Another figure in the evidence of one answer."""

    def change(answers: Answers) -> Answers:
        return _with(
            answers,
            question,
            lambda each: each.model_copy(
                update={"evidence": (each.evidence[0].model_copy(update=fields), *each.evidence[1:])}
            ),
        )

    return change


def _with(answers: Answers, question: str, change: t.Callable[[Answer], Answer]) -> Answers:
    made = tuple(change(each) if each.question == question else each for each in answers.answers)
    return answers.model_copy(update={"answers": made})


def _codes(findings: t.Iterable[Finding], question: str = "") -> set[str]:
    return {each.code for each in findings if not question or each.question == question}


@pytest.mark.parametrize("make", [honest, failing, Respondent])
def test_what_was_answered_honestly_leaves_nothing_to_find(make: t.Callable[[], Respondent]) -> None:
    """The buyer comes to the very same answers, also where they say that a check failed, or nothing."""
    who = make()
    assert who.check(who.answers()) == ()


COMFORT = "It was tested and all is well."
LIES: t.Final[list[tuple[str, t.Callable[[], Respondent], Change, str]]] = [
    ("a rate is edited", honest, cited("Q-1", upper_ppm=1_000), "figure-edited"),
    ("a count is edited", honest, cited("Q-1", trials=10_000), "figure-edited"),
    ("a failure is called a pass", failing, cited("Q-1", verdict="pass", reading="shown"), "figure-edited"),
    ("the end is put off", honest, cited("Q-1", until="2028-01-01T00:00:00Z"), "figure-edited"),
    (
        "another system stands beside the run",
        honest,
        cited("Q-1", subject="sha256:" + "1" * 64),
        "figure-edited",
    ),
    ("the run is exchanged", honest, cited("Q-1", run="sha256:" + "2" * 64), "run-not-at-hand"),
    ("the check is exchanged", failing, cited("Q-1", check="nonesuch"), "run-does-not-answer"),
    ("an adverse row is taken out", failing, changed("Q-1", evidence=()), "evidence-left-out"),
    ("a comment is changed", honest, changed("Q-1", comment=COMFORT), "comment-changed"),
    ("a comment is changed over a failure", failing, changed("Q-1", comment=COMFORT), "comment-changed"),
    (
        "an answer that the rule does not allow",
        failing,
        changed("Q-1", value="No verdict"),
        "answer-not-allowed",
    ),
    ("a state alone is changed", honest, changed("Q-1", state="partial"), "state-changed"),
    (
        "blocked is called answered",
        failing,
        changed("Q-1", state="answered", value="Within tolerance"),
        "evidence-left-out",
    ),
    (
        "not applicable without a word",
        Respondent,
        changed("Q-1", state="not-applicable", value="Not applicable"),
        "not-applicable-unjustified",
    ),
    (
        "a remedy is made up",
        failing,
        lambda all_: _with(all_, "Q-1", lambda each: each.model_copy(update={"remediation": ()})),
        "row-changed",
    ),
    ("a gap is taken out", Respondent, changed("Q-2", gaps=()), "row-changed"),
    (
        "a question is left out",
        failing,
        lambda all_: all_.model_copy(update={"answers": all_.answers[1:]}),
        "question-left-out",
    ),
    (
        "a question is made up",
        honest,
        lambda all_: all_.model_copy(
            update={"answers": (*all_.answers, all_.answers[0].model_copy(update={"question": "Q-9"}))}
        ),
        "question-foreign",
    ),
    (
        "the notice is taken off the first page",
        failing,
        lambda all_: all_.model_copy(update={"notices": ()}),
        "notice-changed",
    ),
    (
        "the end of all is put off",
        honest,
        lambda all_: all_.model_copy(update={"usable_until": "2029-01-01T00:00:00Z"}),
        "row-changed",
    ),
    (
        "rules of one's own",
        honest,
        lambda all_: all_.model_copy(
            update={"rules": all_.rules.model_copy(update={"digest": "sha256:" + "3" * 64})}
        ),
        "other-instrument",
    ),
    (
        "another edition",
        honest,
        lambda all_: all_.model_copy(
            update={"instrument": all_.instrument.model_copy(update={"digest": "sha256:" + "4" * 64})}
        ),
        "other-instrument",
    ),
    (
        "older evidence is let count",
        honest,
        lambda all_: all_.model_copy(update={"terms": Terms(max_age_days=3_000)}),
        "terms-looser",
    ),
    (
        "dated into the future",
        honest,
        lambda all_: all_.model_copy(update={"made": "2027-01-01T00:00:00Z"}),
        "made-later",
    ),
]


@pytest.mark.parametrize(("make", "lie", "code"), [each[1:] for each in LIES], ids=[each[0] for each in LIES])
def test_each_lie_in_the_document_is_found(make: t.Callable[[], Respondent], lie: Change, code: str) -> None:
    """Signed again after the change, and found all the same."""
    who = make()
    told = lie(who.answers())
    assert told != who.answers()
    assert code in _codes(who.check(told))


def test_a_change_after_signing_is_found() -> None:
    """Answers that nobody signed, or somebody whom the buyer does not know, are told so."""
    who = honest()
    answers = who.answers()
    assert _codes(who.check(answers, signatures=())) == {"unsigned"}
    assert _codes(who.check(answers, signature_problem="What stands here is not what was signed.")) == {
        "signature-broken"
    }
    by_a_stranger = (sign(NAME, answers.bytes(), who.office.stranger, ROLE),)
    assert _codes(who.check(answers, signatures=by_a_stranger)) == {"signer-unknown"}
    of_another_kind = (sign(NAME, answers.bytes(), who.office.ben, "attester"),)
    assert _codes(who.check(answers, signatures=of_another_kind)) == {"unsigned"}


def test_a_run_that_was_kept_back_is_found_when_it_is_at_hand() -> None:
    """A supplier cites the run that passed and not the one that failed; the buyer has both."""
    who = honest()
    answers = who.answers()
    who.run("fail")
    findings = who.check(answers)
    assert {"evidence-left-out"} <= _codes(findings, "Q-1")
    assert {"notice-changed"} <= _codes(findings)


def test_a_run_that_is_not_at_hand_is_not_taken_for_one_that_holds() -> None:
    """Of what cannot be looked at, the buyer is told that."""
    who = honest()
    answers = who.answers()
    assert _codes(who.check(answers, evidence=()), "Q-1") == {"run-not-at-hand"}
    assert _codes(who.check(answers, files=()), "Q-3") == {"attestation-not-at-hand"}


def test_what_runs_leave_open_is_not_compared_without_them() -> None:
    """A gap that follows from a run cannot be found again without it: that is told, and no lie."""
    alone = {"question": "Q-4", "product": ["subject-identity"]}
    rules = [{**each, **alone} if each["question"] == "Q-4" else each for each in RULES["rules"]]
    del next(each for each in rules if each["question"] == "Q-4")["claims"]
    who = honest()
    who.bound = small_instrument(rules={**RULES, "rules": rules})
    answers = who.answers()
    assert who.check(answers) == ()
    assert _codes(who.check(answers, evidence=()), "Q-4") == {"run-not-at-hand"}


def test_evidence_that_does_not_verify_or_is_another_systems_is_found() -> None:
    """The cited run is at hand, and is broken, or was exchanged for one of another system."""
    who = honest()
    answers = who.answers()
    (run,) = who.evidence
    assert "run-not-verified" in _codes(
        who.check(answers, evidence=(dataclasses.replace(run, flaw="evidence-broken"),))
    )
    foreign = dataclasses.replace(Respondent().foreign_run(), run=run.run)
    assert "run-does-not-answer" in _codes(who.check(answers, evidence=(foreign,)))


def test_answers_about_another_system_than_the_buyers_are_found() -> None:
    """Whoever says which system they buy is told where the answers are about another."""
    who = honest()
    assert "other-subject" in _codes(who.check(who.answers(), subject="sha256:" + "5" * 64))


def test_a_system_that_is_described_otherwise_than_it_was_tested_is_found() -> None:
    """The description in the answers is the supplier's; what answers is the one in the run."""
    who = honest()
    answers = who.answers()
    parts = tuple(
        each.model_copy(update={"digest": "sha256:" + "6" * 64}) for each in answers.subject.components
    )
    other = answers.model_copy(update={"subject": answers.subject.model_copy(update={"components": parts})})
    assert "run-does-not-answer" in _codes(who.check(other, subject=None))


def test_what_has_ended_since_is_found_and_nothing_else() -> None:
    """A year later the very same answers are true, and of no use."""
    who = honest()
    answers = who.answers()
    assert _codes(who.check(answers, now=who.office.now + 400 * DAY)) == {"expired"}


def test_a_forged_attestation_is_found() -> None:
    """A word that nobody signed, or with another end than was signed, or of somebody unknown."""
    who = honest()
    answers = who.answers()
    unsigned = tuple(dataclasses.replace(each, signatures=()) for each in who.files)
    assert "attestation-forged" in _codes(who.check(answers, files=unsigned), "Q-2")
    longer = _with(
        answers,
        "Q-2",
        lambda each: each.model_copy(
            update={"attestations": (each.attestations[0].model_copy(update={"until": "2030-01-01"}),)}
        ),
    )
    assert "attestation-forged" in _codes(who.check(longer), "Q-2")
    office = Office()
    office.trusted = [office.ann, office.ben, office.lab, office.stranger]
    theirs = Respondent(office)
    theirs.run()
    theirs.confirm(STOPPED, who=office.stranger)
    made = theirs.answers()
    office.trusted = office.trusted[:3]
    assert _codes(theirs.check(made)) == {"attester-unknown"}


def test_a_demonstration_is_no_answer() -> None:
    """Runs of a script answer only for whoever asks for a demonstration."""
    who = Respondent(terms=Terms(max_age_days=180, demonstration=True))
    who.run(scripted=True)
    assert who.check(who.answers()) == ()
    assert "demonstration" in _codes(who.check(who.answers(), terms=Terms(max_age_days=180)))


def test_a_lower_tolerance_of_the_buyers_is_not_passed_over() -> None:
    """Answers for the protocol's tolerance are none for a buyer who tolerates less."""
    who = honest()
    assert "terms-looser" in _codes(
        who.check(who.answers(), terms=Terms(max_age_days=180, tolerance_percent=1))
    )
