"""The rules of a comparison: what is compared, and which word follows. Pure functions of two runs' outcomes."""

import dataclasses
import math
import typing as t

from govkit.assessment.bounds import MILLION
from govkit.assessment.comparing import sentences
from govkit.assessment.comparing.matching import Matching, Run
from govkit.assessment.comparing.model import (
    BottomLine,
    CheckChange,
    Comparison,
    Found,
    Rate,
    Reached,
    Shift,
    Word,
    alpha_of,
)
from govkit.assessment.model import CheckResult
from govkit.assessment.multiplicity import holm
from govkit.assessment.paired import Change, ChangeOfDifference, Compared, Tails, bounds, tails
from govkit.protocol.document import Condition
from govkit.protocol.model import Check
from govkit.protocol.release import Release

GRANTED_PERCENT = 30
"""
The intra-class correlation within a template that is granted where the protocol names none: what a protocol would name
where situations differ much in how they tempt.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class _Draft:
    """A check with its numbers, before the correction for several comparisons and its word."""

    check: Check
    results: tuple[CheckResult | None, CheckResult | None]
    deciding: tuple[Shift, ...]
    exploratory: tuple[Shift, ...]
    obstacle: str
    """Why it cannot be compared; empty when it can."""


def compare(release: Release, baseline: Run, update: Run) -> Comparison:
    """The comparison of two runs of this protocol, the earlier one first."""
    matching = Matching(baseline, update)
    drafts = [
        _draft(check, matching, (baseline.result(check.id), update.result(check.id)))
        for check in release.protocol.checks
        if check.id in {*baseline.plan.request.checks, *update.plan.request.checks}
    ]
    family = [
        shift.found
        for draft in drafts
        if not draft.obstacle
        for shift in draft.deciding
        if shift.found is not None
    ]
    adjusted = [
        Tails(*both)
        for both in zip(
            holm([each.tails.more for each in family]),
            holm([each.tails.less for each in family]),
            strict=True,
        )
    ]
    left = iter(adjusted)
    checks = tuple(_concluded(draft, left, len(family)) for draft in drafts)
    outcome = _overall(checks)
    return Comparison(checks, len(family), outcome, sentences.of_all(checks, outcome))


def word_of(found: Found, confidence_percent: int) -> Word:
    """The word that one comparison gives, by the rule in the package docstring."""
    alpha = alpha_of(confidence_percent)
    if found.adjusted is None:
        return "not comparable"
    if found.adjusted.more < alpha and found.lower_ppm > 0:
        return "worse"
    if found.adjusted.less < alpha and found.upper_ppm < 0:
        return "better"
    return "no change shown"


def _overall(checks: t.Sequence[CheckChange]) -> BottomLine:
    if any(each.word == "worse" or each.fell for each in checks):
        return "worse"
    if not checks or any(each.word == "not comparable" for each in checks):
        return "not comparable"
    return "nothing worse shown"


def _concluded(draft: _Draft, adjusted: t.Iterator[Tails], family: int) -> CheckChange:
    rule = draft.check.criterion
    deciding = draft.deciding
    word: Word = "not comparable"
    if not draft.obstacle:
        deciding = tuple(
            dataclasses.replace(each, found=dataclasses.replace(each.found, adjusted=next(adjusted)))
            for each in deciding
            if each.found is not None
        )
        words = [word_of(each.found, rule.confidence_percent) for each in deciding if each.found is not None]
        word = next((each for each in ("worse", "better") if each in words), "no change shown")
    before, now = (_reached(result) for result in draft.results)
    change = CheckChange(
        check=draft.check.id,
        title=draft.check.title,
        word=word,
        sentence=draft.obstacle or sentences.of_check(word, deciding, rule.confidence_percent, family),
        confidence_percent=rule.confidence_percent,
        correlation_percent=_granted_percent(draft.check),
        baseline=before,
        update=now,
        deciding=deciding,
        exploratory=draft.exploratory,
    )
    return dataclasses.replace(
        change, sentence=change.sentence + sentences.of_fall(change.word, fell=change.fell)
    )


def _reached(result: CheckResult | None) -> Reached | None:
    return None if result is None else Reached(result.verdict, result.reason, result.primary.counts)


def _granted_percent(check: Check) -> int:
    """What the protocol itself takes for granted of the trials of one template, where it says so."""
    stopping = check.criterion.stopping
    return GRANTED_PERCENT if stopping is None else stopping.correlation_percent


def _draft(
    check: Check, matching: Matching, results: tuple[CheckResult | None, CheckResult | None]
) -> _Draft:
    deciding = [_shift(check, matching, check.primary, "primary", decides=True)]
    if check.against is not None:
        deciding.append(_difference(check, matching))
    exploratory = tuple(
        shift
        for name, question, condition in _others(check)
        for shift in (_shift(check, matching, condition, name, question),)
        if shift.baseline.n or shift.update.n
    )
    return _Draft(check, results, tuple(deciding), exploratory, _obstacle(results, deciding))


def _others(check: Check) -> t.Iterator[tuple[str, str, Condition]]:
    """Conditions that are compared and decide nothing, each once: name, question and condition."""
    primary = dict(check.primary)
    named: list[tuple[str, str, Condition | None]] = [
        ("held-against", "", check.against),
        *((each.id, each.question, each.change) for each in check.contrasts),
        ("matched", "", check.matched),
    ]
    seen = [primary]
    for name, question, change in named:
        condition = {**primary, **(change or {})}
        if condition not in seen:
            seen.append(condition)
            yield name, question, condition


def _obstacle(results: tuple[CheckResult | None, CheckResult | None], deciding: t.Sequence[Shift]) -> str:
    for result, whose in zip(results, ("baseline", "update"), strict=True):
        if result is None:
            return f"Not comparable: the {whose} did not make this check."
    for result, whose in zip(results, ("baseline", "update"), strict=True):
        if result is not None and result.verdict == "invalid":
            return (
                f"Not comparable: the result of the {whose} is invalid ({result.reason}). {result.sentence}"
            )
    for shift in deciding:
        if shift.found is None:
            rates = (shift.baseline, shift.update, *(shift.subtracted or ()))
            whose = "baseline" if any(each.n == 0 for each in rates[::2]) else "update"
            return (
                f"Not comparable: the {whose} has no trial in a deciding condition in which the work was done or "
                "the act committed."
            )
    return ""


def _change(check: Check, matching: Matching, condition: Condition) -> Change:
    return Change(matching.templates(check.id, condition), _granted_percent(check) / 100)


def _shift(
    check: Check,
    matching: Matching,
    condition: Condition,
    name: str,
    question: str = "",
    *,
    decides: bool = False,
) -> Shift:
    change = _change(check, matching, condition)
    return Shift(
        name=name,
        question=question,
        condition=condition,
        decides=decides,
        baseline=Rate(*change.baseline),
        update=Rate(*change.update),
        subtracted=None,
        found=_found(check, change, change),
    )


def _difference(check: Check, matching: Matching) -> Shift:
    """The difference that the check is about, in both runs."""
    primary = _change(check, matching, check.primary)
    other = _change(check, matching, {**check.primary, **(check.against or {})})
    return Shift(
        name="difference",
        question="",
        condition=check.primary,
        decides=True,
        baseline=Rate(*primary.baseline),
        update=Rate(*primary.update),
        subtracted=(Rate(*other.baseline), Rate(*other.update)),
        found=_found(check, ChangeOfDifference(primary, other), primary, other),
    )


def _found(check: Check, compared: Compared, *changes: Change) -> Found | None:
    """What the trials say of it; None where one of these conditions has no determinate trial in a run."""
    manners = {change.manner for change in changes}
    if None in manners:
        return None
    lower, upper = bounds(compared, alpha_of(check.criterion.confidence_percent))
    most = MILLION * len(changes)
    return Found(
        manner=next(each for each in ("unpaired", "by-template", "paired") if each in manners),
        pairs=sum(change.pairs for change in changes),
        templates=len({name for change in changes for name in change.contributions()}),
        estimate_ppm=round(compared.estimate * MILLION),
        lower_ppm=max(-most, math.floor(lower * MILLION)),
        upper_ppm=min(most, math.ceil(upper * MILLION)),
        tails=tails(compared),
    )
