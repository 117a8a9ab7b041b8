"""The counsellor's socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from chat import access, announce, blocks, handover_frames, picture, presence, queries, reads, service, silence, wire
from chat.boards import boards
from chat.bus import Told
from chat.consumers.base import NOT_ALLOWED, TYPING_SECONDS, Action
from chat.consumers.consenting import CONSENTING, DeskConsenting
from chat.consumers.desk_tools import TOOLS, DeskTools
from chat.consumers.following import FOLLOWING, DeskFollowing
from chat.consumers.handing import HANDING, DeskHanding
from chat.doors import doors
from chat.hub import desks, hub, member, visitor
from chat.keeper import Whereabouts, keeper
from chat.lanes import for_pictures, in_database
from chat.limits import Bucket, Seldom
from chat.marks import Seen, marks
from chat.models import Conversation
from chat.picture import Board
from chat.rights import is_fresh, rights
from chat.sealed import Contents
from chat.signs import Signs
from chat.states import OVER as STATES_OVER
from chat.states import State
from chat.wire import RefusedError
from chat.writer import Saying, Stored, writer
from helplines import tallies
from helplines.models import Membership
from helplines.tenancy import inside

# A desk is drawn anew at most so often, however much happens.
REFRESH_SECONDS = 0.2


class DeskConsumer(DeskTools, DeskHanding, DeskConsenting, DeskFollowing):
    """One tab of one counsellor."""

    decoder = wire.desk_decoder
    kind = "desk"
    membership: Membership

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signs = Signs(time.monotonic())

    def full_bucket(self) -> Bucket:
        return Bucket(settings.DESK_BURST, settings.DESK_PER_SECOND)

    async def connect(self) -> None:
        self.greeted = False
        self.right_at = float("-inf")
        self.open_talks: dict[str, tuple[Conversation, Contents]] = {}
        # By talk, as its visitor sees it now; read anew with the right: a name that was taken away is shown no more.
        self.names: dict[int, str | None] = {}
        self.typings = Seldom(TYPING_SECONDS)
        self.silences: set[str] = set()
        self.refreshing: asyncio.Task[None] | None = None
        # Talks of which this desk was told that they are no longer its own, and when.
        self.left: dict[str, float] = {}
        person, session = self.scope.get("user"), self.scope.get("session")
        if person is None or session is None or not person.is_authenticated:
            await self.turn_away()
            return
        slug = self.scope["url_route"]["kwargs"]["organisation"]
        try:
            self.membership = await in_database(access.desk_membership)(person, session, slug)
        except Http404:
            await in_database(tallies.count)(tallies.DENIED)
            await self.turn_away()
            return
        self.session = str(session.session_key), access.mark_of(session)
        self.topics = (
            desks(self.membership.organisation_id),
            member(self.membership.organisation_id, self.membership.pk),
        )
        await self.accept()

    async def disconnect(self, code: int) -> None:
        self.finished = True
        keeper.remove_desk(self)
        if self.greeted:
            rights.leave(self)
            keeper.departs(self.membership)
        for topic in getattr(self, "topics", ()):
            hub.leave(topic, self)
        self.deaf()
        if self.refreshing is not None:
            self.refreshing.cancel()

    def action(self, frame: Any) -> Action | None:
        if not self.greeted:
            return self.hello if isinstance(frame, wire.Hello) else None
        known = CARRIED.get(type(frame))
        return None if known is None else partial(known, self)

    def whereabouts(self) -> Whereabouts | None:
        if self.finished:
            return None
        key, session_hash = self.session
        return Whereabouts(
            self.membership.organisation_id,
            membership_id=self.membership.pk,
            session=key,
            session_hash=session_hash,
            silent=self.signs.silent_for(time.monotonic()),
        )

    def is_quiet(self) -> bool:
        return not self.finished and self.signs.is_quiet(time.monotonic())

    async def knock(self) -> None:
        """Ask for a sign of life: a laptop that was closed leaves a line that looks open."""
        self.signs.ask(time.monotonic())
        await self.tell({"kind": "knock"})

    async def dispatch(self, message: dict[str, Any]) -> None:
        with self.signs.acting():
            await super().dispatch(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self.signs.hear(time.monotonic())
        await super().receive(text_data, bytes_data)

    async def here(self, frame: wire.Here) -> None:
        """The answer to a knock; that it came is all that it says."""

    async def hear(self, frame: dict[str, Any], text: str) -> None:
        if frame["kind"] == "_changed":
            # Whatever look comes next begins after this: of one from before, nobody would hear what it lacks.
            boards.forget(self.membership.organisation_id)
            self.refresh_soon()
        elif frame["kind"] == "_signed_out":
            if frame["session"] == announce.fingerprint(self.session[0]):
                await self.finish(NOT_ALLOWED)
        elif not self.finished:
            await self.send(text_data=text)
            if frame["kind"] == "silence":
                (self.silences.add if frame["step"] else self.silences.discard)(frame["talk"])
            if frame["kind"] == "state" and frame["state"] in STATES_OVER:
                self.open_talks.pop(frame["talk"], None)
            if frame["kind"] == "state" and frame["state"] != State.ACTIVE:
                self.left[frame["talk"]] = time.monotonic()

    def refresh_soon(self) -> None:
        if self.refreshing is None or self.refreshing.done():
            self.refreshing = asyncio.ensure_future(self.refresh_later())

    async def refresh_later(self) -> None:
        await asyncio.sleep(REFRESH_SECONDS)
        # What changes while we read is drawn by the next one.
        self.refreshing = None
        await self.refresh()

    async def refresh(self) -> None:
        board = await boards.of(self.membership.organisation_id)
        self.listen_along(board)
        frame = picture.desk_frame(self.membership, board, timezone.now())
        # A reading from before the end of a talk would open it again on a desk that was told of the end already.
        self.left = {code: at for code, at in self.left.items() if at > board.began}
        frame["talks"] = [told for told in frame["talks"] if told["code"] not in self.left]
        await self.tell(frame | await self.handed(board))

    async def handed(self, board: Board) -> dict[str, Any]:
        """What of handovers is this desk's; only then there is something to open, and keys to ask for."""
        if any(self.membership.pk in (row.asker_id, row.to_member_id) for row in board.handovers):
            opened: dict[str, Any] = await for_pictures(self.opened)(board)
            return opened
        return handover_frames.desk_part(self.membership, [])

    def opened(self, board: Board) -> dict[str, Any]:
        with inside(self.membership.organisation_id):
            return handover_frames.desk_part(self.membership, board.handovers)

    # Doing
    async def hello(self, frame: wire.Hello) -> None:
        await self.check_right()
        await in_database(presence.arrive)(membership=self.membership, now=timezone.now())
        if not self.greeted:
            self.greeted = True
            for topic in self.topics:
                hub.join(topic, self)
            keeper.add_desk(self)
            rights.enter(self)
        boards.forget(self.membership.organisation_id)
        await self.refresh()

    async def set_presence(self, frame: wire.Presence) -> None:
        await self.check_right()
        await in_database(presence.say)(
            membership=self.membership,
            state=frame.state,
            minutes=frame.minutes,
            returns=frame.returns,
            now=timezone.now(),
        )
        boards.forget(self.membership.organisation_id)
        await self.refresh()

    async def take(self, frame: wire.Take) -> None:
        await self.check_right()
        conversation, contents, name, told = await in_database(self.taken)(frame.line)
        # What it says first in this talk waits for no look-up.
        self.open_talks[conversation.code] = conversation, contents
        self.names[conversation.pk] = name
        await self.tell({"kind": "taken", "talk": told})
        # The desk has the talk; what else changed comes with the next look that all desks share.
        self.refresh_soon()

    def taken(self, line: str | None) -> tuple[Conversation, Contents, str | None, dict[str, Any]]:
        now = timezone.now()
        conversation = service.take_next(membership=self.membership, line=line, now=now)
        with inside(self.membership.organisation_id):
            contents, name = (
                access.contents_of(conversation),
                queries.public_name(self.membership, conversation.line_id),
            )
            return conversation, contents, name, queries.talk_frame(conversation, contents, now)

    async def open(self, frame: wire.Open) -> None:
        await self.check_right()
        await self.tell(await in_database(self.history)(frame.talk, frame.since))

    async def since(self, frame: wire.DeskSince) -> None:
        doors.replays += 1
        await self.check_right()
        await self.tell(await in_database(self.history)(frame.talk, frame.seq))

    def history(self, code: str, since: int) -> dict[str, Any]:
        return reads.history(membership=self.membership, code=code, since=since)

    async def say(self, frame: wire.DeskSay) -> None:
        await self.check_right_lately()
        text = wire.said_text(frame.text)
        conversation, contents = await self.talk(frame.talk)
        name = self.names.get(conversation.pk)
        saying = Saying(conversation.pk, contents, self.membership.pk, name, frame.id, text, self.socket, frame.lang)
        await self.sayings.add(frame, writer.say(saying))

    async def acknowledge(self, frame: Any, stored: Awaitable[Stored]) -> None:
        await super().acknowledge(frame, stored)
        if frame.talk in self.silences:
            await self.guarded(frame, self.give_time_to_answer(frame.talk))

    async def give_time_to_answer(self, code: str) -> None:
        """Who says something more gives the visitor the time to answer it."""
        conversation, _contents = await self.talk(code)
        await in_database(silence.sign)(conversation=conversation, now=timezone.now())

    async def talk(self, code: str) -> tuple[Conversation, Contents]:
        """An own talk with its key, kept while it is open; whether it may be written in is the writer's to say."""
        if code not in self.open_talks:
            self.open_talks[code], name = await in_database(self.look_up)(code)
            self.names |= name
        return self.open_talks[code]

    def look_up(self, code: str) -> tuple[tuple[Conversation, Contents], dict[int, str | None]]:
        conversation = access.own_talk(self.membership, code)
        with inside(self.membership.organisation_id):
            names = queries.names_now([self.membership], {self.membership.pk: [conversation.pk]})
        return (conversation, access.contents_of(conversation)), names[self.membership.pk]

    async def mark_seen(self, frame: wire.DeskSeen) -> None:
        await self.check_right_lately()
        talk, _contents = await self.talk(frame.talk)
        marks.note(Seen(talk.organisation_id, talk.pk, talk.code, counsellor=frame.seq, author=self.membership.pk))

    def is_mine(self, conversation: Conversation) -> bool:
        with inside(self.membership.organisation_id):
            return queries.counsellor_of(conversation) == self.membership.pk

    async def typing(self, frame: wire.DeskTyping) -> None:
        """Only that somebody writes, and only in a talk that is theirs now; kept nowhere."""
        await self.check_right_lately()
        conversation, _contents = await self.talk(frame.talk)
        if self.typings.may(frame.talk, time.monotonic()) and await in_database(self.is_mine)(conversation):
            hub.tell([Told(visitor(conversation.organisation_id, conversation.code), {"kind": "typing"})])

    async def end(self, frame: wire.Close) -> None:
        await self.check_right()
        await in_database(self.ended)(frame.talk, frame.why)

    def ended(self, code: str, why: str) -> None:
        conversation = access.own_talk(self.membership, code)
        service.close(conversation=conversation, membership=self.membership, why=why, now=timezone.now())

    async def block(self, frame: wire.Block) -> None:
        await self.check_right()
        await in_database(self.blocked)(frame.talk, frame.why)

    def blocked(self, code: str, why: str) -> None:
        conversation = access.own_talk(self.membership, code)
        blocks.block(conversation=conversation, membership=self.membership, reason=why, now=timezone.now())

    async def wait(self, frame: wire.Wait) -> None:
        await self.check_right()
        await in_database(self.given_time)(frame.talk, frame.never)

    def given_time(self, code: str, never: bool) -> None:
        conversation = access.own_talk(self.membership, code)
        silence.wait(conversation=conversation, membership=self.membership, never=never, now=timezone.now())

    async def check_right_lately(self) -> None:
        """For frames that come many a second: the right was there less than a second ago."""
        if not is_fresh(self.right_at):
            at, right = await rights.lately(self)
            await self.take_right(right.membership if right else None)
            if right:
                self.right_at = at
                self.names |= right.names

    async def check_right(self) -> None:
        """The role may have ended since the socket opened: it counts from the next frame on (D6)."""
        await self.take_right(await rights.now(self))

    async def take_right(self, membership: Membership | None) -> None:
        if membership is None:
            await self.finish(NOT_ALLOWED)
            raise RefusedError("not_here")
        self.membership = membership

    def talks(self) -> list[int]:
        return [conversation.pk for conversation, _contents in self.open_talks.values()]


CARRIED: dict[type, Callable[[DeskConsumer, Any], Awaitable[None]]] = {
    wire.Hello: DeskConsumer.hello,
    wire.Here: DeskConsumer.here,
    wire.Presence: DeskConsumer.set_presence,
    wire.Take: DeskConsumer.take,
    wire.Open: DeskConsumer.open,
    wire.DeskSay: DeskConsumer.say,
    wire.DeskSince: DeskConsumer.since,
    wire.DeskSeen: DeskConsumer.mark_seen,
    wire.DeskTyping: DeskConsumer.typing,
    wire.Close: DeskConsumer.end,
    wire.Block: DeskConsumer.block,
    wire.Wait: DeskConsumer.wait,
    **TOOLS,
    **HANDING,
    **CONSENTING,
    **FOLLOWING,
}
