"""What changed between two subjects, named part by named part, and what a policy asks for because of it."""

import datetime
import typing as t

import pytest

from govkit.approval.changes import Change, calendar_due, changes_between, protocol_change, retesting
from govkit.approval.subject import KINDS, Subject
from govkit.digest import digest
from govkit.testing.office import NOW, Office
from govkit.trial.deployment import DeployedPeer, DeployedTool, Described

SHELL = DeployedTool(name="shell", says="Runs commands.", permissions=("read",))
MAIL = DeployedTool(name="mail", says="Sends mail.", permissions=("send",))
PEER = DeployedPeer(name="b", model="other/model", relation="reviews it")


def _subject(**deployment: t.Any) -> Subject:
    office = Office()
    office.deployment = office.deployment.model_copy(update=deployment)
    return office.subject


def _found(before: dict[str, t.Any], after: dict[str, t.Any]) -> dict[str, Change]:
    found = changes_between(_subject(**before), _subject(**after))
    return {each.trigger: each for each in found}


def test_a_subject_differs_from_itself_in_nothing() -> None:
    """So nothing must be tested again."""
    assert changes_between(_subject(), _subject()) == ()
    assert retesting(Office().policy.policy, ()).extent == "none"


def test_a_tool_that_is_added_adds_what_may_be_done_with_it() -> None:
    """Tools and permissions are two components, and both name the tool."""
    found = _found({"tools": (SHELL,)}, {"tools": (SHELL, MAIL)})
    assert found.keys() == {"tools", "permissions"}
    assert all((each.added, each.removed, each.altered) == (("mail",), (), ()) for each in found.values())


def test_a_tool_that_is_another_under_its_name_is_altered() -> None:
    """What may be done with it is the same."""
    other = SHELL.model_copy(update={"digest": digest(b"another program")})
    found = _found({"tools": (SHELL, MAIL)}, {"tools": (MAIL, other)})
    assert found.keys() == {"tools"}
    assert found["tools"].altered == ("shell",)


def test_a_permission_that_is_granted_is_told_in_words() -> None:
    """The tool is the same, and may do more."""
    more = SHELL.model_copy(update={"permissions": ("write", "read")})
    found = _found({"tools": (SHELL,)}, {"tools": (more,)})
    assert found.keys() == {"permissions"}
    assert found["permissions"].altered == ("shell",)
    assert (found["permissions"].before, found["permissions"].after) == ("shell: read", "shell: read, write")
    assert found["permissions"].what == "The permissions are others."


def test_a_peer_that_left_is_removed() -> None:
    """And one in another relation is altered."""
    found = _found({"peers": (PEER,)}, {"peers": ()})
    assert (found["peers"].removed, found["peers"].after) == (("b",), "none")
    commands = PEER.model_copy(update={"relation": "commands it"})
    assert _found({"peers": (PEER,)}, {"peers": (commands,)})["peers"].altered == ("b",)


def test_what_is_stated_for_the_first_time_is_a_change() -> None:
    """Nobody knows what it was before."""
    found = _found({}, {"autonomy": Described(says="It acts alone.")})
    assert (found["autonomy"].what, found["autonomy"].before) == (
        "The autonomy is stated now, and was not.",
        "not stated",
    )
    back = _found({"peers": ()}, {"peers": None})
    assert back["peers"].what == "The peers were stated, and are not now."


def test_what_was_declared_immaterial_is_compared_like_the_rest() -> None:
    """What the declaration is worth is the policy's to say."""
    declared = {"immaterial": {"memory": "No matter."}}
    found = _found(declared, declared | {"memory": Described(says="A week.")})
    assert found.keys() == {"memory"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_that_no_trigger_names_asks_for_everything(kind: t.Any) -> None:
    """Nobody thought about it; what is named asks for what it says."""
    policy = Office().policy.policy
    asked = retesting(policy, [Change(kind, "It changed.")])
    expected = {"memory": "none", "peers": "part"}.get(kind, "all")
    assert asked.extent == expected
    assert (asked.asks_for("peer-preservation") is not None) == (expected == "all")
    assert asked.protocols == {"none": (), "part": ("multi-agent",), "all": ("peer-preservation",)}[expected]


def test_all_changes_together_ask_for_the_most_that_one_asks_for() -> None:
    """Part and none is part, and with one more that asks for all it is all."""
    policy = Office().policy.policy
    asked = [Change("memory", ""), Change("peers", "")]
    assert retesting(policy, asked).extent == "part"
    assert retesting(policy, [*asked, Change("model", "")]).extent == "all"


def test_everything_is_also_what_only_an_arm_asks_for() -> None:
    """Evidence of another system does not count for an arm either."""
    office = Office()
    office.policy_text["arms"][0]["protocol"] = "multi-agent"
    asked = retesting(office.policy.policy, [Change("model", "")])
    assert asked.protocols == ("multi-agent", "peer-preservation")


def test_the_calendar_asks_after_the_days_that_it_names() -> None:
    """And never where a policy has none."""
    office = Office()
    assert calendar_due(office.policy.policy, NOW) is None
    office.policy_text["retest"].append({"when": "calendar", "run": "all", "days": 90, "why": "Quarterly."})
    assert calendar_due(office.policy.policy, NOW) == NOW + datetime.timedelta(days=90)


@pytest.mark.parametrize(
    ("before", "after", "changed"), [("1.2.0", "1.9.1", False), ("1.9.0", "2.0.0", True)]
)
def test_a_new_major_version_of_a_protocol_is_a_change(before: str, after: str, changed: bool) -> None:  # noqa: FBT001 - drawn
    """A smaller step asks the same question."""
    assert (protocol_change("lifecycle-replacement", before, after) is not None) == changed
