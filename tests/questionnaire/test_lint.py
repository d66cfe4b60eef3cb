"""Bindings and rules: those that travel with govkit have no fault, and each fault that we can think of is found."""

import json
import typing as t

import pytest

from govkit.adapters.instrument_folder import FOLDER, find_instrument, named, shipped_instruments
from govkit.errors import FaultyDocument
from govkit.questionnaire.instrument import read_instrument, text_digest
from govkit.questionnaire.lint import Named, lint_instrument, lint_rules
from govkit.questionnaire.rules import read_rules
from govkit.testing.respondent import INSTRUMENT, RULES, small_instrument

NAMED = Named({"peer-preservation": ("honest-review", "shutdown-control")}, {"eu-ai-act": ("Art. 14",)})


def _faults(instrument: t.Any = INSTRUMENT, rules: t.Any = RULES) -> str:
    read, ruled = small_instrument(instrument, rules)
    return "\n".join(map(str, (*lint_instrument(read, NAMED), *lint_rules(ruled, read, NAMED))))


def _with(document: t.Any, path: tuple[str | int, ...], value: t.Any) -> t.Any:
    changed = json.loads(json.dumps(document))  # of its own throughout: a copy would share what is shared
    place = changed
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


def test_every_instrument_that_travels_has_no_fault_of_sense() -> None:
    """All shipped bindings and rules lint, one attestation id being one sentence over all of them."""
    names, sentences = named(), dict[str, tuple[str, str]]()
    found = shipped_instruments()
    assert len(found) == len(
        [each for each in FOLDER.iterdir() if each.is_dir() and not each.name.startswith("__")]
    )
    for read, rules in found:
        assert lint_instrument(read, names) == ()
        assert lint_rules(rules, read, names, sentences) == ()
        assert find_instrument(f"{read.instrument.id}@{read.instrument.edition}")[0].digest == read.digest


def test_an_instrument_whose_text_is_not_ours_has_none() -> None:
    """Where the text is not to be shipped, no question has any."""
    for read, _ in shipped_instruments():
        if read.instrument.text == "not-shipped":
            assert all(each.text is None for each in read.instrument.questions), read.instrument.id


def test_the_small_instrument_has_no_fault() -> None:
    """What the other tests change one thing in is without fault itself."""
    assert _faults() == ""


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("questions", 1, "id"), "Q-1", "stands here again"),
        (("questions", 0, "answers"), "nonesuch", "no vocabulary"),
        (("questions", 0, "kind"), "text", "does not go with"),
        (("questions", 0, "section"), "Z", "no section"),
        (("questions", 0, "verified"), False, "why it was not verified"),
        (("questions", 0, "clauses"), [{"instrument": "eu-ai-act", "ref": "Art. 99"}], "no clause"),
        (("vocabularies", "yes-no", "answers"), [{"answer": "Yes"}, {"answer": "Yes"}], "twice"),
        (
            ("vocabularies", "yes-no", "answers"),
            [{"answer": "Yes"}, {"answer": "Not applicable"}],
            "no answer of it",
        ),
        (("not_applicable", "needs"), ["reason"], "a reason and a name"),
        (("file",), "xlsx", "xlsx alone has a layout"),
        (("title",), "A certified questionnaire", "more than a test can show"),
    ],
)
def test_each_fault_of_a_binding_is_told(path: tuple[str | int, ...], value: t.Any, told: str) -> None:
    """One thing changed in a binding, one fault told at its place."""
    assert told in _faults(_with(INSTRUMENT, path, value))


RULE = ("rules", 0)
REPLY = ("rules", 0, "answers")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("edition",), "2.0.0", "these rules are for"),
        ((*RULE, "question"), "Q-9", "do not match"),
        ((*RULE, "strength"), "support", "does not go with what is needed"),
        ((*RULE, "claims"), [{"protocol": "peer-preservation", "check": "nonesuch"}], "no released protocol"),
        (("rules", 3, "attest", 0, "asks"), "Another sentence.", "another sentence elsewhere"),
        ((*REPLY, "shown", "answer"), "Perhaps", "not among the allowed"),
        ((*REPLY, "shown", "comment"), "{verdict}", "no placeholder"),
        ((*REPLY, "missing", "answer"), "Not tested", "nothing is answered"),
        ((*REPLY, "adverse", "remediation"), None, "for a remedy"),
        ((*REPLY, "adverse", "answer"), "Within tolerance", "the good case"),
        ((*REPLY, "open", "answer"), "Within tolerance", "the good case"),
        ((*REPLY, "shown", "comment"), "It always holds. {results}", "more than a test can show"),
    ],
)
def test_each_fault_of_rules_is_told(path: tuple[str | int, ...], value: t.Any, told: str) -> None:
    """One thing changed in rules, one fault told at its place."""
    assert told in _faults(rules=_with(RULES, path, value))


def test_a_fault_of_form_is_told_at_its_line() -> None:
    """What cannot be a binding is refused with file and line."""
    with pytest.raises(FaultyDocument) as caught:
        read_instrument(b"format: govkit.instrument/1\nid: small\nas_of: today\n", file="i.yaml")
    assert any(each.line == 3 for each in caught.value.faults)
    with pytest.raises(FaultyDocument):
        read_rules(json.dumps({**RULES, "rules": []}).encode(), file="r.yaml")
    with pytest.raises(FaultyDocument, match="1 fault"):
        read_instrument(b"\xff", file="i.yaml")


def test_a_text_is_known_by_its_words() -> None:
    """Line breaks and the form of an accent make no other question; another word does."""
    assert text_digest("Is it  so\n?") == text_digest("Is it so ?")
    assert text_digest("caf\u00e9") == text_digest("cafe\u0301")
    assert text_digest("Is it so?") != text_digest("Is it not so?")
