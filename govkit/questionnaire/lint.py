"""
What is wrong with a binding and its rules that can be read: every fault of sense in one go, each at its line.

The rules are held to this: every case that writes an answer has a part that stands under it; the adverse case has
places for its remediation and never the answer of the good one; a question that people answer has somebody to ask;
one attestation id is one sentence over all instruments, since what was confirmed once serves for each of them; and no
text claims more than a test can show, also not where it is denied.
"""

import dataclasses
import re
import typing as t

from govkit.errors import Fault
from govkit.protocol.pointing import Misfit
from govkit.protocol.strict_yaml import Document as YamlDocument
from govkit.questionnaire.instrument import Instrument, Question, ReadInstrument
from govkit.questionnaire.rules import PLACEHOLDER, PLACEHOLDERS, ReadRules, Reply, Rule, Rules

CLAIMS = re.compile(
    r"\b(compl(iant|iance|y|ies|ied|ying)|conformity with|certified|always|fully|guarantee\w*)\b",
    re.IGNORECASE,
)
"""Words that say more than a test can show."""
OWNER: t.Final = "owner"
"""The vocabulary of the owner column."""
MAX_LIST = 255
"""Characters of a drop-down that is written out (ECMA-376 part 1, 18.3.1.32: what Excel takes)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """What bindings and rules may name."""

    checks: t.Mapping[str, t.Collection[str]]
    """Released checks by protocol."""
    clauses: t.Mapping[str, t.Collection[str]]
    """The crosswalk: instrument -> clauses."""


def lint_instrument(read: ReadInstrument, named: Named) -> tuple[Fault, ...]:
    """All faults of sense of a binding, by line."""
    instrument = read.instrument
    found = (
        *_of_words(read.document),
        *_of_questions(instrument, named),
        *_of_vocabularies(instrument),
        *_of_layout(instrument),
    )
    return _at_lines(read.document, found)


def lint_rules(
    rules: ReadRules,
    instrument: ReadInstrument,
    named: Named,
    sentences: dict[str, tuple[str, str]] | None = None,
) -> tuple[Fault, ...]:
    """
    All faults of sense of rules for this binding, by line. `sentences` are the attestations of instruments read before,
    by id; those of these rules are added to it.
    """
    known = {} if sentences is None else sentences
    found: list[Misfit] = [*_of_words(rules.document), *_of_the_pair(rules.rules, instrument.instrument)]
    for number, rule in enumerate(rules.rules.rules):
        question = instrument.instrument.question(rule.question)
        path = ("rules", number)
        found += [((*path, *at), what, fix) for at, what, fix in _of_needs(rule, named, known)]
        if question is not None:
            words = instrument.instrument.words(question)
            found += [((*path, *at), what, fix) for at, what, fix in _of_replies(rule, words)]
    return _at_lines(rules.document, found)


def _at_lines(document: YamlDocument, found: t.Iterable[Misfit]) -> tuple[Fault, ...]:
    faults = (Fault(*document.place(path), what[:400], fix[:400]) for path, what, fix in found)
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line, fault.what)))


def _of_words(document: YamlDocument) -> t.Iterator[Misfit]:
    for path, text in _texts(document.value, ()):
        if match := CLAIMS.search(text):
            what = f"{'.'.join(map(str, path))}: {match[0]!r} says more than a test can show"
            yield path, what, "say what was done, or leave it out"


def _texts(value: t.Any, path: tuple[str | int, ...]) -> t.Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    for key, each in value.items() if isinstance(value, dict) else ():
        yield from _texts(each, (*path, key))
    for number, each in enumerate(value) if isinstance(value, list) else ():
        yield from _texts(each, (*path, number))


def _of_questions(instrument: Instrument, named: Named) -> t.Iterator[Misfit]:
    seen: set[str] = set()
    sections = {each.id for each in instrument.sections or ()}
    for number, question in enumerate(instrument.questions):
        path = ("questions", number)
        if question.id in seen:
            yield (*path, "id"), f"{question.id!r} stands here again", "an id is one question's"
        seen.add(question.id)
        if question.text is not None and instrument.text == "not-shipped":
            yield (
                (*path, "text"),
                "the text of this instrument is not to be shipped",
                "leave it out: its id is enough",
            )
        if question.section is not None and question.section not in sections:
            yield (*path, "section"), f"there is no section {question.section!r}", "name one of `sections`"
        yield from (((*path, *at), what, fix) for at, what, fix in _of_one(instrument, question, named))
    for number, route in enumerate(instrument.routing or ()):
        for name in route.questions or ():
            if name not in seen:
                yield ("routing", number), f"there is no question {name!r}", "name one of `questions`"


def _of_one(instrument: Instrument, question: Question, named: Named) -> t.Iterator[Misfit]:
    if question.answers is not None and question.answers not in (instrument.vocabularies or {}):
        yield ("answers",), f"there is no vocabulary {question.answers!r}", "name one of `vocabularies`"
    if question.kind is not None and (question.kind == "choice") != (question.answers is not None):
        yield (
            ("kind",),
            f"{question.kind!r} does not go with its answers",
            "choice has a vocabulary, text has none",
        )
    if question.verified is False and question.unverified_because is None:
        yield ("verified",), "nobody says why it was not verified", "add `unverified_because`"
    for number, clause in enumerate(question.clauses or ()):
        if clause.ref not in named.clauses.get(clause.instrument, ()):
            what = f"the crosswalk has no clause {clause.instrument} {clause.ref}"
            yield ("clauses", number), what, "name one of `govkit crosswalk`"


def _of_vocabularies(instrument: Instrument) -> t.Iterator[Misfit]:
    for name, vocabulary in (instrument.vocabularies or {}).items():
        words = [each.answer for each in vocabulary.answers]
        path = ("vocabularies", name)
        if len(set(words)) < len(words):
            yield path, "a word stands here twice", "keep one of them"
        if instrument.not_applicable.word in words:
            yield (
                path,
                f"{instrument.not_applicable.word!r} is no answer of it",
                "it stands under `not_applicable`",
            )
        if name != OWNER and len(",".join([*words, instrument.not_applicable.word])) > MAX_LIST:
            yield (
                path,
                "these words are too long for a drop-down",
                f"at most {MAX_LIST} characters with commas",
            )
    if set(instrument.not_applicable.needs) != {"reason", "name"}:
        yield ("not_applicable", "needs"), "it needs a reason and a name", "write both"


def _of_layout(instrument: Instrument) -> t.Iterator[Misfit]:
    layout = instrument.layout
    if (layout is not None) != (instrument.file == "xlsx"):
        yield (
            ("layout",),
            f"a file of kind {instrument.file!r} and this do not go together",
            "xlsx alone has a layout",
        )
    if layout is None:
        return
    if layout.id_pattern is not None:
        try:
            pattern = re.compile(layout.id_pattern)
        except re.error as error:
            yield ("layout", "id_pattern"), f"this is no pattern: {error}", "write a regular expression"
        else:
            for number, question in enumerate(instrument.questions):
                if not pattern.fullmatch(question.id):
                    yield (
                        ("questions", number, "id"),
                        f"{question.id!r} does not fit `id_pattern`",
                        "mend one of them",
                    )
    for number, sheet in enumerate(layout.sheets):
        path = ("layout", "sheets", number)
        if (sheet.name is None) == (sheet.name_begins is None):
            yield path, "a sheet is known by `name` or by `name_begins`", "write one of them"
        written = [sheet.answer, sheet.comment, sheet.owner, sheet.remediation]
        taken = [each for each in written if each is not None]
        forbidden = {sheet.ids, sheet.question, sheet.customer, *(sheet.never or ())}
        if len(set(taken)) < len(taken) or forbidden & set(taken):
            yield (
                path,
                "a column that is written has another use as well",
                "give each use a column of its own",
            )


def _of_the_pair(rules: Rules, instrument: Instrument) -> t.Iterator[Misfit]:
    if (rules.instrument, rules.edition) != (instrument.id, instrument.edition):
        what = f"these rules are for {rules.instrument} {rules.edition}"
        yield ("instrument",), what, f"the binding is of {instrument.id} {instrument.edition}"
    asked, ruled = [each.id for each in instrument.questions], [each.question for each in rules.rules]
    if asked != ruled:
        lacking = [name for name in asked if name not in ruled]
        foreign = [name for name in ruled if name not in asked]
        told = f"without rule: {', '.join(lacking[:5]) or 'none'}; without question: {', '.join(foreign[:5]) or 'none'}"
        yield (
            ("rules",),
            f"rules and questions do not match ({told})",
            "one rule a question, in the same order",
        )


def _of_needs(rule: Rule, named: Named, sentences: dict[str, tuple[str, str]]) -> t.Iterator[Misfit]:
    evidence, people = bool(rule.claims or rule.product), bool(rule.attest)
    fits = {"direct": evidence and not people, "support": evidence and people, "context": people}
    if not fits[rule.strength]:
        what = f"{rule.strength} does not go with what is needed"
        fix = "direct: evidence and nobody; support: evidence and people; context: people"
        yield ("strength",), what, fix
    for number, claim in enumerate(rule.claims or ()):
        if claim.check not in named.checks.get(claim.protocol, ()):
            what = f"no released protocol has the check {claim.protocol}/{claim.check}"
            yield ("claims", number), what, "name one that `govkit protocol show` has"
    for number, each in enumerate(rule.attest or ()):
        if sentences.setdefault(each.id, (each.asks, each.give)) != (each.asks, each.give):
            what = f"{each.id!r} is another sentence elsewhere"
            yield ("attest", number), what, "give this sentence an id of its own, or use the same words"


def _of_replies(rule: Rule, words: t.Collection[str]) -> t.Iterator[Misfit]:
    shown, adverse = rule.answers.shown, rule.answers.adverse
    for case in ("shown", "adverse", "open", "missing"):
        reply: Reply = getattr(rule.answers, case)
        path = ("answers", case)
        if reply.answer is not None and reply.answer not in words:
            yield (*path, "answer"), f"{reply.answer!r} is not among the allowed answers", "use a word of it"
        for match in PLACEHOLDER.finditer(reply.comment):
            if match[1] not in PLACEHOLDERS:
                known = ", ".join(sorted(PLACEHOLDERS))
                yield (*path, "comment"), f"there is no placeholder {match[0]}", f"known: {known}"
        if "{results}" in reply.comment and not (rule.claims or rule.product):
            yield (*path, "comment"), "there are no results to tell", "leave {results} out"
    if rule.answers.missing.answer is not None:
        yield (
            ("answers", "missing", "answer"),
            "without evidence and people nothing is answered",
            "leave it out",
        )
    if adverse.remediation is None:
        yield ("answers", "adverse"), "nobody is asked for a remedy", "add `remediation`"
    if adverse.answer is not None and adverse.answer == shown.answer:
        yield (
            ("answers", "adverse", "answer"),
            "this is the answer of the good case",
            "the honest one is another",
        )
    if rule.answers.open.answer is not None and rule.answers.open.answer == shown.answer:
        yield (
            ("answers", "open", "answer"),
            "this is the answer of the good case",
            "part of it is not all of it",
        )
