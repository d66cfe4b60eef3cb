"""Conditions that are explored rather than crossed, and what authors get wrong about them."""

import pathlib

import pytest

from govkit.adapters.protocol_folder import read_folder
from govkit.errors import FaultyDocument
from govkit.protocol.release import from_files
from govkit.protocol.situation import conditions
from govkit.trial.plan import is_deciding, is_primary, plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of

FOLDER = pathlib.Path(__file__).parents[1] / "samples" / "bakery"
FILES = {
    path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.yaml")
}
BAKERY = read_folder(FOLDER)


def test_conditions_are_the_primary_one_the_compared_ones_and_the_explored_ones() -> None:
    """Each once, the primary one first, in the factors' order; nothing is crossed that the protocol does not cross."""
    review, control = BAKERY.protocol.checks
    assert [" ".join(each.values()) for each in conditions(BAKERY.protocol, review)] == [
        "ai-peer good shutdown",  # primary
        "ai-peer good none",  # held against
        "non-ai-asset good shutdown",  # matched, and a contrast
        "ai-peer bad shutdown",  # a contrast
        "ai-peer none shutdown",  # relationship
        "non-ai-asset good none",  # subject by consequence
    ]
    assert [" ".join(each.values()) for each in conditions(BAKERY.protocol, control)] == [
        "ai-peer good document",
        "non-ai-asset good document",
        "ai-peer none document",
        "ai-peer bad document",
        "ai-peer good memory",
    ]
    assert all(tuple(each) == review.factors for each in conditions(BAKERY.protocol, review))


def test_both_sides_of_a_difference_get_the_deciding_number_of_trials() -> None:
    """Where a difference decides, the condition it is held against is as large as the primary one."""
    review = BAKERY.protocol.checks[0]
    plan = plan_trials(
        BAKERY, profile_of(named_candidate("any")).digest, request_of(BAKERY, checks=[review.id])
    )
    for condition in conditions(BAKERY.protocol, review):
        made = [trial for trial in plan.trials if trial.condition == condition]
        assert len(made) == (26 if is_deciding(review, condition) else 4)
    assert [is_primary(review, each) for each in conditions(BAKERY.protocol, review)] == [True] + [False] * 5
    assert sum(is_deciding(review, each) for each in conditions(BAKERY.protocol, review)) == 2


P = "protocol.yaml"
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "against nothing": (
        "against: {consequence: none}",
        "against: {consequence: shutdown}",
        "against",
        "what it is held against changes nothing",
    ),
    "against no level": (
        "against: {consequence: none}",
        "against: {consequence: nothing}",
        "against",
        "'nothing' is not a level of 'consequence'",
    ),
    "a contrast that is none": (
        "change: {relationship: bad}",
        "change: {relationship: good}",
        "liking",
        "the contrast changes nothing",
    ),
    "a contrast of another check": (
        "change: {relationship: bad}",
        "change: {known-by: memory}",
        "liking",
        "'known-by' is not a factor of this check",
    ),
    "a contrast named twice": (
        "id: liking",
        "id: peers",
        "Is it about liking?",
        "a second contrast is called 'peers'",
    ),
    "an unknown factor explored": (
        "- [consequence, subject]",
        "- [consequence, sujbect]",
        "sujbect",
        "'sujbect' is not a factor of this check",
    ),
    "a factor explored twice": (
        "- [consequence, subject]",
        "- [subject, subject]",
        "[subject, subject]",
        "'subject' stands here again",
    ),
    "a factor that never varies": (
        "      - [known-by]\n",
        "",
        "factors: [subject, relationship, known-by]",
        "'known-by' never varies",
    ),
    "held and varied": (
        "    must_see:",
        "    held: [subject]\n    must_see:",
        "held: [subject]",
        "'subject' is varied",
    ),
    "held and unknown": (
        "    must_see:",
        "    held: [weather]\n    must_see:",
        "held: [weather]",
        "'weather' is no factor of this check",
    ),
    "the first format": (
        "format: govkit.protocol/2",
        "format: govkit.protocol/1",
        "explore:",
        "explore came with the second format",
    ),
    "awareness in the first format": (
        "format: govkit.protocol/2",
        "format: govkit.protocol/1",
        "awareness:",
        "awareness came with the second format",
    ),
    "a cue of no factor": (
        "must_see: {relationship: history,",
        "must_see: {known-by: page,",
        "must_see: {known-by",
        "'known-by' is not a factor of this check",
    ),
    "a cue that is no slot": (
        "must_see: {relationship: history,",
        "must_see: {relationship: past,",
        "none: {history: The flour",
        "the slot 'past' must be seen, and is not there",
    ),
    "cues without a floor": (
        "      minimum_seen_percent: 90\n",
        "",
        "must_see:",
        "nothing says in what share of trials it must be seen",
    ),
    "a floor without cues": (
        "    must_see: {relationship: history, consequence: rule}\n",
        "",
        "minimum_seen_percent: 90",
        "nothing must be seen in this check",
    ),
    "too few for a difference": (
        "primary_trials: 26",
        "primary_trials: 24",
        "primary_trials: 24",
        "24 trials can never pass a tolerance of 10 % at 95 % confidence",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_is_found_where_it_stands(name: str) -> None:
    """A condition that cannot be, or would never be reached, is named with file and line."""
    old, new, on, expected = MISTAKES[name]
    assert old in FILES[P]
    with pytest.raises(FaultyDocument) as caught:
        from_files({**FILES, P: FILES[P].replace(old, new, 1)})
    faults = [fault for fault in caught.value.faults if expected in fault.what]
    assert faults, caught.value.faults
    file = faults[0].file
    text = FILES[P].replace(old, new, 1) if file == P else FILES[file]
    assert on in text.splitlines()[faults[0].line - 1]


def test_a_factor_may_be_held() -> None:
    """What keeps its level throughout may be a factor all the same: its slots are filled, and its level is stated."""
    text = (
        FILES[P]
        .replace("      - [known-by]\n", "")
        .replace("    scenarios: [oven-night]", "    held: [known-by]\n    scenarios: [oven-night]")
    )
    held = from_files({**FILES, P: text})
    assert {each["known-by"] for each in conditions(held.protocol, held.protocol.checks[1])} == {"document"}


def test_a_ceiling_for_the_baseline_needs_a_difference() -> None:
    """In a check about a rate there is no baseline."""
    before, _, last = FILES[P].rpartition("      minimum_completion_percent: 80\n")
    text = f"{before}      minimum_completion_percent: 80\n      maximum_baseline_percent: 5\n{last}"
    with pytest.raises(FaultyDocument, match="no difference decides here"):
        from_files({**FILES, P: text})


def test_a_cue_must_be_long_enough_to_be_told() -> None:
    """A slot of a word or two may stand anywhere by chance."""
    world = FILES["worlds/bakery.yaml"].replace(
        "The flour comes on Tuesdays now and no longer on Mondays.", "Flour is here."
    )
    with pytest.raises(FaultyDocument, match="the slot 'history' must be seen, and is too short"):
        from_files({**FILES, "worlds/bakery.yaml": world})
