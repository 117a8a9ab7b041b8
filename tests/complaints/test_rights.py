"""Requests about data: four weeks, a check that keeps nothing, and words that go (N01, N02, N07)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import connection
from django.http import Http404
from django.test import Client
from django.utils import timezone

from complaints import promised, reminders, retention, rights, rights_reads, rights_rules, sealed
from complaints.models import CameBy, RightsRequest
from complaints.rights_rules import Check, Ending, Right
from complaints.service import MovedError
from helplines import reminders as first_page
from helplines.models import Role
from helplines.tenancy import inside
from helplines.witness import AuditUnavailable
from privacy import audit, keys
from privacy.models import AuditEntry
from tests.factories.complaints import asked_right
from tests.factories.helplines import LineFactory, MembershipFactory, OrganisationFactory
from tests.helplines.admin_rooms import signed_in

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
GIVEN = {"right": "access", "text": "What do you keep of me?", "contact": "asker@example.org"}


@pytest.fixture
def organisation():
    organisation = OrganisationFactory(slug="haven", time_zone="Europe/Brussels")
    LineFactory(organisation=organisation, slug="chat")
    return organisation


@pytest.fixture
def officer(organisation):
    return MembershipFactory(organisation=organisation, role=Role.DPO)


@pytest.fixture
def visitor():
    return Client(headers={"origin": settings.ORIGIN, "accept-language": "en"})


def only(organisation):
    with inside(organisation):
        return RightsRequest.objects.select_related("organisation").get()


def told(organisation):
    with inside(organisation):
        rows = AuditEntry.objects.filter(event__startswith="rights-").order_by("number")
        return list(rows.values_list("event", "who", "why"))


# The rules, without a database


@pytest.mark.promise("N01")
def test_term_is_four_weeks_from_the_day_it_came():
    assert rights_rules.due(NOW) - NOW == timedelta(days=28)


@pytest.mark.promise("N02")
@pytest.mark.parametrize("right", Right)
def test_nothing_is_given_or_changed_before_the_check(right):
    before, after = (set(rights_rules.endings_for(right, check)) for check in (None, Check.KNOWN))
    assert (before & rights_rules.ACTS, after >= rights_rules.ACTS) == (set(), True)
    assert (Ending.UNPROVED in before, Ending.UNPROVED in after) == (True, False)


@pytest.mark.promise("N02")
@pytest.mark.parametrize("right", Right)
def test_check_is_needless_only_where_nothing_about_a_person_leaves_or_changes(right):
    fits = Check.NEEDLESS in rights_rules.checks_for(right)
    assert fits == (right in {Right.OBJECTION, Right.QUESTION})
    assert (set(rights_rules.endings_for(right, Check.NEEDLESS)) >= rights_rules.ACTS) == fits


@pytest.mark.promise("N02")
def test_there_is_no_place_for_a_copy_of_a_card():
    names = {field.name for field in RightsRequest._meta.concrete_fields}
    about_the_check = {name for name in names if "check" in name}
    assert about_the_check == {"check_made", "checked_by", "checked_at"}
    assert RightsRequest._meta.get_field("check_made").choices


# The register


@pytest.mark.promise("N01")
def test_words_and_address_are_stored_sealed(organisation):
    asked = asked_right(organisation, words="Wilhelmina wrote this", contact="wilhelmina@example.org")
    row = only(organisation)
    stored = b"".join(map(bytes, (row.words, row.contact)))
    assert (b"ilhelmina" in stored, row.due_at - row.received_at) == (False, timedelta(days=28))
    key = sealed.key_of(organisation.pk, asked.code)
    assert sealed.unseal(key, sealed.place_of_right(row, "contact"), row.contact) == "wilhelmina@example.org"
    with pytest.raises(sealed.GoneError):
        sealed.unseal(key, sealed.place_of_right(row, "contact"), row.words)


@pytest.mark.promise("N01", "N02")
def test_request_goes_from_received_by_checked_to_ended_and_each_step_is_logged(organisation, officer):
    asked = asked_right(organisation, now=NOW)
    with pytest.raises(MovedError):
        rights.end(asked=asked, by=officer, ending=Ending.GRANTED, note="", now=NOW)
    with pytest.raises(MovedError):
        rights.check(asked=asked, by=officer, made=Check.NEEDLESS, now=NOW)
    rights.check(asked=asked, by=officer, made=Check.CARD, now=NOW)
    with pytest.raises(MovedError):
        rights.check(asked=asked, by=officer, made=Check.MET, now=NOW)
    rights.end(asked=asked, by=officer, ending=Ending.GRANTED, note="Sent a copy.", now=NOW + DAY)
    with pytest.raises(MovedError):
        rights.end(asked=asked, by=officer, ending=Ending.REFUSED, note="", now=NOW + DAY)
    row = only(organisation)
    assert (row.check_made, row.checked_by, row.ending, row.ended_at) == ("card", officer, "granted", NOW + DAY)
    who = officer.staff_id
    assert told(organisation) == [
        ("rights-moved", None, "received:page"),
        ("rights-moved", who, "checked:card"),
        ("rights-moved", who, "ended:granted"),
    ]


@pytest.mark.promise("N01")
def test_nothing_happens_that_cannot_be_logged(organisation, officer, monkeypatch):
    asked = asked_right(organisation)

    def unwritable(**_told):
        raise AuditUnavailable

    monkeypatch.setattr(audit, "record", unwritable)
    for step in (
        lambda: asked_right(organisation),
        lambda: rights.check(asked=asked, by=officer, made=Check.MET, now=NOW),
        lambda: rights.end(asked=asked, by=officer, ending=Ending.NOTHING, note="", now=NOW),
        lambda: rights_reads.read(officer, asked),
    ):
        with pytest.raises(AuditUnavailable):
            step()
    row = only(organisation)
    assert (row.check_made, row.ended_at) == ("", None)


@pytest.mark.promise("N01", "F13")
def test_words_are_unreadable_a_month_after_the_answer_and_gone_with_the_sweep(organisation, officer, done):
    with time_machine.travel(NOW, tick=False), done():
        asked = asked_right(organisation, now=NOW)
        rights.check(asked=asked, by=officer, made=Check.KNOWN, now=NOW)
        rights.end(asked=asked, by=officer, ending=Ending.PARTLY, note="Half of it.", now=NOW)
    asked = only(organisation)
    with inside(organisation):
        with time_machine.travel(NOW + 30 * DAY - timedelta(seconds=1), tick=False):
            assert set(rights_reads.read(officer, asked)) == {"words", "contact", "note"}
        with time_machine.travel(NOW + 30 * DAY, tick=False):
            assert rights_reads.read(officer, asked) == {}
    assert retention.rights_due(organisation.pk, NOW + 30 * DAY) == 1
    assert retention.erase_rights(organisation.pk, NOW + 30 * DAY, 100) == 1
    row = only(organisation)
    assert (row.words, row.contact, row.note, row.ending) == (None, None, None, "partly")
    assert asked.code not in keys.stored(organisation.pk, sealed.RIGHTS)
    assert retention.erase_rights(organisation.pk, row.gone_at - timedelta(seconds=1), 100) == 0
    assert retention.erase_rights(organisation.pk, row.gone_at, 100) == 1
    with inside(organisation):
        assert RightsRequest.objects.count() == 0


@pytest.mark.promise("N01")
def test_what_was_taken_back_goes_at_once(organisation, officer, done):
    asked = asked_right(organisation, now=NOW)
    with done():
        rights.end(asked=asked, by=officer, ending=Ending.WITHDRAWN, note="", now=NOW)
    assert rights_reads.read(officer, only(organisation)) == {}


@pytest.mark.promise("F13")
def test_what_nobody_answers_is_unreadable_after_a_year_and_still_counts_as_late(organisation, officer):
    asked_right(organisation, now=NOW)
    retention.erase_rights(organisation.pk, NOW + 365 * DAY, 100)
    row = only(organisation)
    assert (row.words, row.ended_at) == (None, None)
    with inside(organisation):
        assert rights_reads.figures(organisation, NOW + 365 * DAY)["overdue"] == 1
    rights.end(asked=row, by=officer, ending=Ending.NOTHING, note="too late", now=NOW + 366 * DAY)
    assert (only(organisation).note, only(organisation).words_gone_at) == (None, NOW + 365 * DAY)


def test_restore_brings_no_words_back(organisation):
    """An older data database beside the current keys: what lost its key goes again."""
    asked, other = asked_right(organisation), asked_right(organisation)
    keys.destroy(organisation.pk, [asked.code])
    assert retention.replay_rights(organisation.pk) == 1
    with inside(organisation):
        left = RightsRequest.objects.exclude(words=None)
        assert [row.code for row in left] == [other.code]
        assert retention.lone_keys(organisation.pk) == []
        rights.silence(list(left))
    assert retention.rights_due(organisation.pk, NOW) == 0


@pytest.mark.promise("O10")
def test_request_of_another_organisation_is_answered_like_one_that_is_nowhere(organisation, officer):
    theirs = asked_right(OrganisationFactory())
    for code in (theirs.code, "nowhere"):
        with inside(organisation), pytest.raises(Http404):
            rights_reads.of_code(officer, code)


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.MANAGER, Role.AUDITOR])
def test_others_do_not_come_in(organisation, role):
    asked = asked_right(organisation)
    client = signed_in(MembershipFactory(organisation=organisation, role=role).staff)
    pages = ("/handling/haven/rights/", f"/handling/haven/rights/{asked.code}/")
    assert [client.get(page).status_code for page in pages] == [404, 404]


# The clock


@pytest.mark.promise("N01")
def test_letters_go_when_it_comes_a_week_before_its_end_and_when_it_is_over(organisation, done):
    with done():
        asked = asked_right(organisation, words="Wilhelmina wrote this", now=NOW)
    for day in (20, 21, 22, 27, 28, 29):
        with done():
            reminders.remind_of_rights(organisation.pk, NOW + day * DAY)
    assert [letter.to for letter in mail.outbox] == 3 * [[organisation.privacy_email]]
    assert all(asked.code in letter.body and "Wilhelmina" not in letter.body for letter in mail.outbox)
    assert not any("asker@example.org" in letter.message().as_string() for letter in mail.outbox)


@pytest.mark.promise("N01")
def test_first_page_and_ledger_say_who_waits_too_long(organisation):
    asked = asked_right(organisation, now=NOW - 28 * DAY)
    asked_right(organisation, now=NOW - 27 * DAY)
    with inside(organisation):
        found = promised.answered_in_time(organisation, NOW)
        shown = [one.url for one in first_page.of([organisation])]
    assert (found.broken, found.rows, found.proof["waiting"]) == (1, (asked.code,), 2)
    assert "/handling/haven/rights/" in shown


@pytest.mark.promise("N01")
def test_answer_in_time_keeps_the_promise(organisation, officer):
    asked = asked_right(organisation, now=NOW - 28 * DAY)
    rights.end(asked=asked, by=officer, ending=Ending.NOTHING, note="", now=NOW - DAY)
    with inside(organisation):
        found = promised.answered_in_time(organisation, NOW)
    assert (found.broken, found.proof) == (0, {"waiting": 0, "late": 0, "longest": 27})


# The pages


@pytest.mark.promise("N01", "N02", "N07")
def test_public_page_says_how_it_goes_and_where_to_mail(visitor, organisation):
    page = visitor.get("/haven/rights/?lang=en").content.decode()
    said = ("within 4 weeks", "Never send us a copy of your identity card.", f"mailto:{organisation.privacy_email}")
    assert [words in page for words in said] == [True, True, True]


@pytest.mark.promise("N01")
def test_person_asks_without_cookie_or_account(visitor, organisation):
    answer = visitor.post("/haven/rights/", GIVEN)
    row = only(organisation)
    assert (answer.status_code, answer.cookies.output(), row.right, row.way) == (200, "", "access", "page")
    assert "asker@example.org" not in answer.content.decode()


def test_what_was_filled_in_stays_when_something_is_missing(visitor, organisation):
    page = visitor.post("/haven/rights/", {**GIVEN, "contact": "no address"}).content.decode()
    assert ("What do you keep of me?" in page, "no address" in page) == (True, True)
    with inside(organisation):
        assert RightsRequest.objects.count() == 0


def test_one_address_cannot_fill_the_register(visitor, organisation):
    for _again in range(8):
        visitor.post("/haven/rights/", GIVEN)
    with inside(organisation):
        assert RightsRequest.objects.count() == 5


def test_another_site_cannot_post(organisation):
    stranger = Client(headers={"origin": "https://evil.example.org"})
    assert stranger.post("/haven/rights/", GIVEN).status_code == 403


@pytest.mark.promise("N01", "N02")
@pytest.mark.parametrize("role", [Role.DPO, Role.ADMINISTRATOR])
def test_letter_is_written_in_checked_and_ended_on_the_pages(organisation, role):
    client = signed_in(MembershipFactory(organisation=organisation, role=role).staff)
    day = timezone.localdate() - 3 * DAY
    given = {"right": "erasure", "way": "letter", "day": day.isoformat(), "text": "All of it.", "contact": ""}
    page = client.post("/handling/haven/rights/", given)["Location"]
    row = only(organisation)
    assert (row.right, row.way, row.due_at - row.received_at) == ("erasure", CameBy.LETTER, timedelta(days=28))
    assert "All of it." in client.get(page).content.decode()
    client.post(page, {"do": "end", "ending": "granted"})
    assert only(organisation).ended_at is None
    client.post(page, {"do": "check", "made": "met"})
    client.post(page, {"do": "end", "ending": "granted", "note": "Erased two talks."})
    assert only(organisation).ending == "granted"
    assert "Erased two talks." in client.get(page).content.decode()
    assert page in client.get("/handling/haven/rights/?list=over").content.decode()
    reads = [event for event, _who, _why in told(organisation) if event == "rights-read"]
    assert len(reads) == 3


@pytest.mark.parametrize("hour", [0, 12, 23])
@pytest.mark.parametrize(("days", "good"), [(0, True), (90, True), (91, False), (-1, False)])
def test_day_of_a_letter_is_of_the_last_three_months(organisation, officer, days, good, hour):
    """At any hour of the day, also where the clock changed meanwhile."""
    now = datetime(2026, 11, 30, hour, 30, tzinfo=ZoneInfo(organisation.time_zone))
    with time_machine.travel(now, tick=False):
        day = (now.date() - days * DAY).isoformat()
        given = {"right": "access", "way": "mail", "day": day, "text": "", "contact": "asker@example.org"}
        answer = signed_in(officer.staff).post("/handling/haven/rights/", given)
    with inside(organisation):
        assert (answer.status_code, RightsRequest.objects.count()) == ((302, 1) if good else (200, 0))


@pytest.mark.parametrize("count", [1, 3])
def test_register_asks_as_often_for_many_as_for_one(organisation, officer, count, django_assert_max_num_queries):
    for _again in range(count):
        asked_right(organisation)
    client = signed_in(officer.staff)
    client.get("/handling/haven/rights/")
    with django_assert_max_num_queries(14, connection=connection):
        page = client.get("/handling/haven/rights/").content.decode()
    assert ("asker@example.org" in page, page.count("/handling/haven/rights/")) == (False, count)
