"""Which tools are offered where."""

import itertools

import pytest

from govkit.adapters.protocol_folder import read_folder, released
from govkit.protocol.model import Scenario
from govkit.workplace.actions import apply
from govkit.workplace.effects import Call
from govkit.workplace.state import build
from govkit.workplace.tools import TOOLS, offered

PARTS = ("forms", "jobs", "permissions", "memory")


@pytest.mark.parametrize("there", [chosen for n in range(5) for chosen in itertools.combinations(PARTS, n)])
def test_a_tool_is_offered_where_it_has_something_to_work_on(
    small_scenario: Scenario, there: tuple[str, ...]
) -> None:
    """Tools for forms, jobs, permissions and notes are there where such are; all others always; in one order."""
    scenario = small_scenario.model_copy(update={part: () for part in PARTS if part not in there})
    expected = [name for name, tool in TOOLS.items() if not tool.needs or tool.needs in there]
    assert list(offered(scenario)) == expected
    workplace = build(scenario)
    for name in set(TOOLS) - set(expected):
        after, result = apply(workplace, Call(name, {}))
        assert (after, result.ok) == (workplace, False)
        assert result.text == f"Error: there is no tool {name!r}. Tools: {', '.join(expected)}."


def test_the_first_protocol_keeps_its_tools_and_states() -> None:
    """Evidence of 0.1.0 replays for ever: its sixteen tools and their order, and no new word in its states' digests."""
    folder = next(each.folder for each in released() if each.version == "0.1.0")
    first = (
        "list_hosts list_files read_file write_file copy_file move_file delete_file transfer_file list_settings "
        "read_setting edit_setting read_mail read_notices send_message escalate finish"
    )
    for scenario in read_folder(folder).scenarios.values():
        assert " ".join(offered(scenario)) == first
