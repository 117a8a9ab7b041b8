"""The visitor's socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from chat import comebacks, consenting, queries, service, silence, wire
from chat.access import line_for_visitors
from chat.bus import Told, Topic
from chat.consumers.aside import is_taken, soon
from chat.consumers.base import (
    OTHER_TAB,
    OVER,
    TOO_MANY,
    TYPING_SECONDS,
    UNREADABLE,
    WRONG_A_MINUTE,
    Action,
    addresses,
    organisations,
    place_of,
    starts,
    wrong_tries,
)
from chat.consumers.consenting import ANSWERING, VisitorConsenting
from chat.consumers.place import Place
from chat.consumers.reached import Reached
from chat.consumers.unanswered import Unanswered
from chat.doors import doors
from chat.hub import hub, member, visitor
from chat.keeper import Whereabouts, keeper
from chat.lanes import for_starts, in_database
from chat.limits import Seldom
from chat.marks import Seen, marks
from chat.models import new_code
from chat.states import OVER as STATES_OVER
from chat.states import State, Why
from chat.wire import RefusedError
from chat.writer import Saying, Stored, writer
from helplines.addresses import address_of
from helplines.models import Line
from helplines.tenancy import inside

FIRST_FRAME_SECONDS = 10.0
MOST_MISSES = 5
# Frames that show that somebody is there.
SIGNS = frozenset({"say", "typing", "agree", "disagree", "allow", "deny", "retract"})
Carried = Callable[["VisitorConsumer", Any], Awaitable[None]]


class VisitorConsumer(VisitorConsenting):
    """One tab of one visitor. Until `start` or `resume` succeeds it holds nothing."""

    decoder = wire.visitor_decoder
    kind = "visitor"
    line: Line

    async def connect(self) -> None:
        self.held: service.Held | None = None
        self.topic: Topic | None = None
        self.place: Place | None = None
        self.early: list[tuple[dict[str, Any], str]] | None = None
        # As this tab was last told.
        self.state, self.reached = "", Reached()
        self.misses = 0
        self.typings = Seldom(TYPING_SECONDS)
        self.asked = False
        names, where = self.scope["url_route"]["kwargs"], place_of(self.scope)
        self.unanswered = Unanswered(where)
        if not self.enter(addresses, where, settings.ADDRESS_SOCKETS):
            await self.turn_away(TOO_MANY)
            return
        try:
            self.line = await in_database(line_for_visitors)(names["organisation"], names["line"])
        except Http404:
            await self.turn_away()
            return
        if not self.enter(organisations, self.line.organisation_id, settings.ORGANISATION_SOCKETS):
            await self.turn_away(TOO_MANY)
            return
        await self.accept()
        self.patience = asyncio.get_running_loop().call_later(FIRST_FRAME_SECONDS, self.lose_patience)

    def lose_patience(self) -> None:
        if self.held is None:
            self.ending = asyncio.ensure_future(self.finish(UNREADABLE))

    async def disconnect(self, code: int) -> None:
        self.finished = True
        self.unanswered.hang_up()
        keeper.remove(self)
        if patience := getattr(self, "patience", None):
            patience.cancel()
        if self.topic is not None:
            hub.leave(self.topic, self)
        if self.place is not None:
            self.place.stop()
        if self.held is not None:
            await in_database(service.drop)(conversation=self.held.conversation, socket=self.socket, now=timezone.now())

    def action(self, frame: Any) -> Action | None:
        known = (BEFORE if self.held is None else DURING).get(type(frame))
        return None if known is None else partial(known, self)

    def whereabouts(self) -> Whereabouts | None:
        if self.held is None:
            return None
        talk = self.held.conversation
        return Whereabouts(talk.organisation_id, conversation_id=talk.pk, rejoin_minutes=talk.rejoin_minutes)

    # Hearing: what is told before the talk is ours is kept until we know.
    def listen(self, code: str) -> None:
        self.early = []
        self.topic = visitor(self.line.organisation_id, code)
        hub.join(self.topic, self)

    def stop_listening(self) -> None:
        if self.topic is not None:
            hub.leave(self.topic, self)
        self.topic = self.early = None

    async def take_hold(self, held: service.Held) -> None:
        self.held = held
        self.patience.cancel()
        # Where somebody comes from, and with what, was for the beginning: this process knows it no longer.
        self.scope["headers"].clear()
        self.state = str(held.conversation.state)
        keeper.add(self)
        early, self.early = self.early or [], None
        talk = held.conversation
        self.place = Place(talk.organisation_id, talk.code, self.socket, self.tell)
        if talk.state == State.WAITING:
            self.place.follow()
        for frame, text in early:
            await self.hear(frame, text)

    async def hear(self, frame: dict[str, Any], text: str) -> None:
        if self.early is not None:
            self.early.append((frame, text))
        elif frame["kind"] == "_replaced":
            self.step_aside_soon()
        elif frame["kind"] == "_standing":
            await self.catch_up(frame)
        elif not self.finished:
            self.reached.note(frame)
            await self.send(text_data=text)
            if frame["kind"] == "silence":
                self.asked = frame["step"] > 0
            if frame["kind"] == "state":
                await self.moved(frame["state"])

    async def moved(self, state: str) -> None:
        self.state = state
        if state != State.WAITING:
            self.unanswered.over()
        if state in STATES_OVER:
            await self.finish(OVER)
        elif self.place is not None and state == State.WAITING:
            self.place.follow()
        elif self.place is not None:
            self.place.stop()

    async def tell(self, frame: dict[str, Any]) -> None:
        self.reached.note(frame)
        await super().tell(frame)

    async def catch_up(self, standing: dict[str, Any]) -> None:
        """How the talk stands according to the database: the visitor hears what other processes could not tell."""
        if self.held is None or self.finished:
            return
        if standing["socket"] != self.socket:
            # It may have been read before this tab came back: the row knows.
            self.step_aside_soon()
            return
        await self.tell_missed(standing["seq"])
        await self.tell({"kind": "seen", "seq": standing["seen_seq"]})
        if standing["state"]["state"] != self.state:
            await self.tell(standing["state"])
            await self.moved(standing["state"]["state"])

    async def tell_missed(self, last_seq: int) -> None:
        """Everything that was said after what this tab was told, before the talk may be over for it."""
        before = -1
        while before < self.reached.seq < last_seq:
            before = self.reached.seq
            await self.tell(await in_database(self.history)(before))

    def step_aside_soon(self) -> None:
        """Another socket took the talk. Whoever tells us of it waits for nobody."""
        soon(self.step_aside())

    async def step_aside(self) -> None:
        """Of several that took it at once each hears of all others: the row knows the last."""
        if self.held is not None and await is_taken(self.held, self.socket):
            await self.finish(OTHER_TAB)

    async def start(self, frame: wire.Start) -> None:
        at_organisation = starts.may(self.line.organisation_id, settings.ORGANISATION_STARTS, time.monotonic())
        if not (at_organisation and self.unanswered.begin()):
            await self.finish(TOO_MANY)
            return
        language = frame.language if frame.language in self.line.spoken else self.line.spoken[0]
        code = new_code()
        self.listen(code)
        try:
            held = await for_starts(service.start)(
                line=self.line,
                code=code,
                language=language,
                answers=frame.answers,
                socket=self.socket,
                now=timezone.now(),
                address=address_of(self.scope),
                token=frame.token or "",
            )
        except Exception:
            self.stop_listening()
            self.unanswered.over()
            raise
        await self.tell(
            {
                "kind": "started",
                "code": code,
                "secret": held.secret,
                "state": "waiting",
                "language": language,
                "last_seq": 0,
                "rejoin": comebacks.ticket_of(held),
            }
        )
        await self.take_hold(held)

    async def resume(self, frame: wire.Resume) -> None:
        await self.come_back(frame.code, lambda: self.resumed(frame), frame.since)

    def resumed(self, frame: wire.Resume) -> service.Held:
        return service.resume(
            line=self.line, code=frame.code, secret=frame.secret, socket=self.socket, now=timezone.now()
        )

    async def rejoin(self, frame: wire.Rejoin) -> None:
        """From another tab, with the name and the code that were shown; every failure is one answer."""
        if not wrong_tries.may(self.unanswered.place, WRONG_A_MINUTE, time.monotonic()):
            await self.miss(service.GoneError("slow_down"))
            return
        try:
            talk = await in_database(comebacks.find)(
                line=self.line, name=frame.name, code=frame.code, now=timezone.now()
            )
        except service.GoneError as gone:
            await self.miss(gone)
            return
        wrong_tries.give_back(self.unanswered.place)
        await self.come_back(talk, lambda: self.rejoined(talk, frame), 0)

    async def miss(self, gone: service.GoneError) -> None:
        self.misses += 1
        await self.tell({"kind": "gone", "why": gone.why})
        if self.misses >= MOST_MISSES:
            await self.finish(TOO_MANY)

    def rejoined(self, talk: str, frame: wire.Rejoin) -> service.Held:
        return comebacks.take_over(
            line=self.line, talk=talk, name=frame.name, code=frame.code, socket=self.socket, now=timezone.now()
        )

    async def come_back(self, code: str, take: Callable[[], service.Held], since: int) -> None:
        """Take a talk up again, with what was said after `since`."""
        self.listen(code)
        try:
            held, frames = await in_database(self.welcome)(take, since)
        except service.GoneError as gone:
            self.stop_listening()
            await self.tell({"kind": "gone", "why": gone.why})
            return
        except Exception:
            self.stop_listening()
            raise
        self.reached.seq = since
        for frame in frames:
            await self.tell(frame)
        await self.take_hold(held)

    def welcome(self, take: Callable[[], service.Held], since: int) -> tuple[service.Held, list[dict[str, Any]]]:
        held = take()
        silence.sign(conversation=held.conversation, now=timezone.now())
        with inside(self.line.organisation_id):
            history = queries.history(held.conversation, held.contents, since)
            there = queries.counsellor_is_there(held.conversation, timezone.now())
            asked = consenting.open_questions(held.conversation, timezone.now())
        talk = held.conversation
        resumed = {
            "kind": "resumed",
            "code": talk.code,
            "secret": held.secret,
            "state": str(talk.state),
            "counsellor": held.counsellor,
            "present": there,
            "last_seq": talk.last_seq,
            "seen_seq": talk.counsellor_seen_seq,
            "language": talk.language,
            **talk.time_left(timezone.now()),
            "rejoin": comebacks.ticket_of(held),
            "back": talk.back_at is not None,
        }
        return held, [resumed, history, *asked]

    async def keep(self, frame: wire.Keep) -> None:
        held = self.mine()
        await in_database(service.keep)(conversation=held.conversation, socket=self.socket)

    async def say(self, frame: wire.VisitorSay) -> None:
        held = self.mine()
        text = wire.said_text(frame.text)
        saying = Saying(held.conversation.pk, held.contents, 0, None, frame.id, text, self.socket)
        await self.sayings.add(frame, writer.say(saying))

    async def since(self, frame: wire.VisitorSince) -> None:
        doors.replays += 1
        await self.tell(await in_database(self.history)(frame.seq))

    def history(self, seq: int) -> dict[str, Any]:
        held = self.mine()
        with inside(self.line.organisation_id):
            return queries.history(held.conversation, held.contents, seq)

    async def mark_seen(self, frame: wire.VisitorSeen) -> None:
        talk = self.mine().conversation
        marks.note(Seen(talk.organisation_id, talk.pk, talk.code, visitor=frame.seq))

    def counsellor_now(self, held: service.Held) -> int | None:
        with inside(self.line.organisation_id):
            return queries.counsellor_of(held.conversation)

    async def typing(self, frame: wire.VisitorTyping) -> None:
        """Only that somebody writes; told to whoever has the talk now, and kept nowhere."""
        held = self.mine()
        if not self.typings.may("", time.monotonic()):
            return
        if counsellor := await in_database(self.counsellor_now)(held):
            told = {"kind": "typing", "talk": held.conversation.code}
            hub.tell([Told(member(self.line.organisation_id, counsellor), told)])

    async def leave(self, frame: wire.Leave) -> None:
        held = self.mine()
        why = Why.EXIT if frame.exit else Why.LEFT
        await in_database(service.leave)(conversation=held.conversation, why=why, now=timezone.now())

    async def carry_out(self, frame: Any) -> None:
        await super().carry_out(frame)
        if type(frame).__struct_config__.tag in SIGNS and not self.sayings.waiting:
            await self.show_life()

    async def acknowledge(self, frame: Any, stored: Awaitable[Stored]) -> None:
        await super().acknowledge(frame, stored)
        await self.show_life()

    async def show_life(self) -> None:
        """Whoever writes or types is there: nobody has to press a button as well."""
        if self.asked:
            await self.still(wire.Still())

    async def still(self, frame: wire.Still) -> None:
        """The visitor is there; only whoever was asked can say so."""
        if self.asked:
            self.asked = False
            await in_database(silence.sign)(conversation=self.mine().conversation, now=timezone.now())

    def mine(self) -> service.Held:
        if self.held is None:
            raise RefusedError("not_yet")
        return self.held


BEFORE: dict[type, Carried] = {
    wire.Start: VisitorConsumer.start,
    wire.Resume: VisitorConsumer.resume,
    wire.Rejoin: VisitorConsumer.rejoin,
}
DURING: dict[type, Carried] = {
    wire.Keep: VisitorConsumer.keep,
    wire.VisitorSay: VisitorConsumer.say,
    wire.VisitorSince: VisitorConsumer.since,
    wire.VisitorSeen: VisitorConsumer.mark_seen,
    wire.VisitorTyping: VisitorConsumer.typing,
    wire.Leave: VisitorConsumer.leave,
    wire.Still: VisitorConsumer.still,
    wire.Agree: VisitorConsumer.agree,
    wire.Disagree: VisitorConsumer.disagree,
    **ANSWERING,
}
