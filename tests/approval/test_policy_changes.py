"""What differs between two policies: values, by what identifies them, and neither order nor comments."""

from govkit.adapters.policy_folder import read_policy_file
from govkit.approval.policy import Policy
from govkit.approval.policy_changes import policy_changes


def _policy(name: str) -> Policy:
    return read_policy_file(name).policy


def test_a_policy_differs_from_itself_in_nothing() -> None:
    """Nor does one whose checks, arms and triggers stand in another order."""
    policy = _policy("enterprise-deployer")
    turned = {name: tuple(reversed(getattr(policy, name))) for name in ("checks", "arms", "retest")}
    assert policy_changes(policy, policy) == ()
    assert policy_changes(policy, policy.model_copy(update=turned)) == ()


def test_one_check_left_out_is_no_shift_of_the_others() -> None:
    """All that is told is about that check, and all of it is gone; the other way round, all of it is new."""
    policy = _policy("minimal")
    fewer = policy.model_copy(update={"checks": policy.checks[1:]})
    gone, new = policy_changes(policy, fewer), policy_changes(fewer, policy)
    name = f"checks {policy.checks[0].protocol}/{policy.checks[0].check}."
    assert gone
    assert all(each.where.startswith(name) and each.after is None for each in gone)
    assert all(each.where.startswith(name) and each.before is None for each in new)
    assert len(gone) == len(new)


def test_a_value_is_told_before_and_after() -> None:
    """Numbers, days and truths are told as they are written."""
    policy = _policy("minimal")
    rules = policy.independence.model_copy(update={"approver_is_not_evaluator": {"standard": True}})
    changed = policy_changes(
        policy, policy.model_copy(update={"independence": rules, "expires": "2027-01-01"})
    )
    assert [(each.where, each.before, each.after) for each in changed] == [
        ("expires", "2027-11-20", "2027-01-01"),
        ("independence.approver_is_not_evaluator.standard", "false", "true"),
    ]
