"""
YAML without surprises: the subset in which what a person reads is what the program gets.

YAML 1.1 reads `no` as false, `012` as ten, `12:30` as 750 and `2026-01-01` as a date; it lets the last of two equal
keys win, and an alias repeat a billion laughs. All of these are refused here, together, each with its line and with
what to write instead; and so are characters that cannot be seen, some of which YAML takes for the end of a line. What
remains: mappings, lists, text, whole numbers, decimals, `true` and `false`.
"""

import dataclasses
import decimal
import itertools
import re
import typing as t

import yaml

from govkit.errors import Fault

MAX_BYTES = 1024 * 1024
"""A scenario that a person reads has some twenty kilobytes."""
MAX_DEPTH = 24

Path: t.TypeAlias = tuple[str | int, ...]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_TRUTH = ("true", "false")
_NOWHERE = ""
"""Stands in a path for what has no key of its own."""
_DISPUTED = "some YAML readers take this for {}: put it in quotes"
_SURPRISES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), fix)
    for pattern, fix in (
        (
            r"y|n|yes|no|on|off",
            "YAML readers disagree whether this is a truth: write true or false, or put it in quotes",
        ),
        (r"true|false", "write true or false in small letters, or put it in quotes"),
        (r"~|null|", "nothing stands here: give a value, or leave the key out"),
        (r"[-+]?0[0-7_]+|[-+]?0[xob][0-9a-f_]+", _DISPUTED.format("an octal or hexadecimal number")),
        (r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", _DISPUTED.format("a base-60 number")),
        (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([t \t].*)?", _DISPUTED.format("a date")),
        (r"[-+]?\.(inf|nan)", _DISPUTED.format("a number")),
        (
            r"[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)e[-+]?[0-9]+",
            "write the number out, or put it in quotes",
        ),
        (
            r"[-+]?[0-9][0-9_]*\.?[0-9_]*|[-+]?\.[0-9][0-9_]*",
            "almost a number: write plain digits (18 at most), or quotes",
        ),
        (r"=", _DISPUTED.format("a value of its own")),
    )
)

_UNSEEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Control characters, line ends that only YAML knows (U+0085, U+2028, U+2029), marks that turn the direction of writing
(U+202A to U+202E, U+2066 to U+2069), byte-order marks and halves of characters."""
_MOST_UNSEEN = 20
"""So many of them are named one by one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its value, and the line on which each part of it stands."""

    file: str
    value: t.Any
    """Nested dicts, lists, str, int, bool, Decimal; None when nothing could be read."""
    lines: t.Mapping[Path, int]
    """Line (from 1) of each key and item, by path from the root."""
    faults: tuple[Fault, ...]
    files: t.Mapping[Path, str] = dataclasses.field(default_factory=dict)
    """Where a document is put together from several: the file in which a part stands, for parts from another one."""

    def line(self, path: t.Iterable[str | int]) -> int:
        """The line of `path`, or of its nearest ancestor that stands in the file."""
        return self.place(path)[1]

    def place(self, path: t.Iterable[str | int]) -> tuple[str, int]:
        """File and line of `path`, or of its nearest ancestor that stands there."""
        parts = tuple(path)
        while parts and parts not in self.lines:
            parts = parts[:-1]
        return self.files.get(parts, self.file), self.lines.get(parts, 1)


def read_yaml(text: str, *, file: str) -> Document:
    """The document in `text`. Never raises for its content: what is wrong stands in `faults`."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return Document(file, None, {}, (Fault(file, 1, f"larger than {MAX_BYTES} bytes", "split it"),))
    text = text.removeprefix("\ufeff")  # some editors begin every file with this mark
    if unseen := _unseen(text, file):
        return Document(file, None, {}, unseen)
    builder = _Builder(file)
    try:
        value = builder.document(text)
    except _TooDeep as error:
        return Document(file, None, {}, (*builder.faults, error.fault))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        # The parser tells the end of the text as a line of its own.
        line = min(mark.line, text.rstrip("\n").count("\n")) + 1 if mark else 1
        return Document(
            file, None, {}, (*builder.faults, Fault(file, line, what[:300], "mend the YAML here"))
        )
    except yaml.YAMLError as error:
        fault = Fault(file, 1, str(error)[:300], "save the file as plain UTF-8 text")
        return Document(file, None, {}, (*builder.faults, fault))
    return Document(file, value, builder.lines, tuple(builder.faults))


def _unseen(text: str, file: str) -> tuple[Fault, ...]:
    found = itertools.islice(_UNSEEN.finditer(text), _MOST_UNSEEN)
    return tuple(
        Fault(
            file,
            text.count("\n", 0, match.start()) + 1,
            f"a character that cannot be seen (U+{ord(match.group()):04X})",
            "take it out",
        )
        for match in found
    )


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _TooDeep(Exception):
    """Ends the reading: what stands deeper is not looked at."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what)
        self.fault = fault


class _Builder:
    """Builds the value from parser events: anchors, tags and repeated keys are seen before they are resolved."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self._braces = 0
        """How many braces and brackets are open here."""

    def document(self, text: str) -> t.Any:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events = iter(yaml.parse(text, Loader=loader))
        next(self._events)  # StreamStart
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            self.faults.append(Fault(self.file, 1, "the file is empty", "write the document"))
            return None
        if getattr(start, "version", None) or getattr(start, "tags", None):
            self.fault(start, "a directive (%)", "leave it out; the document begins with its first key")
        value = self.node(next(self._events), ())
        next(self._events)  # DocumentEnd
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            self.fault(following, "a second document begins here", "one document per file")
        return value

    def fault(self, event: yaml.Event, what: str, fix: str) -> None:
        self.faults.append(Fault(self.file, _line(event), what, fix))

    def node(self, event: yaml.Event, path: Path) -> t.Any:
        if isinstance(event, yaml.AliasEvent):
            self.fault(event, f"an alias (*{event.anchor})", "write the text out where it is needed")
            return ""
        self.marks(event)
        if len(path) > MAX_DEPTH:
            raise _TooDeep(Fault(self.file, _line(event), "nested too deeply", f"at most {MAX_DEPTH} levels"))
        self.lines.setdefault(path, _line(event))
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._braces += bool(event.flow_style)
            value = self.mapping(path) if isinstance(event, yaml.MappingStartEvent) else self.sequence(path)
            self._braces -= bool(event.flow_style)
            return value
        return self.scalar(t.cast(yaml.ScalarEvent, event))

    def mapping(self, path: Path) -> dict[str, t.Any]:
        found: dict[str, t.Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self.key(event, path)
            if key is None:
                self.node(next(self._events), (*path, _NOWHERE))
                continue
            if key in found:
                first = self.lines[(*path, key)]
                self.fault(
                    event, f"the key {key!r} stands here again (first on line {first})", "keep one of the two"
                )
            self.lines.setdefault((*path, key), _line(event))
            value = self.node(next(self._events), (*path, key))
            found.setdefault(key, value)
        return found

    def key(self, event: yaml.Event, path: Path) -> str | None:
        """The key; None for one that cannot be used: it is read over, so that faults behind it are found as well."""
        if not isinstance(event, yaml.ScalarEvent):
            self.fault(event, "a key that is no plain word", "write a word before the colon")
            self.node(event, (*path, _NOWHERE))
            return None
        self.marks(event)
        text = event.value
        if text == "<<":
            self.fault(event, "a merge key (<<)", "write the keys out where they are needed")
        elif _is_plain(event) and (text in _TRUTH or _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text)):
            self.fault(event, f"the key {text!r} is not text to every reader", "put it in quotes")
        elif _is_plain(event):
            self.surprise(event, text, "no key stands before the colon")
        return text

    def marks(self, event: yaml.Event) -> None:
        """Anchors and tags are faults wherever they stand."""
        if anchor := getattr(event, "anchor", None):
            self.fault(event, f"an anchor (&{anchor})", "leave it out; nothing refers to it here")
        if tag := getattr(event, "tag", None):
            self.fault(event, f"a tag ({tag})", "leave it out; types are not chosen in the file")

    def surprise(self, event: yaml.Event, text: str, empty: str) -> None:
        """A fault where readers of YAML disagree about what this plain word is, or whether it may stand there."""
        if self._braces and "?" in text:
            quote = (
                "between braces or brackets some YAML readers take no question mark: put the text in quotes"
            )
            self.fault(event, f"{text[:80]!r} is not safe to read unquoted", quote)
            return
        fix = next((fix for pattern, fix in _SURPRISES if pattern.fullmatch(text)), None)
        if fix is not None:
            self.fault(event, f"{text[:80]!r} is not safe to read unquoted" if text else empty, fix)

    def sequence(self, path: Path) -> list[t.Any]:
        found: list[t.Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self.node(event, (*path, len(found))))
        return found

    def scalar(self, event: yaml.ScalarEvent) -> t.Any:
        text = event.value
        if not _is_plain(event):
            return text
        if text in _TRUTH:
            return text == "true"
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return decimal.Decimal(text)
        self.surprise(event, text, "a place without a value")
        return text


def _is_plain(event: yaml.ScalarEvent) -> bool:
    """Whether the word stands there without quotes, so that readers guess what it is."""
    return bool(event.implicit[0]) and not event.style
