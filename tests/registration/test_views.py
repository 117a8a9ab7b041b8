"""The form's answers over HTTP: whose it is, what it is told, and who reads a short report."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from helplines.tenancy import across_organisations
from privacy.audit import Event
from privacy.models import AuditEntry
from registration import outbox, release
from registration.models import Draft, Waiting
from registration.outbox import Record, Text
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory
from tests.factories.registration import FormFactory
from tests.isolation.knock import BACKEND
from tests.registration.rooms import FILLED, NOW, Room

pytestmark = pytest.mark.django_db


class Desk:
    """Somebody signed in, asking for one room."""

    def __init__(self, room: Room, member: Any = None) -> None:
        self.room, self.client = room, Client()
        self.client.force_login((member or room.member).staff, backend=BACKEND)

    def at(self, name: str, *parts: str) -> str:
        return reverse(name, args=[self.room.organisation.slug, *parts])

    def get(self, name: str, *parts: str, **query: str) -> Any:
        return self.client.get(self.at(name, *parts), query)

    def post(self, name: str, *parts: str, **body: Any) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(self.at(name, *parts), json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()


@pytest.fixture
def room():
    with time_machine.travel(NOW, tick=False):
        yield Room()


def waiting(room):
    with room.inside():
        return outbox.items(room.organisation.pk)


@pytest.mark.promise("G01", "G02")
def test_form_is_filled_in_during_the_talk_and_finished_after(room):
    talk = ActiveConversationFactory(line=room.line, counsellor=room.member, claimed_at=NOW - timedelta(minutes=21))
    desk = Desk(room)
    told = desk.get("registration_talk", talk.code).json()
    assert (told["line"], told["moment"], told["minutes"], told["done"], told["filled"]) == (
        room.line.name, "afternoon", 20, False, {},
    )  # fmt: skip
    assert [(one["key"], one["kind"], one["required"]) for one in told["form"]["fields"]][:2] == [
        ("theme", "tree", True), ("age", "age", False),
    ]  # fmt: skip
    told = {**FILLED, "report": "Robin belde."}
    status, saved = desk.post("registration_talk", talk.code, do="save", filled=told, version=0)
    assert (status, saved["version"]) == (200, 1)
    assert saved["marks"] == [{"kind": "nickname", "text": "Robin", "certain": True}]
    assert desk.get("registration_talk", talk.code).json()["filled"] == told
    assert desk.post("registration_talk", talk.code, do="finish", filled=FILLED) == (409, {"why": "going_on"})
    with across_organisations():
        type(talk).objects.filter(pk=talk.pk).update(state="closed", ended_at=NOW)
    assert desk.post("registration_talk", talk.code, do="finish", filled=told)[0] == 422
    assert desk.post("registration_talk", talk.code, do="finish", filled=FILLED) == (200, {"done": True, "left": 0})
    assert desk.get("registration_talk", talk.code).json()["done"] is True
    assert len(waiting(room)) == 1


def test_conflict_brings_what_another_tab_wrote(room):
    talk, desk = room.over(), Desk(room)
    desk.post("registration_talk", talk.code, do="save", filled={"age": "18-"}, version=0)
    status, told = desk.post("registration_talk", talk.code, do="save", filled={"region": "east"}, version=0)
    assert (status, told) == (409, {"why": "conflict", "filled": {"age": "18-"}, "version": 1})


@pytest.mark.promise("O10")
def test_talk_of_a_colleague_or_of_another_organisation_is_not_there(room):
    talk = room.over()
    colleague = Desk(room, MembershipFactory(organisation=room.organisation))
    stranger = Desk(Room())
    for desk in (colleague, stranger):
        assert desk.get("registration_talk", talk.code).status_code == 404
        answer = desk.client.post(
            desk.at("registration_talk", talk.code), {"do": "save"}, content_type="application/json"
        )
        assert answer.status_code == 404
        assert desk.get("registration_finish", talk.code).status_code == 404
    with across_organisations():
        assert not Draft.objects.exists()


@pytest.mark.parametrize("body", [{"do": "eat", "filled": {}}, {"do": "save"}, {"do": "save", "filled": {}, "more": 1}])
def test_what_the_form_never_sends_is_refused(room, body):
    assert Desk(room).post("registration_talk", room.over().code, **body) == (400, {"why": "malformed"})


@pytest.mark.promise("C05")
def test_call_is_registered_by_hand_with_the_hour_as_coarse_as_the_policy(room):
    line, desk = LineFactory(organisation=room.organisation, kind="telephone"), Desk(room)
    assert (
        next(field["key"] for field in desk.get("registration_by_hand", line=line.slug).json()["form"]["fields"])
        == "theme"
    )
    sent = {"do": "hand", "line": line.slug, "month": "2026-02-01", "hour": 9, "minutes": 23, "filled": FILLED}
    assert desk.post("registration_by_hand", **sent) == (200, {"done": True})
    [item] = waiting(room)
    assert isinstance(item, Record)
    assert (item.channel, item.month.isoformat(), item.moment, item.minutes) == (
        "telephone",
        "2026-02-01",
        "morning",
        25,
    )
    for wrong in ({"month": "2025-02-01"}, {"hour": 24}, {"minutes": -1}, {"month": "soon"}):
        assert desk.post("registration_by_hand", **{**sent, **wrong}) == (400, {"why": "malformed"})
    for elsewhere in (room.line.slug, LineFactory(kind="telephone").slug):
        answer = desk.client.post(
            desk.at("registration_by_hand"), json.dumps({**sent, "line": elsewhere}), content_type="application/json"
        )
        assert answer.status_code == 404
    assert len(waiting(room)) == 1


def test_page_lists_what_is_not_registered_yet_and_nothing_old(room):
    desk, open_talk = Desk(room), room.over()
    room.over(began=NOW - timedelta(days=15), ended=NOW - timedelta(days=15))
    done = room.over()
    room.finish(done)
    page = desk.get("registrations").content.decode()
    assert (open_talk.code in page, done.code in page) == (True, False)
    assert page.count("/registrations/finish/") == 1
    assert desk.client.get(desk.at("registrations"), headers={"Accept": "application/json"}).json() == {"left": 1}


def test_tree_gives_words_from_the_top_down(room):
    told = Desk(room).get("registration_tree", "themes").json()
    assert told["nodes"] == [
        {"key": "work", "label": "Work"}, {"key": "pay", "label": "Work › Pay"}, {"key": "home", "label": "Home"},
    ]  # fmt: skip
    assert Desk(room).get("registration_tree", "elsewhere").status_code == 404


def test_desk_has_the_part_only_where_something_is_registered(room):
    assert b'id="registration"' in Desk(room).get("desk_of").content
    with across_organisations():
        type(room.form).objects.all()._raw_delete("default")
    assert b'id="registration"' not in Desk(room).get("desk_of").content


class TestShortReports:
    @pytest.fixture
    def told(self, room):
        room.put(*[Text(writer=room.member.pk, text=f"Verslag {number}", day=NOW.date()) for number in range(10)])
        release.release(organisation_id=room.organisation.pk, now=NOW)
        room.put(Text(writer=room.member.pk, text="Nog onderweg", day=NOW.date()))

    @pytest.mark.promise("G03")
    def test_writer_reads_their_own_at_once_and_no_colleague_does(self, room, told):
        page = Desk(room).get("short_reports").content.decode()
        assert ("Verslag 3" in page, "Nog onderweg" in page) == (True, True)
        colleague = Desk(room, MembershipFactory(organisation=room.organisation))
        assert "Verslag" not in colleague.get("short_reports").content.decode().replace("Verslagen", "")
        answer = colleague.client.post(colleague.at("short_reports"), {"writer": room.member.pk, "purpose": "training"})
        assert "Verslag 3" not in answer.content.decode()
        with across_organisations():
            assert not AuditEntry.objects.filter(event=Event.NOTE_READ).exists()

    @pytest.mark.promise("F11", "G03")
    def test_mentor_reads_with_a_purpose_that_is_logged_and_only_what_is_out_of_the_crowd(self, room, told):
        mentor = MembershipFactory(organisation=room.organisation, role="mentor")
        desk = Desk(room, mentor)
        assert "Verslag 3" not in desk.get("short_reports").content.decode()
        refused = desk.client.post(desk.at("short_reports"), {"writer": room.member.pk, "purpose": "curiosity"})
        assert "Verslag 3" not in refused.content.decode()
        page = desk.client.post(desk.at("short_reports"), {"writer": room.member.pk, "purpose": "training"})
        assert ("Verslag 3" in page.content.decode(), "Nog onderweg" in page.content.decode()) == (True, False)
        with across_organisations():
            entry = AuditEntry.objects.get(event=Event.NOTE_READ)
        assert (entry.who, entry.on_behalf_of, entry.why) == (mentor.staff_id, str(room.member.staff_id), "training")

    def test_mentor_of_another_line_is_no_mentor_of_this_counsellor(self, room, told):
        mentor = MembershipFactory(organisation=room.organisation, role="mentor")
        AssignmentFactory(membership=mentor, line=LineFactory(organisation=room.organisation))
        AssignmentFactory(membership=room.member, line=room.line)
        desk = Desk(room, mentor)
        answer = desk.client.post(desk.at("short_reports"), {"writer": room.member.pk, "purpose": "training"})
        assert answer.status_code == 404

    @pytest.mark.promise("G06")
    @pytest.mark.parametrize("role", ["auditor", "manager", "administrator", "dpo"])
    def test_no_other_role_reaches_a_report_a_form_or_a_talk(self, room, told, role):
        """Security goal L6: who makes reports has no way to what was said."""
        desk = Desk(room, MembershipFactory(organisation=room.organisation, role=role))
        for name, parts in (
            ("short_reports", ()), ("registrations", ()), ("registration_by_hand", ()),
            ("registration_talk", (room.over().code,)), ("registration_finish", (room.over().code,)),
        ):  # fmt: skip
            assert desk.get(name, *parts).status_code == 404


def test_another_organisations_form_is_not_asked_here():
    with time_machine.travel(NOW, tick=False):
        room, other = Room(), LineFactory()
        FormFactory(organisation=other.organisation)
        talk = ActiveConversationFactory(line=room.line, counsellor=room.member)
        told = Desk(room).get("registration_talk", talk.code).json()
    assert len(told["form"]["fields"]) == 7
    with across_organisations():
        assert not Waiting.objects.exists()
