"""What runs and records give beside their results: shown where they say so, adverse where they say otherwise."""

import typing as t

from govkit.approval.standings import standings
from govkit.approval.subject import Subject
from govkit.questionnaire.answers import Answer
from govkit.questionnaire.checking import check_cells
from govkit.questionnaire.claims import Decided, facts_of
from govkit.questionnaire.products import ProductFact, product_of
from govkit.questionnaire.rules import Product
from govkit.testing.respondent import INSTRUMENT, Respondent, small_instrument


def _fact(who: Respondent, product: Product) -> ProductFact:
    facts = who.facts
    return product_of(product, facts, facts.bearing)


def _decided(who: Respondent) -> None:
    who.office.evidence = list(who.evidence)
    case = who.office.case()
    who.decided = Decided(standings(case), case.book.problems, case.policy_name)


def _stated(subject: Subject) -> Subject:
    parts = tuple(each.model_copy(update={"stated": True}) for each in subject.components)
    return subject.model_copy(update={"components": parts})


def test_without_a_run_nothing_is_shown() -> None:
    """Nothing never passes: each of them is missing, and says what."""
    products: tuple[Product, ...] = t.get_args(Product)
    for each in products:
        fact = _fact(Respondent(), each)
        assert (fact.reading, bool(fact.gap), fact.sentence) == ("missing", True, ""), each


def test_a_run_that_holds_is_signed_replayed_and_by_a_released_protocol() -> None:
    """Each sentence carries the run, its date, the system and the end."""
    who = Respondent()
    run = who.run()
    products: tuple[Product, ...] = ("signed", "replayed", "released-protocol")
    for each in products:
        fact = _fact(who, each)
        assert (fact.reading, fact.runs) == ("shown", (run.run,))
        assert "of 2026-10-22; Assistant (sha256:" in fact.sentence
        assert "usable until 2027-04-20" in fact.sentence


def test_who_tests_their_own_model_is_not_independent() -> None:
    """By the names in certificate and candidate file; where one is lacking, nothing is known."""
    who = Respondent()
    who.run()
    assert _fact(who, "independent-evaluator").reading == "shown"
    who.evidence.clear()
    who.run(organisation="MAKER Ltd.")
    assert _fact(who, "independent-evaluator").reading == "adverse"
    who.evidence.clear()
    who.run(organisation="")
    assert _fact(who, "independent-evaluator").reading == "missing"


def test_a_system_is_identified_by_what_was_tested() -> None:
    """Every component stated and the model pinned, in the run's own description."""
    who = Respondent()
    who.run()
    assert _fact(who, "subject-identity").reading == "missing"
    assert "not stated" in _fact(who, "subject-identity").gap
    who.evidence.clear()
    who.run(subject=_stated(who.office.subject))
    assert _fact(who, "subject-identity").reading == "shown"
    who.evidence.clear()
    loose = _stated(who.office.subject).model_copy(update={"pinned": "provider-mutable"})
    who.run(subject=loose)
    assert "change the model under its name" in _fact(who, "subject-identity").gap


def test_nobody_declares_that_one_models_evidence_is_anothers() -> None:
    """A model that was declared immaterial is no part of the identity; evidence of another one answers nothing."""
    who = Respondent()
    run = who.run(subject=_immaterial_model(who.office.subject, "sha256:" + "7" * 64))
    mine = _immaterial_model(who.office.subject, "sha256:" + "8" * 64)
    assert run.subject is not None
    assert run.subject.identity == mine.identity
    facts = facts_of(mine, who.evidence, who.terms, who.office.now)
    assert [each.reason for each in facts.set_aside] == ["other-subject"]


def _immaterial_model(subject: Subject, named: str) -> Subject:
    parts = tuple(
        each.model_copy(update={"material": False, "reason": "So we say.", "digest": named})
        if each.kind == "model"
        else each
        for each in subject.components
    )
    return subject.model_copy(update={"components": parts})


def test_a_judge_of_the_systems_own_vendor_is_adverse() -> None:
    """None asked: said so. Of another vendor: shown. Of the same: adverse."""
    for kinship, reading in ((None, "shown"), ("", "shown"), ("both of Maker", "adverse")):
        who = Respondent()
        who.run(kinship=kinship)
        assert _fact(who, "judge").reading == reading
    who = Respondent()
    run = who.run()
    uncalibrated = run.checks["honest-review"].model_copy(update={"reason": "judge-uncalibrated"})
    who.evidence.clear()
    who.run(checks={"honest-review": uncalibrated})
    assert _fact(who, "judge").reading == "adverse"


def test_a_decision_counts_as_the_gate_has_it() -> None:
    """None: missing. Approved: shown, with its end. Revoked or rejected: adverse."""
    who = Respondent()
    who.run()
    _decided(who)
    assert _fact(who, "decision").reading == "missing"
    who.office.evidence = list(who.evidence)
    decision = who.office.approve()
    _decided(who)
    shown = _fact(who, "decision")
    assert (shown.reading, shown.until) == ("shown", decision.valid_until)
    assert _fact(who, "all-runs").reading == "shown"
    who.office.sign(who.office.revocation(decision), who.office.ann, days_ago=1)
    _decided(who)
    assert _fact(who, "decision").reading == "adverse"
    who.office.sign(who.office.decide("reject"), who.office.ann)
    _decided(who)
    assert "rejected" in _fact(who, "decision").sentence


def test_a_run_that_a_decision_names_and_nobody_cites_is_adverse() -> None:
    """A supplier who keeps back a run on which a decision rests is told so by the log."""
    who = Respondent()
    who.run()
    who.run()
    who.office.evidence = list(who.evidence)
    who.office.approve()
    _decided(who)
    who.evidence.pop()
    fact = _fact(who, "all-runs")
    assert (fact.reading, "not cited" in fact.sentence) == ("adverse", True)


def test_a_log_that_does_not_hold_says_nothing() -> None:
    """Neither that there is an approval, nor that there is no waiver."""
    who = Respondent()
    who.run()
    who.decided = Decided((), ("The log was cut.",), "policy 1.0.0")
    assert (_fact(who, "decision").reading, _fact(who, "waivers").reading) == ("missing", "missing")
    who.decided = Decided((), (), "policy 1.0.0")
    assert _fact(who, "waivers").reading == "shown"


def test_an_answer_without_what_it_has_to_come_with_is_left_blank() -> None:
    """Where a Yes needs an owner, nobody but a person gives one, and without one there is no Yes."""
    constraint = {
        "answer": "Within tolerance",
        "field": "owner",
        "must": "be-given",
        "other_than": ["ND"],
        "why": "It asks for one.",
    }
    who = Respondent(bound=small_instrument({**INSTRUMENT, "constraints": [constraint]}))
    who.run()
    left = t.cast(Answer, who.answers().of("Q-1"))
    assert (left.state, left.value, left.gaps) == (
        "partial",
        "",
        ("The answer Within tolerance was left out: It asks for one.",),
    )
    who.answer("Q-1", owner="ND")
    assert t.cast(Answer, who.answers().of("Q-1")).value == ""
    who.files.clear()
    who.answer("Q-1", owner="AP-Owned")
    given = t.cast(Answer, who.answers().of("Q-1"))
    assert (given.state, given.value, given.owner) == ("answered", "Within tolerance", "AP-Owned")


def test_a_file_that_says_otherwise_than_the_answers_is_found() -> None:
    """A word or a comment that was changed in the workbook; a question of which nothing was written says nothing."""
    who = Respondent()
    who.run()
    answers = who.answers()
    true = {each.question: (each.value, each.comment) for each in answers.answers}
    assert check_cells(answers, true) == ()
    assert check_cells(answers, {}) == ()
    for changed in (("Yes", true["Q-2"][1]), (true["Q-2"][0], "All is well."), ("Yes", "")):
        (finding,) = check_cells(answers, {**true, "Q-2": changed})
        assert (finding.code, finding.question) == ("cell-changed", "Q-2")
