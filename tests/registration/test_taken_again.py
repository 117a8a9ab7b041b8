"""A file once more, and a file that takes long: each time somebody gets it, the log tells so and what for (G06, L6)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from helplines.models import Role
from helplines.tenancy import across_organisations, inside
from helplines.witness import Event
from privacy import registry
from registration import downloads, outstanding, reports, tasks
from registration.documents import Progress
from registration.files import pdf
from registration.models import Download, Making
from tests.isolation.knock import BACKEND
from tests.registration.closed import LATER, closed_quarter
from tests.registration.test_auditor import ASKED, client_of, logged, offered, page, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    with time_machine.travel(LATER, tick=False):
        yield closed_quarter()


@pytest.fixture
def long(monkeypatch):
    """Every file has too many rows to be made while somebody waits."""
    monkeypatch.setattr(downloads, "is_long", lambda row, document: True)


@pytest.fixture
def sent(monkeypatch):
    """The jobs that were sent, and not done."""
    found = []
    monkeypatch.setattr(tasks.make_file, "delay", lambda *given: found.append(given))
    monkeypatch.setattr(tasks.fix_report, "delay", lambda *given: found.append(given))
    return found


def file_page(organisation, number=1):
    return reverse("report_file", args=[organisation.slug, number])


def whys():
    return [why for _role, _what, why in logged(Event.EXPORTED)]


# Once more


@pytest.mark.promise("G06", "O07")
def test_same_person_gets_it_again_on_the_day_itself_and_each_time_is_logged(organisation):
    client = client_of(organisation)
    first = client.post(page(client, "take_report"), ASKED).content
    assert [client.post(file_page(organisation)).content for _time in range(2)] == [first, first]
    assert whys() == ["funder"] * 3


@pytest.mark.promise("G06", "O07")
def test_a_day_later_it_is_asked_again_what_for(organisation):
    client = client_of(organisation)
    first = client.post(page(client, "take_report"), ASKED).content
    with time_machine.travel(LATER + timedelta(days=1), tick=False):
        client.force_login(client.member.staff, backend=BACKEND)
        asked = client.post(file_page(organisation))
        wrong = client.post(file_page(organisation), {"purpose": "because"})
        assert whys() == ["funder"]
        given = client.post(file_page(organisation), {"purpose": "research"})
    assert [list(answer.context["form"].errors) for answer in (asked, wrong)] == [["purpose"]] * 2
    assert ("Content-Disposition" in asked.headers, given.content) == (False, first)
    assert whys() == ["funder", "research"]


@pytest.mark.promise("G06", "O07")
def test_another_person_says_what_for_at_once(organisation):
    client, officer = client_of(organisation), client_of(organisation, Role.DPO)
    first = client.post(page(client, "take_report"), ASKED).content
    assert list(officer.post(file_page(organisation)).context["form"].errors) == ["purpose"]
    assert officer.post(file_page(organisation), {"purpose": "oversight"}).content == first
    assert logged(Event.EXPORTED)[1][::2] == ("dpo", "oversight")


# Files that take long


@pytest.mark.promise("G06")
@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_file_of_many_rows_is_made_by_a_job_and_its_page_tells_how_far_it_is(organisation, long, sent, kind):
    client = client_of(organisation)
    answer = client.post(page(client, "take_report"), {**ASKED, "kind": kind})
    assert (answer.headers["Location"], sent) == (file_page(organisation), [(organisation.pk, 1)])
    waiting = client.get(file_page(organisation)).content.decode()
    assert ("Stap 1 van 2" in waiting, '<progress aria-labelledby="making-words">' in waiting) == (True, True)
    assert ("SHA-256" in waiting, "Het bestand opslaan" in waiting) == (False, False)
    tasks.make_file(*sent[0])
    ready = client.get(file_page(organisation), headers={"hx-request": "true"})
    assert ready.headers["HX-Refresh"] == "true"
    assert "Het bestand opslaan" in client.get(file_page(organisation)).content.decode()
    file = client.post(file_page(organisation))
    [row] = taken()
    assert row.digest == downloads.digest_of(file.content)
    assert file.headers["Content-Disposition"] == f'attachment; filename="{downloads.file_name(row)}"'
    # That it got a number is told, and that it left.
    assert whys() == ["funder", "funder"]


def asked_how_far(client, organisation, seen):
    """What the script of the page asks: how it is answered, and whether the page must be asked anew."""
    answer = client.get(f"{file_page(organisation)}?seen={seen}", headers={"hx-request": "true"})
    return answer.status_code, "HX-Refresh" in answer.headers


def test_bar_tells_only_what_changed_and_asks_for_the_page_when_it_is_over_or_late(organisation, long, sent):
    client = client_of(organisation)
    client.post(page(client, "take_report"), ASKED)
    assert [asked_how_far(client, organisation, seen) for seen in ("0", "1")] == [(204, False), (200, False)]
    with inside(organisation):
        Making.objects.update(step=1)
    assert [asked_how_far(client, organisation, seen) for seen in ("0", "1")] == [(200, False), (204, False)]
    with inside(organisation):
        Making.objects.update(asked_at=LATER - downloads.LOST)
    assert [asked_how_far(client, organisation, seen) for seen in ("1", "late")] == [(200, True), (204, False)]
    tasks.make_file(*sent[0])
    assert asked_how_far(client, organisation, "late") == (200, True)


def test_job_that_was_lost_can_be_asked_again(organisation, long, sent):
    client = client_of(organisation)
    client.post(page(client, "take_report"), ASKED)
    assert "langer dan het hoort" not in client.get(file_page(organisation)).content.decode()
    client.post(file_page(organisation))
    with inside(organisation):
        Making.objects.update(asked_at=LATER - downloads.LOST)
    assert "langer dan het hoort" in client.get(file_page(organisation)).content.decode()
    client.post(file_page(organisation))
    assert sent == [(organisation.pk, 1)] * 2


def test_job_makes_the_bytes_that_a_request_would_make(organisation, sent, monkeypatch):
    client = client_of(organisation)
    quick = client.post(page(client, "take_report"), ASKED).content
    monkeypatch.setattr(downloads, "is_long", lambda row, document: True)
    client.post(file_page(organisation))
    tasks.make_file(organisation.pk, 1)
    assert client.post(file_page(organisation)).content == quick


def test_who_asks_twice_has_one_number_and_one_job(organisation, long, sent):
    client = client_of(organisation)
    address = page(client, "take_report")
    pages = [client.post(address, ASKED).headers["Location"] for _time in range(3)]
    assert (pages, len(taken()), len(sent)) == ([file_page(organisation)] * 3, 1, 1)
    assert client.post(address, {**ASKED, "purpose": "research"}).headers["Location"] == file_page(organisation, 2)


def test_job_that_came_twice_makes_it_once(organisation, long, sent):
    client = client_of(organisation)
    client.post(page(client, "take_report"), ASKED)
    given = [downloads.make(organisation_id=organisation.pk, number=1) for _time in range(2)]
    assert given == [True, False]


def test_job_that_was_lost_is_asked_again_after_ten_minutes(organisation, long, sent):
    client = client_of(organisation)
    client.post(page(client, "take_report"), ASKED)
    client.post(file_page(organisation))
    assert len(sent) == 1
    with time_machine.travel(LATER + downloads.LOST, tick=False):
        client.force_login(client.member.staff, backend=BACKEND)
        client.post(file_page(organisation))
    assert len(sent) == 2


def test_file_that_cannot_be_made_says_why_and_can_be_tried_again(organisation, long, sent, monkeypatch):
    client = client_of(organisation)
    client.post(page(client, "take_report"), {**ASKED, "kind": "pdf"})
    with monkeypatch.context() as patched:
        patched.setattr(pdf, "find_spec", lambda name: None)
        tasks.make_file(organisation.pk, 1)
    told = client.get(file_page(organisation)).content.decode()
    assert ("kon niet gemaakt worden" in told, "Probeer opnieuw" in told) == (True, True)
    client.post(file_page(organisation))
    tasks.make_file(*sent[-1])
    assert client.post(file_page(organisation)).content.startswith(b"%PDF")


def test_other_bytes_are_not_given_under_an_old_number_by_a_job_either(organisation, long, sent):
    client = client_of(organisation)
    client.post(page(client, "take_report"), ASKED)
    with across_organisations():
        Download.objects.update(digest="0" * 64)
    tasks.make_file(organisation.pk, 1)
    assert "sindsdien veranderd" in client.get(file_page(organisation)).content.decode()


def test_bytes_are_kept_for_a_day(organisation, long, sent):
    client = client_of(organisation)
    client.post(page(client, "take_report"), ASKED)
    tasks.make_file(organisation.pk, 1)
    eraser = registry.eraser("made-files")
    before, after = LATER + timedelta(hours=23, minutes=59), LATER + timedelta(days=1)
    assert [eraser.due(organisation.pk, now) for now in (before, after)] == [0, 1]
    assert eraser.erase(organisation.pk, after, 10) == 1
    with inside(organisation):
        assert (Making.objects.count(), Download.objects.count()) == (0, 1)


def test_few_rows_are_made_at_once_and_many_by_a_job(organisation, sent, monkeypatch):
    client = client_of(organisation)
    with across_organisations():
        document = reports.document(
            organisation, offered(client)[0].key, next(one for one in offered(client) if one.spans).spans[0], "inside"
        )
        rows = sum(len(sheet.rows) for sheet in document.sheets)
    for quick, jobs in ((rows, 0), (rows - 1, 1)):
        kind = downloads.KINDS["csv"]
        made = kind.__class__("csv", "zip", kind.content_type, kind.written, kind.label, quick)
        monkeypatch.setitem(downloads.KINDS, "csv", made)
        client.post(page(client, "take_report"), {**ASKED, "kind": "csv", "audience": "inside"})
        assert len(sent) == jobs


# One job for a report


def test_report_that_is_looked_at_again_and_again_is_asked_for_once(organisation, sent, monkeypatch):
    client = client_of(organisation)
    address = page(client)
    monkeypatch.setattr(reports, "progress", lambda *given: Progress(1, 3))
    for _time in range(3):
        client.get(address)
        client.get(page(client, "take_report"))
    assert len(sent) == 1
    asked = page(client, "report_progress")
    assert [client.get(f"{asked}?seen={seen}").status_code for seen in ("0", "1")] == [200, 204]
    client.get(page(client, number=1))
    assert len(sent) == 2
    outstanding.end(*sent[0])
    client.get(address)
    assert len(sent) == 3


def test_job_that_is_done_or_fails_is_on_its_way_no_more(organisation, monkeypatch):
    about = (organisation.pk, "contacts", "2026-01")
    assert [outstanding.begin(*about), outstanding.begin(*about)] == [True, False]
    tasks.fix_report(*about)
    assert outstanding.begin(*about)
    monkeypatch.setattr(tasks.fixing, "fix", lambda **given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.fix_report(*about)
    assert outstanding.begin(*about)


def test_cache_that_is_away_holds_up_no_report(monkeypatch):
    def away(*given):
        raise OSError

    monkeypatch.setattr(outstanding.cache, "add", away)
    monkeypatch.setattr(outstanding.cache, "delete_many", away)
    assert outstanding.begin(1, "contacts", "2026") is True
    outstanding.end(1, "contacts", "2026")
