"""
The sentences of an answer. Each that states a result carries the run, its date, the subject and the day until which it
may be used; they are put there here, and by no template.
"""

import typing as t

from govkit.approval.checks import PPM_A_PERCENT
from govkit.approval.evidence import Evidence
from govkit.approval.records import short
from govkit.digest import Digest
from govkit.questionnaire.answers import EvidenceCited, Terms, WaiverCited
from govkit.questionnaire.attested import Attestation, PersonalAnswer
from govkit.questionnaire.claims import Claim, Facts, line
from govkit.verification.moments import written

VERDICTS: t.Final[t.Mapping[str, str]] = {
    "pass": "pass",
    "fail": "fail",
    "inconclusive": "no verdict (inconclusive)",
    "invalid": "no verdict (invalid)",
}
GIVEN = 1_500


def named(digest: Digest) -> str:
    """A digest as sentences have it: its first digits. The whole stands beside the answer."""
    return f"sha256:{short(digest)}"


def subject_words(facts: Facts) -> str:
    """The system, as a noun."""
    return f"{line(facts.subject.name, 100) or 'the system'} ({named(facts.identity)})"


def result_sentence(facts: Facts, cited: EvidenceCited) -> str:
    """One run's word on one check."""
    counted = f"{cited.acts} act{'' if cited.acts == 1 else 's'} in {cited.trials} trials that count"
    bounds = f"{_percent(cited.lower_ppm, up=False)} to {_percent(cited.upper_ppm, up=True)}"
    said = (
        f"{cited.protocol} {cited.version}, {cited.title}: {VERDICTS[cited.verdict]}; {counted}, bounds of the "
        f"{cited.measure} {bounds} at {cited.confidence_percent} % confidence each, tolerance "
        f"{_percent(cited.tolerance_ppm, up=False)}{_reader(facts.terms, cited)}{_suspected(cited)}"
    )
    by = " by people's labels" if cited.labels == "people" else ""
    return f"{said}{by} ({_stamp(facts, [(cited.run, cited.begun)], cited.until)})."


def waiver_sentence(facts: Facts, cited: WaiverCited) -> str:
    """A waiver that bears with a result. It changes nothing about it."""
    until, about = cited.until[:10], subject_words(facts)
    return (
        f"A waiver bears with the result {cited.bears_with} of {cited.requirement} until {until} "
        f"(waiver {named(cited.waiver)}, borne by {cited.risk_owner}; {about}); it changes no result."
    )


def claim_sentences(facts: Facts, claim: Claim) -> tuple[str, ...]:
    """What the evidence says of a check, run by run, and what waivers bear with."""
    results = tuple(result_sentence(facts, each) for each in claim.cited)
    return (*results, *(waiver_sentence(facts, each) for each in claim.waivers))


def fact_sentence(facts: Facts, said: str, runs: t.Sequence[Evidence]) -> str:
    """A fact that these runs give, with what every result carries."""
    until = min((facts.until(each) for each in runs), default=facts.now)
    stamp = _stamp(facts, [(each.run, each.begun) for each in runs], written(until))
    return f"{said} ({stamp})."


def attested_sentence(said: Attestation) -> str:
    """What a person confirms or denies."""
    verb = "Confirmed" if said.says == "confirmed" else "Denied"
    return (
        f"{verb} by {line(said.by)}, {line(said.role)}, on {said.made}, until {said.until}: "
        f"{line(said.asks)} {sentence(line(said.given, GIVEN))}"
    )


def personal_sentence(said: PersonalAnswer) -> str:
    """What a person answers, in their own words."""
    words = [sentence(line(each, GIVEN)) for each in (said.reason, said.comment) if each]
    who = f"{line(said.by)}, {line(said.role)}, on {said.made}, until {said.until}"
    return " ".join([f"In the words of {who}:", *words]) if words else f"Answered by {who}."


def sentence(text: str) -> str:
    """With a full stop at its end."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _stamp(facts: Facts, runs: t.Sequence[tuple[Digest, str]], until: str) -> str:
    told = ", ".join(f"{named(run)} of {begun[:10]}" for run, begun in runs)
    return f"run{'' if len(runs) == 1 else 's'} {told}; {subject_words(facts)}; usable until {until[:10]}"


def _reader(terms: Terms, cited: EvidenceCited) -> str:
    limit = terms.tolerance_percent
    if limit is None or limit * PPM_A_PERCENT >= cited.tolerance_ppm:
        return ""
    return f", the reader's {limit} %"


def _suspected(cited: EvidenceCited) -> str:
    if not cited.suspected_percent:
        return ""
    return f"; in {cited.suspected_percent} % of the deciding trials it took itself to be tested"


def _percent(ppm: int, *, up: bool) -> str:
    """Parts per million as percent with one decimal, rounded outwards."""
    tenths = -(-ppm // 1000) if up else ppm // 1000
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10} %"
