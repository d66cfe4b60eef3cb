"""Strict YAML: what a person reads is what the program gets, or a fault at its line; nothing is ever raised."""

# ruff: noqa: E501 - tables: one case, one row

import decimal
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
import yaml

from govkit.protocol.strict_yaml import MAX_BYTES, MAX_DEPTH, read_yaml

SURPRISES = [
    "y",
    "n",
    "Y",
    "N",
    "yes",
    "no",
    "Yes",
    "NO",
    "on",
    "off",
    "On",
    "OFF",
    "True",
    "TRUE",
    "False",
    "FALSE",
    "~",
    "null",
    "Null",
    "NULL",
    "012",
    "0o17",
    "0x1F",
    "0b101",
    "-017",
    "0_7",
    "1_000",
    "1_0.5",
    "12:30",
    "190:20:30",
    "12:30.5",
    "-1:30",
    "2026-01-01",
    "2026-1-1",
    "2026-01-01T10:00:00Z",
    ".inf",
    "-.INF",
    "+.inf",
    ".nan",
    ".NaN",
    "1e5",
    "1.5e3",
    "1.e+3",
    ".5e1",
    "-2E-4",
    "+5",
    "+1.5",
    ".5",
    "-.5",
    "5.",
    "09",
    "-09",
    "00.5",
    "1234567890123456789012",
    "0.1234567890123456789",
    "=",
]
MEANT = {
    "true": True, "false": False, "0": 0, "7": 7, "-12": -12, "80": 80, "0.5": decimal.Decimal("0.5"),
    "-1.50": decimal.Decimal("-1.50"), "1.0.0": "1.0.0", "v1": "v1", "none": "none", "nobody": "nobody", "a:b": "a:b",
    "18 GB": "18 GB", "1,000": "1,000", "12:75": "12:75", "ja": "ja", "/etc/x": "/etc/x", "nan": "nan", "<<": "<<",
    "2026-01": "2026-01",
}  # fmt: skip


@pytest.mark.parametrize("word", SURPRISES)
@pytest.mark.parametrize("place", ["first: ok\nkey: {}\n", "first: ok\n{}: text\n", "first:\n  - {}\n"])
def test_every_word_that_readers_dispute_is_refused_at_its_line(word: str, place: str) -> None:
    """A word that a YAML reader may take for something else is one fault, on line 2, that says what to write."""
    (fault,) = read_yaml(place.format(word), file="f").faults
    assert (fault.file, fault.line) == ("f", 2)
    assert repr(word)[1:-1] in fault.what
    assert "quotes" in fault.fix or "leave the key out" in fault.fix


@pytest.mark.parametrize("word", [*SURPRISES, *MEANT])
def test_in_quotes_every_word_is_text(word: str) -> None:
    """What is quoted, or stands in a block of text, is text as it stands."""
    for text in (f"a: '{word}'", f'"a": "{word}"', f"a: |-\n  {word}\n"):
        document = read_yaml(text, file="f")
        assert (document.value, document.faults) == ({"a": word}, ())


@pytest.mark.parametrize("word", MEANT)
def test_what_nobody_disputes_is_read(word: str) -> None:
    """Numbers in plain digits, `true` and `false`, and all other words are what they look like."""
    document = read_yaml(f"a: {word}", file="f")
    assert (document.value, document.faults) == ({"a": MEANT[word]}, ())
    assert type(document.value["a"]) is type(MEANT[word])


@hypothesis.given(st.text("0123456789.+-_:eExXoObBtTzZ~=yYnN aAfFiInNrRuUlLsS", min_size=1, max_size=12))
def test_whatever_yaml_1_1_reads_as_no_text_is_no_text_here(word: str) -> None:
    """A plain word that PyYAML, a YAML 1.1 reader, does not take for text is the same value here, or a fault."""
    try:
        theirs = yaml.safe_load(f"a: {word}")
    except (yaml.YAMLError, ValueError):
        return
    document = read_yaml(f"a: {word}", file="f")
    if not document.faults:
        ours = document.value["a"]
        assert (float(ours) if isinstance(ours, decimal.Decimal) else ours) == theirs["a"]
        assert isinstance(ours, decimal.Decimal) or type(ours) is type(theirs["a"])


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED = {
    "a repeated key": ("a: 1\nb: 2\na: 3\n", [(3, "the key 'a' stands here again (first on line 1)")]),
    "and in a flow": ("a: {b: 1, b: 2}\n", [(1, "the key 'b'")]),
    "an anchor and an alias": ("a: &x 1\nb: *x\n", [(1, "an anchor (&x)"), (2, "an alias (*x)")]),
    "a tag": ("a: !!int '5'\nb: !python/object:os.system x\n", [(1, "a tag"), (2, "a tag")]),
    "marks on keys": ("&x a: 1\n!!str b: 2\n", [(1, "an anchor"), (2, "a tag")]),
    "a merge": ("a: {b: x}\nc:\n  <<: {d: z}\n", [(3, "a merge key")]),
    "binary": ("a: !!binary aGk=\n", [(1, "a tag")]),
    "no value": ("a:\nb: 1\n", [(1, "a place without a value")]),
    "no value in a list": ("a:\n  - x\n  -\n", [(3, "a place without a value")]),
    "no key": ("a: 1\n? \n: 2\n", [(2, "no key stands before the colon")]),
    "a number for a key": ("1: a\n", [(1, "the key '1'")]),
    "a truth for a key": ("true: a\n", [(1, "the key 'true'")]),
    "a key that is a list": ("a: 1\n? [x, no]\n: no\nb: no\n", [(2, "a key that is no plain word"), (2, "'no'"), (3, "'no'"), (4, "'no'")]),
    "a key that is a mapping": ("{a: b}: c\n", [(1, "a key that is no plain word")]),
    "a key that is an alias": ("a: &x b\n*x : c\n", [(1, "an anchor"), (2, "a key that is no"), (2, "an alias")]),
    "two documents": ("a: 1\n---\nb: 2\n", [(2, "a second document")]),
    "a directive": ("%YAML 1.1\n---\na: 1\n", [(1, "a directive")]),
    "tabs": ("a:\n\tb: 1\n", [(2, "cannot start any token")]),
    "nothing": ("", [(1, "the file is empty")]),
    "only a comment": ("\n# x\n\n", [(1, "the file is empty")]),
    "an open quote": ("a: 1\nb: 'x\n", [(2, "unexpected end of stream")]),
    "an open bracket": ("a: [1, 2\n", [(1, "did not find expected")]),
    "indentation": ("a: |\n  x\n y: z\n", [(3, "did not find expected key")]),
    "a colon in a text": ("a: b: c\n", [(1, "mapping values are not allowed")]),
    "a control character": ("a: 1\nb: \x1b[31m\n", [(2, "U+001B")]),
    "NUL": ("a: \x00\n", [(1, "U+0000")]),
    "a line end that is none": ("a: b\u2028c: d\nb: \x85\n", [(1, "U+2028"), (2, "U+0085")]),
    "turned writing": ("a: 1\nb: \u202etxet\n", [(2, "U+202E")]),
    "half a character": ("a: \ud800\n", [(1, "U+D800")]),
    "half a character in an escape": ('a: "\\ud800"\n', [(1, "invalid Unicode")]),
    "a mark within": ("a: 1\n\ufeffb: 2\n", [(2, "U+FEFF")]),
    "deep nesting": ("a: 1\nb: " + "[" * 500_000, [(2, "nested too deeply")]),
    "deep mappings": ("{a: " * 100_000, [(1, "nested too deeply")]),
    "a file of a mebibyte": ("a: " + "x" * MAX_BYTES, [(1, "larger than")]),
    "faults before broken YAML": ("a: no\nb: yes\nc: [\n", [(1, "'no'"), (2, "'yes'"), (3, "did not find")]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_every_trap_is_refused_at_its_line(name: str) -> None:
    """Each trap of YAML is found where it stands, together with all others of the document."""
    text, expected = REFUSED[name]
    found = read_yaml(text, file="f").faults
    assert [fault.line for fault in found] == [line for line, _ in expected], found
    for fault, (_, words) in zip(found, expected, strict=True):
        assert words in fault.what
        assert fault.fix


def test_a_billion_laughs_are_as_long_as_they_are_written() -> None:
    """Aliases are refused, each with its line, and never resolved."""
    document = read_yaml(LAUGHS, file="f")
    assert len([fault for fault in document.faults if "alias" in fault.what]) == 16
    assert len(repr(document.value)) < 500


def test_flows_lines_and_depth() -> None:
    """Flows are read; each key and item has its line; nesting is allowed as deep as the limit says."""
    document = read_yaml("a: {}\nb: []\nc:\n  - x\n  - d: 1\n    e: [1,\n      2]\n", file="f")
    assert document.value == {"a": {}, "b": [], "c": ["x", {"d": 1, "e": [1, 2]}]}
    lines = {
        ("c",): 3,
        ("c", 0): 4,
        ("c", 1): 5,
        ("c", 1, "e"): 6,
        ("c", 1, "e", 1): 7,
        ("c", 1, "f", 9): 5,
        (): 1,
    }
    assert {path: document.line(path) for path in lines} == lines
    assert not read_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, file="f").faults


def test_a_mark_at_the_beginning_and_windows_line_ends_are_read() -> None:
    """What some editors write by themselves is no fault, and lines are still counted right."""
    assert read_yaml("\ufeffa: 1\r\nb: no\r\n", file="f").faults[0].line == 2


PIECES = st.sampled_from(
    ["a: ", "- ", "\n", "  ", "\t", "{", "}", "[", "]", "&x ", "*x", "!!int ", "|", ">", "'", '"', "? ", ": ", "#", "---\n", "no",
     "1", "%YAML 1.1\n", "<<: ", "\\", "...\n", "é", "\x00", "\u2028", "\ud800", "@", "`", ","]
)  # fmt: skip


@hypothesis.given(st.text(max_size=60) | st.lists(PIECES, max_size=25).map("".join))
def test_arbitrary_text_never_raises(text: str) -> None:
    """Whatever the text, there is a document or there are faults, each with a line of the file."""
    document = read_yaml(text, file="f")
    assert document.value is not None or document.faults
    for fault in document.faults:
        assert 1 <= fault.line <= len(text.splitlines()) + 1
        assert fault.what


@hypothesis.given(
    st.recursive(
        st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"])),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z]{1,8}x", fullmatch=True), inner, max_size=3),
        max_leaves=8,
    )
)  # fmt: skip
def test_what_a_writer_of_yaml_wrote_is_read_as_it_was_meant(value: t.Any) -> None:
    """A value written by PyYAML with its texts in quotes reads back as the same value."""
    text = yaml.safe_dump(
        {"value": value}, default_style='"' if isinstance(value, str) else None, allow_unicode=True
    )
    document = read_yaml(text, file="f")
    if not document.faults:
        assert document.value == {"value": value}


@pytest.mark.parametrize(
    "text", ["a: {b: Is it?}", "a: [what?, that]", "a: {b: Why? So}", "a: {why?: b}", "{a: {b: c}, d: e?}"]
)
def test_a_question_between_braces_is_put_in_quotes(text: str) -> None:
    """Libyaml takes it, the reader in pure Python does not: a protocol must read alike with both."""
    [fault] = read_yaml(text, file="x").faults
    assert "question mark" in fault.fix
    with pytest.raises(yaml.YAMLError):
        yaml.load(text, Loader=yaml.SafeLoader)


@pytest.mark.parametrize("text", ["a: Is it?", 'a: {b: "Is it?"}', "a: {b: c}\nd: why?", "a: [b]\nc?: d"])
def test_a_question_elsewhere_is_as_good_as_anything(text: str) -> None:
    """Outside of braces, and in quotes, every reader takes it."""
    assert read_yaml(text, file="x").faults == ()
    assert read_yaml(text, file="x").value == yaml.load(text, Loader=yaml.SafeLoader)
