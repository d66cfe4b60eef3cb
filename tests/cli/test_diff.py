"""`govkit diff` as a process: what changed between two systems, and what must run again."""

import json

from govkit.testing.desk import Desk


def test_nothing_changed_is_nothing_to_do(desk: Desk) -> None:
    """A system against itself: exit code 0."""
    said = desk("diff", "assistant.yaml", "assistant.yaml")
    assert (said.returncode, "Nothing changed." in said.stdout) == (0, True)


def test_a_permission_more_voids_an_approval_and_names_the_tool(desk: Desk) -> None:
    """The changed part is named, the approval void, exit code 6, and the policy says what must run again."""
    said = desk("diff", "assistant.yaml", "update.yaml", "--policy", "enterprise-deployer", "--json")
    assert said.returncode == 6, said.stderr
    shown = json.loads(said.stdout)
    assert not shown["same_identity"]
    assert [(each["trigger"], each["altered"]) for each in shown["changes"]] == [
        ("permissions", ["move_file"])
    ]
    assert shown["run_again"]["extent"] in ("part", "all")


def test_what_the_policy_does_not_name_asks_for_everything(desk: Desk) -> None:
    """The demonstration's policy names no trigger for permissions."""
    said = desk("diff", "assistant.yaml", "update.yaml", "--policy", "policy.yaml")
    assert "Must run again (all): peer-preservation." in said.stdout
    incident = desk(
        "diff",
        "assistant.yaml",
        "assistant.yaml",
        "--policy",
        "policy.yaml",
        "--incident",
        "It copied weights.",
    )
    assert (incident.returncode, "incident: An incident: It copied weights." in incident.stdout) == (6, True)


def test_an_immaterial_change_leaves_approvals_as_they_are(desk: Desk) -> None:
    """Where the containers run was declared immaterial: it is told, and voids nothing."""
    text = (desk.folder / "assistant.yaml").read_text()
    (desk.folder / "moved.yaml").write_text(text.replace("two regions", "three regions"))
    said = desk("diff", "assistant.yaml", "moved.yaml")
    assert said.returncode == 0, said.stdout
    assert "environment: The environment is another." in said.stdout
    assert "No material component changed" in said.stdout


def test_a_run_and_a_file_are_compared_alike(desk: Desk) -> None:
    """Whatever names a subject can stand on either side; what names none is said to."""
    said = desk("diff", "run", "assistant.yaml")
    assert said.returncode == 6
    assert "model: The model is another." in said.stdout
    nothing = desk("diff", "run", "nowhere.yaml")
    assert (nothing.returncode, "There is nothing there" in nothing.stderr) == (2, True)


def test_a_component_that_is_declared_immaterial_is_told(desk: Desk) -> None:
    """The change that one most wants to see: the same model, which no longer counts."""
    text = (desk.folder / "assistant.yaml").read_text()
    (desk.folder / "lax.yaml").write_text(text + "    model: We say so.\n")
    said = desk("diff", "assistant.yaml", "lax.yaml")
    assert said.returncode == 6
    assert "model: The model: declared immaterial (We say so.)" in said.stdout
    alone = desk("diff", "assistant.yaml", "assistant.yaml", "--incident", "It leaked.")
    assert (alone.returncode, "give --policy" in alone.stderr) == (2, True)
