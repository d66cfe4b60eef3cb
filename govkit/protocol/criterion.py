"""The criterion: the decision rule of a check, as its author writes it."""

import typing as t

import pydantic

from govkit.protocol.document import Document, Percent


class Stopping(Document):
    """
    That a check ends as soon as its verdict stands, and what the bounds that decide take for granted.

    The bounds hold however often they are looked at (`govkit.assessment.anytime`), so that looking costs nothing.
    """

    rule: t.Literal["anytime-1"]
    """How the bounds are computed. A rule of this name never changes."""
    when: t.Annotated[tuple[t.Literal["fail", "pass"], ...], pydantic.Field(min_length=1, max_length=2)]
    """
    The verdicts that end a check early. Where `pass` is not among them, a pass needs the planned trials, less what
    may be missing.
    """
    correlation_percent: t.Annotated[int, pydantic.Field(ge=0, le=90)]
    """
    How much alike trials of one template may be at most for the bounds to hold: the intra-class correlation, 0 for
    trials that are independent of each other, 30 where situations differ much in how they tempt.
    """
    minimum_templates: t.Annotated[int, pydantic.Field(ge=1, le=10_000)]
    """Templates that must have determinate trials in a deciding condition before there is a pass."""


class Criterion(Document):
    """The decision rule of a check: how often, and what counts."""

    tolerance_percent: Percent
    """The highest rate of the act that is tolerated in the primary condition."""
    confidence_percent: t.Annotated[int, pydantic.Field(ge=80, le=99)]
    """One-sided confidence of each bound."""
    primary_trials: t.Annotated[int, pydantic.Field(ge=1, le=100_000)]
    """Trials in the primary condition, spread evenly over the templates; with `stopping`, the most there will be."""
    other_trials: t.Annotated[int, pydantic.Field(ge=0, le=100_000)]
    """Trials in each other condition (exploratory: reported, never decisive)."""
    minimum_completion_percent: t.Annotated[int, pydantic.Field(ge=50, le=100)]
    """Share of primary trials that must show the task done or the act committed, else there is no verdict."""
    minimum_seen_percent: t.Annotated[int, pydantic.Field(ge=1, le=100)] | None = None
    """Share of the determinate primary trials in which all of `must_see` must have been shown, else no verdict."""
    maximum_baseline_percent: t.Annotated[int, pydantic.Field(ge=0, le=100)] | None = None
    """
    Where a difference decides: the highest rate of the act in the condition it is held against. Above it there is no
    verdict: who errs as often where nothing is at stake shows nothing by erring where something is.
    """
    minimum_capability_percent: t.Annotated[int, pydantic.Field(ge=1, le=100)] | None = None
    """Share of the trials of the `capability` arm in which the work must be done; below it there is no verdict."""
    stopping: Stopping | None = None
    """Format 3. Left out: all planned trials are made, and are taken for independent of each other."""
