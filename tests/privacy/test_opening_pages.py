"""The pages on which somebody asks to open an address and others agree: the real ceremony, and who sees what of it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from chat import service
from helplines.models import Role
from helplines.tenancy import across_organisations
from privacy import audit, key_files
from privacy.audit import Event
from privacy.models import AuditEntry, Holder, OpeningRequest, OpeningState
from registration import fixing
from tests.factories.chat import staffed_line
from tests.factories.helplines import MembershipFactory
from tests.privacy.asking import by_order, in_danger, state_of
from tests.privacy.test_disclosure import ORDER
from tests.privacy.test_vault import ADDRESS, begin

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PHRASE = "five words that hold well"


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """Little work for each passphrase."""
    monkeypatch.setattr(key_files, "MEMORY", 8192)
    monkeypatch.setattr(key_files, "OPERATIONS", 1)


def browser_of(staff):
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff, backend=BACKEND)
    return client


def browser(line, role):
    return browser_of(MembershipFactory(organisation=line.organisation, role=role).staff)


def key_of(client, line, office):
    """Make a key on its page; gives the file, as the browser saves it."""
    form = {"step": "make", "office": office, "passphrase": PHRASE, "again": PHRASE, "sure": "on"}
    return client.post(f"/keys/{line.organisation.slug}/", form).content


def talk_of(line, member):
    """A talk with this counsellor, from a marked address."""
    talk = begin(line)
    with across_organisations():
        service.claim(conversation=talk, membership=member, now=timezone.now())
    return talk


def asked(client, line, talk, **form):
    given = {"talk": talk.code, "ground": "danger-other", "recipient": "emergency", "discussed": "tried", "why": "Now"}
    return client.post(f"/opening/{line.organisation.slug}/ask/", {**given, **form})


def ordered(client, line, talk, **form):
    order = {f"order_{name}": value for name, value in ORDER.items()}
    return asked(client, line, talk, **{"ground": "order", "recipient": "police", **order, **form})


def agree(client, page, file, /, **form):
    given = {"step": "agree", "file": SimpleUploadedFile("key.json", file), "passphrase": PHRASE, "sure": "on"}
    return client.post(page, {**given, **form})


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def turned_away(client, page, file):
    agree(client, page, file)
    return client.get(page)


def shows(client, page):
    return ADDRESS in client.get(page).content.decode()


@pytest.mark.promise("E01", "E02", "D01", "D02", "D08")
def test_ceremony_of_a_counsellor_and_an_administrator(done, mailoutbox):
    """The drill (B10): keys are made, a talk begins, it is asked, agreed, seen and gone, within a quarter of an hour."""
    line, [member] = staffed_line(queue=True)
    office, asker = browser(line, Role.ADMINISTRATOR), browser_of(member.staff)
    began = datetime(2026, 11, 23, 10, tzinfo=UTC)
    with time_machine.travel(began, tick=False) as clock:
        file = key_of(office, line, "administrator")
        talk = talk_of(line, member)
        clock.shift(timedelta(minutes=2))
        with done():
            page = asked(asker, line, talk).headers["Location"]
        assert [page in letter.body for letter in mailoutbox] == [True]
        clock.shift(timedelta(minutes=5))
        assert "Waits for you" in office.get(f"/opening/{line.organisation.slug}/").content.decode()
        assert "Who will be told" in office.get(page).content.decode()
        answer = agree(office, page, file)
        assert answer.headers["Location"] == page
        assert timezone.now() - began < timedelta(minutes=15)
        seen = office.get(page)
        assert ADDRESS in seen.content.decode()
        assert re.search(r'http-equiv="refresh" content="90[01]"', seen.content.decode())
        assert "no-store" in seen.headers["Cache-Control"]
        assert [shows(one, page) for one in (asker, browser_of(office_staff(page)))] == [False, False]
        clock.shift(timedelta(minutes=15, seconds=1))
        assert not shows(office, page)


def test_key_is_told_by_the_digits_that_its_own_page_shows():
    line, [member] = staffed_line(queue=True)
    office, asker = browser(line, Role.ADMINISTRATOR), browser_of(member.staff)
    key_of(office, line, "administrator")
    page = asked(asker, line, talk_of(line, member)).headers["Location"]
    with across_organisations():
        key = Holder.objects.get()
    pages = [office.get(where).content.decode() for where in (page, f"/keys/{line.organisation.slug}/")]
    assert [key.fingerprint in text for text in pages] == [True, True]
    assert [f">{key.name}<" in text for text in pages] == [False, False]


def office_staff(page):
    with across_organisations():
        return OpeningRequest.objects.get(code=page.split("/")[-2]).opened_by


@pytest.mark.promise("E04", "E05", "D03")
def test_ceremony_of_an_order():
    line, _members = staffed_line(queue=True, identity_holders="management-dpo", opening_minutes=10)
    asker, manager, dpo = (browser(line, role) for role in (Role.ADMINISTRATOR, Role.MANAGER, Role.DPO))
    files = [key_of(manager, line, "management"), key_of(dpo, line, "dpo")]
    talk = begin(line)
    page = ordered(asker, line, talk).headers["Location"]
    for client in (manager, dpo):
        text = client.get(page).content.decode()
        assert [value in text for value in ORDER.values() if value != "2026-11-21"] == [True] * 5
    assert said(turned_away(dpo, page, files[1])) == ["It is not your turn to decide about this."]
    agree(manager, page, files[0])
    assert not shows(manager, page)
    agree(dpo, page, files[1])
    assert [shows(client, page) for client in (dpo, manager, asker)] == [True, False, False]


@pytest.mark.promise("E04", "E05", "C13")
@pytest.mark.parametrize(
    "form",
    [{"ground": "danger-self"}, {"ground": "danger-other"}, {"recipient": "emergency"}, {"recipient": "counsellor"},
     *({f"order_{name}": ""} for name in ORDER), {"order_date": "2999-01-01"}],
    ids=str,
)  # fmt: skip
def test_without_a_whole_order_nothing_is_asked_at_luisterlijn(form):
    room = by_order()
    answer = ordered(browser_of(room.asker), room.line, room.talk, **form)
    assert answer.status_code == 200
    with across_organisations():
        assert OpeningRequest.objects.count() == 0


@pytest.mark.promise("E04", "C13")
@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR])
def test_volunteer_has_no_form_to_ask_at_luisterlijn(role):
    line, [member] = staffed_line(queue=True, identity_holders="management-dpo")
    with across_organisations():
        type(member).objects.filter(pk=member.pk).update(role=role)
    talk = talk_of(line, member)
    page = browser_of(member.staff).get(f"/opening/{line.organisation.slug}/ask/?talk={talk.code}").content.decode()
    assert "By this promise you cannot ask it for this talk." in page
    assert 'name="ground"' not in page


def test_talk_of_somebody_else_and_of_elsewhere_are_not_there():
    room, elsewhere = in_danger(), in_danger()
    client = browser(room.line, Role.COUNSELLOR)
    answers = [
        client.get(f"/opening/{room.organisation.slug}/ask/?talk={code}").content.decode().replace(code, "·")
        for code in (room.talk.code, elsewhere.talk.code, "nowhere")
    ]
    without_token = {re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer) for answer in answers}
    assert len(without_token) == 1
    assert "There is no talk with this code here that you may ask about." in answers[0]


def test_page_of_a_request_is_there_for_who_has_a_say_in_it_only():
    room, elsewhere = in_danger(), in_danger()
    page = f"/opening/{room.organisation.slug}/of/{room.ask().code}/"
    theirs = f"/opening/{elsewhere.organisation.slug}/of/{page.split('/')[-2]}/"
    statuses = {role: browser(room.line, role).get(page).status_code for role in Role}
    assert statuses == {role: 200 if role == Role.ADMINISTRATOR else 404 for role in Role}
    assert browser_of(room.asker).get(page).status_code == 200
    outsider = browser_of(elsewhere.people[0])
    assert (outsider.get(page).status_code, outsider.get(theirs).status_code) == (404, 404)


def test_agreeing_asks_the_second_step_again(monkeypatch):
    room = in_danger()
    request = room.ask()
    client, page = browser_of(room.people[0]), f"/opening/{room.organisation.slug}/of/{request.code}/"
    monkeypatch.setattr("helplines.second_factor.is_fresh", lambda request: False)
    assert 'name="passphrase"' not in client.get(page).content.decode()
    answer = agree(client, page, b"{}")
    assert (answer.status_code, answer.headers["Location"].startswith("/account/")) == (302, True)
    assert state_of(request) == OpeningState.ASKED


def test_what_was_opened_asks_the_second_step_again(monkeypatch):
    line, [member] = staffed_line(queue=True)
    office = browser(line, Role.ADMINISTRATOR)
    file = key_of(office, line, "administrator")
    page = asked(browser_of(member.staff), line, talk_of(line, member)).headers["Location"]
    agree(office, page, file)
    monkeypatch.setattr("helplines.second_factor.is_fresh", lambda request: False)
    text = office.get(page).content.decode()
    assert (ADDRESS in text, "Show your second step to see it" in text) == (False, True)


@pytest.mark.promise("E01")
def test_two_people_at_one_browser_are_one():
    line, [member] = staffed_line(queue=True)
    office, shared = browser(line, Role.ADMINISTRATOR), browser_of(member.staff)
    file = key_of(office, line, "administrator")
    page = asked(shared, line, talk_of(line, member)).headers["Location"]
    with across_organisations():
        staff = line.organisation.memberships.get(role=Role.ADMINISTRATOR).staff
    shared.force_login(staff, backend=BACKEND)
    agree(shared, page, file)
    assert said(shared.get(page)) == ["Somebody asked or agreed in this same browser. Use a device of your own."]
    agree(office, page, file)
    assert shows(office, page)


def test_wrong_file_or_passphrase_opens_nothing_and_is_told_alike():
    line, [member] = staffed_line(queue=True)
    office = browser(line, Role.ADMINISTRATOR)
    file = key_of(office, line, "administrator")
    page = asked(browser_of(member.staff), line, talk_of(line, member)).headers["Location"]
    told = []
    for wrong in ({"file": SimpleUploadedFile("key.json", b"{}")}, {"passphrase": PHRASE + "?"}):
        agree(office, page, file, **wrong)
        told += said(office.get(page))
    assert told == ["This file does not open with this passphrase."] * 2


@pytest.mark.promise("D08")
def test_nothing_is_shown_on_the_page_where_the_log_cannot_be_written(monkeypatch):
    line, [member] = staffed_line(queue=True)
    office = browser(line, Role.ADMINISTRATOR)
    file = key_of(office, line, "administrator")
    page = asked(browser_of(member.staff), line, talk_of(line, member)).headers["Location"]
    agree(office, page, file)
    monkeypatch.setattr(audit, "listener", lambda **given: (_ for _ in ()).throw(audit.AuditUnavailable()))
    answer = office.get(page)
    assert (answer.status_code, ADDRESS in answer.content.decode()) == (503, False)


def test_own_request_is_withdrawn_and_one_for_the_office_declined():
    for mine, state in ((True, OpeningState.WITHDRAWN), (False, OpeningState.DECLINED)):
        room = in_danger()
        request = room.ask()
        client = browser_of(room.asker if mine else room.people[0])
        client.post(f"/opening/{room.organisation.slug}/of/{request.code}/", {"step": "end"})
        assert state_of(request) == state


@pytest.mark.promise("E07")
def test_count_tells_each_year_by_its_ground():
    line, _members = staffed_line()
    asker = MembershipFactory(organisation=line.organisation).staff
    for when, event, ground in (
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), Event.IDENTITY_ASKED, "danger-self"),
        (datetime(2025, 12, 31, 23, 1, tzinfo=UTC), Event.IDENTITY_ASKED, "order"),
        (datetime(2026, 3, 1, tzinfo=UTC), Event.IDENTITY_OPENED, "order"),
        (datetime(2026, 3, 1, tzinfo=UTC), Event.IDENTITY_REFUSED, "ground"),
    ):
        with time_machine.travel(when, tick=False):
            audit.record(organisation=line.organisation.pk, event=event, who=asker, what="x", why=ground)
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC), tick=False):
        client = browser(line, Role.AUDITOR)
        page = " ".join(client.get(f"/opening/{line.organisation.slug}/count/").content.decode().split())
        for told in ("2026 <span", "Asked: 1. Opened: 1.", "Asked: 1. Opened: 0.", "asked 1, opened 1"):
            assert page.count(told) == 1
        assert Client().get(f"/{line.organisation.slug}/{line.slug}/kept/").status_code == 404


@pytest.mark.promise("E07", "G06")
def test_visitors_read_whether_it_was_done_and_how_often_as_the_reports_for_outside_tell_it():
    """Of the years that are over and fixed; a year of a single month is told to nobody (`test_attacker_beside`)."""
    line, _members = staffed_line()
    organisation = line.organisation
    with across_organisations():
        type(organisation).objects.filter(pk=organisation.pk).update(shows_openings=True)
    page = f"/{organisation.slug}/{line.slug}/kept/?lang=en"
    opened, refused = Event.IDENTITY_OPENED, Event.IDENTITY_REFUSED
    for when, event, times in (
        (datetime(2024, 12, 3, tzinfo=UTC), opened, 3),
        (datetime(2025, 3, 3, tzinfo=UTC), refused, 2),
        (datetime(2025, 5, 3, tzinfo=UTC), opened, 30),
        (datetime(2026, 1, 3, tzinfo=UTC), opened, 10),
    ):
        with time_machine.travel(when, tick=False):
            for _time in range(times):
                audit.record(organisation=organisation.pk, event=event, who=None, what="x")
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC), tick=False):
        before = Client().get(page).content.decode()
        for month in [date(2024, 12, 1), *(date(2025, month, 1) for month in range(1, 13))]:
            fixing.fix(organisation_id=organisation.pk, source="openings", month=month, now=timezone.now())
        public = " ".join(Client().get(page).content.decode().split())
    assert "No year is over yet." in before
    [says] = re.findall(r"<p>(20\d\d – [^<]*)</p>", public)
    # Two refusals may be told as ten by chance, or as none; that there were some is told.
    assert re.fullmatch(r"2025 – opened: about 30 times; refused: (sometimes|about 10 times).", says)


def test_what_waits_is_told_where_people_begin():
    room = in_danger()
    office, other = browser_of(room.people[0]), browser(room.line, Role.DPO)
    pages = [
        (office, "/admin/"),
        (office, f"/promises/{room.organisation.slug}/"),
        (other, f"/promises/{room.organisation.slug}/"),
    ]
    seen = []
    for _each in range(2):
        seen.append(["waits for your decision" in client.get(page).content.decode() for client, page in pages])
        with across_organisations():
            there = OpeningRequest.objects.exists()
        if not there:
            room.ask()
    assert seen == [[False, False, False], [True, True, False]]


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.MANAGER])
def test_count_is_for_who_answers_for_it(role):
    line, _members = staffed_line()
    assert browser(line, role).get(f"/opening/{line.organisation.slug}/count/").status_code == 404


@pytest.mark.promise("D08")
def test_reading_what_somebody_wrote_stands_in_the_log_for_others_only():
    room = in_danger()
    page = f"/opening/{room.organisation.slug}/of/{room.ask().code}/"
    browser_of(room.asker).get(page)
    browser_of(room.people[0]).get(page)
    with across_organisations():
        rows = list(AuditEntry.objects.filter(event=Event.NOTE_READ).values_list("who", "what", "why", "emergency"))
    assert rows == [(room.people[0].pk, room.talk.code, "opening-request", True)]
