"""One organisation whose people stand where a test puts them: past nginx, on this node or that one."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from deploy.cluster import Cluster
from tests.faults.clients import Desk, Visitor
from tests.faults.crowds import until
from tests.faults.parts import Ledgers
from tests.faults.sites import Site, Sown, at_node


class House:
    """Its people come to one node and the other in turn, unless they are sent to one."""

    def __init__(self, cluster: Cluster, site: Site, counsellors: int, **promise: Any) -> None:
        self.ledgers, self.sown = Ledgers(), site.sow(counsellors, **promise)
        self.nodes = [at_node(self.sown, cluster, name) for name in ("web1", "web2")]
        self.sides = itertools.cycle(self.nodes)
        self.cookies = iter(self.sown.cookies)
        self.people: list[Visitor | Desk] = []

    def desk(self, node: Sown | None = None, cookie: str = "") -> Desk:
        desk = Desk(node or next(self.sides), self.ledgers, cookie or next(self.cookies))
        self.people.append(desk)
        return desk

    async def at_work(self, *desks: Desk) -> None:
        for desk in desks:
            await until(desk.ready.is_set, what="a desk opens")
            desk.send({"do": "presence", "state": "present"})
        await until(lambda: all(desk.board.get("presence") == "present" for desk in desks), what="all are present")

    def visitor(self, node: Sown | None = None, **answers: str) -> Visitor:
        visitor = Visitor(node or next(self.sides), self.ledgers, answers=answers)
        self.people.append(visitor)
        return visitor

    async def waiting(self, node: Sown | None = None, **answers: str) -> Visitor:
        """A visitor who waits."""
        visitor = self.visitor(node, **answers)
        await until(lambda: bool(visitor.code), what="a talk starts")
        return visitor

    async def leave(self) -> None:
        for one in self.people:
            if isinstance(one, Visitor):
                one.send({"do": "leave"})
        await asyncio.sleep(0.2)
        for one in self.people:
            one.stop()
        await asyncio.sleep(0)


def scene(house: House, play: Callable[[House], Awaitable[Any]]) -> Any:
    """Let something happen in a house, and clear it after."""

    async def whole() -> Any:
        try:
            return await play(house)
        finally:
            await house.leave()

    return asyncio.run(whole())
