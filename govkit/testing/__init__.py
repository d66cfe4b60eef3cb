"""
For those who build on govkit: fakes that fill its real ports, and what a plugin must keep to.

A fake here is no mock: `MemoryStore` stores and reads back real segments, `FaultyCandidate` says what its script says
where a model would, `serving_judge` serves judges that follow a rule, `RecordingWatcher` keeps what it is shown.
`check_store` and `check_candidate` put an implementation of a port through what the runner relies on, and raise
`Nonconforming` with a sentence for the first thing that does not hold. `run_program` runs the command line in a
process of its own; `fill_form` fills in an adjudication form in a person's place; `govkit.testing.workbooks` makes
Excel files with everything in them that tools lose. No test framework is needed.

It refuses: to stand in for evidence. A run in a `MemoryStore` is gone with the process.
"""

from govkit.testing.candidates import Asked, FaultyCandidate, raw_calls, raw_reply
from govkit.testing.conformance import Nonconforming, check_candidate, check_store
from govkit.testing.forms import fill_form
from govkit.testing.judges import ScriptedJudge, judge_file, serving_judge
from govkit.testing.program import run_program
from govkit.testing.stores import MemoryStore
from govkit.testing.watchers import RecordingWatcher

__all__ = [
    "Asked",
    "FaultyCandidate",
    "MemoryStore",
    "Nonconforming",
    "RecordingWatcher",
    "ScriptedJudge",
    "check_candidate",
    "check_store",
    "fill_form",
    "judge_file",
    "raw_calls",
    "raw_reply",
    "run_program",
    "serving_judge",
]
