"""What the sockets do about the visitor's yes to opening their address: parse, ask access, call consenting."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.utils import timezone

from chat import access, comebacks, consenting, wire
from chat.consumers.base import Socket
from chat.consumers.handing import VisitorHanding
from chat.lanes import in_database
from chat.service import Held
from helplines.models import Membership


class DeskConsenting(Socket):
    """The desk's side: look, ask, and need it no more."""

    membership: Membership

    async def check_right(self) -> None:
        raise NotImplementedError

    async def consent(self, frame: wire.Consent) -> None:
        await self.check_right()
        await self.tell(await in_database(self.consent_of)(frame.talk))

    def consent_of(self, code: str) -> dict[str, Any]:
        talk = access.own_talk(self.membership, code)
        return consenting.desk_part(conversation=talk, membership=self.membership, now=timezone.now())

    async def ask_consent(self, frame: wire.AskConsent) -> None:
        await self.check_right()
        await in_database(self.consent_asked)(frame)

    def consent_asked(self, frame: wire.AskConsent) -> None:
        consenting.ask(
            conversation=access.talk_in_hand(self.membership, frame.talk),
            membership=self.membership,
            recipient=frame.recipient,
            purpose=frame.purpose,
            now=timezone.now(),
        )

    async def drop_consent(self, frame: wire.DropConsent) -> None:
        await self.check_right()
        await in_database(self.consent_dropped)(frame)

    def consent_dropped(self, frame: wire.DropConsent) -> None:
        row = access.consent_in(access.talk_in_hand(self.membership, frame.talk), frame.consent)
        consenting.drop(row=row, membership=self.membership, now=timezone.now())


class VisitorConsenting(VisitorHanding):
    """The visitor's side: yes, no, and not any more; beside what they answer to a handover."""

    async def allow(self, frame: wire.Allow) -> None:
        await in_database(self.agreed)(self.mine(), frame.consent)

    async def deny(self, frame: wire.Deny) -> None:
        await in_database(self.consented)(self.mine(), frame.consent, consenting.refuse)

    async def retract(self, frame: wire.Retract) -> None:
        await in_database(self.consented)(self.mine(), frame.consent, consenting.withdraw)

    def agreed(self, held: Held, code: str) -> None:
        """A tab that was replaced, and was not told yet, says yes for nobody; its no counts, for in doubt there is none."""
        if not comebacks.hold_again(held=held, socket=self.socket, now=timezone.now()):
            raise wire.RefusedError("not_here")
        self.consented(held, code, consenting.agree)

    def consented(self, held: Held, code: str, answer: Any) -> None:
        answer(row=access.consent_in(held.conversation, code), now=timezone.now())


CONSENTING: dict[type, Callable[[Any, Any], Awaitable[None]]] = {
    wire.Consent: DeskConsenting.consent,
    wire.AskConsent: DeskConsenting.ask_consent,
    wire.DropConsent: DeskConsenting.drop_consent,
}
ANSWERING: dict[type, Callable[[Any, Any], Awaitable[None]]] = {
    wire.Allow: VisitorConsenting.allow,
    wire.Deny: VisitorConsenting.deny,
    wire.Retract: VisitorConsenting.retract,
}
