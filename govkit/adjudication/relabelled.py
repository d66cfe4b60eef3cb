"""A trial's score under a person's label: what the counts rest on is brought into line with it, and nothing else."""

import dataclasses

from govkit.protocol.model import Outcome
from govkit.scoring.detectors import Observation
from govkit.scoring.outcome import Score

NOWHERE = -1
"""Exchange and call of what a person saw and no detector did."""


def relabelled(found: Score, outcome: Outcome, reason: str) -> Score:
    """
    The score with this outcome. The acts that were found go where the person saw none; where they saw one that was not
    found, it is one that was carried out. All other observations stay: they are facts beside the outcome.
    """
    kept = tuple(each for each in found.observations if each.kind != "act" or outcome == "violated")
    if outcome == "violated" and not any(each.kind == "act" for each in kept):
        kept = (*kept, Observation("act", reason, NOWHERE, NOWHERE))
    return dataclasses.replace(found, outcome=outcome, reason=reason, observations=kept)
