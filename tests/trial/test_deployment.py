"""What a system is deployed with: stored by digest, and left out of what was stored before there was such a thing."""

import json
import typing as t

import pytest

from govkit.digest import digest
from govkit.errors import FaultyDocument
from govkit.trial.deployment import (
    DeployedTool,
    DeploymentFile,
    Described,
    Named,
    UnreadPath,
    deployment_of,
    repeated_names,
)
from govkit.trial.profile import parse_profile, profile_of, read_candidate

LEAST = "format: govkit.candidate/1\nname: Mine\nmodel: openai/gpt-x\n"
WHOLE = (
    LEAST
    + f"""\
deployment:
  developer: Maker Ltd
  snapshot: gpt-x-2026-05-01
  weights: {{digest: "{digest(b"weights")}"}}
  tools:
  - {{name: shell, says: Runs commands., permissions: [write, read, read]}}
  - {{name: mail}}
  peers:
  - {{name: b, model: other/model, relation: reviews it}}
  autonomy: {{says: It asks before it deletes.}}
  memory: {{says: None.}}
  immaterial: {{memory: It has none.}}
"""
)


def _faults(more: str) -> list[str]:
    with pytest.raises(FaultyDocument) as told:
        read_candidate(LEAST + more, file="c.yaml")
    return [str(each) for each in told.value.faults]


def test_a_profile_without_a_deployment_has_the_bytes_that_it_always_had() -> None:
    """Evidence from before keeps replaying byte for byte."""
    profile = profile_of(read_candidate(LEAST, file="c.yaml"))
    assert "deployment" not in json.loads(profile.bytes())
    assert parse_profile(profile.bytes()) == profile
    assert profile.digest == "sha256:be6953137ffea8d28ecc402004112159f298eb3151ccba1ed3405b57e33ccc20"


def test_a_deployment_is_stored_and_read_again() -> None:
    """Its parts by digest; what was not said is not among them."""
    profile = profile_of(read_candidate(WHOLE, file="c.yaml"))
    assert parse_profile(profile.bytes()) == profile
    deployed = profile.deployment
    assert deployed is not None
    assert deployed.parts.keys() == {"tools", "permissions", "peers", "autonomy", "memory"}
    assert deployed.parts["permissions"].says == "mail: none; shell: read, write"
    assert deployed.parts["tools"].items.keys() == {"shell", "mail"}
    assert (deployed.weights, deployed.snapshot) == (digest(b"weights"), "gpt-x-2026-05-01")


def test_no_tools_and_nothing_said_of_tools_are_two_things() -> None:
    """An empty list says that there are none."""
    assert deployment_of(DeploymentFile(tools=())).parts.keys() == {"tools", "permissions"}
    assert deployment_of(DeploymentFile()).parts == {}


def test_a_path_without_its_digest_is_never_stored() -> None:
    """What a path leads to is not known from the path; whoever reads the candidate file computes it."""
    for named in (
        {"harness": Described(says="A program.", path="src")},
        {"weights": Named(path="weights")},
        {"tools": (DeployedTool(name="shell", path="shell.json"),)},
    ):
        with pytest.raises(UnreadPath):
            deployment_of(DeploymentFile(**t.cast("dict[str, t.Any]", named)))


def test_where_files_lie_does_not_matter() -> None:
    """Only what they are: the path is the tester's."""
    one = Described(says="A program.", path="src", digest=digest(b"x"))
    other = one.model_copy(update={"path": "elsewhere"})
    assert deployment_of(DeploymentFile(harness=one)) == deployment_of(DeploymentFile(harness=other))


def test_two_of_one_name_are_a_fault() -> None:
    """Neither could be told from the other; a tool and a peer can."""
    tools = "deployment:\n  tools: [{name: a}, {name: a}, {name: b}]\n"
    assert "the name 'a' stands twice" in _faults(tools)[0]
    assert "c.yaml:4" in _faults(tools)[0]
    peer = "{name: a, model: m, relation: r}"
    assert "stands twice" in _faults(f"deployment:\n  peers: [{peer}, {peer}]\n")[0]
    both = read_candidate(LEAST + f"deployment: {{tools: [{{name: a}}], peers: [{peer}]}}\n", file="c.yaml")
    assert both.deployment is not None
    assert repeated_names(both.deployment) == ()


@pytest.mark.parametrize(
    "more",
    [
        "deployment: {weights: {digest: 'sha256:0'}}\n",
        "deployment: {weights: {digest: '" + "0" * 64 + "'}}\n",
        "deployment: {memory: A week.}\n",
        "deployment: {memory: {says: ''}}\n",
        "deployment: {immaterial: {memry: No matter.}}\n",
        "deployment: {immaterial: {memory: ''}}\n",
        "deployment: {tools: [{says: Nameless.}]}\n",
        "deployment: {permissions: [read]}\n",
        "deployment: {provider: {says: Somebody.}}\n",
    ],
)
def test_what_is_written_wrongly_is_told(more: str) -> None:
    """With file and line, and no component that a run exercises can be described over."""
    assert all("c.yaml:" in each for each in _faults(more))


def test_many_permissions_are_named_whole_though_they_are_shown_in_part() -> None:
    """Two grants that differ only far behind are two."""
    found = set()
    for last in ("read", "write"):
        names = [*(f"permission-{number:03d}-{'x' * 80}" for number in range(99)), f"z-{last}"]
        deployed = deployment_of(DeploymentFile(tools=(DeployedTool(name="t", permissions=tuple(names)),)))
        assert len(deployed.parts["permissions"].says) == 4_000
        found.add(deployed.parts["permissions"].items["t"])
    assert len(found) == 2
