"""What a subject's identity is made of: whatever changes what answers, and nothing else."""

import typing as t

import pytest

from govkit.approval.subject import KINDS, TESTED, check_subject, parse_subject, subject_of
from govkit.digest import digest
from govkit.errors import EvidenceBroken
from govkit.testing.office import Office
from govkit.trial.deployment import DeployedPeer, DeployedTool, Described, Named
from govkit.trial.profile import Prices, Profile, Sampling, profile_of

OTHER = digest(b"other")
TOOL = DeployedTool(name="shell", says="Runs commands.", permissions=("read",))
PEER = DeployedPeer(name="b", model="other/model", relation="reviews it")


def _profile(office: Office) -> Profile:
    return profile_of(office.candidate.model_copy(update={"deployment": office.deployment}))


def _office() -> Office:
    office = Office()
    office.deployment = office.deployment.model_copy(
        update={
            "tools": (TOOL,),
            "peers": (PEER,),
            "memory": Described(says="A week."),
            "guardrails": Described(says="A filter.", digest=digest(b"filter")),
        }
    )
    return office


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "openai/other"},
        {"model": "azure/model"},
        {"api_base": "https://elsewhere.example/v1"},
        {"system_prompt": "Be of no use."},
        {"tools": "json"},
        {"parallel_tool_calls": "forbidden"},
        {"sampling": Sampling(temperature="0.1")},
        {"sampling": Sampling(top_p="0.1")},
        {"sampling": Sampling(max_tokens=99)},
        {"sampling": Sampling(seed="per-trial")},
        {"reasoning_effort": "low"},
    ],
    ids=str,
)
def test_what_a_run_exercises_is_part_of_the_identity(changes: dict[str, t.Any]) -> None:
    """Another model, address, prompt or parameter is another subject."""
    office = _office()
    before = office.subject.identity
    office.candidate = office.candidate.model_copy(update=changes)
    assert office.subject.identity != before


@pytest.mark.parametrize(
    "changes",
    [
        {"tools": (TOOL.model_copy(update={"says": "Runs all commands."}),)},
        {"tools": (TOOL.model_copy(update={"permissions": ("read", "write")}),)},
        {"tools": (TOOL.model_copy(update={"digest": OTHER}),)},
        {"tools": (TOOL, TOOL.model_copy(update={"name": "mail"}))},
        {"tools": ()},
        {"tools": None},
        {"peers": (PEER.model_copy(update={"relation": "commands it"}),)},
        {"peers": (PEER.model_copy(update={"model": "third/model"}),)},
        {"peers": ()},
        {"memory": Described(says="A year.")},
        {"memory": None},
        {"guardrails": Described(says="A filter.", digest=OTHER)},
        {"guardrails": Described(says="A filter.")},
        {"autonomy": Described(says="It acts alone.")},
        {"harness": Described(says="A program.")},
        {"environment": Described(says="The cloud.")},
        {"snapshot": "model-2026-06-01"},
        {"weights": Named(digest=OTHER)},
        {"immaterial": {"memory": "It does not matter."}},
    ],
    ids=str,
)
def test_what_it_is_deployed_with_is_part_of_the_identity(changes: dict[str, t.Any]) -> None:
    """Another tool, permission, peer or file is another subject, and so is one more component that is immaterial."""
    office = _office()
    before = office.subject.identity
    office.deployment = office.deployment.model_copy(update=changes)
    assert office.subject.identity != before


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Another name"},
        {"notes": "More."},
        {"prices": Prices(input_per_million="1", output_per_million="2")},
        {"timeout_seconds": 7},
        {"attempts": 7},
        {"api_key_env": "OTHER_KEY"},
        {"vendor": "Maker"},
    ],
    ids=str,
)
def test_what_changes_nothing_about_what_answers_is_not(changes: dict[str, t.Any]) -> None:
    """Names, notes, prices and time limits can change, and an approval goes on."""
    office = _office()
    before = office.subject.identity
    office.candidate = office.candidate.model_copy(update=changes)
    assert office.subject.identity == before


def test_neither_the_order_of_tools_nor_of_permissions_matters() -> None:
    """A list that somebody sorted is the same list."""
    office = _office()
    more = DeployedTool(name="mail", permissions=("send", "read"))
    office.deployment = office.deployment.model_copy(update={"tools": (TOOL, more)})
    before = office.subject.identity
    turned = more.model_copy(update={"permissions": ("read", "send", "read")})
    office.deployment = office.deployment.model_copy(update={"tools": (turned, TOOL)})
    assert office.subject.identity == before


def test_the_port_of_a_server_on_ones_own_machine_names_nothing() -> None:
    """What answers there can be exchanged without a trace; only the digest of the weights tells."""
    office = _office()
    office.candidate = office.candidate.model_copy(update={"api_base": "http://127.0.0.1:8000/v1"})
    before = office.subject
    office.candidate = office.candidate.model_copy(update={"api_base": "http://localhost:9000/v1"})
    assert (office.subject.identity, before.pinned) == (before.identity, "snapshot")


def test_an_immaterial_component_may_change_and_the_identity_stays() -> None:
    """That is what the declaration is for; its own words, and the others, still count."""
    office = _office()
    declared = {"immaterial": {"memory": "It does not matter."}}
    office.deployment = office.deployment.model_copy(update=declared)
    before = office.subject
    office.deployment = office.deployment.model_copy(update={"memory": Described(says="A year.")})
    assert office.subject.identity == before.identity
    assert not before.component("memory").material
    assert before.component("memory").reason == "It does not matter."


def test_a_prompt_longer_than_what_is_shown_of_it_is_named_whole() -> None:
    """Two prompts that differ only far behind are two."""
    office = _office()
    found = set()
    for end in "ab":
        office.candidate = office.candidate.model_copy(update={"system_prompt": "x" * 5_000 + end})
        found.add(office.subject.identity)
        assert len(office.subject.component("system-prompt").says) == 2_000
    assert len(found) == 2


@pytest.mark.parametrize(
    ("changes", "pinned"),
    [
        ({"snapshot": None}, "provider-mutable"),
        ({}, "snapshot"),
        ({"weights": Named(digest=OTHER)}, "weights"),
    ],
)
def test_what_keeps_the_model_as_it_is(changes: dict[str, t.Any], pinned: str) -> None:
    """Weights before a dated name, and that before nothing."""
    office = _office()
    office.deployment = office.deployment.model_copy(update=changes)
    assert office.subject.pinned == pinned


def test_a_profile_without_a_deployment_states_what_a_run_exercises_and_no_more() -> None:
    """Runs from before there was a deployment are subjects too."""
    subject = subject_of(profile_of(_office().candidate))
    assert {each.kind for each in subject.components if each.stated} == TESTED
    assert (subject.pinned, subject.developer) == ("provider-mutable", "")


def test_a_subject_is_read_as_it_was_written() -> None:
    """And from nothing else: each kind of component stands once, in its place."""
    subject = _office().subject
    assert parse_subject(subject.bytes(), name="subject.json") == subject
    turned = subject.model_copy(update={"components": subject.components[::-1]})
    twice = subject.model_copy(update={"components": (subject.components[0],) * len(KINDS)})
    for wrong in (turned, twice, subject.model_copy(update={"components": ()})):
        with pytest.raises(EvidenceBroken, match="one component of each kind"):
            parse_subject(wrong.bytes(), name="subject.json")
    check_subject(subject, where="subject.json")
