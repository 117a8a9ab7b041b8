"""Another socket took a visitor's talk: whether it really has it, or was hung up on before it got through."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from django.utils import timezone

from chat import comebacks
from chat.lanes import in_database
from chat.service import Held

# How often, and how many seconds apart, who was replaced looks whether the other one is there to stay: a node that is slow may
# see to a line that was given up long ago, and only then notice its end.
LOOKS, EVERY = 4, 0.4


async def is_taken(held: Held, socket: str) -> bool:
    """Whether a talk is another socket's for good, and no longer this one's."""
    for look in range(LOOKS):
        await asyncio.sleep(EVERY if look else 0)
        if await in_database(comebacks.hold_again)(held=held, socket=socket, now=timezone.now()):
            return False
    return True


# Tabs on their way aside, which nothing else holds on to.
stepping: set[asyncio.Future[None]] = set()


def soon(step: Coroutine[Any, Any, None]) -> None:
    """Take this step without making whoever asks for it wait."""
    task = asyncio.ensure_future(step)
    stepping.add(task)
    task.add_done_callback(stepping.discard)
