"""Whatever happens to a talk, in whatever order: never an illegal state, no number missing, and who came first is first."""

import os
from datetime import timedelta
from uuid import uuid4

import hypothesis.strategies as st
import pytest
from django.utils import timezone
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chat import comebacks, handovers, presence, rejoin, requeue, service, silence, writer
from chat.access import contents_of
from chat.handing import Step
from chat.models import Conversation, Handover, Message, Presence
from chat.states import MOVES, OVER, State
from chat.wire import RefusedError
from helplines.tenancy import across_organisations
from tests.factories.chat import staffed_line
from tests.factories.helplines import LineFactory, open_always

CAPACITY, MOST = 2, 5
STEPS = {(source, step.target) for step in MOVES.values() for source in step.sources}
WHO = st.integers(0, 2)
WHICH = st.integers(0, MOST - 1)


class Talks(RuleBasedStateMachine):
    """One organisation with two lines, three counsellors and at most five talks. Every rule is one call of a service."""

    def __init__(self):
        super().__init__()
        values = {"queue": True, "queue_length": 50, "capacity": CAPACITY, "silent_minutes": 5, "rejoin_minutes": 5}
        self.line, self.members = staffed_line(3, **values)
        self.other = LineFactory(organisation=self.line.organisation)
        open_always(self.other)
        self.now = timezone.now()
        self.codes, self.secrets, self.ended, self.states, self.sayings = [], {}, {}, {}, []
        self.here = set()

    # What the rules stand on
    def row(self, which):
        with across_organisations():
            return Conversation.objects.select_related("counsellor", "line__organisation", "organisation").get(
                code=self.codes[which % len(self.codes)]
            )

    def tries(self, work, **values):
        """Do something that may be refused; gives what came of it."""
        try:
            return work(**values)
        except (RefusedError, service.GoneError) as refused:
            return refused

    def handover(self, which, *states):
        with across_organisations():
            rows = Handover.objects.filter(conversation=self.row(which), state__in=states)
            return rows.select_related("conversation__line__organisation", "to_member", "to_line", "owner").first()

    # Visitors
    @precondition(lambda self: len(self.codes) < MOST)
    @rule()
    def start(self):
        code = uuid4().hex[:22]
        values = {"line": self.line, "code": code, "language": "nl", "answers": {}, "socket": code, "now": self.now}
        held = self.tries(service.start, **values)
        with across_organisations():
            is_anybody_there = Presence.objects.there(self.now).filter(organisation=self.line.organisation_id).exists()
        assert isinstance(held, service.Held) == is_anybody_there, held
        if not is_anybody_there:
            return
        self.codes.append(code)
        self.secrets[code] = held.secret
        self.here.add(code)

    @precondition(lambda self: self.codes)
    @rule(which=WHICH)
    def drop(self, which):
        talk = self.row(which)
        service.drop(conversation=talk, socket=talk.visitor_socket, now=self.now)
        self.here.discard(talk.code)

    @precondition(lambda self: self.codes)
    @rule(which=WHICH, keeps=st.booleans())
    def resume(self, which, keeps):
        code, before = self.row(which).code, self.row(which)
        values = {"line": self.line, "code": code, "secret": self.secrets[code], "socket": uuid4().hex, "now": self.now}
        held = self.tries(service.resume, **values)
        in_time = before.state not in OVER and before.rejoin_until > self.now
        assert isinstance(held, service.Held) == in_time, held
        if in_time:
            self.here.add(code)
        if in_time and keeps:
            service.keep(conversation=held.conversation, socket=values["socket"])
            self.secrets[code] = held.secret

    @precondition(lambda self: self.codes)
    @rule(which=WHICH)
    def rejoin(self, which):
        talk = self.row(which)
        ticket = rejoin.ticket(contents_of(talk).key, contents_of(talk).nickname(talk))
        shown = {"line": self.line, "name": ticket.name, "code": ticket.code, "now": self.now}
        found = self.tries(comebacks.find, **shown)
        if isinstance(found, str):
            held = comebacks.take_over(talk=found, socket=uuid4().hex, **shown)
            self.secrets[talk.code] = held.secret
            self.here.add(talk.code)

    @precondition(lambda self: self.codes)
    @rule(which=WHICH)
    def leave(self, which):
        service.leave(conversation=self.row(which), now=self.now)

    # Both
    @precondition(lambda self: self.codes)
    @rule(which=WHICH, who=st.none() | WHO)
    def say(self, which, who):
        talk = self.row(which)
        author = 0 if who is None else self.members[who].pk
        said = writer.Saying(talk.pk, contents_of(talk), author, None, uuid4(), "text")
        (outcome,) = writer.store([said])
        may = talk.state == State.ACTIVE and author in (0, talk.counsellor_id)
        assert isinstance(outcome, writer.Stored) == may, (outcome, talk.state)
        if may:
            assert outcome.seq == talk.last_seq + 1
            self.sayings.append((said, outcome.seq))

    @precondition(lambda self: self.sayings)
    @rule(which=WHICH)
    def say_again(self, which):
        said, seq = self.sayings[which % len(self.sayings)]
        (outcome,) = writer.store([said])
        assert (outcome.seq, outcome.new) == (seq, False)

    # Counsellors
    @rule(who=WHO)
    def claim(self, who):
        with across_organisations():
            there = [
                row.code for row in Conversation.objects.waiting().visitor_there(self.now) if row.line_id in self.lines
            ]
        taken = self.tries(service.take_next, membership=self.members[who], line=None, now=self.now)
        if isinstance(taken, Conversation):
            assert taken.code == there[0], "somebody who came later was first"
        else:
            assert taken.why in {"not_present", "no_room", "nobody_waiting"}
            assert taken.why != "nobody_waiting" or not there

    @property
    def lines(self):
        return {self.line.pk, self.other.pk}

    @precondition(lambda self: self.codes)
    @rule(which=WHICH, who=WHO)
    def close(self, which, who):
        values = {"membership": self.members[who], "why": "finished", "now": self.now}
        self.tries(service.close, conversation=self.row(which), **values)

    @rule(who=WHO, state=st.sampled_from(["present", "pause", "away"]))
    def say_presence(self, who, state):
        presence.set_presence(membership=self.members[who], state=state, now=self.now)

    @precondition(lambda self: self.codes)
    @rule(which=WHICH, who=WHO, how=st.sampled_from(["colleague", "line", "body"]), to=WHO)
    def ask(self, which, who, how, to):
        goals = {"colleague": str(self.members[to].pk), "line": self.other.slug, "body": "a body"}
        values = {"how": how, "to": goals[how], "note": "", "agreement": "", "now": self.now}
        self.tries(handovers.ask, conversation=self.row(which), membership=self.members[who], **values)

    @precondition(lambda self: self.codes)
    @rule(which=WHICH, answer=st.sampled_from(["accept", "decline", "withdraw", "refuse", "agree"]))
    def answer(self, which, answer):
        found = self.handover(which, Step.ASKED, Step.OFFERED)
        if found is None:
            return
        values = {"accept": {"membership": found.to_member}, "decline": {"note": ""}}.get(answer, {})
        if answer != "accept" or found.to_member is not None:
            self.tries(getattr(handovers, answer), handover=found, now=self.now, **values)

    @precondition(lambda self: self.codes)
    @rule(which=WHICH, who=WHO, back=st.booleans())
    def take_over(self, which, who, back):
        work = handovers.hand_back if back else handovers.take_over
        self.tries(work, conversation=self.row(which), membership=self.members[who], why="because", now=self.now)

    # The clock, with those who are there or without a sign of anybody
    @rule(seconds=st.sampled_from([1, 5, 19, 60, 200, 400]), silent=st.none() | WHO)
    def time_passes(self, seconds, silent):
        self.now += timedelta(seconds=seconds)
        with across_organisations():
            known = Conversation.objects.filter(code__in=self.here).values_list("pk", flat=True)
            pks = {5: set(known)}
        members = {member.pk for number, member in enumerate(self.members) if number != silent}
        organisation_id = self.line.organisation_id
        presence.beat(organisation_id=organisation_id, memberships=members, visitors=pks, now=self.now)

    @rule(
        job=st.sampled_from(
            [requeue.heal, service.abandon_gone, service.refuse_after_closing, silence.sweep, handovers.sweep]
        )
    )
    def sweep(self, job):
        job(organisation_id=self.line.organisation_id, now=self.now)

    # What always holds
    @invariant()
    def stands_as_it_may(self):
        with across_organisations():
            rows = list(Conversation.objects.filter(code__in=self.codes))
            seqs = {}
            for pk, seq in (
                Message.objects.filter(conversation__in=rows).order_by("seq").values_list("conversation", "seq")
            ):
                seqs.setdefault(pk, []).append(seq)
            waiting = list(Conversation.objects.waiting().filter(code__in=self.codes))
            asked = Handover.objects.pending().filter(conversation__in=rows).values_list("conversation_id", flat=True)
            assert len(set(asked)) == len(asked), "two questions about one talk"
        for row in rows:
            state, before = State(row.state), self.states.get(row.code, State.WAITING)
            assert state == before or (before, state) in STEPS, f"{before} became {state}"
            assert state != State.ACTIVE or row.counsellor_id is not None
            assert state != State.WAITING or row.counsellor_id is None
            assert seqs.get(row.pk, []) == list(range(1, row.last_seq + 1))
            if state in OVER:
                end = (state, row.ended_at, row.ended_by, row.end_reason, row.last_seq)
                assert self.ended.setdefault(row.code, end) == end, "what is over changed"
            self.states[row.code] = state
        owners = [row.counsellor_id for row in rows if row.state == State.ACTIVE]
        assert all(owners.count(owner) <= CAPACITY for owner in owners)
        back = [row for row in waiting if row.back_at]
        fresh = [row.code for row in waiting if not row.back_at]
        assert waiting[: len(back)] == back, "who was in a talk already comes first"
        assert [row.back_at for row in back] == sorted(row.back_at for row in back)
        assert fresh == [code for code in self.codes if code in fresh], "who came first is no longer first"


@pytest.mark.django_db
def test_a_talk_never_stands_as_it_may_not():
    # The long form is about seven minutes of work.
    examples, steps = (200, 60) if os.environ.get("SOAK") else (50, 30)
    run_state_machine_as_test(Talks, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None))
