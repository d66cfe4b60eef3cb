"""
What a judge's answers come to: how well it reads, how often it read yes, and whether a check may have its verdict.

The judge is measured on the labelled texts of each question, in the same run. Its sensitivity and specificity have
exact one-sided bounds; what it gave no readable answer to counts as wrong. Its agreement with the labels is given as
Cohen's kappa and, since that depends on how many texts have each label, as Gwet's AC1. In the trials it is counted
how often it read yes, and the share is corrected for its errors (`govkit.assessment.corrected`).

A question that is *required* keeps a check from its verdict, in this order:

1. a failure stands, whatever a judge did: the act was found by detectors
2. nobody judged, or not all was judged                           -> a pass becomes inconclusive (``not-judged``)
3. more than one model answered for the judge, or a lower bound is
   under its floor                                                -> a pass, and what is inconclusive, become invalid
                                                                     (``judge-uncalibrated``)

Nothing here makes a pass, and a yes makes no violation. A trial that reads yes where the detectors say otherwise is
*nominated*: listed, for a person to read.
"""

import collections
import typing as t

from govkit.assessment.agreement import agreement
from govkit.assessment.bounds import lower_ppm, upper_ppm
from govkit.assessment.corrected import Answers, corrected
from govkit.assessment.judged import Calibrated, Judged, JudgedRate, JudgeUsed, State
from govkit.assessment.model import Measurement, Ruling
from govkit.assessment.rule import percent_down, percent_up
from govkit.judging.bench import Became, Judgements, questions_of
from govkit.judging.judge import kinship
from govkit.protocol.document import Outcome
from govkit.protocol.judging import Label, Question
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.trial.profile import Profile
from govkit.trial.vendor import vendors_of

MAX_NOMINATED = 100
MAX_MISREAD = 40
READ: t.Final[tuple[Became, ...]] = ("yes", "no", "unreadable")
NOBODY = Judgements()
"""Nobody judged."""


def judge_used(candidate: Profile, found: Judgements) -> JudgeUsed | None:
    """Who judged; None where nobody did."""
    if found.judge is None:
        return None
    profile, usage = found.judge.profile, found.usage
    return JudgeUsed(
        judge=found.judge.digest,
        name=profile.name,
        model=profile.model,
        vendors=vendors_of(profile),
        candidate_vendors=vendors_of(candidate),
        same_vendor_allowed=bool(kinship(candidate, profile)),
        models=found.models,
        judgements=usage.judgements,
        attempts=usage.attempts,
        faults=usage.faults,
        interrupted=usage.interrupted,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )


def judged_of(
    release: Release, check: Check, measurements: t.Sequence[Measurement], found: Judgements
) -> tuple[Judged, ...] | None:
    """What a judge read in the trials of a check, question by question; None where the protocol asks none."""
    questions = questions_of(release, check.id)
    return tuple(_judged(release, check, each, measurements, found) for each in questions) or None


def heed(ruling: Ruling, judged: t.Sequence[Judged] | None) -> Ruling:
    """The ruling where the required questions have been heeded: the same, or one that is further from a pass."""
    if ruling[0] in ("fail", "invalid"):
        return ruling
    required = [each for each in judged or () if each.use == "required"]
    for each in required:
        if each.state in ("model-changed", "below-floor"):
            return "invalid", "judge-uncalibrated", each.sentence, each.next_step
    for each in required:
        if each.state != "judged" and ruling[0] == "pass":
            return "inconclusive", "not-judged", each.sentence, each.next_step
    return ruling


def calibrated(release: Release, question: Question, found: Judgements) -> Calibrated | None:
    """What the labelled texts of a question show; None where nobody judged."""
    judge = release.protocol.judge
    if judge is None or found.judge is None:
        return None
    sure = judge.confidence_percent
    yes, no = _labelled(found, question.id, "yes"), _labelled(found, question.id, "no")
    right = {"yes": yes["yes"], "no": no["no"]}
    agreed = agreement(_pairs(yes, no), 2)
    return Calibrated(
        yes=yes.total(),
        yes_read_yes=right["yes"],
        yes_unreadable=yes["unreadable"],
        no=no.total(),
        no_read_no=right["no"],
        no_unreadable=no["unreadable"],
        sensitivity_lower_ppm=lower_ppm(right["yes"], yes.total(), sure),
        sensitivity_upper_ppm=upper_ppm(right["yes"], yes.total(), sure),
        specificity_lower_ppm=lower_ppm(right["no"], no.total(), sure),
        specificity_upper_ppm=upper_ppm(right["no"], no.total(), sure),
        kappa_ppm=agreed.kappa_ppm,
        ac1_ppm=agreed.ac1_ppm,
        sensitivity_floor_percent=question.floor.sensitivity_percent,
        specificity_floor_percent=question.floor.specificity_percent,
        misread=found.misread.get(question.id, ())[:MAX_MISREAD],
    )


def _labelled(found: Judgements, question: str, label: Label) -> collections.Counter[Became]:
    """What became of the labelled texts; those that were not asked yet say nothing of the judge."""
    return collections.Counter({became: found.labelled.get((question, label, became), 0) for became in READ})


def _pairs(yes: collections.Counter[Became], no: collections.Counter[Became]) -> list[tuple[str, str]]:
    """Label and answer of each text, an unreadable answer counting as the wrong one."""
    return (
        [("yes", "yes")] * yes["yes"]
        + [("yes", "no")] * (yes.total() - yes["yes"])
        + [("no", "no")] * no["no"]
        + [("no", "yes")] * (no.total() - no["no"])
    )


Cells: t.TypeAlias = t.Mapping[tuple[tuple[tuple[str, str], ...], Outcome, Became], int]
"""Condition, outcome and what became of the inquiry -> how many trials."""


def _judged(
    release: Release,
    check: Check,
    question: Question,
    measurements: t.Sequence[Measurement],
    found: Judgements,
) -> Judged:
    cells: Cells = {
        (cell[2], cell[3], became): number
        for (cell, became), number in found.trials.items()
        if cell[:2] == (question.id, check.id)
    }
    sure = release.protocol.judge.confidence_percent if release.protocol.judge else 0
    shown = calibrated(release, question, found)
    rates = tuple(_rate(each.condition, cells, shown, sure) for each in measurements)
    missing = _Missing(
        sum(found.labelled.get((question.id, label, "not-judged"), 0) for label in t.get_args(Label)),
        sum(rate.not_judged for rate in rates),
    )
    state = _state(shown, found, missing)
    nominated = found.nominated.get((question.id, check.id), ())
    return Judged(
        question=question.id,
        words=" ".join(question.question.split()),
        positive=" ".join(question.positive.split()),
        use=question.use,
        state=state,
        sentence=_sentence(state, question, shown, rates[0], found, missing, sure),
        next_step=_NEXT[state],
        confidence_percent=sure,
        calibration=shown,
        rates=rates,
        by_outcome={
            outcome: {became: _sum(cells, outcome=outcome, became=became) for became in READ}
            for outcome in question.asked_of
        },
        nominated=nominated[:MAX_NOMINATED],
        nominated_in_all=len(nominated),
    )


class _Missing(t.NamedTuple):
    """Inquiries that were not made."""

    labelled: int
    trials: int


def _sum(
    cells: Cells,
    *,
    became: Became,
    condition: t.Mapping[str, str] | None = None,
    outcome: Outcome | None = None,
) -> int:
    return sum(
        number
        for (where, read_as, what), number in cells.items()
        if what == became and condition in (None, dict(where)) and outcome in (None, read_as)
    )


def _rate(condition: dict[str, str], cells: Cells, shown: Calibrated | None, sure: int) -> JudgedRate:
    counts = {
        became: _sum(cells, became=became, condition=condition)
        for became in (*READ, "not-judged", "nothing-said")
    }
    answers = Answers(counts["yes"], counts["unreadable"], sum(counts[became] for became in READ))
    of_yes = of_no = Answers(0, 0, 0)
    if shown is not None:
        of_yes = Answers(shown.yes_read_yes, shown.yes_unreadable, shown.yes)
        alarms = shown.no - shown.no_read_no - shown.no_unreadable
        of_no = Answers(alarms, shown.no_unreadable, shown.no)
    share = corrected(answers, of_yes, of_no, sure or 95)
    return JudgedRate(
        condition=condition,
        yes=counts["yes"],
        no=counts["no"],
        unreadable=counts["unreadable"],
        not_judged=counts["not-judged"],
        nothing_said=counts["nothing-said"],
        corrected_ppm=share.estimate_ppm,
        lower_ppm=share.lower_ppm,
        upper_ppm=share.upper_ppm,
    )


def _state(shown: Calibrated | None, found: Judgements, missing: _Missing) -> State:
    if shown is None:
        return "not-judged"
    if len(found.models) > 1:
        return "model-changed"
    if missing.labelled:  # then too few texts, and not the judge, may be what keeps it from its floor
        return "in-part"
    if not shown.reaches_floor:
        return "below-floor"
    return "in-part" if missing.trials else "judged"


_NEXT: t.Final[t.Mapping[State, str]] = {
    "judged": "",
    "not-judged": (
        "Name a judge with --judge and run the same command again: the trials that are there are not made again."
    ),
    "in-part": "Run the same command with the same judge again: it asks only what is missing.",
    "model-changed": (
        "Name a snapshot that the provider does not change as judge, in a copy of the run folder without judge.json "
        "and its judgements: the trials need not be made again."
    ),
    "below-floor": (
        "Measure judges with `govkit protocol controls PROTOCOL --judge REF` and name one that reaches the floor, in a "
        "copy of the run folder without judge.json and its judgements: the trials need not be made again."
    ),
}


def _sentence(
    state: State,
    question: Question,
    shown: Calibrated | None,
    primary: JudgedRate,
    found: Judgements,
    missing: _Missing,
    sure: int,
) -> str:
    if state == "not-judged" or shown is None:
        return f"Nobody judged {question.id}, which {_is_required(question)}."
    if state == "model-changed":
        names = ", ".join(name or "(no name)" for name in found.models[:4])
        more = f" and {len(found.models) - 4} more" if len(found.models) > 4 else ""  # noqa: PLR2004 - as above
        return (
            f"More than one model answered for the judge, by what the provider says: {names}{more}. What was measured "
            "of one is not known of the other."
        )
    if state == "in-part":
        return f"Of {question.id}, {missing.trials} trials and {missing.labelled} labelled texts were not judged."
    measured = (
        f"The judge of {question.id} read {shown.yes_read_yes} of {shown.yes} labelled texts with yes and "
        f"{shown.no_read_no} of {shown.no} with no as labelled: its sensitivity is at least "
        f"{percent_down(shown.sensitivity_lower_ppm)} % and its specificity at least "
        f"{percent_down(shown.specificity_lower_ppm)} % ({sure} % confidence each), and "
        f"{shown.sensitivity_floor_percent} % and {shown.specificity_floor_percent} % are required."
    )
    return (
        f"Below its floor. {measured}"
        if state == "below-floor"
        else f"{_read_in_trials(primary, sure)} {measured}"
    )


def _is_required(question: Question) -> str:
    return "the protocol requires" if question.use == "required" else "the protocol asks beside the outcomes"


def _read_in_trials(primary: JudgedRate, sure: int) -> str:
    if not primary.judged:
        return "In the condition that decides there was no text to judge."
    unread = (
        f" and nothing that could be taken for an answer in {primary.unreadable}"
        if primary.unreadable
        else ""
    )
    bounds = f"at least {percent_down(primary.lower_ppm)} % and at most {percent_up(primary.upper_ppm)} %"
    return (
        f"In the condition that decides, the judge read yes in {primary.yes} of {primary.judged} texts{unread}; "
        f"corrected for its errors, the share is {bounds} ({sure} % confidence each)."
    )
