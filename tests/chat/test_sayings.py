"""Several things said at once on one socket: stored together, acknowledged in order, and what comes after is done after."""

import asyncio

import pytest

from chat.consumers import sayings
from chat.consumers.sayings import Sayings

pytestmark = pytest.mark.asyncio


def said(count, acknowledge=None):
    """So many sayings on one socket that nothing is stored of yet: the socket's list, the answers to come, what was told."""
    told, answers = [], [asyncio.get_running_loop().create_future() for _ in range(count)]

    async def tell(frame, stored):
        told.append((frame, await stored))

    return Sayings(acknowledge or tell), answers, told


async def turns(count=5):
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_second_is_queued_before_the_first_is_stored():
    line, (first, second), told = said(2)
    await line.add("a", first)
    await line.add("b", second)
    await turns()
    assert (told, [frame for frame, _stored in line.waiting]) == ([], ["a", "b"])


async def test_they_are_acknowledged_in_the_order_in_which_they_were_said():
    line, (first, second), told = said(2)
    await line.add("a", first)
    await line.add("b", second)
    second.set_result(2)
    await turns()
    assert told == []
    first.set_result(1)
    await line.settle()
    assert told == [("a", 1), ("b", 2)]


async def test_what_comes_after_waits_until_all_is_acknowledged():
    line, (stored,), told = said(1)
    await line.add("a", stored)
    settled = asyncio.ensure_future(line.settle())
    await turns()
    assert not settled.done()
    stored.set_result(1)
    await settled
    assert told == [("a", 1)]


async def test_settling_nothing_is_done_at_once():
    line, _answers, _told = said(0)
    await asyncio.wait_for(line.settle(), 1)


async def test_who_says_more_than_can_be_stored_waits(monkeypatch):
    monkeypatch.setattr(sayings, "MOST", 2)
    line, (first, second), told = said(2)
    await line.add("a", first)
    full = asyncio.ensure_future(line.add("b", second))
    await turns()
    assert not full.done()
    first.set_result(1)
    second.set_result(2)
    await full
    assert told == [("a", 1), ("b", 2)]


async def test_one_that_cannot_be_told_does_not_silence_the_next():
    told = []

    async def breaks_once(frame, stored):
        told.append((frame, await stored))
        if frame == "a":
            raise ConnectionError

    line, (first, second), _told = said(2, breaks_once)
    await line.add("a", first)
    await line.add("b", second)
    first.set_result(1)
    second.set_result(2)
    await line.settle()
    assert (told, line.waiting) == ([("a", 1), ("b", 2)], [])
