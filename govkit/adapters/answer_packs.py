"""
Answers for forms that are not filled in their own file: Markdown for people, CSV for spreadsheets.

Texts in them are strangers': names of systems and of people, and what people write. In Markdown nothing of them is
markup. In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe (CWE-1236); the quotes and
line ends are those of RFC 4180.
"""

import csv
import io
import re
import typing as t

from govkit.questionnaire.answers import Answer, Answers
from govkit.questionnaire.instrument import Instrument

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~$^-])")
_FORMULA: t.Final = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
"""What a formula may begin with, full-width forms among them."""
COLUMNS: t.Final = (
    "instrument", "edition", "question", "topic", "state", "answer", "comment", "owner", "remediation", "runs",
    "attested by", "missing",
)  # fmt: skip


def markdown(answers: Answers, instrument: Instrument) -> str:
    """The answers as a document."""
    named, subject = answers.instrument, answers.subject
    counts = ", ".join(f"{count} {state}" for state, count in answers.counts.items() if count)
    lines = [
        f"# {_plain(instrument.title)} {_plain(named.edition)}: answers",
        "",
        f"- System: {_plain(subject.name)}, identity `{subject.identity}`",
        f"- Made {answers.made}, with evidence of at most {answers.terms.max_age_days} days",
        f"- To be used until {answers.usable_until or 'the system changes'}",
        f"- Answers: {counts}",
        f"- Binding `{named.digest}`, rules {answers.rules.version} `{answers.rules.digest}`",
    ]
    if instrument.attribution is not None:
        lines.append(f"- {_plain(instrument.attribution)}")
    lines += [f"\n**Note.** {_plain(each)}" for each in answers.notices]
    for each in answers.answers:
        lines += ["", *_answer(each, instrument)]
    lines += ["", "## Runs", "", *(f"- `{run}`" for run in answers.runs or ("none",))]
    lines += [f"- `{each.run}` answers nothing: {each.reason}" for each in answers.set_aside]
    return "\n".join(lines) + "\n"


def _answer(answer: Answer, instrument: Instrument) -> t.Iterator[str]:
    question = instrument.question(answer.question)
    topic = _plain(question.topic) if question else ""
    yield f"## {_plain(answer.question)} {topic}".rstrip()
    yield ""
    if question is not None and question.text is not None:
        yield f"*{_plain(question.text)}*"
        yield ""
    yield f"**{_plain(answer.value) or 'Left blank'}** - {answer.state}"
    if answer.comment:
        yield ""
        yield _plain(answer.comment)
    for each in answer.remediation:
        yield ""
        yield f"Remediation, {each.field}: {_plain(each.value) or 'to be given by a person'}"


def comma_separated(answers: Answers, instrument: Instrument) -> bytes:
    """The answers as CSV (UTF-8 with its mark, by which spreadsheets know it)."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for notice in answers.notices:
        first = [answers.instrument.id, answers.instrument.edition, "", "notice", "", "", notice]
        writer.writerow([_cell(each) for each in [*first, *[""] * (len(COLUMNS) - len(first))]])
    for each in answers.answers:
        writer.writerow([_cell(text) for text in _row(each, answers, instrument)])
    return out.getvalue().encode("utf-8-sig")


def _row(answer: Answer, answers: Answers, instrument: Instrument) -> tuple[str, ...]:
    question = instrument.question(answer.question)
    runs = dict.fromkeys(each.run for each in answer.evidence)
    people = dict.fromkeys(f"{each.by} until {each.until}" for each in answer.attestations)
    remedy = "; ".join(f"{each.field}: {each.value}" for each in answer.remediation)
    return (
        answers.instrument.id, answers.instrument.edition, answer.question, question.topic if question else "",
        answer.state, answer.value, answer.comment, answer.owner or "", remedy, " ".join(runs), "; ".join(people),
        " ".join(answer.gaps),
    )  # fmt: skip


def _cell(text: str) -> str:
    stripped = text.lstrip()
    return f"'{text}" if stripped[:1] in _FORMULA and stripped else text


def _plain(text: str) -> str:
    """Text that is no markup, and stays on its line."""
    one = " ".join(text.split())
    escaped = _MARKUP.sub(r"\\\1", one.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return re.sub(r"^(\d+)\.", r"\1\\.", escaped)
