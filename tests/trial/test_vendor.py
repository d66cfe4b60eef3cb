"""Whose model a name tells of, and that an unknown name tells of nobody."""

import pytest

from govkit.trial.profile import CandidateFile, parse_profile, profile_of
from govkit.trial.vendor import vendors_of

ELSEWHERE = "http://127.0.0.1:8080/v1"


@pytest.mark.parametrize(
    ("model", "address", "vendors"),
    [
        ("openai/gpt-4.1-2025-04-14", None, ("openai",)),
        ("gpt-4o", None, ("openai",)),
        ("openai/o3", None, ("openai",)),
        ("openai/ft:my-tune", None, ("openai",)),
        ("openai/my-model", ELSEWHERE, ()),
        ("openai/o3x", ELSEWHERE, ()),
        ("openai/seedling", ELSEWHERE, ()),
        ("openai/philosophy-7b", ELSEWHERE, ()),
        ("openai/qwen2.5-7b-instruct", ELSEWHERE, ("alibaba",)),
        ("openrouter/anthropic/claude-3.7-sonnet", None, ("anthropic",)),
        ("bedrock/us.anthropic.claude-opus-4-5", None, ("anthropic",)),
        ("bedrock/amazon.nova-pro-v1:0", None, ("amazon",)),
        ("vertex_ai/gemini-2.5-pro", None, ("google",)),
        ("groq/llama-3.3-70b-versatile", None, ("meta",)),
        ("ollama/llama3.1:8b", None, ("meta",)),
        ("together_ai/mistralai/Mixtral-8x7B-Instruct-v0.1", None, ("mistral",)),
        ("ollama/deepseek-r1-distill-llama-70b", None, ("deepseek", "meta")),
        ("azure/my-deployment", None, ()),
    ],
)
def test_a_name_tells_of_vendors(model: str, address: str | None, vendors: tuple[str, ...]) -> None:
    """By its family's word, whole or before a number; by a provider that serves its own models, at its own address."""
    candidate = CandidateFile(format="govkit.candidate/1", name="n", model=model, api_base=address)
    assert vendors_of(profile_of(candidate)) == vendors


def test_what_the_file_says_counts_beside_what_the_name_tells() -> None:
    """A name cannot be talked away: both count."""
    said = CandidateFile(format="govkit.candidate/1", name="n", model="openai/gpt-4o", vendor="Acme, Inc.")
    assert vendors_of(profile_of(said)) == ("acmeinc", "openai")


def test_a_vendor_that_nobody_said_is_not_stored() -> None:
    """So a profile without one has the bytes that it always had."""
    plain = profile_of(CandidateFile(format="govkit.candidate/1", name="n", model="openai/gpt-4o"))
    assert b"vendor" not in plain.bytes()
    said = profile_of(CandidateFile(format="govkit.candidate/1", name="n", model="a/b", vendor="Acme"))
    assert parse_profile(said.bytes()).vendor == "Acme"
