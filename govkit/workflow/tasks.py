"""Two things that tasks are for: to be waited for whatever happens, and to say what ended them."""

import asyncio
import contextlib


async def settled(task: "asyncio.Task[None]") -> None:
    """Wait until a task is done, whatever happens to us meanwhile: what is being written must get to its end."""
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({task})


def raise_failure(task: "asyncio.Task[None]") -> None:
    """Raise what ended a task, if anything but a cancellation did. Of several workers' failures, the first."""
    error = None if task.cancelled() else task.exception()
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if error is not None:
        raise error
