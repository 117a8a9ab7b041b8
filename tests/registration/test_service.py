"""Drafts and finishing: who may, what is refused, and what is left of it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import translation

from chat import retention as talks
from chat.models import Conversation
from chat.wire import RefusedError
from helplines.tenancy import across_organisations
from privacy import keys
from privacy.sealing import UnreadableError
from registration import outbox, service
from registration.models import Draft, Registration, Waiting
from registration.outbox import Record, Text
from registration.service import NotFinished, Outdated, Told, YearClosed
from registration.shape import ShapeError
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import LineFactory, MembershipFactory
from tests.factories.registration import FIELDS, ClosedYearFactory, field, options
from tests.registration.rooms import FILLED, NOW, Room

pytestmark = pytest.mark.django_db
SECRET = "the canary of the draft"


@pytest.fixture
def room():
    with time_machine.travel(NOW, tick=False):
        yield Room()


def save(room, talk, filled, version=0, member=None):
    with room.inside():
        return service.save_draft(conversation=talk, membership=member or room.member, filled=filled, version=version)


def draft(room, talk, member=None):
    with room.inside():
        return service.draft_of(talk, member or room.member)


def waiting(room):
    with room.inside():
        return outbox.items(room.organisation.pk)


class TestDrafts:
    def test_draft_is_sealed_to_its_talk_and_version(self, room):
        talk, other = room.over(), room.over()
        assert save(room, talk, {"report": SECRET}) == 1
        with across_organisations():
            row = Draft.objects.get()
            assert SECRET.encode() not in bytes(row.content)
        assert draft(room, talk) == ({"report": SECRET}, 1, False)
        with across_organisations():
            Draft.objects.update(conversation=other)
        with pytest.raises(UnreadableError):
            draft(room, other)

    def test_draft_is_of_who_has_the_talk(self, room):
        talk, colleague = room.over(), MembershipFactory(organisation=room.organisation)
        save(room, talk, FILLED)
        assert draft(room, talk, colleague) == ({}, 0, False)
        with pytest.raises(RefusedError, match="not_here"):
            save(room, talk, FILLED, 1, colleague)

    def test_two_tabs_lose_nothing(self, room):
        talk = room.over()
        save(room, talk, {"age": "12-17"})
        with pytest.raises(Outdated) as found:
            save(room, talk, {"age": "18-"}, 0)
        assert (found.value.content, found.value.version) == ({"age": "12-17"}, 1)
        assert save(room, talk, {"age": "18-"}, 1) == 2

    def test_draft_has_a_longest_length(self, room):
        with pytest.raises(RefusedError, match="too_long"):
            save(room, room.over(), {"report": "a" * service.LARGEST_DRAFT})

    def test_draft_goes_with_its_talk(self, room):
        talk, stays = room.over(), room.over()
        save(room, talk, FILLED)
        save(room, stays, FILLED)
        with room.inside():
            talks.erase_talks(room.organisation.pk, {talk.code: talk.pk})
            assert list(Draft.objects.values_list("conversation", flat=True)) == [stays.pk]
        assert keys.stored(room.organisation.pk) == {stays.code}


class TestFinishing:
    @pytest.mark.promise("G01", "G02")
    def test_registration_tells_month_part_of_the_day_and_rounded_length_by_itself(self, room):
        talk = room.over(began=NOW, ended=NOW + timedelta(minutes=43, seconds=20))
        room.finish(talk)
        [item] = waiting(room)
        assert isinstance(item, Record)
        assert (item.line, item.channel, item.month, item.moment, item.minutes) == (
            room.line.pk, "chat", date(2026, 3, 1), "afternoon", 45,
        )  # fmt: skip
        assert item.answers == FILLED
        assert item.dimensions["subject"] == "pay"

    @pytest.mark.promise("G03", "G07")
    def test_report_goes_apart_with_its_writer_and_the_registration_with_nobody(self, room):
        room.finish(room.over(), {**FILLED, "report": "Ik bleef rustig."})
        record, text = sorted(waiting(room), key=lambda item: type(item).__name__)
        assert isinstance(record, Record)
        assert "report" not in record.answers
        assert text == Text(writer=room.member.pk, text="Ik bleef rustig.", day=NOW.date())

    @pytest.mark.promise("G07")
    def test_what_waits_is_sealed_of_one_size_and_names_no_talk(self, room):
        talk = room.over()
        room.finish(talk, {**FILLED, "report": SECRET})
        with across_organisations():
            rows = [bytes(row.content) for row in Waiting.objects.all()]
        assert len({len(row) for row in rows}) == 1
        assert not any(SECRET.encode() in row or talk.code.encode() in row for row in rows)
        assert not any(talk.code in repr(item) for item in waiting(room))

    def test_finished_draft_is_empty_and_done_once(self, room):
        talk = room.over()
        save(room, talk, FILLED)
        room.finish(talk)
        with across_organisations():
            row = Draft.objects.get()
            assert (row.content, row.is_done) == (None, True)
        for again in (lambda: room.finish(talk), lambda: save(room, talk, FILLED, 2)):
            with pytest.raises(RefusedError, match="closed"):
                again()
        assert len(waiting(room)) == 1

    def test_talk_that_goes_on_is_not_finished(self, room):
        talk = ActiveConversationFactory(line=room.line, counsellor=room.member)
        with pytest.raises(RefusedError, match="going_on"):
            room.finish(talk)
        with pytest.raises(RefusedError, match="not_here"):
            room.finish(room.over(), member=MembershipFactory(organisation=room.organisation))
        assert waiting(room) == []

    @pytest.mark.promise("G04")
    def test_name_or_nickname_in_the_report_is_not_stored(self, room):
        talk = room.over()  # its visitor is called Robin
        told = {**FILLED, "report": "Sprak met robin over Kafka en 0470 00 00 00."}
        with pytest.raises(NotFinished) as found:
            room.finish(talk, told, kept=["Kafka", "robin"])
        assert [(mark.kind, mark.text) for mark in found.value.marks] == [
            ("nickname", "robin"), ("number", "0470 00 00 00"),
        ]  # fmt: skip
        assert waiting(room) == []
        room.finish(talk, {**FILLED, "report": "Sprak over Kafka."}, kept=["Kafka"])
        assert len(waiting(room)) == 2

    def test_what_is_needed_and_what_cannot_be_is_told_at_once(self, room):
        with pytest.raises(NotFinished) as found:
            room.finish(room.over(), {"age": "13"})
        assert (found.value.checked.missing, found.value.checked.wrong) == (["theme"], ["age"])

    def test_closed_year_takes_nothing_more(self, room):
        ClosedYearFactory(organisation=room.organisation, year=2026)
        with pytest.raises(YearClosed):
            room.finish(room.over())
        assert waiting(room) == []

    @pytest.mark.promise("C05")
    def test_telephone_call_is_registered_by_hand_in_the_same_way(self, room):
        line = LineFactory(organisation=room.organisation, kind="telephone")
        with room.inside():
            service.by_hand(
                line=line,
                membership=room.member,
                told=Told(date(2026, 3, 1), "h09", 20),
                filled=FILLED,
                kept=[],
                now=NOW,
            )
        [item] = waiting(room)
        assert isinstance(item, Record)
        assert (item.line, item.channel, item.moment, item.answers) == (line.pk, "telephone", "morning", FILLED)

    def test_everything_that_waits_is_sealed_anew_in_another_order_when_something_comes(self, room):
        """Two looks at the table do not tell which row is new."""
        for _talk in range(12):
            room.finish(room.over())
        with across_organisations():
            before = {row.pk: bytes(row.content) for row in Waiting.objects.all()}
        room.finish(room.over())
        with across_organisations():
            after = {row.pk: bytes(row.content) for row in Waiting.objects.all()}
        assert len(after) == 13
        assert set(before) & set(after) == set() and not set(before.values()) & set(after.values())


class TestForms:
    def publish(self, room, fields, line=None):
        return service.publish_form(
            organisation=room.organisation, line=line, fields=fields, reason="x", author=None, now=NOW
        )

    @pytest.mark.promise("G01")
    def test_next_version_counts_from_now_and_keeps_the_keys(self, room):
        assert self.publish(room, FIELDS[:2]).number == 2
        own = self.publish(room, FIELDS[:1], room.line)
        assert own.number == 1
        with room.inside():
            assert service.access.form_for(room.line) == own
            assert service.access.form_for(LineFactory(organisation=room.organisation)).number == 2

    def test_key_that_meant_something_else_is_refused(self, room):
        self.publish(room, FIELDS[:2])
        with pytest.raises(ShapeError, match="other_meaning"):
            self.publish(room, [field("gender", "region", options=options("a", "b"))])

    def test_tree_must_be_there(self, room):
        with pytest.raises(ShapeError, match="tree_unknown"):
            self.publish(room, [field("subject", "tree", tree="elsewhere")])

    def test_version_is_never_changed(self, room):
        with translation.override("en"), pytest.raises(ValidationError, match="never changed"), across_organisations():
            room.form.save()
        with translation.override("en"), pytest.raises(ValidationError, match="never removed"), across_organisations():
            room.form.delete()
        with translation.override("en"), pytest.raises(ValidationError, match="never changed"), across_organisations():
            type(room.form).objects.update(fields=[])
        with translation.override("en"), pytest.raises(ValidationError, match="never removed"), across_organisations():
            type(room.form).objects.all().delete()


def test_nothing_of_all_this_is_a_registration_yet(room):
    room.finish(room.over())
    with across_organisations():
        assert not Registration.objects.exists()
        assert Conversation.objects.count() == 1
