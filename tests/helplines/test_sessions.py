"""People see where they are signed in, without an address, and end what is not theirs (security goals D6, D7)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from chat import access as chat_access
from helplines import access, sessions
from helplines.witness import AuditUnavailable
from tests.factories.helplines import PASSWORD, MembershipFactory
from tests.logged import logged, take_the_pen

pytestmark = pytest.mark.django_db
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
SLATE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def signed_in(staff, agent=LAPTOP):
    client = Client(headers={"user-agent": agent})
    client.post(reverse("account_login"), {"login": staff.username, "password": PASSWORD})
    return client


@pytest.mark.parametrize(
    ("agent", "kind"),
    [(IPHONE, "phone"), (ANDROID, "phone"), (SLATE, "tablet"), (LAPTOP, "computer"), ("", "computer")],
)
def test_device_is_known_by_its_kind_alone(agent, kind):
    assert sessions.kind_of(agent) == kind


def test_person_sees_own_sessions_and_no_others():
    member, colleague = MembershipFactory(), MembershipFactory()
    with time_machine.travel(NOW, tick=False):
        signed_in(member.staff, IPHONE)
        signed_in(colleague.staff, SLATE)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        client = signed_in(member.staff)
        found = client.get(reverse("sessions")).context["places"]
    told = [(place.kind, place.is_this, place.since, place.seen) for place in found]
    later = NOW + timedelta(hours=1)
    assert told == [("computer", True, later, later), ("phone", False, NOW, NOW)]


def test_times_are_told_by_the_clock_of_ones_organisation():
    member = MembershipFactory(organisation__time_zone="Europe/Brussels")
    with time_machine.travel(NOW, tick=False):
        page = signed_in(member.staff).get(reverse("sessions")).content.decode()
        assert ("10:00" in page, "09:00" in page, "Europe/Brussels" in page) == (True, False, True)
        MembershipFactory(staff=member.staff, organisation__time_zone="Europe/London")
        assert access.time_zone_of(member.staff) == "UTC"


def test_last_seen_is_kept_to_five_minutes_and_no_address_is():
    member = MembershipFactory()
    with time_machine.travel(NOW, tick=False) as clock:
        client = signed_in(member.staff, IPHONE)
        for minutes in (4, 2):
            clock.shift(timedelta(minutes=minutes))
            client.get(reverse("start"))
        [place] = client.get(reverse("sessions")).context["places"]
    assert (place.since, place.seen) == (NOW, NOW + timedelta(minutes=6))
    kept = json.dumps(dict(client.session.items()))
    assert [said for said in ("127.0.0.1", "iPhone", "Safari") if said in kept] == []


def test_ended_session_is_over_and_its_desk_closes():
    member = MembershipFactory()
    phone, laptop = signed_in(member.staff, IPHONE), signed_in(member.staff)
    held = {phone.session.session_key: chat_access.mark_of(phone.session)}
    assert chat_access.still_signed_in(held) == set(held)
    mark = laptop.get(reverse("sessions")).context["places"][1].mark
    laptop.post(reverse("sessions"), {"session": mark})
    assert chat_access.still_signed_in(held) == set()  # the keeper of the desks asks this every few seconds
    assert phone.get(reverse("sessions")).status_code == 302
    assert laptop.get(reverse("sessions")).status_code == 200
    [entry] = logged(member.organisation)
    assert (entry.event, entry.who, entry.why) == ("session-ended", member.staff_id, "one")


def test_desk_stays_open_while_the_secret_key_is_renewed(settings):
    member = MembershipFactory()
    client = signed_in(member.staff)
    held = {client.session.session_key: chat_access.mark_of(client.session)}
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        "another-key-of-no-worth-0123456789-0123456789",
        [settings.SECRET_KEY],
    )
    assert chat_access.still_signed_in(held) == set(held)
    assert client.get(reverse("sessions")).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert chat_access.still_signed_in(held) == set()


def test_all_others_end_at_once_and_this_one_stays():
    member, colleague = MembershipFactory(), MembershipFactory()
    others, this, theirs = [signed_in(member.staff) for _each in range(2)], signed_in(member.staff), signed_in(
        colleague.staff
    )  # fmt: skip
    this.post(reverse("sessions"))
    assert [client.get(reverse("sessions")).status_code for client in (*others, this, theirs)] == [302, 302, 200, 200]


def test_session_of_somebody_else_cannot_be_ended():
    member, colleague = MembershipFactory(), MembershipFactory()
    theirs, mine = signed_in(colleague.staff), signed_in(member.staff)
    mine.post(reverse("sessions"), {"session": sessions.mark_of(theirs.session.session_key)})
    assert theirs.get(reverse("sessions")).status_code == 200


def test_nothing_ends_when_the_log_is_down(monkeypatch):
    member = MembershipFactory()
    signed_in(member.staff)
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        sessions.end(staff=member.staff)
    assert Session.objects.count() == 1
