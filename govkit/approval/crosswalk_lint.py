"""
Reading the crosswalk, and what is wrong with it: the faults of all files in one go, each with its line. A file whose
form does not hold is told its faults of form first.

Beside form, the rules are about honesty. Dates: none is later than the day for which the file speaks, and a duty that
law lays on somebody has a day. Names: what is said to bear on a clause exists. Words: paraphrases are short and quote
no more than a title, no text claims what a tool cannot know, and what the evidence is *not* evidence of is said in
words that say something. Strength: *direct* is claimed of no clause that nobody has read.
"""

import difflib
import re
import typing as t

from govkit.approval.crosswalk import BOUND_BY_LAW, OUTPUTS, Entry, Instrument
from govkit.errors import Fault, FaultyDocument
from govkit.protocol.strict_yaml import Document, Path, read_yaml
from govkit.protocol.validation import validate

KIND = "crosswalk"
ENDING = ".yaml"
MOST_WORDS = 60
"""Of a paraphrase, and of what the evidence is not evidence of: two sentences of the length that people read."""
LEAST_WORDS = 4
"""`of anything else` says nothing; a thing and what of it takes four words."""
QUOTED_WORDS = 6
"""Short titles may be quoted; a longer run of words is somebody's text."""
CLAIMS = re.compile(r"\b(compl(iant|iance|y|ies|ied|ying)|conformity with|certified)\b", re.IGNORECASE)
"""Words that say more than a test can show, also where they are denied: read in haste, they are what is remembered."""
_QUOTATION = re.compile(
    r"\"([^\"]*)(?:\"|$)|“([^”]*)(?:”|$)|‘([^’]*)(?:’|$)|«([^»]*)(?:»|$)|(?<!\w)'(.*?)(?:'(?!\w)|$)",
    re.DOTALL,
)
"""What stands between quotation marks; from one that is never closed, the rest. An apostrophe is none."""
_TEXTS = ("framework", "edition", "licence", "note")
_ENTRY_TEXTS = ("ref", "binds_words", "applies_words", "paraphrase", "not_evidence_of")

Protocols: t.TypeAlias = t.Mapping[str, t.Collection[str]]
"""Checks by protocol: the names that evidence may have."""
_Misfit: t.TypeAlias = tuple[Path, str, str]


def read_crosswalk(files: t.Mapping[str, str], protocols: Protocols) -> tuple[Instrument, ...]:
    """The instruments in these texts, by file name. Raises `FaultyDocument` with all faults."""
    instruments, faults = _read(files, protocols)
    if faults:
        raise FaultyDocument(KIND, faults)
    return instruments


def lint_crosswalk(files: t.Mapping[str, str], protocols: Protocols) -> tuple[Fault, ...]:
    """All that is wrong with these texts."""
    return _read(files, protocols)[1]


def _read(
    files: t.Mapping[str, str], protocols: Protocols
) -> tuple[tuple[Instrument, ...], tuple[Fault, ...]]:
    if not files:
        return (), (Fault(KIND, 1, "there is no file in it", "one YAML file for each instrument"),)
    instruments: list[Instrument] = []
    faults: list[Fault] = []
    for name, text in sorted(files.items()):
        document = read_yaml(text, file=name)
        instrument, found = validate(Instrument, document)
        faults += (*document.faults, *found)
        if instrument is not None:
            instruments.append(instrument)
            faults += (
                Fault(*document.place(path), what[:400], fix[:400])
                for path, what, fix in _misfits(instrument, document, protocols)
            )
    return tuple(instruments), tuple(faults)


def _misfits(instrument: Instrument, document: Document, protocols: Protocols) -> t.Iterator[_Misfit]:
    stem = document.file.rpartition("/")[2].removesuffix(ENDING)
    if instrument.id != stem:
        yield ("id",), f"the id is {instrument.id!r} and the file {stem!r}", "give both one name"
    for field in _TEXTS:
        yield from _of_words((field,), getattr(instrument, field))
    seen: dict[str, str] = {}
    for number, entry in enumerate(instrument.entries):
        path = ("entries", number)
        key = "".join(entry.ref.split()).casefold()
        if key in seen:
            yield (*path, "ref"), f"{entry.ref!r} stands here again", f"keep one entry of {seen[key]!r}"
        seen.setdefault(key, entry.ref)
        yield from _of_dates(path, entry, instrument.as_of)
        yield from _of_names(path, entry, protocols)
        yield from _of_texts(path, entry)


def _of_dates(path: Path, entry: Entry, as_of: str) -> t.Iterator[_Misfit]:
    # ISO days compare as text.
    if entry.checked > as_of:
        yield (
            (*path, "checked"),
            f"checked on {entry.checked}, and the file speaks for {as_of}",
            "bring `as_of` up to date, or mend the day",
        )
    if BOUND_BY_LAW.intersection(entry.binds) and entry.applies_from is None:
        yield (
            (*path, "binds"),
            "law binds somebody here, and it is not said since when",
            "give `applies_from`, and `applies_words` where one day does not tell it",
        )


def _of_names(path: Path, entry: Entry, protocols: Protocols) -> t.Iterator[_Misfit]:
    known = {*OUTPUTS, *protocols, *(f"{name}/{check}" for name in protocols for check in protocols[name])}
    for number, name in enumerate(entry.evidence):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
            fix = (
                f"did you mean {near[0]!r}?" if near else "name a released protocol, its check, or an output"
            )
            yield (*path, "evidence", number), f"there is no {name!r}", fix
    for field in ("evidence", "binds"):
        names = getattr(entry, field)
        if len(set(names)) < len(names):
            yield (*path, field), "a name stands here twice", "keep one of the two"
    if entry.strength == "direct" and entry.read == "secondary":
        yield (
            (*path, "strength"),
            "direct, of a clause that nobody read",
            "read the text itself, or say `partial`",
        )


def _of_texts(path: Path, entry: Entry) -> t.Iterator[_Misfit]:
    for field in _ENTRY_TEXTS:
        yield from _of_words((*path, field), getattr(entry, field) or "")
    for field in ("paraphrase", "not_evidence_of"):
        words = len(getattr(entry, field).split())
        if not LEAST_WORDS <= words <= MOST_WORDS:
            say = "say it shorter" if words > MOST_WORDS else "say what, and what of it"
            yield (*path, field), f"{words} words, where {LEAST_WORDS} to {MOST_WORDS} are read", say
    if not entry.not_evidence_of.startswith(("of ", "that ")):
        yield (
            (*path, "not_evidence_of"),
            "it does not begin with `of` or `that`",
            "it is read after the words `not evidence`",
        )


def _of_words(path: Path, text: str) -> t.Iterator[_Misfit]:
    if claim := CLAIMS.search(text):
        yield (
            path,
            f"the word {claim.group()!r}",
            "say what is shown, decided or asked for; whether a rule is satisfied nobody can read off a test",
        )
    for match in _QUOTATION.finditer(text):
        quoted = next(group for group in match.groups() if group is not None)
        if len(quoted.split()) > QUOTED_WORDS:
            yield (
                path,
                f"a quotation of {len(quoted.split())} words: {quoted[:80]!r}",
                f"say it in our own words; at most {QUOTED_WORDS} words of a title may be quoted",
            )
