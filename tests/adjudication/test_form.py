"""The form: what a candidate said stays a comment, and every fault is found at its line."""

# ruff: noqa: E501 - the table below is read line by line

import hashlib
import json
import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.adjudication.form import MEANINGS, OUTCOMES, Told, decided, form_json, form_text, read_form
from govkit.adjudication.model import MAX_REASON, Label
from govkit.adjudication.worklist import Listed
from govkit.errors import FaultyDocument
from govkit.protocol.model import Outcome
from govkit.report.excerpts import Turn
from govkit.report.reading import lines_of
from govkit.testing import fill_form
from govkit.trial.plan import Trial

MANIFEST = f"sha256:{'0' * 64}"


def _listed(number: int, machine: Outcome) -> Listed:
    name = f"sha256:{hashlib.sha256(str(number).encode()).hexdigest()}"
    chosen: t.Any = "violation" if machine == "violated" else "sample"
    return Listed(Trial(name, "check", "scenario", {}, 0, 0), machine, chosen, "")


LISTED = (_listed(1, "violated"), _listed(2, "violated"), _listed(3, "complied"))
NAMES = [each.trial.name for each in LISTED]


def _form(*, blind: bool = False, lines: tuple[str, ...] = ("TASK:", "    a task")) -> str:
    return form_text(MANIFEST, 1, [Told(each, lines) for each in LISTED], blind=blind)


def _labels(text: str) -> tuple[Label, ...]:
    form, document = read_form(text, file="form.yaml")
    return decided(form, document, LISTED)


def _faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(FaultyDocument) as faulty:
        _labels(text)
    assert {fault.file for fault in faulty.value.faults} == {"form.yaml"}
    return [(fault.line, f"{fault.what} ({fault.fix})") for fault in faulty.value.faults]


def _line_of(text: str, words: str, number: int = 0) -> int:
    return [place for place, line in enumerate(text.split("\n"), 1) if words in line][number]


def test_a_filled_form_gives_a_label_for_every_trial() -> None:
    """Who confirms says what the machine said, who overturns says another; in the order of the worklist."""
    found = _labels(fill_form(_form(), {NAMES[1]: "escalated"}, reason="It asked first."))
    assert [(each.trial, each.machine, each.person) for each in found] == [
        (NAMES[0], "violated", "violated"),
        (NAMES[1], "violated", "escalated"),
        (NAMES[2], "complied", "complied"),
    ]
    assert {each.reason for each in found} == {"It asked first."}
    assert [each.chosen for each in found] == ["violation", "violation", "sample"]


def test_a_blind_form_holds_no_label_of_the_machine() -> None:
    """Beside the list of all outcomes there are, nothing in it names one; what is filled in is the outcome itself."""
    text = _form(blind=True)
    values = [line for line in text.split("\n") if not line.startswith("#")]
    assert not any(outcome in line for outcome in OUTCOMES for line in values)
    assert "decision" not in "".join(values)
    outcomes = dict(zip(NAMES, ("violated", "refused", "complied"), strict=True))
    found = _labels(fill_form(text, outcomes))
    assert [each.person for each in found] == ["violated", "refused", "complied"]
    assert [each.confirmed for each in found] == [True, False, True]


def test_an_empty_form_is_refused_with_every_place_to_fill_in() -> None:
    """One reading names them all, each with its line."""
    text = _form()
    found = _faults(text)
    assert [line for line, _ in found] == [
        line
        for number in range(3)
        for line in (_line_of(text, "  decision:", number), _line_of(text, "  reason:", number))
    ]
    assert _faults(_form(blind=True))[0][1].startswith(
        "no outcome is given (write one of: complied, violated"
    )


# fmt: off
FAULTS = {
    "no decision of ours": ("decision: confirm", "decision: confirmed", "'confirmed' is no decision (write one of: confirm, overturn)"),
    "overturned into nothing": ('outcome: "refused"', 'outcome: "" # ?', "no outcome is given (write one of: complied, refused, escalated, incomplete)"),
    "overturned into the same": ('"refused"', '"violated"', "'violated' is what the machine read"),
    "an outcome of nobody": ('"refused"', "guilty", "'guilty' is no outcome"),
    "confirmed as another": ('overturn\n  outcome: "refused"', 'confirm\n  outcome: "escalated"', "confirmed, and the outcome is 'escalated', where the machine's is violated"),
    "no reason": ("Read from beginning to end.", "  ", "no reason is given"),
    "a reason without end": ("Read from", "x" * MAX_REASON, f"at most {MAX_REASON}"),
    "a reason that turns the line": ("Read from", r"\u202e", "a character that cannot be seen"),
    "a trial of another run": (NAMES[1], MANIFEST.replace("0", "1"), "this trial is not on the worklist"),
    "a trial twice": (NAMES[2], NAMES[1], "this trial stands here again"),
    "another word for a key": ("  reason:", "  because:", "unknown key"),
    "a truth that is none": ("blind: false", "blind: no", "readers disagree"),
}
# fmt: on
"""What is written in the place of what, the first time, and what is said of it."""


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_named_with_its_line(name: str) -> None:
    """What the person wrote amiss is said in words, with what to write, at the line where it stands."""
    old, new, told = FAULTS[name]
    filled = fill_form(_form(), {NAMES[1]: "refused"})
    text = filled.replace(old, new, 1)
    lines = {line for line, what in _faults(text) if told in what}
    begins = filled[: filled.index(old)].count("\n") + 1
    assert lines & {begins, begins + new.count("\n")}, _faults(text)


def test_a_form_that_is_no_yaml_says_where() -> None:
    """A quote that never ends is found by the parser, and is the author's to mend."""
    text = fill_form(_form(), {}).replace('reason: "Read', "reason: 'Read", 1)
    assert any("mend the YAML here" in what for _, what in _faults(text))


def test_an_entry_left_out_is_missed() -> None:
    """A form that decides part of the worklist is refused, and names what it leaves out."""
    text = fill_form(_form(), {})
    cut = text[: text.rindex("# ---")]
    [(line, what)] = _faults(cut)
    assert (line, what.split(" (")[0]) == (_line_of(cut, "trials:"), f"the trial {NAMES[2]} is missing")


def test_a_form_in_json_is_filled_in_and_read_alike() -> None:
    """For programs that show trials by their own means."""
    form = json.loads(form_json(MANIFEST, 1, LISTED, blind=False))
    for entry in form["trials"]:
        entry |= {"decision": "confirm", "reason": 'It said "no": really?'}
    assert {each.reason for each in _labels(json.dumps(form, ensure_ascii=False))} == {
        'It said "no": really?'
    }


def test_a_form_of_more_lines_than_any_author_writes_is_read() -> None:
    """The conversations are comments, so their length is no matter."""
    text = fill_form(_form(lines=("x" * 100,) * 20_000), {})
    assert len(text) > 5 * 1024 * 1024
    assert len(_labels(text)) == 3


HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\r\n\t\x0b\x0c\x1c\x85\u2028\u2029\ufeff\u202e#:-\"'"),
        st.sampled_from("confirm outcome decision"),
    ),
    max_size=200,
)


@hypothesis.given(HOSTILE, HOSTILE)
@hypothesis.example('\n  decision: confirm\n  reason: "yes"\n', "\u2028- trial: x\r\x85  decision: confirm")
def test_nothing_that_a_candidate_says_can_decide(said: str, answered: str) -> None:
    """Whatever stands in a conversation, the form has the same entries, still undecided, and reads the same if filled."""
    lines = tuple(lines_of((Turn("candidate", said, agent=answered), Turn("answer", answered, act=True))))
    assert not any(
        line_end in line for line in lines for line_end in "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
    )
    text = _form(lines=lines)
    assert len(_faults(text)) == 6
    assert _labels(fill_form(text, {})) == _labels(fill_form(_form(), {}))


def test_the_form_tells_what_the_outcomes_mean() -> None:
    """Every outcome that may be written is explained above."""
    assert all(outcome in " ".join(MEANINGS) for outcome in OUTCOMES)
