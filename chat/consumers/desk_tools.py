"""What a counsellor has at hand beside the talk, over the same socket: canned replies, private notes, advice."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.utils import timezone

from chat import access, advice, canned, notes, wire
from chat.consumers.base import Socket
from chat.lanes import in_database
from helplines.models import Membership
from helplines.tenancy import inside


class DeskTools(Socket):
    """The part of a desk's socket that is not the talk itself."""

    membership: Membership

    async def check_right(self) -> None:
        raise NotImplementedError

    async def replies(self, frame: wire.Replies) -> None:
        await self.check_right()
        await self.tell(await in_database(self.read_replies)(frame.talk))

    def read_replies(self, code: str) -> dict[str, Any]:
        conversation = access.own_talk(self.membership, code)
        with inside(self.membership.organisation_id):
            return canned.replies(conversation, self.membership)

    async def note(self, frame: wire.Note) -> None:
        await self.check_right()
        await self.tell(await in_database(self.read_note)(frame.talk))

    def read_note(self, code: str) -> dict[str, Any]:
        return notes.read(conversation=access.own_talk(self.membership, code), membership=self.membership)

    async def write_note(self, frame: wire.WriteNote) -> None:
        await self.check_right()
        await self.tell(await in_database(self.written)(frame))

    def written(self, frame: wire.WriteNote) -> dict[str, Any]:
        return notes.write(
            conversation=access.own_talk(self.membership, frame.talk),
            membership=self.membership,
            text=frame.text,
            version=frame.version,
            socket=self.socket,
            now=timezone.now(),
        )

    async def advice(self, frame: wire.Advice) -> None:
        await self.check_right()
        await self.tell(await in_database(advice.board)(membership=self.membership))

    async def ask(self, frame: wire.Ask) -> None:
        await self.check_right()
        await self.tell(await in_database(self.asked)(frame))

    def asked(self, frame: wire.Ask) -> dict[str, Any]:
        return advice.ask(
            conversation=access.own_talk(self.membership, frame.talk),
            membership=self.membership,
            key=frame.id,
            text=wire.said_text(frame.text),
            now=timezone.now(),
        )

    async def advise(self, frame: wire.Advise) -> None:
        await self.check_right()
        text = wire.said_text(frame.text)
        answered = await in_database(advice.answer)(
            membership=self.membership, advice=frame.advice, key=frame.id, text=text, now=timezone.now()
        )
        await self.tell(answered)

    async def take_back(self, frame: wire.TakeBack) -> None:
        await self.check_right()
        await in_database(advice.take_back)(membership=self.membership, advice=frame.advice)


TOOLS: dict[type, Callable[[Any, Any], Awaitable[None]]] = {
    wire.Replies: DeskTools.replies,
    wire.Note: DeskTools.note,
    wire.WriteNote: DeskTools.write_note,
    wire.Advice: DeskTools.advice,
    wire.Ask: DeskTools.ask,
    wire.Advise: DeskTools.advise,
    wire.TakeBack: DeskTools.take_back,
}
