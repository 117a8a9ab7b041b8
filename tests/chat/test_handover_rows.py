"""The rows of handovers: who may ask and answer, what ends a question, and that one answer counts (C10, K6, K7)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chat import access, handovers
from chat.models import Conversation, Handover, Presence
from chat.wire import RefusedError
from helplines.tenancy import across_organisations
from tests.factories.chat import ActiveConversationFactory, HandoverFactory, PresenceFactory, staffed_line, texts_in
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def wish(row, to=None, how="colleague", **given):
    values = {"note": "", "agreement": "", "now": timezone.now()} | given
    handover = handovers.ask(
        conversation=row, membership=row.counsellor, how=how, to=str(to.pk) if to else "Elsewhere", **values
    )
    with across_organisations():
        related = (
            "conversation__line__organisation",
            "conversation__counsellor",
            "owner",
            "to_member__staff",
            "to_line",
        )
        return Handover.objects.select_related(*related).get(pk=handover.pk)


def a_talk(**values):
    line, [member, colleague] = staffed_line(counsellors=2, **values)
    return ActiveConversationFactory(line=line, counsellor=member), colleague


def why(call, *args, **kwargs):
    with pytest.raises(RefusedError) as caught:
        call(*args, **kwargs)
    return caught.value.why


def now_in(row):
    with across_organisations():
        return type(row).objects.get(pk=row.pk)


def test_only_the_owner_asks_and_one_question_at_a_time():
    row, colleague = a_talk()
    wish(row, colleague)
    assert why(wish, row, colleague) == "pending"
    row.counsellor = colleague
    assert why(wish, row, colleague) == "not_here"


@pytest.mark.parametrize(
    "obstacle", ["full", "pausing", "dead", "of another organisation", "of another line", "oneself"]
)
def test_a_colleague_without_room_or_presence_is_not_asked(obstacle):
    row, colleague = a_talk(capacity=1)
    with across_organisations():
        if obstacle == "full":
            ActiveConversationFactory(line=row.line, counsellor=colleague)
        elif obstacle == "pausing":
            Presence.objects.filter(membership=colleague).update(state="pause")
        elif obstacle == "dead":
            Presence.objects.filter(membership=colleague).update(seen_at=timezone.now() - timedelta(seconds=21))
        elif obstacle == "of another organisation":
            colleague = PresenceFactory().membership
        elif obstacle == "of another line":
            AssignmentFactory(membership=colleague, line=LineFactory(organisation=row.organisation))
        else:
            colleague = row.counsellor
    assert why(wish, row, colleague) == "not_there"


def test_a_colleague_who_is_full_by_the_time_of_the_yes_gets_nothing():
    row, colleague = a_talk(capacity=1)
    handover = wish(row, colleague)
    handovers.accept(handover=handover, membership=colleague, now=timezone.now())
    ActiveConversationFactory(line=row.line, counsellor=colleague)
    assert why(handovers.agree, handover=handover, now=timezone.now()) == "not_there"
    assert (now_in(row).counsellor_id, now_in(handover).state, texts_in(row)) == (row.counsellor_id, "void", [])


def test_a_yes_that_comes_too_late_moves_nothing():
    row, colleague = a_talk()
    handover = wish(row, colleague)
    late = timezone.now() + handovers.ASK_TIME
    assert why(handovers.accept, handover=handover, membership=colleague, now=late) == "over"
    handovers.accept(handover=handover, membership=colleague, now=timezone.now())
    late = timezone.now() + handovers.OFFER_TIME
    assert why(handovers.agree, handover=handover, now=late) == "over"
    assert now_in(row).counsellor_id == row.counsellor_id


def test_a_yes_of_a_visitor_who_was_not_asked_yet_ends_nothing():
    row, colleague = a_talk()
    handover = wish(row, colleague)
    assert why(handovers.agree, handover=handover, now=timezone.now()) == "over"
    assert (now_in(row).counsellor_id, now_in(handover).state) == (row.counsellor_id, "asked")


@pytest.mark.parametrize("end", ["nobody answered", "talk ended", "colleague gone", "owner changed"])
def test_a_question_without_ground_ends_by_itself(end):
    row, colleague = a_talk()
    handover = wish(row, colleague)
    now = timezone.now()
    with across_organisations():
        if end == "nobody answered":
            now += handovers.ASK_TIME
        elif end == "talk ended":
            Conversation.objects.filter(pk=row.pk).update(state="closed", ended_at=now)
        elif end == "colleague gone":
            Presence.objects.filter(membership=colleague).update(seen_at=now - timedelta(seconds=21))
        else:
            Conversation.objects.filter(pk=row.pk).update(counsellor=MembershipFactory(organisation=row.organisation))
    counts = [handovers.sweep(organisation_id=row.organisation_id, now=now) for _again in range(2)]
    assert (counts, now_in(handover).state) == ([1, 0], "expired" if end == "nobody answered" else "void")


def test_a_question_with_ground_stays():
    row, colleague = a_talk()
    handover = wish(row, colleague)
    assert handovers.sweep(organisation_id=row.organisation_id, now=timezone.now()) == 0
    assert now_in(handover).state == "asked"


@pytest.mark.django_db(transaction=True)
def test_of_a_yes_a_no_and_a_withdrawal_at_once_one_counts():
    for _round in range(5):
        row, colleague = a_talk()
        handover = wish(row, colleague)
        handovers.accept(handover=handover, membership=colleague, now=timezone.now())
        acts = [handovers.agree, handovers.refuse, handovers.withdraw] * 2

        def act(call, handover=handover):
            with across_organisations():
                fresh = Handover.objects.select_related(
                    "conversation__line__organisation", "conversation__counsellor", "owner", "to_member__staff"
                ).get(pk=handover.pk)
            try:
                call(handover=fresh, now=timezone.now())
            except RefusedError:
                return None
            return call.__name__

        won = [name for name in at_once(act, acts, threads=4) if name]
        assert len(won) == 1
        moved = now_in(row).counsellor_id == colleague.pk
        assert moved == (won == ["agree"])


def test_a_referral_needs_a_name():
    row, _colleague = a_talk()
    values = {"note": "", "agreement": "", "now": timezone.now()}
    assert why(handovers.ask, conversation=row, membership=row.counsellor, how="body", to="  ", **values) == "empty"


def test_a_line_where_nobody_is_takes_nothing():
    row, _colleague = a_talk()
    empty = LineFactory(organisation=row.organisation)
    foreign, _members = staffed_line()
    for line in (row.line, foreign):
        values = {"note": "", "agreement": "", "now": timezone.now()}
        assert (
            why(handovers.ask, conversation=row, membership=row.counsellor, how="line", to=line.slug, **values)
            == "not_there"
        )
    assert empty.pk


def test_a_handover_of_another_organisation_is_not_found():
    handover, stranger = HandoverFactory(), MembershipFactory()
    assert why(access.handover_to, stranger, handover.code) == "not_here"
    assert why(access.handover_of, stranger, handover.code) == "not_here"
    assert why(access.handover_in, ActiveConversationFactory(), handover.code) == "not_here"
    assert why(access.talk_to_guide, MembershipFactory(role="mentor"), handover.conversation.code) == "not_here"
