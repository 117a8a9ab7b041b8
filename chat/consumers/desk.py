"""The counsellor's socket."""

import asyncio
import time
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from chat import access, announce, handover_frames, picture, presence, queries, service, silence, wire
from chat.boards import boards
from chat.bus import Told
from chat.consumers.base import NOT_ALLOWED, TYPING_SECONDS, Action, in_database
from chat.consumers.desk_tools import DeskTools
from chat.consumers.handing import DeskHanding
from chat.doors import doors
from chat.hub import desks, hub, member, visitor
from chat.keeper import Whereabouts, keeper
from chat.limits import Bucket, Seldom
from chat.models import Conversation
from chat.picture import Board
from chat.sealed import Contents
from chat.states import OVER as STATES_OVER
from chat.wire import RefusedError
from chat.writer import Saying, moment, writer
from helplines.models import Membership
from helplines.tenancy import inside

# A desk is drawn anew at most so often, however much happens.
REFRESH_SECONDS = 0.2
RIGHT_SECONDS = 1.0


class DeskConsumer(DeskTools, DeskHanding):
    """One tab of one counsellor."""

    decoder = wire.desk_decoder
    kind = "desk"
    membership: Membership

    def full_bucket(self) -> Bucket:
        return Bucket(settings.DESK_BURST, settings.DESK_PER_SECOND)

    async def connect(self) -> None:
        self.greeted = False
        self.right_at = 0.0
        self.open_talks: dict[str, tuple[Conversation, Contents]] = {}
        # As visitors see them now; read anew with the right, so that a name that was taken away is shown no more.
        self.names: dict[str, str | None] = {}
        self.typings = Seldom(TYPING_SECONDS)
        self.seen: dict[int, dict[str, int]] = {}
        self.silences: set[str] = set()
        self.refreshing: asyncio.Task[None] | None = None
        person, session = self.scope.get("user"), self.scope.get("session")
        if person is None or session is None or not person.is_authenticated:
            await self.turn_away()
            return
        slug = self.scope["url_route"]["kwargs"]["organisation"]
        try:
            self.membership = await in_database(access.desk_membership)(person, session, slug)
        except Http404:
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
        keeper.remove(self)
        for topic in getattr(self, "topics", ()):
            hub.leave(topic, self)
        if self.refreshing is not None:
            self.refreshing.cancel()

    def action(self, frame: Any) -> Action | None:
        if not self.greeted:
            return self.hello if isinstance(frame, wire.Hello) else None
        actions: dict[type, Action] = {
            wire.Hello: self.hello,
            wire.Here: self.here,
            wire.Presence: self.set_presence,
            wire.Take: self.take,
            wire.Open: self.open,
            wire.DeskSay: self.say,
            wire.DeskSince: self.since,
            wire.DeskSeen: self.mark_seen,
            wire.DeskTyping: self.typing,
            wire.Close: self.end,
            wire.Wait: self.wait,
            **self.tools(),
            **self.handing,
        }
        return actions.get(type(frame))

    def whereabouts(self) -> Whereabouts | None:
        key, session_hash = self.session
        seen, self.seen = self.seen, {}
        return Whereabouts(
            self.membership.organisation_id,
            membership_id=self.membership.pk,
            session=key,
            session_hash=session_hash,
            seen=seen,
            silent=time.monotonic() - self.heard_at,
        )

    async def knock(self) -> None:
        """Ask for a sign of life: a laptop that was closed leaves a line that looks open."""
        await self.tell({"kind": "knock"})

    async def here(self, frame: wire.Here) -> None:
        """The answer to a knock; that it came is all that it says."""

    async def hear(self, frame: dict[str, Any], text: str) -> None:
        if frame["kind"] == "_changed":
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
        frame = picture.desk_frame(self.membership, board, timezone.now())
        await self.tell(frame | await self.handed(board))

    async def handed(self, board: Board) -> dict[str, Any]:
        """What of handovers is this desk's; only then there is something to open, and keys to ask for."""
        if any(self.membership.pk in (row.asker_id, row.to_member_id) for row in board.handovers):
            opened: dict[str, Any] = await in_database(self.opened)(board)
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
            keeper.add(self)
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
        talk = await in_database(self.taken)(frame.line)
        await self.tell({"kind": "taken", "talk": talk})
        # The desk has the talk; what else changed comes with the next look that all desks share.
        self.refresh_soon()

    def taken(self, line: str | None) -> dict[str, Any]:
        now = timezone.now()
        conversation = service.take_next(membership=self.membership, line=line, now=now)
        with inside(self.membership.organisation_id):
            return queries.talk_frame(conversation, access.contents_of(conversation), now)

    async def open(self, frame: wire.Open) -> None:
        await self.check_right()
        await self.tell(await in_database(self.history)(frame.talk, frame.since))

    async def since(self, frame: wire.DeskSince) -> None:
        doors.replays += 1
        await self.check_right()
        await self.tell(await in_database(self.history)(frame.talk, frame.seq))

    def history(self, code: str, since: int) -> dict[str, Any]:
        conversation = access.own_talk(self.membership, code)
        with inside(self.membership.organisation_id):
            history = queries.history(conversation, access.contents_of(conversation), since, self.membership)
        return {**history, "talk": code}

    async def say(self, frame: wire.DeskSay) -> None:
        await self.check_right_lately()
        text = wire.said_text(frame.text)
        conversation, contents = await self.talk(frame.talk)
        name = await self.name_in(conversation)
        stored = await writer.say(
            Saying(
                conversation_id=conversation.pk,
                contents=contents,
                author=self.membership.pk,
                name=name,
                uuid=frame.id,
                text=text,
                socket=self.socket,
            )
        )
        frame_back = {"kind": "stored", "id": str(frame.id), "seq": stored.seq, "at": moment(stored.at)}
        await self.tell({**frame_back, "talk": frame.talk})
        if frame.talk in self.silences:
            # Who says something more gives the visitor the time to answer it.
            await in_database(silence.sign)(conversation=conversation, now=timezone.now())

    async def talk(self, code: str) -> tuple[Conversation, Contents]:
        """An own talk with its key, kept while it is open; whether it may be written in is the writer's to say."""
        if code not in self.open_talks:
            self.open_talks[code] = await in_database(self.look_up)(code)
        return self.open_talks[code]

    def look_up(self, code: str) -> tuple[Conversation, Contents]:
        conversation = access.own_talk(self.membership, code)
        return conversation, access.contents_of(conversation)

    async def name_in(self, conversation: Conversation) -> str | None:
        """The name under which the visitor of this talk sees this counsellor, at most a second old."""
        if conversation.code not in self.names:
            self.names[conversation.code] = await in_database(self.read_name)(conversation)
        return self.names[conversation.code]

    def read_name(self, conversation: Conversation) -> str | None:
        with inside(self.membership.organisation_id):
            return queries.name_now(self.membership.pk, conversation)

    async def mark_seen(self, frame: wire.DeskSeen) -> None:
        await self.check_right_lately()
        conversation, _contents = await self.talk(frame.talk)
        last = self.seen.setdefault(conversation.pk, {}).get("counsellor", 0)
        if frame.seq > last and await in_database(self.was_said)(conversation, frame.seq):
            self.seen[conversation.pk] = {"counsellor": frame.seq}
            topic = visitor(conversation.organisation_id, conversation.code)
            hub.tell([Told(topic, {"kind": "seen", "seq": frame.seq})])

    def was_said(self, conversation: Conversation, seq: int) -> bool:
        with inside(self.membership.organisation_id):
            return queries.counsellor_of(conversation, seq) == self.membership.pk

    async def typing(self, frame: wire.DeskTyping) -> None:
        """Only that somebody writes, and only in a talk that is theirs now; kept nowhere."""
        await self.check_right_lately()
        conversation, _contents = await self.talk(frame.talk)
        if self.typings.may(frame.talk, time.monotonic()) and await in_database(self.was_said)(conversation, 0):
            hub.tell([Told(visitor(conversation.organisation_id, conversation.code), {"kind": "typing"})])

    async def end(self, frame: wire.Close) -> None:
        await self.check_right()
        await in_database(self.ended)(frame.talk, frame.why)

    def ended(self, code: str, why: str) -> None:
        conversation = access.own_talk(self.membership, code)
        service.close(conversation=conversation, membership=self.membership, why=why, now=timezone.now())

    async def wait(self, frame: wire.Wait) -> None:
        await self.check_right()
        await in_database(self.given_time)(frame.talk, frame.never)

    def given_time(self, code: str, never: bool) -> None:
        conversation = access.own_talk(self.membership, code)
        silence.wait(conversation=conversation, membership=self.membership, never=never, now=timezone.now())

    async def check_right_lately(self) -> None:
        """For frames that come many a second: the right was there less than a second ago."""
        if time.monotonic() - self.right_at > RIGHT_SECONDS:
            await self.check_right()

    async def check_right(self) -> None:
        """The role may have ended since the socket opened: it counts from the next frame on (D6)."""
        self.right_at = time.monotonic()
        self.names.clear()
        now = await in_database(access.at_work_now)(self.membership)
        if now is None:
            await self.finish(NOT_ALLOWED)
            raise RefusedError("not_here")
        self.membership = now
