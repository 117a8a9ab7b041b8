"""How many requests a process works on at once (security goal G6)."""

import asyncio

import pytest

from config.turns import Turns

pytestmark = pytest.mark.asyncio


class Pages:
    """Works on a request until it is let go; notes who came in, and how many there were at a time."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.inside = self.most = 0
        self.go = asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.came.append(scope)
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.go.wait()
            if scope == "broken":
                raise ValueError
        finally:
            self.inside -= 1


async def test_so_many_at_a_time_in_the_order_in_which_they_came():
    pages = Pages()
    turns = Turns(pages, 2)
    asked = [asyncio.ensure_future(turns(name, None, None)) for name in "abcde"]
    for _turn in range(5):
        await asyncio.sleep(0)
    assert pages.came == ["a", "b"]
    pages.go.set()
    await asyncio.gather(*asked)
    assert (pages.came, pages.most, pages.inside) == (list("abcde"), 2, 0)


async def test_one_that_fails_or_hangs_up_makes_room():
    pages = Pages()
    turns = Turns(pages, 1)
    broken, waiting, last = (asyncio.ensure_future(turns(name, None, None)) for name in ("broken", "gone", "last"))
    await asyncio.sleep(0)
    waiting.cancel()
    pages.go.set()
    found = await asyncio.gather(broken, waiting, last, return_exceptions=True)
    assert [type(each) for each in found] == [ValueError, asyncio.CancelledError, type(None)]
    assert pages.came == ["broken", "last"]


@pytest.mark.parametrize("_loop", [1, 2])
async def test_every_loop_has_turns_of_its_own(_loop, shared={}):  # noqa: B006  kept between the two on purpose
    pages = Pages()
    turns = shared.setdefault("turns", Turns(lambda scope, *_rest: scope(), 1))
    pages.go.set()
    await asyncio.gather(*(turns(lambda: pages("a", None, None), None, None) for _number in range(3)))
    assert (pages.came, pages.most) == (["a"] * 3, 1)
