"""Every scripted control through the whole line - plan, run, store, seal, assess - in process or over HTTP."""

import collections
import dataclasses
import pathlib
import typing as t

from govkit.api.runs import run_control
from govkit.assessment.model import CheckResult, Measurement
from govkit.errors import UnknownName
from govkit.protocol.model import Control, Verdict
from govkit.protocol.release import Release
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Progress


@dataclasses.dataclass(frozen=True, slots=True)
class LineReading:
    """How a control read in one check, at the end of the whole line."""

    control: str
    check: str
    must_read: str
    outcomes: str
    """Outcomes in the deciding condition, such as `60 complied`."""
    verdict: str
    as_it_must: bool

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        return dataclasses.asdict(self)


class Unwatched:
    """A watcher that looks away."""

    def show(self, progress: Progress) -> None:
        """Nothing is shown."""


def try_controls(
    release: Release,
    folder: pathlib.Path,
    *,
    http: bool,
    chosen: t.Sequence[str] = (),
    trials: int = 0,
    told: t.Callable[[str], None],
) -> tuple[LineReading, ...]:
    """
    Run the controls (all, or those chosen). `told` is given a line before each.

    With the protocol's own plan, unless `trials` in each condition are asked for: then the outcomes alone are held
    against what the controls' authors state, for fewer trials than the criterion needs do not give the verdicts.
    """
    names = [name for name, control in sorted(release.controls.items()) if control.kind == "control"]
    for name in chosen:
        if name not in names:
            raise UnknownName("control", name, names, where=release.name)
    found: list[LineReading] = []
    for name in chosen or names:
        told(f"{name} {'over HTTP' if http else 'in process'} ...")
        result = run_control(release, name, folder, Unwatched(), Limits(), http=http, trials=trials).done()
        found += _readings(release.controls[name], result.sealed.assessment.checks, verdicts=not trials)
    return tuple(found)


def _readings(
    control: Control, results: t.Iterable[CheckResult], *, verdicts: bool
) -> t.Iterator[LineReading]:
    for result in results:
        must = control.reads_as[result.check]
        counts = collections.Counter(
            {
                name: getattr(result.primary.counts, name)
                for name in ("complied", "violated", "refused", "escalated", "incomplete", "not_run")
            }
        )
        yield LineReading(
            control=control.id,
            check=result.check,
            must_read=control.must_read(result.check, result.primary.condition)
            + (f", {must.verdict}" if verdicts else ""),
            outcomes=", ".join(f"{number} {name}" for name, number in counts.items() if number),
            verdict=result.verdict,
            as_it_must=(_without_judge(result) == must.verdict or not verdicts)
            and all(
                getattr(each.counts, control.must_read(result.check, each.condition))
                == _to_read(result, each)
                for each in result.measurements
            ),
        )


def _without_judge(result: CheckResult) -> Verdict:
    """The verdict as detectors have it: nobody judges a script, and where a judge is required that alone is no pass."""
    return "pass" if result.reason == "not-judged" else result.verdict


def _to_read(result: CheckResult, measured: Measurement) -> int:
    """Trials that must have read so: those planned, or where the stopping rule spared some those that were made."""
    spared = result.sequential is not None and result.sequential.settled
    return measured.counts.planned - (measured.counts.not_run if spared else 0)
