"""A buyer's workbook is filled where it may be, left alone where not, and refused by name where it is another."""

import typing as t

import pytest

from govkit.adapters.questionnaire_workbook import fill_workbook, places, recognise, written_in
from govkit.adapters.workbook import Edit, Workbook, patch, receipt
from govkit.errors import AskedWrongly
from govkit.questionnaire.instrument import text_digest
from govkit.testing.respondent import INSTRUMENT, RULES, Respondent, small_instrument
from govkit.testing.workbooks import QUESTIONS, questionnaire

BINDING: t.Final[dict[str, t.Any]] = {
    **INSTRUMENT,
    "file": "xlsx",
    "text": "not-shipped",
    "layout": {
        "sheets": [{"name": "Answers", "ids": "A", "question": "B", "answer": "C", "comment": "D"}],
        "id_pattern": "PP-[0-9]{2}",
    },
    "questions": [
        {"id": name, "topic": "a topic", "answers": "yes-no", "text_digest": text_digest(text)}
        for name, text in QUESTIONS.items()
    ],
}
RULED: t.Final[dict[str, t.Any]] = {
    **RULES,
    "rules": [{**RULES["rules"][1], "question": name} for name in QUESTIONS],
}


def _respondent(**changes: t.Any) -> Respondent:
    who = Respondent(bound=small_instrument({**BINDING, **changes}, RULED))
    who.run("fail")
    return who


def _fill(who: Respondent, data: bytes) -> t.Any:
    return fill_workbook(data, who.bound[0].instrument, who.answers())


def test_the_cells_say_what_the_answers_say_and_nothing_else_changed() -> None:
    """The honest No and its comment stand in the file; the receipt names each cell with the run it rests on."""
    who, data = _respondent(), questionnaire()
    filled = _fill(who, data)
    answers = who.answers()
    written = {each["question"] for each in filled.receipt["cells"]}
    assert written
    said = written_in(Workbook.open(filled.data), who.bound[0].instrument)
    for name in written:
        answer = answers.of(name)
        assert answer is not None
        assert said[name] == ("No", answer.comment)
    assert {each["runs"][0] for each in filled.receipt["cells"]} == {who.evidence[0].run}
    assert receipt(data, filled.data).other == ()
    assert written | {each["question"] for each in filled.receipt["not_written"]} == set(QUESTIONS)
    assert _fill(who, data) == filled


def test_what_stands_in_a_cell_is_not_written_over() -> None:
    """Where somebody has written already, the question is left to them, answer and comment."""
    who = _respondent()
    first = _fill(who, questionnaire())
    again = _fill(who, first.data)
    assert again.data == first.data
    assert again.receipt["cells"] == []
    assert any("holds something already" in each["why"] for each in again.receipt["not_written"])


def test_a_word_that_the_drop_down_does_not_have_takes_its_comment_along() -> None:
    """An answer that the file refuses is not half written."""
    words = {"answers": [{"answer": each} for each in ("Yes", "Nonesuch")]}
    vocabularies = {**INSTRUMENT["vocabularies"], "yes-no": words}
    rules = {
        **RULED,
        "rules": [
            {
                **each,
                "answers": {
                    **each["answers"],
                    "adverse": {**each["answers"]["adverse"], "answer": "Nonesuch"},
                },
            }
            for each in RULED["rules"]
        ],
    }
    who = Respondent(bound=small_instrument({**BINDING, "vocabularies": vocabularies}, rules))
    who.run("fail")
    filled = _fill(who, questionnaire())
    refused = [each for each in filled.receipt["not_written"] if "Nonesuch" in each["why"]]
    assert refused
    written = {each["question"] for each in filled.receipt["cells"]}
    assert written.isdisjoint(each["question"] for each in refused)


def test_a_text_that_changed_under_its_id_is_refused_by_name() -> None:
    """The id is there, and asks something else."""
    other = [
        {**each, "text_digest": text_digest("Something else?")} if each["id"] == "PP-02" else each
        for each in BINDING["questions"]
    ]
    with pytest.raises(AskedWrongly, match="another text") as caught:
        _fill(_respondent(questions=other), questionnaire())
    assert caught.value.found == "PP-02"


def test_a_question_that_is_lacking_is_refused_by_name() -> None:
    """A workbook of which a part was taken out, or whose ids stand elsewhere, is not filled."""
    layout = {"sheets": [{"name": "Answers", "ids": "B", "question": "A", "answer": "C", "comment": "D"}]}
    with pytest.raises(AskedWrongly, match="not those that are bound") as caught:
        places(Workbook.open(questionnaire()), _respondent(layout=layout).bound[0].instrument)
    assert "PP-01" in (caught.value.found or "")


def test_an_edition_is_recognised_by_its_stamp_and_by_nothing_else() -> None:
    """The stamp's cell holds this text, or this key of its JSON; any other edition is told apart."""
    cell = Workbook.open(questionnaire()).read("Answers", ["A3"])["A3"].text
    known = {"recognise": [{"sheet": "Answers", "cell": "A3", "equals": cell}]}
    bound = small_instrument({**BINDING, "layout": {**BINDING["layout"], **known}}, RULED)
    assert recognise(Workbook.open(questionnaire()), [bound]) == bound
    for other in ({"equals": "2.0.0"}, {"json_key": "version"}, {"sheet": "Nonesuch"}):
        stamp = {**known["recognise"][0], **other}
        none = small_instrument({**BINDING, "layout": {**BINDING["layout"], "recognise": [stamp]}}, RULED)
        with pytest.raises(AskedWrongly, match="no edition that is known"):
            recognise(Workbook.open(questionnaire()), [none])
    data = patch(questionnaire(), [Edit("Answers", "D3", '{"version": "1.0.0"}')])
    stamp = {"sheet": "Answers", "cell": "D3", "equals": "1.0.0", "json_key": "version"}
    by_key = small_instrument({**BINDING, "layout": {**BINDING["layout"], "recognise": [stamp]}}, RULED)
    assert recognise(Workbook.open(data), [by_key]) == by_key


def test_a_question_that_another_switches_off_is_left_alone() -> None:
    """Without the answer that a route needs, nothing is written, and the receipt says why."""
    route = [
        {"sheet": "Answers", "id": "PP-01", "needs": "Yes", "why": "It asks first.", "questions": ["PP-02"]}
    ]
    filled = _fill(_respondent(routing=route), questionnaire())
    (left,) = [each for each in filled.receipt["not_written"] if each["question"] == "PP-02"]
    assert "PP-01" in left["why"]


def test_prose_is_no_workbook() -> None:
    """An instrument without a layout is answered with a pack."""
    with pytest.raises(AskedWrongly, match="no workbook"):
        places(Workbook.open(questionnaire()), small_instrument()[0].instrument)
