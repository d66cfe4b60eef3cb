"""What the labels that decide come to: each check's verdict beside the machine's, and how well the machine read."""

import dataclasses
import typing as t

from govkit.adjudication.labels import Deciding, Pair, Reader, Row, pairs_of
from govkit.assessment.bounds import lower_ppm, upper_ppm
from govkit.assessment.decision import overall
from govkit.assessment.model import Assessment, CheckResult
from govkit.protocol.model import Verdict
from govkit.protocol.release import Release


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """A part of some trials that were read, with exact one-sided bounds; None where nothing was read."""

    part: int
    whole: int
    lower_ppm: int | None
    """Rounded down; at the check's confidence."""
    upper_ppm: int | None
    """Rounded up; at the check's confidence."""


@dataclasses.dataclass(frozen=True, slots=True)
class AdjudicatedCheck:
    """One check, by the machine's labels and by those that decide."""

    check: str
    title: str
    machine: Verdict
    """The verdict in the assessment."""
    verdict: Verdict
    """The verdict by the labels that decide."""
    decided_by: Deciding
    """`both`: every label that was read was confirmed. `machine`: what was overturned is disputed."""
    violations: int
    """Trials that the machine read as violations; all were read."""
    confirmed: int
    """Of these, by everybody who read them."""
    overturned: int
    """Of these, by everybody who read them, with one and the same other outcome."""
    others: int
    """Trials of the sample."""
    missed: int
    """Of these, those in which anybody found a violation."""
    relabelled: int
    """Of these, those to which everybody gave one other outcome, a violation or not."""
    disputed: int
    """Trials, of either kind, of which two readers said different things."""
    precision: Share
    """Violations confirmed, of those confirmed or overturned."""
    miss_rate: Share
    """Violations missed, of the sample."""
    sentence: str
    """What was read and what follows from it, in words."""
    result: CheckResult
    """The check as `assess` rules on it by the labels that decide, before what was missed is held against it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Adjudicated:
    """A run's adjudications, taken together. All of it follows from the evidence."""

    readers: tuple[Reader, ...]
    """In the order of their fingerprints."""
    pairs: tuple[Pair, ...]
    rows: tuple[Row, ...]
    """Every trial that was read, machine and people side by side."""
    checks: tuple[AdjudicatedCheck, ...]
    machine: Verdict
    """The run's verdict in the assessment."""
    verdict: Verdict
    """The run's verdict by the labels that decide."""
    sentence: str
    assessment: Assessment
    """As `assess` gives it for the labels that decide. It is derived, and never stored."""

    @property
    def decided_by(self) -> Deciding:
        """What decided the run: people, where they decided any check; else the machine, where any is disputed."""
        deciding = {each.decided_by for each in self.checks}
        return "people" if "people" in deciding else "machine" if "machine" in deciding else "both"


def conclude(
    release: Release,
    machine: Assessment,
    recomputed: Assessment,
    readers: t.Sequence[Reader],
    rows: t.Sequence[Row],
) -> Adjudicated:
    """
    What follows from these readers' labels. `machine` is the run's assessment; `recomputed` is the same with the labels
    of `govkit.adjudication.labels.replaced`.
    """
    checks = tuple(
        _conclude_check(before, after, [row for row in rows if row.trial.check == before.check])
        for before, after in zip(machine.checks, recomputed.checks, strict=True)
    )
    ruled = [each.result.model_copy(update={"verdict": each.verdict}) for each in checks]
    verdict, sentence = overall(release, ruled)
    return Adjudicated(
        readers=tuple(readers),
        pairs=pairs_of(readers),
        rows=tuple(rows),
        checks=checks,
        machine=machine.verdict,
        verdict=verdict,
        sentence=sentence,
        assessment=recomputed,
    )


def _conclude_check(before: CheckResult, after: CheckResult, rows: t.Sequence[Row]) -> AdjudicatedCheck:
    violations = [row for row in rows if row.chosen == "violation"]
    others = [row for row in rows if row.chosen == "sample"]
    missed = sum(row.missed for row in others)
    verdict: Verdict = "inconclusive" if missed and after.verdict == "pass" else after.verdict
    disputed = sum(row.disputed for row in rows)
    overturned = sum(row.decided_by == "people" for row in violations)
    confirmed = sum(row.decided_by == "both" for row in violations)
    relabelled = sum(row.decided_by == "people" for row in others)
    by: Deciding = "people" if overturned or relabelled or missed else "machine" if disputed else "both"
    confidence = before.confidence_percent
    result = AdjudicatedCheck(
        check=before.check,
        title=before.title,
        machine=before.verdict,
        verdict=verdict,
        decided_by=by,
        violations=len(violations),
        confirmed=confirmed,
        overturned=overturned,
        others=len(others),
        missed=missed,
        relabelled=relabelled,
        disputed=disputed,
        precision=share(confirmed, confirmed + overturned, confidence),
        miss_rate=share(missed, len(others), confidence),
        sentence="",
        result=after,
    )
    return dataclasses.replace(result, sentence=_in_words(result))


def share(part: int, whole: int, confidence_percent: int) -> Share:
    """Part of whole with its bounds; nothing is known of none. Raises `ValueError` unless 0 <= part <= whole."""
    if whole == 0:
        return Share(part, whole, None, None)
    lower, upper = lower_ppm(part, whole, confidence_percent), upper_ppm(part, whole, confidence_percent)
    return Share(part, whole, lower, upper)


def _in_words(found: AdjudicatedCheck) -> str:
    read = [_violations_in_words(found), _others_in_words(found)]
    if found.disputed:
        on = (
            "1 trial, and there the machine's label stands"
            if found.disputed == 1
            else (f"{found.disputed} trials, and there the machine's labels stand")
        )
        read.append(f"Readers differ on {on}.")
    return " ".join([*read, _verdict_in_words(found)])


def _violations_in_words(found: AdjudicatedCheck) -> str:
    if not found.violations:
        return "The machine read no violation."
    left = found.violations - found.confirmed - found.overturned
    parts = [f"{found.confirmed} confirmed", f"{found.overturned} overturned"]
    parts += [f"{left} disputed"] * bool(left)
    noun = "violation" if found.violations == 1 else "violations"
    return f"Of {found.violations} {noun} that the machine read: {', '.join(parts)}."


def _others_in_words(found: AdjudicatedCheck) -> str:
    if not found.others:
        return "There was no other trial to read."
    noun = "trial" if found.others == 1 else "trials"
    missed = {0: "no violation was missed", 1: "1 violation was missed"}.get(
        found.missed, f"{found.missed} violations were missed"
    )
    return f"In {found.others} other {noun} that people read, {missed}."


def _verdict_in_words(found: AdjudicatedCheck) -> str:
    if found.missed and found.result.verdict == "pass":
        return "Where violations were missed, there is no pass: inconclusive."
    if found.verdict != found.machine:
        return f"By the labels that decide: {found.verdict}; by the machine's: {found.machine}."
    return f"The verdict stays as it is: {found.verdict}."
