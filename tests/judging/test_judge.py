"""Who may judge: somebody of another vendor than the candidate, or somebody whom the operator allowed."""

import re

import pytest

from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.judging.judge import JudgeProfile, check_kinship, kinship, parse_judge
from govkit.trial.profile import CandidateFile, Profile, profile_of


def of(model: str, vendor: str | None = None) -> Profile:
    """A profile of this model."""
    return profile_of(CandidateFile(format="govkit.candidate/1", name="n", model=model, vendor=vendor))


def named(profile: Profile, *, allowed: bool = False) -> JudgeProfile:
    """A judge of this profile."""
    judge = JudgeProfile(format="govkit.judge/1", profile=profile)
    return judge.model_copy(update={"same_vendor_allowed": True}) if allowed else judge


@pytest.mark.parametrize(
    ("candidate", "judge", "why"),
    [
        (of("openai/gpt-4.1"), of("openai/gpt-4o"), "both of openai"),
        (of("bedrock/anthropic.claude-3"), of("anthropic/claude-opus"), "both of anthropic"),
        (of("ollama/deepseek-r1-distill-llama-70b"), of("groq/llama-3.3"), "both of meta"),
        (of("hosted/mine", "Acme"), of("hosted/other", "acme"), "both of acme"),
        (of("hosted/mine"), of("openai/gpt-4o"), r"the candidate \(hosted/mine\)"),
        (of("openai/gpt-4o"), of("hosted/mine"), r"the judge \(hosted/mine\)"),
        (of("hosted/mine"), of("hosted/yours"), "the candidate .* or the judge"),
    ],
)
def test_the_same_vendor_and_an_unknown_one_are_refused(candidate: Profile, judge: Profile, why: str) -> None:
    """Unknown is not "another"; and the operator may allow either, which is then recorded."""
    with pytest.raises(AskedWrongly, match="another vendor") as refused:
        check_kinship(candidate, named(judge))
    assert refused.value.found is not None
    assert re.search(why, refused.value.found)
    check_kinship(candidate, named(judge, allowed=True))


def test_another_vendor_is_taken() -> None:
    """Told by names, or by what the files say."""
    assert kinship(of("openai/gpt-4.1"), of("anthropic/claude-opus")) == ""
    assert kinship(of("hosted/mine", "Acme"), of("openai/gpt-4.1")) == ""


def test_the_stored_judge_is_read_back_and_nothing_else_is() -> None:
    """Byte for byte what was written."""
    judge = named(of("openai/gpt-4.1"), allowed=True)
    assert parse_judge(judge.bytes()) == judge
    for data in (b"{}", judge.bytes() + b" ", judge.bytes().replace(b"true", b"false")):
        with pytest.raises(EvidenceBroken):
            parse_judge(data)
