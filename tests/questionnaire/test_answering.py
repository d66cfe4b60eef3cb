"""Situations: what there is of evidence and of people's words, and what each question is answered with then."""

import re
import typing as t

import pytest

from govkit.approval.standings import standings
from govkit.questionnaire.answers import Answer, Terms, parse_answers
from govkit.questionnaire.claims import Decided
from govkit.questionnaire.told import named
from govkit.testing.office_checks import read_by_people
from govkit.testing.respondent import CONTROL, PROGRAMME, STOPPED, Respondent, saying

Do: t.TypeAlias = t.Callable[[Respondent], object]


def run(review: str | None = "pass", control: str | None = "pass", **changes: t.Any) -> Do:
    """A run with these verdicts."""
    return lambda who: who.run(review, control, **changes)


def confirm(*needed: t.Mapping[str, str], **how: t.Any) -> Do:
    """Ann confirms these sentences."""
    return lambda who: who.confirm(*needed, **how)


def by_ben(*needed: t.Mapping[str, str], **how: t.Any) -> Do:
    """Ben says something of them."""
    return lambda who: who.confirm(*needed, who=who.office.ben, **how)


def answer(question: str, **said: t.Any) -> Do:
    """Ann answers a question."""
    return lambda who: who.answer(question, **said)


def terms(**said: t.Any) -> Do:
    """What the reader asks for."""

    def do(who: Respondent) -> None:
        who.terms = Terms(**{"max_age_days": 180, **said})

    return do


def unsigned(who: Respondent) -> None:
    """A confirmation that nobody signed."""
    said = {
        "id": STOPPED["id"],
        "asks": STOPPED["asks"],
        "says": "confirmed",
        "given": "x",
        **saying(who.office.ann),
    }
    who.files.append(who.file(attestations=[said], who=None))


def by_people(verdict: t.Any, machine: t.Any = "pass") -> Do:
    """A run in which people read trials."""

    def do(who: Respondent) -> None:
        read = read_by_people(who.office.check("honest-review", machine), verdict)
        who.run(machine, people={"honest-review": read})

    return do


SITUATIONS: t.Final[list[tuple[str, list[Do], list[str]]]] = [
    # name, what there is, question, state and answer
    ("nothing at all", [], ["Q-1 needs-person", "Q-2 needs-person", "Q-3 needs-person", "Q-4 needs-person"]),
    (
        "a run in which all passed",
        [run()],
        ["Q-1 answered Within tolerance", "Q-2 partial", "Q-3 needs-person", "Q-4 partial"],
    ),
    (
        "a run and all words",
        [run(), confirm(STOPPED, PROGRAMME)],
        ["Q-1 answered Within tolerance", "Q-2 answered Yes", "Q-3 answered Yes", "Q-4 answered"],
    ),
    (
        "words alone",
        [confirm(STOPPED, PROGRAMME)],
        ["Q-1 needs-person", "Q-2 partial", "Q-3 answered Yes", "Q-4 partial"],
    ),
    (
        "a failed check",
        [run("fail")],
        ["Q-1 blocked Outside tolerance", "Q-2 blocked No", "Q-3 blocked", "Q-4 partial"],
    ),
    (
        "a failed check and all words",
        [run("fail"), confirm(STOPPED, PROGRAMME)],
        ["Q-1 blocked Outside tolerance", "Q-2 blocked No", "Q-3 blocked", "Q-4 answered"],
    ),
    (
        "the other check failed",
        [run("pass", "fail"), confirm(STOPPED, PROGRAMME)],
        ["Q-1 answered Within tolerance", "Q-2 blocked No", "Q-4 blocked"],
    ),
    ("no verdict", [run("inconclusive")], ["Q-1 partial No verdict", "Q-2 partial", "Q-3 needs-person"]),
    (
        "no verdict, with words",
        [run("inconclusive"), confirm(STOPPED, PROGRAMME)],
        ["Q-1 partial No verdict", "Q-2 partial", "Q-3 answered Yes"],
    ),
    ("invalid", [run("invalid")], ["Q-1 partial No verdict"]),
    (
        "half of the checks",
        [run(control=None), confirm(STOPPED)],
        ["Q-1 answered Within tolerance", "Q-2 partial", "Q-4 partial"],
    ),
    ("passed after a failure", [run("fail", days_ago=60), run()], ["Q-1 blocked Outside tolerance"]),
    ("failed after a pass", [run(), run("fail", days_ago=2)], ["Q-1 blocked Outside tolerance"]),
    ("no verdict after a failure", [run("fail"), run("inconclusive")], ["Q-1 blocked Outside tolerance"]),
    ("passed after no verdict", [run("inconclusive"), run()], ["Q-1 partial No verdict"]),
    ("passed twice", [run(), run()], ["Q-1 answered Within tolerance"]),
    ("too old", [run(days_ago=180)], ["Q-1 needs-person", "Q-2 needs-person"]),
    ("one day before it is too old", [run(days_ago=179)], ["Q-1 answered Within tolerance"]),
    ("a failure that is too old", [run("fail", days_ago=200)], ["Q-1 needs-person", "Q-3 needs-person"]),
    ("begun tomorrow", [run(days_ago=-1)], ["Q-1 needs-person"]),
    ("of another system", [lambda who: who.foreign_run()], ["Q-1 needs-person", "Q-4 needs-person"]),
    (
        "of another system, beside a failure",
        [lambda who: who.foreign_run(), run("fail")],
        ["Q-1 blocked Outside tolerance"],
    ),
    ("that does not verify", [run(flaw="evidence-broken")], ["Q-1 needs-person", "Q-4 needs-person"]),
    ("of an earlier protocol", [run(version="0.1.0")], ["Q-1 needs-person"]),
    ("of a script", [run(scripted=True)], ["Q-1 needs-person"]),
    (
        "of a script, as a demonstration",
        [terms(demonstration=True), run(scripted=True)],
        ["Q-1 answered Within tolerance"],
    ),
    ("people found what the machine missed", [by_people("fail")], ["Q-1 blocked Outside tolerance"]),
    (
        "people overturned what the machine found",
        [by_people("pass", "fail")],
        ["Q-1 blocked Outside tolerance"],
    ),
    ("people are undecided", [by_people("inconclusive")], ["Q-1 partial No verdict"]),
    (
        "the reader tolerates less than was shown",
        [terms(tolerance_percent=3), run()],
        ["Q-1 partial No verdict"],
    ),
    (
        "the reader tolerates what was shown",
        [terms(tolerance_percent=4), run()],
        ["Q-1 answered Within tolerance"],
    ),
    (
        "the reader tolerates more than the protocol",
        [terms(tolerance_percent=50), run("fail")],
        ["Q-1 blocked Outside tolerance"],
    ),
    ("a person denies", [run(), confirm(STOPPED, says="denied")], ["Q-2 blocked No"]),
    (
        "one confirms and another denies",
        [run(), confirm(STOPPED), by_ben(STOPPED, says="denied")],
        ["Q-2 blocked No"],
    ),
    ("a word that has ended", [run(), confirm(STOPPED, until="2026-11-20")], ["Q-2 partial"]),
    ("a word on its last day", [run(), confirm(STOPPED, until="2026-11-21")], ["Q-2 answered Yes"]),
    ("a word of tomorrow", [run(), confirm(STOPPED, made="2026-11-22")], ["Q-2 partial"]),
    ("a word that nobody signed", [run(), unsigned], ["Q-2 partial"]),
    (
        "a word of a stranger",
        [run(), lambda who: who.confirm(STOPPED, who=who.office.stranger)],
        ["Q-2 partial"],
    ),
    ("a word in another's name", [run(), confirm(STOPPED, by="Ben Safety")], ["Q-2 partial"]),
    (
        "another sentence under the id",
        [run(), confirm({**STOPPED, "asks": "Something was exercised."})],
        ["Q-2 partial"],
    ),
    (
        "not applicable, with a reason",
        [answer("Q-3", answer="Not applicable", reason="Nobody uses it.")],
        ["Q-3 not-applicable Not applicable"],
    ),
    ("not applicable, without one", [answer("Q-3", answer="Not applicable")], ["Q-3 needs-person"]),
    (
        "not applicable, where it is not allowed",
        [answer("Q-2", answer="Not applicable", reason="No.")],
        ["Q-2 needs-person"],
    ),
    (
        "not applicable, over a failure",
        [run("fail"), answer("Q-1", answer="Not applicable", reason="No.")],
        ["Q-1 blocked Outside tolerance"],
    ),
    (
        "a person says that it was not tested",
        [answer("Q-1", answer="Not tested")],
        ["Q-1 answered Not tested"],
    ),
    ("a person says Within tolerance", [answer("Q-1", answer="Within tolerance")], ["Q-1 needs-person"]),
    ("a person says Yes", [run(), answer("Q-2", answer="Yes")], ["Q-2 partial"]),
    ("a person says Partly", [run(), answer("Q-2", answer="Partly")], ["Q-2 partial Partly"]),
    (
        "a person says Partly, over a failure",
        [run("fail"), answer("Q-3", answer="Partly")],
        ["Q-3 blocked Partly"],
    ),
    ("a person says Yes, over a failure", [run("fail"), answer("Q-3", answer="Yes")], ["Q-3 blocked"]),
    (
        "a person is more careful than the rule",
        [run(), answer("Q-1", answer="Not tested")],
        ["Q-1 answered Not tested"],
    ),
    ("a person changes the honest No", [run("fail"), answer("Q-2", answer="Partly")], ["Q-2 blocked No"]),
    ("a word that the vocabulary has not", [answer("Q-3", answer="Certainly")], ["Q-3 needs-person"]),
    ("a person answers in words", [answer("Q-4", comment="See the annex.")], ["Q-4 answered"]),
    (
        "two people answer differently",
        [answer("Q-3", answer="Partly"), lambda who: who.answer("Q-3", answer="No", who=who.office.ben)],
        ["Q-3 needs-person"],
    ),
]


def _after(doing: t.Iterable[Do]) -> Respondent:
    who = Respondent()
    for do in doing:
        do(who)
    return who


@pytest.mark.parametrize(
    ("doing", "expected"), [each[1:] for each in SITUATIONS], ids=[each[0] for each in SITUATIONS]
)
def test_what_there_is_decides_what_is_answered(doing: list[Do], expected: list[str]) -> None:
    """Of each situation, the state and the word of the questions that it is about; and the answers can be stored."""
    answers = _after(doing).answers()
    asked = {each[:3] for each in expected}
    told = [f"{each.question} {each.state} {each.value}".strip() for each in answers.answers]
    assert [each for each in told if each[:3] in asked] == expected
    assert parse_answers(answers.bytes()) == answers


def test_every_sentence_with_a_result_has_run_day_subject_and_end() -> None:
    """Wherever a figure or a verdict stands, so does what it is from."""
    who = _after([run("fail"), run("pass", "inconclusive"), confirm(STOPPED, PROGRAMME)])
    answers = who.answers()
    stamp = re.compile(
        r"\(runs? sha256:[0-9a-f]{16} of 2026-10-22.*?; Assistant \(sha256:[0-9a-f]{16}\); usable until 2027-04-20\)\."
    )
    for each in answers.answers:
        for cited in each.evidence:
            about = f"{cited.protocol} {cited.version}, {cited.title}: "
            assert about in each.comment, each.question
        parts = re.split(r"(?=peer-preservation 2\.0\.0, )", each.comment)[1:]
        assert all(stamp.search(part) for part in parts), each.comment
        assert len(parts) >= len(each.evidence)


def test_what_was_set_aside_is_not_hinted_at() -> None:
    """Two runs of another system, one that passed and one that failed, leave the very same answers behind."""
    passed, failed = Respondent(), Respondent()
    passed.foreign_run()
    failed.foreign_run("fail", "fail")
    assert passed.answers() == failed.answers()
    assert "nothing" in passed.answers().answers[0].comment.casefold()


def test_a_failure_stands_on_the_first_page() -> None:
    """The notice names what failed; where nothing did, there is none."""
    assert _after([run()]).answers().notices == ()
    (notice,) = _after([run("fail")]).answers().notices
    assert "failed" in notice
    assert "honest review: fail" in notice


def test_a_template_that_forgets_the_failure_does_not_silence_it() -> None:
    """Adverse results are told even where the comment of the rule has no place for them."""
    who = _after([run("fail")])
    rules = who.bound[1]
    replies = rules.rules.rules[0].answers
    silent = replies.model_copy(
        update={"adverse": replies.adverse.model_copy(update={"comment": "Nothing to see."})}
    )
    rule = rules.rules.rules[0].model_copy(update={"answers": silent})
    who.bound = (who.bound[0], rules._replace(rules=rules.rules.model_copy(update={"rules": (rule,)})))
    assert "honest review: fail" in who.answers().answers[0].comment


def test_words_cannot_make_placeholders_or_lines() -> None:
    """What a person writes is told as it stands, on one line, and is expanded no further."""
    who = _after([run(), confirm(STOPPED, given="{results}\nQ-1: Within tolerance")])
    comment = t.cast(Answer, who.answers().of("Q-2")).comment
    assert "{results} Q-1: Within tolerance." in comment
    assert "\n" not in comment


def test_remediation_is_left_to_people() -> None:
    """The program names the fields and fills none; a person's word fills them, and changes nothing else."""
    empty = t.cast(Answer, _after([run("fail")]).answers().of("Q-1"))
    assert [(each.field, each.value) for each in empty.remediation] == [("owner", ""), ("due", "")]
    filled = _after([run("fail"), answer("Q-1", remediation={"owner": "Operations", "due": "2026-12-31"})])
    mended = t.cast(Answer, filled.answers().of("Q-1"))
    assert [each.value for each in mended.remediation] == ["Operations", "2026-12-31"]
    assert (mended.state, mended.value) == ("blocked", "Outside tolerance")


def test_answers_end_with_the_first_thing_they_rest_on() -> None:
    """Evidence, or a person's word, whichever is sooner; nothing that ends: no end."""
    assert Respondent().answers().usable_until is None
    assert _after([run()]).answers().usable_until == "2027-04-20T12:00:00Z"
    assert (
        _after([run(), confirm(STOPPED, until="2026-12-01")]).answers().usable_until == "2026-12-01T23:59:59Z"
    )


def test_a_waiver_is_told_and_helps_nothing() -> None:
    """A failed check that is waived stays the honest No, with the waiver beside it and on the first page."""
    who = _after([run("fail"), confirm(STOPPED, PROGRAMME)])
    plain = who.answers()
    who.office.evidence = list(who.evidence)
    who.office.grant()
    case = who.office.case()
    who.decided = Decided(standings(case), case.book.problems, case.policy_name)
    waived = who.answers()
    assert [(each.state, each.value) for each in waived.answers] == [
        (each.state, each.value) for each in plain.answers
    ]
    assert "A waiver bears with the result fail" in t.cast(Answer, waived.of("Q-1")).comment
    assert any(each.startswith("Waived:") for each in waived.notices)


def test_a_digest_in_a_sentence_is_the_beginning_of_the_whole() -> None:
    """The digits in a comment are those of the run that stands beside it."""
    who = _after([run()])
    each = t.cast(Answer, who.answers().of("Q-1"))
    assert named(each.evidence[0].run) in each.comment
    assert CONTROL["check"] not in {cited.check for cited in each.evidence}
