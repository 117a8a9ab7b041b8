"""Somebody looks at who read what, every week, with what is odd on top, and signs it off (security goals M7, M8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from helplines import reminders
from helplines.models import Role
from helplines.tenancy import inside
from helplines.witness import Event
from privacy import audit, oddities, review
from privacy.models import AuditReview
from privacy.oddities import Odd, Read
from tests.factories.helplines import MembershipFactory, OrganisationFactory, StaffFactory
from tests.logged import logged

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)  # noon in Brussels
AFTER = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def look(organisation, who, at, what="talk", event=Event.TRANSCRIPT_READ, why="closed-talk", **given):
    with time_machine.travel(at, tick=False):
        audit.record(organisation=organisation.pk, event=event, who=who, what=what, why=why, **given)


def week_of(organisation):
    with inside(organisation):
        return review.week_of(organisation, MONDAY)


def one(number, **given):
    return Read(**{"number": number, "who": 1, "what": f"t{number}", "at": NOON, "not_theirs": False,
                   "emergency": False, **given})  # fmt: skip


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ([one(1)], {}),
        ([one(1, emergency=True)], {1: [Odd.EMERGENCY]}),
        ([one(1, not_theirs=True)], {1: [Odd.NOT_THEIRS]}),
        ([one(1, at=NOON.replace(hour=0)), one(2, at=NOON.replace(hour=5, minute=59))], {1: ["night"], 2: ["night"]}),
        ([one(1, at=NOON.replace(hour=6))], {}),
        ([one(n, what="t") for n in (1, 2)], {}),
        ([one(n, what="t") for n in (1, 2, 3)], {n: ["again"] for n in (1, 2, 3)}),
        ([one(n, what="t", who=n) for n in (1, 2, 3)], {}),
        ([one(n) for n in range(10)], {}),
        ([one(n) for n in range(11)], {n: ["many"] for n in range(11)}),
        ([one(n, who=n % 2) for n in range(20)], {}),
        ([one(n, at=NOON + timedelta(minutes=6 * n)) for n in range(11)], {}),
    ],
)
def test_rules_are_simple(reads, expected):
    assert oddities.oddities(reads) == expected


def test_seeded_odd_reads_stand_on_top():
    """M7: 20 odd reads among 200 ordinary ones; at least 18 are on top, and nothing ordinary is."""
    organisation, people = OrganisationFactory(), [StaffFactory() for _ in range(10)]
    for number in range(200):  # each looks back at four talks a day, in office hours
        at = NOON + timedelta(days=number % 4, hours=(number // 40) % 5)
        look(organisation, people[number % 10], at, f"talk{number}")
    night, curious, driven = StaffFactory(), StaffFactory(), StaffFactory()
    for number in range(3):
        look(organisation, night, NOON.replace(hour=2) + timedelta(days=number), f"vip{number}")
    for _time in range(3):
        look(organisation, curious, NOON + timedelta(days=1, hours=_time * 2), "neighbour")
    for number in range(12):
        look(organisation, driven, NOON + timedelta(minutes=number), f"many{number}")
    look(organisation, people[0], NOON, "b", Event.NOTE_READ, "of-a-colleague")
    look(organisation, people[1], NOON, "a", emergency=True)
    found = week_of(organisation)
    assert (len(found.odd), len(found.others)) == (20, 200)
    assert [row.entry.what for row in found.odd[:2]] == ["a", "b"]
    assert {row.entry.who for row in found.odd[2:]} == {night.pk, curious.pk, driven.pk}


def test_week_begins_and_ends_on_the_clock_of_the_organisation():
    organisation, who = OrganisationFactory(time_zone="Europe/Brussels"), StaffFactory()
    for minute in (-1, 0):
        for edge in (MONDAY, MONDAY + timedelta(days=7)):
            at = datetime(edge.year, edge.month, edge.day, tzinfo=UTC) + timedelta(hours=-1, minutes=minute)
            look(organisation, who, at, f"{edge}{minute}")
    found = week_of(organisation)
    assert [row.entry.what for row in found.odd + found.others] == ["2026-11-160", "2026-11-23-1"]


@pytest.fixture
def room(client: Client):
    """(client signed in as administrator, their membership, an organisation with one odd read a week ago)"""
    administrator = MembershipFactory(role=Role.ADMINISTRATOR)
    look(administrator.organisation, administrator.staff, NOON.replace(hour=2), "nightly")
    with time_machine.travel(AFTER, tick=False):
        client.force_login(administrator.staff)
        yield client, administrator


def page(membership, name="audit_week"):
    return reverse(name, kwargs={"organisation": membership.organisation.slug})


def test_week_is_signed_off_once_and_the_log_tells(room):
    client, administrator = room
    shown = client.get(page(administrator))
    assert [row.entry.what for row in shown.context["week"].odd] == ["nightly"]
    assert [client.post(page(administrator), {"week": str(MONDAY)}).status_code for _twice in range(2)] == [302, 302]
    with inside(administrator.organisation):
        [made] = AuditReview.objects.all()
    assert (made.week, made.by, made.reads, made.odd) == (MONDAY, administrator.staff, 1, 1)
    told = [(row.event, row.what, row.why) for row in logged(administrator.organisation)][1:]
    assert told == [("log-read", f"week:{MONDAY}", ""), ("log-reviewed", f"week:{MONDAY}", "odd:1")]


@pytest.mark.parametrize("given", ["2026-11-23", "2026-11-17", "nonsense", "2026-02-30"])
def test_only_a_whole_week_that_is_over_can_be_signed(room, given):
    client, administrator = room
    assert client.post(page(administrator), {"week": given}).status_code == 404
    with inside(administrator.organisation):
        assert AuditReview.objects.count() == 0


def test_week_that_nobody_signed_waits_on_the_first_page(room):
    client, administrator = room
    organisation = administrator.organisation
    with inside(organisation):
        [reminder] = reminders.of([organisation])
    assert reminder.url == page(administrator)
    assert str(reminder.text) in client.get(reverse("admin:index")).content.decode()
    client.post(page(administrator), {"week": str(MONDAY)})
    with inside(organisation):
        assert reminders.of([organisation]) == []
    assert str(reminder.text) not in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(
    ("role", "may_read", "may_sign"),
    [(Role.DPO, 200, 302), (Role.AUDITOR, 200, 404), (Role.MANAGER, 404, 404), (Role.COUNSELLOR, 404, 404)],
)
def test_who_answers_for_it_reads_the_log(room, role, may_read, may_sign):
    _client, administrator = room
    member, other = MembershipFactory(organisation=administrator.organisation, role=role), Client()
    other.force_login(member.staff)
    answers = [other.get(page(member, name)).status_code for name in ("audit", "audit_week")]
    assert answers == [may_read, may_read]
    assert other.post(page(member), {"week": str(MONDAY)}).status_code == may_sign


def test_log_is_filtered_by_day_and_kind(room):
    client, administrator = room
    look(administrator.organisation, administrator.staff, NOON + timedelta(days=1), "later", Event.EXPORTED, "")

    def shown(**asked):
        rows = client.get(page(administrator, "audit"), asked).context["rows"]
        return [row.entry.what for row in rows if row.entry.what]

    assert shown(since="2026-11-18", until="2026-11-18") == ["later"]
    assert shown(until="2026-11-17") == ["nightly"]
    assert shown(event="exported") == ["later"]
    assert shown(since="nonsense") == []


def test_log_tells_roles_in_words_of_the_reader(room):
    client, administrator = room
    look(administrator.organisation, administrator.staff, NOON, "both", role="dpo,counsellor")
    look(administrator.organisation, administrator.staff, NOON, "former", role="chaplain")
    page_in_dutch = client.get(page(administrator, "audit"), headers={"accept-language": "nl"}).content.decode()
    told = [f"({words})" in page_in_dutch for words in ("functionaris gegevensbescherming, hulpverlener", "chaplain")]
    assert (told, "(dpo" in page_in_dutch) == ([True, True], False)


@pytest.mark.promise("O10")
def test_file_has_the_chain_of_this_organisation_and_is_logged(room):
    client, administrator = room
    look(OrganisationFactory(), administrator.staff, NOON, "elsewhere")
    answer = client.get(page(administrator, "audit"), {"file": "csv", "event": "transcript-read"})
    lines = answer.content.decode().splitlines()
    assert (len(lines), lines[0].split(",")[-2:], "nightly" in lines[1]) == (2, ["previous", "digest"], True)
    assert [row.what for row in logged(administrator.organisation, "exported")] == ["list:audit"]


def test_log_holds_no_name(room):
    """M8: what is kept for years names people by a number alone."""
    client, administrator = room
    client.get(page(administrator, "audit"))
    person, organisation = administrator.staff, administrator.organisation
    kept = "|".join(
        str(value) for row in logged(organisation) + logged(organisation, "signed-in") for value in row.link
    )
    for said in (person.username, person.email, organisation.slug, organisation.name, "127.0.0.1"):
        assert said not in kept
