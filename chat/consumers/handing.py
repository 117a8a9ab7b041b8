"""What the sockets do about handovers: parse, ask access, call handovers."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.utils import timezone

from chat import access, handovers, wire
from chat.boards import boards
from chat.consumers.base import Socket
from chat.lanes import in_database
from chat.service import Held
from helplines.models import Membership


class DeskHanding(Socket):
    """The desk's side: ask, answer, take back, take over."""

    membership: Membership

    async def check_right(self) -> None:
        raise NotImplementedError

    async def refresh(self) -> None:
        raise NotImplementedError

    async def changed(self) -> None:
        boards.forget(self.membership.organisation_id)
        await self.refresh()

    async def transfer(self, frame: wire.Transfer) -> None:
        await self.check_right()
        await in_database(self.transfer_asked)(frame)
        await self.changed()

    def transfer_asked(self, frame: wire.Transfer) -> None:
        handovers.ask(
            conversation=access.own_talk(self.membership, frame.talk),
            membership=self.membership,
            how=frame.how,
            to=frame.to,
            note=frame.note,
            agreement=frame.agreement,
            now=timezone.now(),
        )

    async def say_yes(self, frame: wire.Accept) -> None:
        await self.check_right()
        await in_database(self.accepted)(frame.handover)
        await self.changed()

    def accepted(self, code: str) -> None:
        handover = access.handover_to(self.membership, code)
        handovers.accept(handover=handover, membership=self.membership, now=timezone.now())

    async def say_no(self, frame: wire.Decline) -> None:
        await self.check_right()
        await in_database(self.declined)(frame.handover, frame.note)
        await self.changed()

    def declined(self, code: str, note: str) -> None:
        handovers.decline(handover=access.handover_to(self.membership, code), note=note, now=timezone.now())

    async def withdraw(self, frame: wire.Withdraw) -> None:
        await self.check_right()
        await in_database(self.withdrawn)(frame.handover)
        await self.changed()

    def withdrawn(self, code: str) -> None:
        handovers.withdraw(handover=access.handover_of(self.membership, code), now=timezone.now())

    async def take_over(self, frame: wire.Takeover) -> None:
        await self.check_right()
        await in_database(self.taken_over)(frame)
        await self.changed()

    def taken_over(self, frame: wire.Takeover) -> None:
        conversation = access.talk_to_guide(self.membership, frame.talk)
        handovers.take_over(conversation=conversation, membership=self.membership, why=frame.why, now=timezone.now())


class VisitorHanding(Socket):
    """The visitor's side: yes or no (C10)."""

    def mine(self) -> Held:
        raise NotImplementedError

    async def agree(self, frame: wire.Agree) -> None:
        await in_database(self.answered)(self.mine(), frame.handover, handovers.agree)

    async def disagree(self, frame: wire.Disagree) -> None:
        await in_database(self.answered)(self.mine(), frame.handover, handovers.refuse)

    def answered(self, held: Held, code: str, answer: Any) -> None:
        answer(handover=access.handover_in(held.conversation, code), now=timezone.now())


HANDING: dict[type, Callable[[Any, Any], Awaitable[None]]] = {
    wire.Transfer: DeskHanding.transfer,
    wire.Accept: DeskHanding.say_yes,
    wire.Decline: DeskHanding.say_no,
    wire.Withdraw: DeskHanding.withdraw,
    wire.Takeover: DeskHanding.take_over,
}
