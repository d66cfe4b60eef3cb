"""A watcher that remembers."""

from govkit.workflow.ports import Progress


class RecordingWatcher:
    """Implements `govkit.workflow.ports.Watcher`."""

    def __init__(self) -> None:
        self.seen: list[Progress] = []
        """Every state it was shown, in order."""

    def show(self, progress: Progress) -> None:
        self.seen.append(progress)

    @property
    def last(self) -> Progress:
        """The latest state. Raises `IndexError` when none was shown."""
        return self.seen[-1]
