"""The pages of reports: what there is, a report, and taking it along with a second step (G06, L6)."""

import hashlib
import io
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from helplines.models import Role
from helplines.tenancy import across_organisations
from helplines.witness import Event
from privacy import audit
from privacy.models import AuditEntry
from registration import downloads, reports
from registration.documents import Progress
from registration.files import pdf
from registration.models import Download
from tests.factories.helplines import MembershipFactory
from tests.helplines import factors
from tests.isolation.knock import BACKEND
from tests.registration.closed import LATER, closed_quarter

pytestmark = pytest.mark.django_db
ASKED = {"kind": "xlsx", "audience": "outside", "purpose": "funder"}


@pytest.fixture
def organisation():
    with time_machine.travel(LATER, tick=False):
        yield closed_quarter()


def client_of(organisation, role=Role.AUDITOR, **given):
    client = Client(headers={"accept-language": "nl"})
    client.member = MembershipFactory(organisation=organisation, role=role, **given)
    client.force_login(client.member.staff, backend=BACKEND)
    return client


def at(name, organisation, *parts):
    return reverse(name, args=[organisation.slug, *parts])


def logged(event):
    with across_organisations():
        rows = AuditEntry.objects.filter(event=event).order_by("number")
        return list(rows.values_list("role", "what", "why"))


def taken():
    with across_organisations():
        return list(Download.objects.select_related("organisation", "by").order_by("number"))


def offered(client):
    with across_organisations():
        return reports.available(client.member)


def page(client, name="report_of", number=0):
    offer = next(one for one in offered(client) if one.spans)
    return at(name, client.member.organisation, offer.key, offer.spans[number].name)


def test_start_page_tells_what_there_is_from_when_to_when_and_what_is_hidden(organisation):
    client = client_of(organisation)
    content = client.get(at("reports", organisation)).content.decode()
    offers = offered(client)

    assert offers
    assert [one.title in content for one in offers] == [True] * len(offers)
    # Once, for it is the same in every report.
    assert [content.count(sentence) for sentence in offers[0].hidden if "&" not in sentence] == [1] * len(
        offers[0].hidden
    )
    assert {one.hidden for one in offers} == {offers[0].hidden}
    assert "1 januari 2026" in content
    assert "31 maart 2026" in content


def test_choice_of_a_period_leads_to_its_report(organisation):
    client = client_of(organisation)
    offer = next(one for one in offered(client) if one.spans)
    chosen = {"of": offer.key, "span": offer.spans[0].name}
    answer = client.get(at("reports", organisation), chosen)
    assert answer.headers["Location"] == page(client)
    assert client.get(at("reports", organisation), {**chosen, "span": "2026-13"}).status_code == 404
    assert client.get(at("reports", organisation), {**chosen, "of": "nothing"}).status_code == 404


@pytest.mark.promise("G06")
def test_report_shows_each_sheet_as_table_and_picture_and_is_logged(organisation):
    client = client_of(organisation)
    answer = client.get(page(client))
    document, content = answer.context["document"], answer.content.decode()
    pictures = [one for sheet in answer.context["sheets"] for one in sheet["pictures"]]

    assert document.sheets
    assert content.count("<table>") == sum(bool(sheet.rows) for sheet in document.sheets)
    assert content.count("<svg") == len(pictures) > 0
    assert content.count("<desc id=") == len(pictures)
    assert " style=" not in content
    assert logged(Event.REPORT_READ) == [
        ("auditor", "report:" + page(client).split("/of/")[1].strip("/").replace("/", ":"), "inside")
    ]


def test_report_for_outside_is_rounded_more_than_the_one_for_inside(organisation):
    client = client_of(organisation)
    inside, outside = (client.get(page(client), {"for": whom}).context["document"] for whom in ("inside", "outside"))
    assert (inside.threshold, outside.threshold) == (5, 10)
    assert [{count % document.threshold for count in counts(document)} for document in (inside, outside)] == [{0}, {0}]
    assert {count % 10 for count in counts(inside)} == {0, 5}


def counts(document):
    return {cell.count for sheet in document.sheets for row in sheet.rows for cell in row.cells if not cell.hidden}


def test_period_without_figures_says_so(organisation):
    client = client_of(organisation)
    offer = next(one for one in offered(client) if one.spans)
    answer = client.get(at("report_of", organisation, offer.key, "2019"))
    assert answer.status_code == 200
    assert "Er zijn geen cijfers van deze periode." in answer.content.decode()


@pytest.mark.promise("G06", "O09")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv", "pdf"])
def test_file_gets_a_number_that_stands_in_it_in_the_list_and_in_the_log(organisation, kind):
    client = client_of(organisation)
    answer = client.post(page(client, "take_report"), {**ASKED, "kind": kind})
    [row] = taken()

    assert answer.status_code == 200, answer.context["form"].errors
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{downloads.file_name(row)}"'
    assert row.digest == hashlib.sha256(answer.content).hexdigest()
    assert (row.number, row.kind, row.audience, row.purpose, row.by) == (
        1,
        kind,
        "outside",
        "funder",
        client.member.staff,
    )
    assert row.code == f"{organisation.slug}-0001"
    assert row.code.encode() in inside_of(answer.content)
    assert logged(Event.EXPORTED) == [("auditor", f"report:1:{row.figures}", "funder")]
    assert row.code in client.get(at("report_files", organisation)).content.decode()


def inside_of(data):
    """All that a file holds, unpacked."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return b"".join(file.read(name) for name in file.namelist())


@pytest.mark.promise("G06")
def test_same_number_gives_the_same_bytes_later_and_in_another_language(organisation):
    client = client_of(organisation)
    first = client.post(page(client, "take_report"), ASKED).content
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with time_machine.travel(LATER.replace(year=2027), tick=False):
        client.force_login(client.member.staff, backend=BACKEND)
        again = client.post(at("report_file", organisation, 1), {"purpose": "oversight"})
    assert again.content == first
    assert len(taken()) == 1
    assert [why for _role, _what, why in logged(Event.EXPORTED)] == ["funder", "oversight"]


def test_next_file_has_the_next_number_and_other_bytes(organisation):
    client = client_of(organisation)
    first, second = (client.post(page(client, "take_report"), ASKED).content for _time in range(2))
    assert [row.number for row in taken()] == [1, 2]
    assert first != second


def test_two_files_at_once_get_two_numbers_and_each_stands_in_its_own(organisation, monkeypatch):
    """While one is made another takes its number: it is made again, under the next."""
    client, colleague = client_of(organisation), client_of(organisation)
    address, written, between = page(client, "take_report"), downloads.written, []

    def slowly(row, document):
        made = written(row, document)
        if not between:
            between.append(True)
            colleague.post(address, ASKED)
        return made

    monkeypatch.setattr(downloads, "written", slowly)
    answer = client.post(address, ASKED)
    first, second = taken()
    assert [(row.number, row.by) for row in (first, second)] == [(1, colleague.member.staff), (2, client.member.staff)]
    assert second.code.encode() in inside_of(answer.content)
    assert [what.split(":")[1] for _role, what, _why in logged(Event.EXPORTED)] == ["1", "2"]


def test_file_of_other_figures_is_not_given_under_an_old_number(organisation, monkeypatch):
    client = client_of(organisation)
    client.post(page(client, "take_report"), ASKED)
    with across_organisations():
        Download.objects.update(digest="0" * 64)
    answer = client.post(at("report_file", organisation, 1))
    assert answer.status_code == 200
    assert "Content-Disposition" not in answer.headers
    assert "sindsdien veranderd" in answer.content.decode()
    assert len(logged(Event.EXPORTED)) == 1


@pytest.mark.parametrize("missing", ASKED)
def test_nothing_is_taken_along_without_purpose_and_reader(organisation, missing):
    client = client_of(organisation)
    answer = client.post(page(client, "take_report"), {**ASKED, missing: ""})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [missing]
    assert (taken(), logged(Event.EXPORTED)) == ([], [])


@pytest.mark.promise("G06", "O03")
def test_second_step_is_asked_again_after_five_minutes_and_nothing_is_lost(organisation):
    member = MembershipFactory(organisation=organisation, role=Role.AUDITOR)
    with time_machine.travel(LATER, tick=False) as clock:
        client = factors.sign_in(member.staff, factors.with_app(member.staff))
        client.member = member
        address = page(client, "take_report")
        assert client.post(address, ASKED).status_code == 200
        clock.shift(301)
        answer = client.post(address, ASKED)
        goal = parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]
        kept = client.get(goal).context["form"]
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert [row.number for row in taken()] == [1]
    assert {name: kept[name].value() for name in ASKED} == ASKED


def test_who_answers_for_it_sees_all_files_and_others_their_own(organisation):
    mine, theirs = client_of(organisation), client_of(organisation)
    mine.post(page(mine, "take_report"), ASKED)
    seen = {
        role: client_of(organisation, role).get(at("report_files", organisation)).content.decode().count("-0001<")
        for role in (Role.ADMINISTRATOR, Role.DPO, Role.MANAGER, Role.AUDITOR)
    }
    assert seen == {Role.ADMINISTRATOR: 1, Role.DPO: 1, Role.MANAGER: 0, Role.AUDITOR: 0}
    assert [one.get(at("report_file", organisation, 1)).status_code for one in (mine, theirs)] == [200, 404]


def test_period_of_a_file_stands_in_words(organisation):
    client = client_of(organisation)
    client.post(at("take_report", organisation, "contacts", "2026-Q1"), ASKED)
    for name, more in (("report_files", []), ("report_file", [1])):
        content = client.get(at(name, organisation, *more)).content.decode()
        assert ("januari tot en met maart 2026" in content, "2026-Q1" in content) == (True, False)


def test_page_says_how_pdf_comes_where_it_is_missing(organisation, monkeypatch):
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    client = client_of(organisation)
    content = client.get(page(client, "take_report")).content.decode()
    assert ("make pdf" in content, 'value="pdf"' in content) == (True, False)
    answer = client.post(page(client, "take_report"), {**ASKED, "kind": "pdf"})
    assert list(answer.context["form"].errors) == ["kind"]


def test_report_without_letters_for_it_says_so_and_takes_no_number(organisation, monkeypatch):
    def refuses(document, words):
        raise pdf.Unwritable("no letters")

    monkeypatch.setitem(downloads.KINDS, "pdf", downloads.KINDS["pdf"].__class__("pdf", "pdf", "", refuses, "PDF", 150))
    client = client_of(organisation)
    answer = client.post(page(client, "take_report"), {**ASKED, "kind": "pdf"})
    assert list(answer.context["form"].errors) == ["kind"]
    assert (taken(), logged(Event.EXPORTED)) == ([], [])


def test_log_that_cannot_be_written_gives_no_file(organisation, monkeypatch):
    def broken(**given):
        raise audit.AuditUnavailable

    client = client_of(organisation)
    address = page(client, "take_report")
    monkeypatch.setattr(audit, "record", broken)
    answer = client.post(address, ASKED)
    assert answer.status_code == 503
    assert "Content-Disposition" not in answer.headers
    assert taken() == []


def test_progress_is_shown_and_the_page_opens_by_itself(organisation, monkeypatch):
    client = client_of(organisation)
    offer = next(one for one in offered(client) if one.spans)
    bar = at("report_progress", organisation, offer.key, offer.spans[0].name)
    with monkeypatch.context() as patched:
        patched.setattr(reports, "progress", lambda *given: Progress(1, 3))
        waits = client.get(page(client)).content.decode()
        halfway = client.get(bar)
    assert '<progress aria-labelledby="progress-words" max="3" value="1">' in waits
    assert "HX-Refresh" not in halfway.headers
    assert client.get(bar).headers["HX-Refresh"] == "true"
