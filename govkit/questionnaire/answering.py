"""
From instrument, rules, facts and people's words to answers; nothing else enters.

1. Each part that a rule names is *shown*, *adverse*, *open* or *missing*. Direct and support count all of them; context
   counts people's words, and evidence where it is adverse.
2. Any adverse part: `blocked`. Else all of them shown: `answered`. Else none at hand: `needs-person`. Else `partial`.
3. The rule's reply of that case is the answer. Where it has none, a person may give one; the word of the good case
   never, unless every part is shown.
4. *Not applicable* only from a person, with the reason, where the question allows it and nothing is adverse.
"""

import dataclasses
import typing as t

from govkit.questionnaire.answers import (
    FORMAT,
    Answer,
    Answers,
    AttestationCited,
    InstrumentNamed,
    ProductCited,
    Reading,
    RemediationAsked,
    RulesNamed,
    State,
)
from govkit.questionnaire.attested import Attestation, People, PersonalAnswer, Spoken
from govkit.questionnaire.claims import Claim, Facts, line
from govkit.questionnaire.instrument import Instrument, Question, ReadInstrument
from govkit.questionnaire.products import ProductFact, product_of
from govkit.questionnaire.rules import PLACEHOLDER, CaseName, ReadRules, Rule
from govkit.questionnaire.told import (
    attested_sentence,
    claim_sentences,
    personal_sentence,
    subject_words,
    waiver_sentence,
)
from govkit.verification.moments import written

STATES: t.Final[t.Mapping[CaseName, State]] = {
    "shown": "answered",
    "adverse": "blocked",
    "open": "partial",
    "missing": "needs-person",
}
DEMONSTRATION: t.Final = (
    "This is a demonstration: a script may have stood for the system, and then nothing was tested."
)
MAX_COMMENT = 32_000


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """What people say to one sentence that a rule asks for."""

    id: str
    asks: str
    reading: Reading
    words: tuple[Spoken[Attestation], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """All that one question needs, as it stands."""

    claims: tuple[Claim, ...]
    products: tuple[ProductFact, ...]
    heard: tuple[Heard, ...]


def answer_all(
    instrument: ReadInstrument, rules: ReadRules, facts: Facts, people: People, *, govkit: str = ""
) -> Answers:
    """The answers to all questions of the instrument that have a rule."""
    binding = instrument.instrument
    answers = []
    for rule in rules.rules.rules:
        question = binding.question(rule.question)
        if question is not None:
            answers.append(_answer(binding, question, rule, facts, people))
    return Answers(
        format=FORMAT,
        instrument=InstrumentNamed(id=binding.id, edition=binding.edition, digest=instrument.digest),
        rules=RulesNamed(version=rules.rules.version, digest=rules.digest),
        subject=facts.subject,
        terms=facts.terms,
        made=written(facts.now),
        usable_until=_usable_until(answers),
        notices=_notices(rules, facts),
        answers=tuple(answers),
        set_aside=facts.set_aside,
        govkit=govkit,
    )


def parts_of(rule: Rule, facts: Facts, people: People) -> Parts:
    """What there is to a question, part by part."""
    protocols = {each.protocol for each in rule.claims or ()}
    runs = facts.runs_of(protocols)
    return Parts(
        claims=tuple(facts.claim(each.protocol, each.check) for each in rule.claims or ()),
        products=tuple(product_of(each, facts, runs) for each in rule.product or ()),
        heard=tuple(_heard(each.id, each.asks, people) for each in rule.attest or ()),
    )


def case_of(rule: Rule, parts: Parts) -> CaseName:
    """Which of the four cases it is."""
    claims = [each.reading for each in parts.claims]
    products, heard = [each.reading for each in parts.products], [each.reading for each in parts.heard]
    if "adverse" in (*claims, *products, *heard):
        return "adverse"
    counting = list(heard)
    if rule.strength != "context":
        counting += [*_needed(rule, claims), *products]
    if counting and all(each == "shown" for each in counting):
        return "shown"
    return "missing" if all(each == "missing" for each in counting) else "open"


def _needed(rule: Rule, claims: list[Reading]) -> list[Reading]:
    """Where one claim is enough, the best of them counts for all; that none is adverse is known already."""
    if rule.need != "any" or not claims:
        return claims
    order: tuple[Reading, ...] = ("shown", "open", "missing")
    return [next(each for each in order if each in claims)]


def _heard(name: str, asks: str, people: People) -> Heard:
    """Who confirms this very sentence, and who denies it; one denial is enough."""
    words = tuple(
        each
        for each in people.attestations
        if each.counts and each.said.id == name and _same(each.said.asks, asks)
    )
    denied = any(each.said.says == "denied" for each in words)
    reading: Reading = "adverse" if denied else "shown" if words else "missing"
    return Heard(name, asks, reading, words)


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


@dataclasses.dataclass(frozen=True, slots=True)
class _Draft:
    """An answer while it is made."""

    state: State
    value: str
    said: tuple[str, ...] = ()
    """Sentences that follow the comment."""
    gaps: tuple[str, ...] = ()
    person: Spoken[PersonalAnswer] | None = None


def _answer(binding: Instrument, question: Question, rule: Rule, facts: Facts, people: People) -> Answer:
    parts = parts_of(rule, facts, people)
    case = case_of(rule, parts)
    reply = rule.answers.of(case)
    gaps = _gaps(parts, facts)
    draft = _by_person(binding, question, rule, case, people)
    draft = _constrained(binding, draft)
    comment = _comment(reply.comment, case, rule, parts, facts, gaps)
    words = [each for heard in parts.heard for each in heard.words]
    asked = dict(draft.person.said.remediation or {}) if draft.person else {}
    return Answer(
        question=question.id,
        state=draft.state,
        value=draft.value,
        comment=" ".join([*_demonstrated(facts), comment, *draft.said])[:MAX_COMMENT],
        owner=line(draft.person.said.owner) if draft.person and draft.person.said.owner else None,
        evidence=tuple(each for claim in parts.claims for each in claim.cited),
        products=tuple(map(_product, parts.products)),
        waivers=tuple(each for claim in parts.claims for each in claim.waivers),
        attestations=(*(_attested(each) for each in words), *_answered_by(draft.person)),
        gaps=(*gaps, *draft.gaps),
        remediation=tuple(
            RemediationAsked(field=each, value=line(asked.get(each, ""))) for each in reply.remediation or ()
        ),
    )


def _demonstrated(facts: Facts) -> tuple[str, ...]:
    """What stands before each comment of a demonstration: a single cell may be all that somebody reads."""
    return (DEMONSTRATION,) if facts.terms.demonstration else ()


def _by_person(binding: Instrument, question: Question, rule: Rule, case: CaseName, people: People) -> _Draft:
    """What stands in the cell: the rule's answer, or a person's where the rule leaves it to them."""
    given = rule.answers.of(case).answer or ""
    mine = [
        each
        for each in people.answers
        if each.counts
        and (each.said.instrument, each.said.edition, each.said.question)
        == (binding.id, binding.edition, question.id)
    ]
    if not mine:
        return _Draft(STATES[case], given)
    if len({(each.said.answer, each.said.owner) for each in mine}) > 1:
        return _Draft(
            STATES[case], given, gaps=("Several people answer this differently; none of it was used.",)
        )
    person = mine[-1]
    said = (personal_sentence(person.said),)
    refusal = _refusal(binding, question, rule, case, person.said)
    if refusal:
        # What they wrote is not told either: it may claim what the refused word does.
        return _Draft(STATES[case], given, gaps=(refusal,))
    word = person.said.answer
    if word == binding.not_applicable.word:
        return _Draft("not-applicable", word, said, person=person)
    answers = word is not None or (question.answers is None and person.said.comment is not None)
    state: State = "answered" if case == "missing" and answers else STATES[case]
    return _Draft(state, word or given, said, person=person)


def _refusal(
    binding: Instrument, question: Question, rule: Rule, case: CaseName, said: PersonalAnswer
) -> str:
    """Why a person's answer is not written; empty where it is."""
    word, shown, given = said.answer, rule.answers.shown.answer, rule.answers.of(case).answer
    if word is None:
        return ""
    if word == binding.not_applicable.word:
        against = {
            "which this question does not allow": question.not_applicable is None,
            "and there is a result: the question applies": case == "adverse",
            "without saying why, and the reason is needed": not said.reason,
        }
    else:
        against = {
            "which is not among the allowed answers": word not in binding.words(question),
            "and not everything that this answer rests on is shown": word == shown and case != "shown",
            "and what is at hand gives another answer, which stands": case != "shown"
            and given is not None
            and word != given,
        }
    why = next((words for words, stands in against.items() if stands), "")
    return f"{line(said.by)} answers {line(word, 100)!r}, {why}." if why else ""


def _constrained(binding: Instrument, draft: _Draft) -> _Draft:
    """The draft, with its answer left blank where the instrument asks for something beside it that is not there."""
    owner = draft.person.said.owner if draft.person else None
    for each in binding.constraints or ():
        lacks = each.field == "owner" and (owner is None or owner in (each.other_than or ()))
        if each.answer == draft.value and lacks:
            state: State = "partial" if draft.state in ("answered", "not-applicable") else draft.state
            gap = f"The answer {each.answer} was left out: {each.why}"
            return dataclasses.replace(draft, value="", state=state, gaps=(*draft.gaps, gap))
    return draft


def _comment(
    template: str, case: CaseName, rule: Rule, parts: Parts, facts: Facts, gaps: t.Sequence[str]
) -> str:
    results = [each for claim in parts.claims for each in claim_sentences(facts, claim)]
    results += [each.sentence for each in parts.products if each.sentence]
    attested = [attested_sentence(each.said) for heard in parts.heard for each in heard.words]
    filled = {
        "subject": subject_words(facts),
        "results": " ".join(dict.fromkeys(results)),
        "attested": " ".join(attested),
        "gap": " ".join(gaps),
    }
    # What is adverse, and what an answer rests on, is told even where a template forgets it.
    told = ["results", "attested"] if case == "adverse" or rule.strength != "context" else ["attested"]
    added = [f"{{{name}}}" for name in told if filled[name] and f"{{{name}}}" not in template]
    whole = PLACEHOLDER.sub(lambda match: filled.get(match[1], ""), " ".join([template, *added]))
    return " ".join(whole.split())


def _gaps(parts: Parts, facts: Facts) -> tuple[str, ...]:
    about = subject_words(facts)
    claims = [
        f"No usable result of {each.protocol}/{each.check} for {about} is at hand."
        for each in parts.claims
        if each.reading == "missing"
    ]
    products = [each.gap for each in parts.products if each.gap]
    heard = [f"Nobody has confirmed: {each.asks}" for each in parts.heard if each.reading == "missing"]
    return tuple(dict.fromkeys([*claims, *products, *heard]))


def _product(fact: ProductFact) -> ProductCited:
    return ProductCited(
        product=fact.product, reading=fact.reading, says=fact.sentence, runs=fact.runs, until=fact.until
    )


def _attested(spoken: Spoken[Attestation]) -> AttestationCited:
    said = spoken.said
    return AttestationCited(
        id=said.id, document=spoken.document, says=said.says, by=line(said.by), role=line(said.role),
        made=said.made, until=said.until, signer=spoken.signer,
    )  # fmt: skip


def _answered_by(spoken: Spoken[PersonalAnswer] | None) -> tuple[AttestationCited, ...]:
    if spoken is None:
        return ()
    said = spoken.said
    return (
        AttestationCited(
            id=f"answer:{said.question}", document=spoken.document, says="answers", by=line(said.by),
            role=line(said.role), made=said.made, until=said.until, signer=spoken.signer,
        ),
    )  # fmt: skip


def _notices(rules: ReadRules, facts: Facts) -> tuple[str, ...]:
    """For the first page: a demonstration, whatever failed, and whatever is waived."""
    needed = {(each.protocol, each.check) for rule in rules.rules.rules for each in rule.claims or ()}
    claims = [facts.claim(*each) for each in sorted(needed)]
    adverse = [one for each in claims if each.reading == "adverse" for one in claim_sentences(facts, each)]
    waived = [waiver_sentence(facts, one) for each in claims for one in each.waivers]
    notices = rules.rules.notices
    found = [DEMONSTRATION] if facts.terms.demonstration else []
    for template, results in ((notices.adverse, adverse), (notices.waived, waived)):
        if results:
            filled = {"subject": subject_words(facts), "results": " ".join(results)}
            text = PLACEHOLDER.sub(lambda match, filled=filled: filled.get(match[1], ""), template)  # type: ignore[misc]
            found.append(" ".join(text.split())[:MAX_COMMENT])
    return tuple(found)


def _usable_until(answers: t.Sequence[Answer]) -> str | None:
    """The first end of anything that an answer rests on; of people's words the end of their last day."""
    ends = [each.until for answer in answers for each in answer.evidence]
    ends += [each.until for answer in answers for each in answer.waivers]
    ends += [each.until for answer in answers for each in answer.products if each.until is not None]
    ends += [f"{each.until}T23:59:59Z" for answer in answers for each in answer.attestations]
    return min(ends, default=None)
