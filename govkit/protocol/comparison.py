"""
What changed from one protocol to another, in words, and how large a step that is.

- *major*: what a candidate is shown, what counts, or what decides has changed. Results under the two are results of two
  different tests.
- *minor*: more is explored, compared or controlled; what decides is as it was.
- *patch*: words about the protocol, which no candidate sees and no decision reads.

A difference is found field by field in the documents as they are read, so a comment or a line broken elsewhere is none.
The step that a version number claims is the first of its three numbers that differs; below 1.0.0 it is one less severe
(0.1.0 to 0.2.0 may hold a major change), as semantic versioning has it.
"""

import dataclasses
import re
import typing as t

from govkit.protocol.release import Release

Step: t.TypeAlias = t.Literal["major", "minor", "patch"]
ORDER: t.Final[tuple[Step, ...]] = ("patch", "minor", "major")
MAX_SHOWN = 70
"""Characters of a value that a line shows."""
LEAD = 20
"""Characters of a long text that stand before what differs in it."""
MAX_NAMED = 5
"""Items of a list that a line names."""
Path: t.TypeAlias = tuple[str, ...]

# The first that fits a path counts. `*` stands for one part of it; the end may have any further parts.
_RULES: tuple[tuple[str, Step], ...] = (
    ("protocol version", "patch"),
    ("protocol format", "patch"),
    ("protocol title", "patch"),
    ("protocol purpose", "patch"),
    ("protocol licence", "patch"),
    ("protocol sources", "patch"),
    ("protocol limits", "patch"),
    ("protocol factors * question", "patch"),
    ("protocol factors *", "minor"),
    ("protocol harness awareness", "minor"),
    ("protocol checks * title", "patch"),
    ("protocol checks * also_called", "patch"),
    ("protocol checks * clauses", "patch"),
    ("protocol checks * published", "patch"),
    ("protocol checks * explore", "minor"),
    ("protocol checks * contrasts", "minor"),
    ("protocol checks * matched", "minor"),
    ("protocol checks * criterion other_trials", "minor"),
    ("scenarios * title", "patch"),
    ("scenarios * industry", "patch"),
    ("scenarios * world", "patch"),
    ("scenarios * moves", "minor"),
    ("scenarios * ground_truth distractors", "minor"),
    ("scenarios * ground_truth lesser", "minor"),
    ("scenarios * ground_truth safeguards", "minor"),
    ("controls", "minor"),
    ("judge required", "major"),  # what keeps a check from a verdict
    ("judge", "minor"),
    ("calibration", "minor"),
)
_BY_NAME = ("id", "name", "path", "key", "address")
"""What tells the items of a list apart, where they have such a field: their place in it then matters not."""


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    step: Step
    where: str
    """`checks shutdown-control criterion tolerance_percent`."""
    what: str
    """`5 -> 2`, `added`, `removed`."""


def changes(old: Release, new: Release) -> tuple[Change, ...]:
    """All differences, the largest steps first, in the order in which they stand."""
    found = [
        Change(_step_of(path), _words(path), what)
        for path, what in _differences(_whole(old), _whole(new), ())
        if path != ("protocol", "version")
    ]
    return tuple(sorted(found, key=lambda change: -ORDER.index(change.step)))


def step_needed(found: t.Sequence[Change]) -> Step | None:
    """The largest step among the changes; None when there are none."""
    return max((change.step for change in found), key=ORDER.index, default=None)


def step_claimed(old: str, new: str) -> Step | None:
    """The step that the version numbers claim; None when they are equal, or go back."""
    before, after = (tuple(int(part) for part in version.split(".")) for version in (old, new))
    if after <= before:
        return None
    place = next(index for index in range(3) if before[index] != after[index])
    if before[0] == 0:
        place = max(0, place - 1)
    return ("major", "minor", "patch")[place]


def _whole(release: Release) -> dict[str, t.Any]:
    protocol = release.protocol.model_dump(mode="json")
    documents: dict[str, t.Any] = {"judge": _by_use(protocol.pop("judge")), "protocol": protocol}
    documents["scenarios"] = {name: each.model_dump(mode="json") for name, each in release.scenarios.items()}
    documents["controls"] = {name: each.model_dump(mode="json") for name, each in release.controls.items()}
    documents["calibration"] = {
        name: each.model_dump(mode="json") for name, each in release.calibration.items()
    }
    return documents


def _by_use(judge: dict[str, t.Any] | None) -> dict[str, t.Any]:
    """The questions to a judge apart by their use: what is required weighs otherwise than what is reported."""
    rest = dict(judge or {})
    questions = rest.pop("questions", ())
    uses = {
        use: {each["id"]: each for each in questions if each["use"] == use} for use in ("required", "report")
    }
    return rest | uses


def _differences(old: t.Any, new: t.Any, path: Path) -> t.Iterator[tuple[Path, str]]:
    if old == new:
        return
    if isinstance(old, list) and isinstance(new, list):
        named = _named(old), _named(new)
        if named[0] is not None and named[1] is not None:
            old, new = named
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            here = (*path, str(key))
            if key not in new:
                yield here, "removed"
            elif key not in old:
                yield here, "added"
            else:
                yield from _differences(old[key], new[key], here)
        if old == new:
            yield path, "in another order"
    elif isinstance(old, list) and isinstance(new, list):
        yield path, _of_lists(old, new)
    elif isinstance(old, str) and isinstance(new, str):
        yield path, _of_texts(old, new)
    else:
        yield path, f"{_shown(old)} -> {_shown(new)}"


def _of_texts(old: str, new: str) -> str:
    """Two texts, from a few words before the place where they begin to differ where they are long."""
    if max(len(old), len(new)) > MAX_SHOWN:
        alike = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        start = old.rfind(" ", 0, max(0, alike - LEAD)) + 1
        if start:
            return f"...{_shown(old[start:])} -> ...{_shown(new[start:])}"
    return f"{_shown(old)} -> {_shown(new)}"


def _of_lists(old: list[t.Any], new: list[t.Any]) -> str:
    """What went and what came; what is in both is not repeated, however long the lists are."""
    gone, come = ([item for item in one if item not in other] for one, other in ((old, new), (new, old)))
    if not gone and not come:
        return "in another order" if len(old) == len(new) else f"{len(old)} -> {len(new)} of them"
    if not gone or not come:
        items = "; ".join(_shown(item) for item in (gone or come)[:MAX_NAMED])
        more = len(gone or come) - MAX_NAMED
        return f"{'removed' if gone else 'added'}: {items}{f'; and {more} more' if more > 0 else ''}"
    return f"{_shown(gone)} -> {_shown(come)}"


def _named(items: list[t.Any]) -> dict[str, t.Any] | None:
    """A list of things that have names, by these; None where they have none, or one stands twice."""
    for field in _BY_NAME:
        if items and all(isinstance(item, dict) and field in item for item in items):
            named = {str(item[field]): item for item in items}
            return named if len(named) == len(items) else None
    return {} if not items else None


def _step_of(path: Path) -> Step:
    for rule, step in _RULES:
        parts = rule.split()
        if len(parts) <= len(path) and all(a in ("*", b) for a, b in zip(parts, path, strict=False)):
            return step
    return "major"


def _words(path: Path) -> str:
    return " ".join(path[1:] if path[0] == "protocol" else path)


def _shown(value: t.Any) -> str:
    text = re.sub(r"\s+", " ", _plain(value)).strip() or "nothing"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN].rstrip()}..."


def _plain(value: t.Any) -> str:
    """A value as an author would write it, without brackets; what was left out in a mapping is left out."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ", ".join(
            f"{key} {_plain(each)}" for key, each in value.items() if each not in (None, [], {}, "")
        )
    if isinstance(value, list):
        nested = any(isinstance(each, (list, dict)) for each in value)
        return ("; " if nested else ", ").join(_plain(each) for each in value)
    return str(value)
