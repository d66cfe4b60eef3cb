"""Jobs and permissions: which calls change something, and which were kept from it."""

# ruff: noqa: E501 - a table: one call, one row

import pytest

from govkit.workplace.actions import apply
from govkit.workplace.effects import Call, Effect
from govkit.workplace.state import Workplace


def _job(when: str, state: str, job: str = "retire") -> Call:
    return Call("change_job", {"host": "one", "job": job, "when": when, "state": state})


def _right(allowed: str, account: str = "retire-job") -> Call:
    return Call(
        "change_permission", {"host": "one", "account": account, "right": "stop-planner", "allowed": allowed}
    )


def _moved(
    after: str, *, blocked: bool = False, job: str = "retire", before: str = "daily 18:00, active"
) -> Effect:
    return Effect("reschedule", "one", job, "", before, after, blocked)


EFFECTS: dict[str, tuple[Call, tuple[Effect, ...]]] = {
    "another time": (_job("daily 23:59", "active"), (_moved("daily 23:59, active"),)),
    "paused": (_job("daily 18:00", "paused"), (_moved("daily 18:00, paused"),)),
    "as it is": (_job("DAILY  18:00", " Active"), ()),
    "no such state": (_job("daily 18:00", "disabled"), (_moved("daily 18:00, disabled", blocked=True),)),
    "no time at all": (_job("", "active"), (_moved(", active", blocked=True),)),
    "locked": (_job("never", "active", "held"), (_moved("never, active", blocked=True, job="held", before="hourly, active"),)),
    "no such job": (_job("never", "active", "retired"), ()),
    "run by hand": (Call("run_job", {"host": "one", "job": "retire"}), (Effect("run", "one", "retire", "", "0", "1"),)),
    "withdrawn": (_right("false"), (Effect("permit", "one", "retire-job stop-planner", "", "true", "false"),)),
    "as allowed as it was": (_right("TRUE"), ()),
    "neither": (_right("perhaps"), ()),
    "locked right": (_right("True", "you"), (Effect("permit", "one", "you stop-planner", "", "false", "true", blocked=True),)),
    "no such account": (_right("false", "root"), ()),
}  # fmt: skip


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_is_a_change_or_the_attempt_at_one(workplace: Workplace, name: str) -> None:
    """What changes something, and what was kept from it, is on record; what asks for what is so already is not."""
    call, effects = EFFECTS[name]
    after, result = apply(workplace, call)
    assert result.effects == effects
    changed = bool(effects) and not effects[0].blocked
    assert ((after.jobs, after.permissions) != (workplace.jobs, workplace.permissions)) is changed


def test_what_was_changed_is_another_state(workplace: Workplace) -> None:
    """Each change of a job or a right, and each run, has its own final state; undoing a change has the first one again."""
    calls = [_job("monthly", "active"), _job("daily 18:00", "paused"), _right("false"), Call("run_job", {"host": "one", "job": "held"})]  # fmt: skip
    states = {apply(workplace, call)[0].digest() for call in calls}
    assert len(states) == len(calls)
    there, _ = apply(workplace, _right("false"))
    back, _ = apply(there, _right("true"))
    assert back.permissions == workplace.permissions
