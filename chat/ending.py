"""Ending what goes on in the background, whatever it is waiting for."""

import asyncio
import logging
from typing import Any

logger = logging.getLogger(__name__)
AGAIN = 0.2  # seconds after which a task that is still there is told again


async def end(*tasks: "asyncio.Task[Any] | None") -> None:
    """Cancel these and wait until each has ended; one of another loop, or None, is left alone.

    Telling once is not enough: until Python 3.12 `asyncio.wait_for`, also inside a library, loses a cancellation that comes
    in the same turn as what it waited for, and its task goes on for ever.
    """
    here = asyncio.get_running_loop()
    left = {task for task in tasks if task is not None and task.get_loop() is here}
    told = set(left)
    while left := {task for task in left if not task.done()}:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=AGAIN)
    for task in told:
        if not task.cancelled() and (fault := task.exception()) is not None:
            logger.warning("Something in the background had ended by itself (%s).", type(fault).__name__)
