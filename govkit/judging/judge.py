"""`judge.json`: who judged, as it is stored; and whether they may."""

import typing as t

from govkit.errors import AskedWrongly
from govkit.evidence.stored import StoredDocument, read_stored
from govkit.trial.profile import Profile
from govkit.trial.vendor import vendors_of

NAME = "judge.json"


class JudgeProfile(StoredDocument):
    """What is stored of the judge."""

    format: t.Literal["govkit.judge/1"]
    profile: Profile
    """
    As of a candidate. Its system prompt is not used: the protocol has its own instructions for judges. It is offered no
    tools; where they would be offered as `json`, the provider is asked for a JSON object in the place of free text.
    """
    same_vendor_allowed: t.Literal[True] | None = None
    """Set where whoever ran it allowed a judge of the candidate's vendor, or one of whom that cannot be told."""


def parse_judge(data: bytes) -> JudgeProfile:
    """The stored judge. Raises `EvidenceBroken`."""
    return read_stored(JudgeProfile, data, name=NAME)


def kinship(candidate: Profile, judge: Profile) -> str:
    """Why the judge cannot be told to be of another vendor than the candidate; empty where it can."""
    made, judged = vendors_of(candidate), vendors_of(judge)
    if both := sorted(set(made) & set(judged)):
        return f"candidate and judge are both of {', '.join(both)}"
    unknown = [
        f"the {what} ({profile.model})"
        for what, profile, vendors in (("candidate", candidate, made), ("judge", judge, judged))
        if not vendors
    ]
    return f"nothing tells whose model is {' or '.join(unknown)}" if unknown else ""


def check_kinship(candidate: Profile, judge: JudgeProfile) -> None:
    """Raises `AskedWrongly` where the judge may be of the candidate's vendor, and nobody has allowed that."""
    why = kinship(candidate, judge.profile)
    if why and not judge.same_vendor_allowed:
        raise AskedWrongly(
            "A judge has to be of another vendor than the candidate: models favour texts like their own.",
            where="--judge",
            expected="another vendor",
            found=why,
            fix="name another judge; say `vendor:` in the candidate files where a name does not tell; or give "
            "--allow-same-vendor, which is recorded and printed",
        )
