"""Packs say what the answers say, and nothing of a stranger's text becomes markup or a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from govkit.adapters.answer_packs import COLUMNS, comma_separated, markdown
from govkit.testing.respondent import STOPPED, Respondent


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_both_packs_have_every_answer_and_what_failed() -> None:
    """State, word and comment of each question, and the notice before all of them."""
    who = Respondent()
    who.run("fail")
    answers, instrument = who.answers(), who.bound[0].instrument
    head, notice, *rows = _rows(comma_separated(answers, instrument))
    assert head == list(COLUMNS)
    assert notice[6] == answers.notices[0]
    found = [(row[2], row[4], row[5], row[6]) for row in rows]
    assert found == [(each.question, each.state, each.value, each.comment) for each in answers.answers]
    html = MarkdownIt().render(markdown(answers, instrument))
    assert html.index("failed.") < html.index("<h2>")
    assert "Outside tolerance" in html
    assert "Remediation, owner: to be given by a person" in html


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\uff1d1", "|cmd", "%0A"])
def test_no_cell_of_a_table_is_a_formula(text: str) -> None:
    """What a spreadsheet might compute begins with an apostrophe."""
    who = Respondent()
    answers = who.answers()
    first = answers.answers[0].model_copy(update={"comment": text})
    changed = answers.model_copy(update={"answers": (first, *answers.answers[1:])})
    assert _rows(comma_separated(changed, who.bound[0].instrument))[1][6] == f"'{text}"


HOSTILE = st.text(alphabet="<>&*_`[]()#!|~\\-+=\n 1.ab:/\"'", min_size=1, max_size=60)


@given(text=HOSTILE)
def test_a_persons_words_stay_words(text: str) -> None:
    """Whatever is written in a comment, the document shows it as text: no links, no markup, no headings."""
    who = Respondent()
    answers = who.answers()
    first = answers.answers[0].model_copy(update={"comment": f"x {text}"})
    plain = answers.model_copy(
        update={"answers": (first.model_copy(update={"comment": "x"}), *answers.answers[1:])}
    )
    changed = answers.model_copy(update={"answers": (first, *answers.answers[1:])})
    kinds = [
        [
            token.type
            for part in MarkdownIt().parse(markdown(each, who.bound[0].instrument))
            for token in (part, *(part.children or ()))
        ]
        for each in (plain, changed)
    ]
    assert [each for each in kinds[1] if each != "text_special"] == [
        each for each in kinds[0] if each != "text_special"
    ]


def test_who_stands_for_it_stands_in_the_table() -> None:
    """Runs by digest, people by name and end."""
    who = Respondent()
    who.run()
    who.confirm(STOPPED)
    row = _rows(comma_separated(who.answers(), who.bound[0].instrument))[2]
    assert who.evidence[0].run in row[9]
    assert row[10] == "Ann Owner until 2027-05-01"
