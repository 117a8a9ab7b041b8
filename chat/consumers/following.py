"""What a desk's socket does for who reads along with a talk, and for who whispers: parse, ask access, call `along`."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.utils import timezone

from chat import access, along, wire
from chat.boards import boards
from chat.consumers.base import Socket
from chat.hub import hub, visitor
from chat.lanes import in_database
from chat.picture import Board
from helplines.models import Membership


class Ear:
    """Hears what both sides of one talk say, for one desk that reads along; nothing else of it."""

    def __init__(self, desk: "DeskFollowing", code: str) -> None:
        self.desk = desk
        self.code = code
        self.socket = f"{desk.socket}-along"
        self.topic = visitor(desk.membership.organisation_id, code)

    def open(self) -> None:
        hub.join(self.topic, self)

    def close(self) -> None:
        hub.leave(self.topic, self)

    async def hear(self, frame: dict[str, Any], text: str) -> None:
        if frame["kind"] == "said":
            await self.desk.tell({**frame, "kind": "along_said", "talk": self.code})
        elif frame["kind"] == "_standing":
            await self.desk.tell({"kind": "along_latest", "talk": self.code, "seq": frame["seq"]})
        elif frame["kind"] == "state":
            self.desk.refresh_soon()


class DeskFollowing(Socket):
    """The part of a desk's socket that reads along."""

    membership: Membership
    ear: Ear | None = None

    async def check_right(self) -> None:
        raise NotImplementedError

    async def refresh(self) -> None:
        raise NotImplementedError

    def refresh_soon(self) -> None:
        raise NotImplementedError

    def listen_along(self, board: Board) -> None:
        """Hear the talk that this member reads along with, by the board of this moment, and no other."""
        code = next((row.conversation.code for row in board.readings if row.reader_id == self.membership.pk), None)
        if self.ear is not None and self.ear.code != code:
            self.deaf()
        if code is not None and self.ear is None and not self.finished:
            self.ear = Ear(self, code)
            self.ear.open()

    def deaf(self) -> None:
        if self.ear is not None:
            self.ear.close()
            self.ear = None

    async def follow(self, frame: wire.Follow) -> None:
        await self.check_right()
        await in_database(self.begin_following)(frame)
        boards.forget(self.membership.organisation_id)
        await self.refresh()

    def begin_following(self, frame: wire.Follow) -> None:
        conversation = access.talk_to_guide(self.membership, frame.talk)
        along.begin(conversation=conversation, membership=self.membership, purpose=frame.why, now=timezone.now())

    async def unfollow(self, frame: wire.Unfollow) -> None:
        await in_database(along.leave)(membership=self.membership, now=timezone.now())
        boards.forget(self.membership.organisation_id)
        await self.refresh()

    async def along(self, frame: wire.Along) -> None:
        await self.check_right()
        await self.tell(await in_database(self.said_along)(frame))

    def said_along(self, frame: wire.Along) -> dict[str, Any]:
        return along.history(membership=self.membership, code=frame.talk, since=frame.seq, now=timezone.now())

    async def whispers(self, frame: wire.Whispers) -> None:
        await self.check_right()
        await self.tell(await in_database(along.whispers)(membership=self.membership, code=frame.talk))

    async def whisper(self, frame: wire.SayWhisper) -> None:
        await self.check_right()
        await self.tell(await in_database(self.whispered)(frame))

    def whispered(self, frame: wire.SayWhisper) -> dict[str, Any]:
        return along.whisper(
            membership=self.membership,
            code=frame.talk,
            key=frame.id,
            text=wire.said_text(frame.text),
            now=timezone.now(),
        )


FOLLOWING: dict[type, Callable[[Any, Any], Awaitable[None]]] = {
    wire.Follow: DeskFollowing.follow,
    wire.Unfollow: DeskFollowing.unfollow,
    wire.Along: DeskFollowing.along,
    wire.Whispers: DeskFollowing.whispers,
    wire.SayWhisper: DeskFollowing.whisper,
}
