"""The rows of who must be somebody else: the evaluator than the developer, the judge than the candidate's family."""

import re
import unicodedata

from govkit.approval.case import Case, row
from govkit.approval.evidence import Evidence
from govkit.approval.result import Row

EVALUATOR, DEVELOPER = "evaluator", "developer"
_LEGAL_FORMS = frozenset(
    {
        "ab",
        "ag",
        "bv",
        "co",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "limited",
        "llc",
        "ltd",
        "plc",
        "pbc",
        "sa",
        "se",
    }
)
"""Words that tell no organisation from another: `OpenAI, Inc.` is `openai`."""


def independence_rows(case: Case) -> tuple[Row, ...]:
    """Who evaluated, and who judged."""
    rules = case.policy.policy.independence
    rows = []
    if rules.evaluator_is_not_developer.get(case.tier, True):
        rows.append(_evaluator(case))
    if rules.judge_is_not_of_the_candidates_family.get(case.tier, True):
        rows.append(_judge(case))
    return tuple(rows)


def _evaluator(case: Case) -> Row:
    name, title = "independence:evaluator", "The evaluator is not the developer"
    if not case.holding:
        return row(name, title, "no-evidence")
    told = [(each, *_separate(case, each)) for each in case.holding]
    order = ("evaluator-is-developer", "evaluator-not-named", "parties-unknown", "independent")
    evidence, reason, sentence = min(told, key=lambda each: order.index(each[1]))
    runs = [each.run for each in case.holding] if reason == "independent" else [evidence.run]
    return row(name, title, reason, sentence, evidence=runs)


def _separate(case: Case, evidence: Evidence) -> tuple[str, str]:
    parties = case.policy.policy.parties
    party = next((each for each in parties if each.certificate == evidence.evaluator_certificate), None)
    organisation = party.organisation if party else evidence.organisation
    developers = {each.organisation for each in parties if DEVELOPER in each.roles}
    developers |= {case.subject.developer} - {""}
    if evidence.subject is not None:
        developers |= {evidence.subject.developer} - {""}
    who = f"{organisation or 'nobody named'} evaluated {evidence.name}"
    if party is not None and DEVELOPER in party.roles:
        return "evaluator-is-developer", f"{who}, and the policy names them as a developer."
    if organisation and plain(organisation) in {plain(each) for each in developers}:
        return "evaluator-is-developer", f"{who}, and develops the model."
    named = [each for each in parties if EVALUATOR in each.roles]
    if named and (party is None or EVALUATOR not in party.roles):
        return (
            "evaluator-not-named",
            f"{who}; the policy names {', '.join(each.organisation for each in named)}.",
        )
    if not organisation or not developers:
        lacking = (
            "the certificate names no organisation"
            if not organisation
            else "the candidate file names no developer"
        )
        return "parties-unknown", f"{who}; {lacking}."
    return "independent", f"{who}; {', '.join(sorted(developers))} develops the model."


def plain(organisation: str) -> str:
    """An organisation's name as it is compared: without case, width, punctuation and legal form."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", organisation).casefold())
    return "".join([each for each in words if each not in _LEGAL_FORMS] or words)


def _judge(case: Case) -> Row:
    name, title = "independence:judge", "The judge is not of the candidate's family"
    judged = [each for each in case.holding if each.kinship is not None]
    if not judged:
        return row(name, title, "no-judge")
    related = next((each for each in judged if each.kinship), None)
    if related is not None:
        return row(
            name, title, "judge-of-same-family", f"{related.name}: {related.kinship}.", evidence=[related.run]
        )
    return row(name, title, "independent", evidence=[each.run for each in judged])
