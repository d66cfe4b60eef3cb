"""The crosswalk's rules: each fault is found at its line, and what may be asked of it is answered rightly."""

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.approval.crosswalk import (
    BOUND_BY_LAW,
    OUTPUTS,
    ROLES,
    STRENGTHS,
    Entry,
    Role,
    Strength,
    bears,
    find,
)
from govkit.approval.crosswalk_lint import CLAIMS, MOST_WORDS, _of_words, lint_crosswalk, read_crosswalk
from govkit.errors import FaultyDocument

PROTOCOLS = {"peer-preservation": ("own-shutdown", "honest-review"), "multi-agent": ("stop-for-all-kept",)}
NAMES = (
    *OUTPUTS,
    *PROTOCOLS,
    *(f"{protocol}/{check}" for protocol in PROTOCOLS for check in PROTOCOLS[protocol]),
)
SOUND = """\
format: govkit.crosswalk/1
id: act
framework: An Act
edition: first
as_of: "2026-11-21"
source: https://law.example/act
licence: Nobody's.
note: Read in the developer's copy, and in the provider's.
entries:
- ref: Article 1
  binds: [high-risk-provider]
  applies_from: "2027-12-02"
  paraphrase: Systems are tested before they are sold.
  strength: direct
  evidence: [peer-preservation/own-shutdown, signed-report]
  not_evidence_of: that anything else was tested
  read: primary
  checked: "2026-11-20"
- ref: Article 2
  binds: [voluntary]
  paraphrase: Whoever 'oversees' a system can "stop" it.
  strength: context
  evidence: [multi-agent]
  not_evidence_of: of a button that stops anything
  read: secondary
  checked: "2026-11-21"
"""
LONG = " ".join(["word"] * (MOST_WORDS + 1))


def _lint(text: str, file: str = "act.yaml") -> list[str]:
    return [str(fault) for fault in lint_crosswalk({file: text}, PROTOCOLS)]


def _entries() -> tuple[Entry, ...]:
    return read_crosswalk({"act.yaml": SOUND}, PROTOCOLS)[0].entries


def test_a_sound_file_has_no_fault() -> None:
    """The faults below are found for their own sake: without them the file is clean."""
    assert _lint(SOUND) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("ref: Article 2", "ref: article  1", 19, "'article  1' stands here again"),
        ('checked: "2026-11-20"', 'checked: "2026-11-22"', 18, "speaks for 2026-11-21"),
        ('checked: "2026-11-20"', 'checked: "2026-02-30"', 18, "day is out of range"),
        ('checked: "2026-11-20"', "checked: 2026-11-20", 18, "put it in quotes"),
        ('  checked: "2026-11-21"\n', "", 19, "checked: this key is missing"),
        ('  applies_from: "2027-12-02"\n', "", 11, "not said since when"),
        ("peer-preservation/own-shutdown", "peer-preservation/own-shutdwn", 15, "did you mean 'peer-pres"),
        ("[multi-agent]", "[everything]", 23, "there is no 'everything'"),
        ("[multi-agent]", "[multi-agent, multi-agent]", 23, "stands here twice"),
        ("[multi-agent]", "[]", 23, "nothing stands here"),
        ("binds: [voluntary]", "binds: [everybody]", 20, "Input should be 'high-risk-provider'"),
        ("binds: [voluntary]", "binds: []", 20, "nothing stands here"),
        ("strength: context", "strength: direct", 22, "of a clause that nobody read"),
        ("strength: context", "strength: full", 22, "Input should be 'direct'"),
        ("Systems are tested before they are sold.", LONG, 13, f"{MOST_WORDS + 1} words"),
        ("that anything else was tested", f"that {LONG}", 16, f"{MOST_WORDS + 2} words"),
        ("of a button that stops anything", "of anything else", 24, "3 words"),
        ("of a button that stops anything", "a button that stops anything", 24, "does not begin with"),
        ("of a button that stops anything", '""', 24, "not_evidence_of"),
        ("of a button that stops anything", '"   "', 24, "0 words"),
        ("  not_evidence_of: of a button that stops anything\n", "", 19, "this key is missing"),
        ('"stop" it', "“stop it at once and for all time”", 21, "a quotation of 8 words"),
        ('"stop" it', "‘stop it at once and for all’", 21, "a quotation of 7 words"),
        ('"stop" it', "«stop it at once and for all»", 21, "a quotation of 7 words"),
        ('"stop" it', '"stop it at once and for all"', 21, "a quotation of 7 words"),
        ("'oversees' a", "'oversees and stops by day and night' a", 21, "a quotation of 7 words"),
        ('"stop" it.', '"stop it at once and for all, and never closed', 21, "a quotation of 10 words"),
        ("Read in the", "Compliant with the", 8, "the word 'Compliant'"),
        ("framework: An Act", "framework: A certified Act", 3, "the word 'certified'"),
        ("of a button that stops anything", "that a button complies with it", 24, "the word 'complies'"),
        ("id: act", "id: bill", 2, "the id is 'bill' and the file 'act'"),
        ("https://law.example", "http://law.example", 6, "not in the form asked for"),
        ("govkit.crosswalk/1", "govkit.crosswalk/2", 1, "format"),
        ("licence: Nobody's.", "licence: Nobody's.\nlicense: x", 8, "unknown key"),
    ],
)
def test_a_planted_fault_is_found_at_its_line(before: str, after: str, line: int, says: str) -> None:
    """Each rule finds its fault where it stands, and says what it is."""
    assert before in SOUND
    found = _lint(SOUND.replace(before, after, 1))
    assert [each for each in found if each.startswith(f"act.yaml:{line}: ") and says in each], found


@pytest.mark.parametrize(
    "word",
    [
        "compliant",
        "Compliance",
        "complies",
        "comply",
        "complied",
        "non-compliant",
        "in conformity with",
        "Certified",
    ],
)
def test_words_that_claim_are_found_in_any_form(word: str) -> None:
    """Also where they are denied: a reader in haste remembers the word."""
    assert CLAIMS.search(f"this is not {word} law")


@pytest.mark.parametrize("word", ["complain", "complete", "certificate", "accomplice", "conformist"])
def test_words_that_only_look_alike_are_left_alone(word: str) -> None:
    """A signer's certificate may be spoken of."""
    assert not CLAIMS.search(word)


def test_every_fault_of_every_file_comes_at_once() -> None:
    """One reading mends the whole folder; a file that cannot be read does not hide the others."""
    files = {
        "act.yaml": SOUND.replace("[multi-agent]", "[nothing-known]").replace("id: act", "id: bill"),
        "broken.yaml": "format: [",
        "empty.yaml": "",
    }
    with pytest.raises(FaultyDocument) as caught:
        read_crosswalk(files, PROTOCOLS)
    assert {fault.file for fault in caught.value.faults} == set(files)
    assert len([fault for fault in caught.value.faults if fault.file == "act.yaml"]) == 2


def test_no_file_at_all_is_a_fault() -> None:
    """An empty crosswalk is not one without faults."""
    assert lint_crosswalk({}, PROTOCOLS) != ()


def test_an_instrument_without_entries_is_a_fault() -> None:
    """A title alone maps nothing."""
    head = SOUND.partition("entries:")[0]
    assert any("entries" in fault for fault in _lint(f"{head}entries: []\n"))


@given(st.text(max_size=300))
def test_whatever_stands_in_a_file_is_read_or_refused(text: str) -> None:
    """Nothing that a file can hold ends the reading otherwise than with faults."""
    assert lint_crosswalk({"act.yaml": text}, PROTOCOLS) != ()


@given(st.text(alphabet="ab '\"“”‘’«»\n", max_size=200))
def test_no_long_quotation_gets_through(text: str) -> None:
    """Where seven words stand between two straight marks, they are found, whatever is round them."""
    quoted = f'{text.replace(chr(34), "")} "one two three four five six seven" {text}'
    faults = [what for _, what, _ in _of_words(("note",), quoted)]
    assert any("a quotation of" in what for what in faults)


def test_every_role_and_strength_has_its_meaning() -> None:
    """The closed vocabularies are explained word by word, and roles bound by law are roles."""
    assert set(ROLES) == set(t.get_args(Role))
    assert set(STRENGTHS) == set(t.get_args(Strength))
    assert set(ROLES) > BOUND_BY_LAW


def test_a_check_bears_where_its_protocol_is_named() -> None:
    """`multi-agent` bears on Article 2, and so does each of its checks; another protocol's does not."""
    _, second = _entries()
    assert bears(second, "multi-agent")
    assert bears(second, "multi-agent/stop-for-all-kept")
    assert not bears(second, "peer-preservation/own-shutdown")


def test_a_protocol_bears_where_one_of_its_checks_is_named() -> None:
    """`peer-preservation` bears on Article 1 by one check; the other check does not."""
    first, _ = _entries()
    assert bears(first, "peer-preservation")
    assert not bears(first, "peer-preservation/honest-review")
    assert not bears(first, "peer")


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True), st.sampled_from(NAMES))
def test_where_a_check_bears_its_protocol_does(evidence: list[str], name: str) -> None:
    """Asking for the whole protocol never shows less than asking for one of its checks."""
    entry = _entries()[0].model_copy(update={"evidence": tuple(evidence)})
    assert not bears(entry, name) or bears(entry, name.partition("/")[0])


def test_entries_are_found_by_role_and_name_together() -> None:
    """Both filters hold; an instrument with nothing left is left out."""
    instruments = read_crosswalk({"act.yaml": SOUND}, PROTOCOLS)
    (found,) = find(instruments, name="signed-report", role="high-risk-provider")
    assert [entry.ref for entry in found.entries] == ["Article 1"]
    assert find(instruments, name="signed-report", role="voluntary") == ()
    assert len(find(instruments)[0].entries) == 2


def test_an_entry_is_found_by_its_clause() -> None:
    """As policies name it; another clause has none."""
    (instrument,) = read_crosswalk({"act.yaml": SOUND}, PROTOCOLS)
    entry = instrument.entry("Article 2")
    assert entry is not None
    assert entry.strength == "context"
    assert instrument.entry("Article 3") is None
