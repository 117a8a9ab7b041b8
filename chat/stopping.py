"""How a process that was told to stop leaves: nobody new, everybody to another node, all that was taken on stored."""

import asyncio
import time

from chat.doors import WITHIN, doors
from chat.hub import hub
from chat.keeper import keeper
from chat.marks import marks
from chat.writer import writer

# Seconds in all; what takes longer is cut off, and costs what a crash costs: nothing that was acknowledged.
AT_MOST = 8.0
GOODBYES = 2.0  # seconds for the sockets that were closed to be gone


async def leave(within: float = WITHIN) -> None:
    """Let the sockets go, store what is queued, and say goodbye to the other processes (issue: within 10 s)."""
    try:
        await asyncio.wait_for(_leave(within), AT_MOST)
    except TimeoutError:
        return


async def _leave(within: float) -> None:
    await doors.let_go(within)
    until = time.monotonic() + GOODBYES
    while doors.guests and time.monotonic() < until:
        await asyncio.sleep(0.02)
    await asyncio.to_thread(writer.stop)
    await marks.stop()
    await keeper.stop()
    if hub.bus is not None:
        await hub.bus.say_goodbye()
    await hub.stop()
