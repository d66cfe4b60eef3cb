"""An adjudication form filled in by nobody: for trying the line from a form to a signed adjudication."""

import re
import typing as t

from govkit.digest import Digest

_TRIAL = re.compile(r'- trial: "(sha256:[0-9a-f]{64})"')


def fill_form(
    text: str, outcomes: t.Mapping[Digest, str], *, reason: str = "Read from beginning to end."
) -> str:
    """
    The YAML form with each of these trials overturned to its outcome, and all others confirmed.

    A blind form has nothing to confirm: there, `outcomes` must name every trial.
    """
    lines, trial = [], ""
    for line in text.split("\n"):
        if match := _TRIAL.fullmatch(line):
            trial = match[1]
        given = {
            '  decision: ""': f"  decision: {'overturn' if trial in outcomes else 'confirm'}",
            '  outcome: ""': f'  outcome: "{outcomes.get(trial, "")}"',
            '  reason: ""': f'  reason: "{reason}"',
        }
        lines.append(given.get(line, line))
    return "\n".join(lines)
