"""The organisation, its lines and their times in the admin: what is filled in is kept, what cannot be is refused."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from helplines.models import Closure, Line, Organisation, Role
from helplines.tenancy import across_organisations
from tests.factories.helplines import MembershipFactory, PolicyFactory
from tests.helplines.admin_rooms import House, at, count, house, signed_in

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def ours() -> House:
    return house("Ours")


@pytest.fixture
def theirs() -> House:
    return house("Theirs")


@pytest.fixture
def client(ours: House, theirs: House) -> Client:
    return signed_in(ours.admin)


# The organisation and its lines


def organisation_form(organisation: Organisation, **given: Any) -> dict[str, Any]:
    names = ("name", "legal_name", "country", "time_zone", "languages", "form_of_address", "accent", "review_months")
    mails = ("privacy_email", "complaints_email", "support_email")
    return {**{name: getattr(organisation, name) for name in (*names, *mails)}, **given}


def test_logo_is_kept_with_the_kind_that_its_bytes_tell(client, ours):
    logo = SimpleUploadedFile("logo.svg", PNG, "image/svg+xml")
    client.post(
        at("organisation", "change", ours.organisation.pk), organisation_form(ours.organisation, logo_file=logo)
    )
    with across_organisations():
        kept = Organisation.objects.get(pk=ours.organisation.pk)
    assert (bytes(kept.logo), kept.logo_type) == (PNG, "image/png")


@pytest.mark.parametrize("data", [b"<svg onload='x'/>", PNG + bytes(256 * 1024)], ids=["svg", "large"])
def test_logo_of_another_kind_or_size_is_refused(client, ours, data):
    logo = SimpleUploadedFile("logo.png", data, "image/png")
    client.post(
        at("organisation", "change", ours.organisation.pk), organisation_form(ours.organisation, logo_file=logo)
    )
    with across_organisations():
        assert Organisation.objects.get(pk=ours.organisation.pk).logo is None


def test_address_name_of_the_organisation_is_the_operators_to_change(client, ours):
    client.post(at("organisation", "change", ours.organisation.pk), organisation_form(ours.organisation, slug="taken"))
    with across_organisations():
        assert Organisation.objects.get(pk=ours.organisation.pk).slug == "ours"


def line_form(line: Line, **given: Any) -> dict[str, Any]:
    formset = {"opening_hours-TOTAL_FORMS": "0", "opening_hours-INITIAL_FORMS": "0"}
    return {
        "name": line.name,
        "slug": line.slug,
        "kind": "chat",
        "is_active": "on",
        "position": "0",
        **formset,
        **given,
    }


def test_sites_are_written_one_on_a_line(client, ours):
    sites = " https://www.example.org/ \n\nHTTPS://other.example.org\nhttps://www.example.org"
    client.post(at("line", "change", ours.line.pk), line_form(ours.line, origins=sites))
    with across_organisations():
        kept = Line.objects.get(pk=ours.line.pk).origins
    assert kept == ["https://www.example.org", "https://other.example.org"]


def test_site_that_is_none_is_refused_and_kept_in_the_form(client, ours):
    page = client.post(at("line", "change", ours.line.pk), line_form(ours.line, origins="www.example.org/chat"))
    assert "www.example.org/chat</textarea>" in page.content.decode()
    with across_organisations():
        assert Line.objects.get(pk=ours.line.pk).origins == []


def languages_offered(page: Any) -> list[str]:
    return [code for code, _name in page.context["adminform"].form.fields["languages"].choices]


def test_line_is_offered_the_languages_of_its_organisation_and_no_others(client, ours):
    found = [languages_offered(client.get(page)) for page in (at("line", "change", ours.line.pk), at("line", "add"))]
    assert found == [["nl", "en"]] * 2


def test_new_line_of_who_runs_several_organisations_is_offered_what_these_write_in(ours, theirs):
    with across_organisations():
        Organisation.objects.filter(pk=theirs.organisation.pk).update(languages=["nl", "de"])
    MembershipFactory(organisation=theirs.organisation, staff=ours.admin, role=Role.ADMINISTRATOR)
    client = signed_in(ours.admin)
    assert languages_offered(client.get(at("line", "add"))) == ["nl", "en", "de"]
    given = line_form(ours.line, slug="new", organisation=ours.organisation.pk, languages=["de"])
    assert (
        "Choose only languages in which the organisation writes."
        in client.post(at("line", "add"), given).content.decode()
    )


@pytest.mark.promise("A06")
def test_line_is_closed_and_opened_by_hand(client, ours, theirs):
    chosen = [ours.line.pk, theirs.line.pk]
    client.post(at("line", "changelist"), {"action": "close_now", "_selected_action": chosen})
    with across_organisations():
        standing = list(Closure.objects.filter(kind="exceptional", ends_at=None).values_list("line", flat=True))
    client.post(at("line", "changelist"), {"action": "open_again", "_selected_action": chosen})
    assert standing == [ours.line.pk]
    assert count(Closure, kind="exceptional", ends_at=None) == 0


# Times


@pytest.mark.promise("A02")
@time_machine.travel(dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC), tick=False)
def test_timetable_shows_the_coming_fourteen_days_of_own_lines(ours, theirs):
    with across_organisations():
        Closure.objects.all().delete()
        Line.objects.get(pk=ours.line.pk).extra_openings.all().delete()
    page = signed_in(ours.admin).get(reverse("admin:timetable"))
    tables = page.context["timetables"]
    days = tables[0]["days"]
    assert [entry["line"] for entry in tables] == [ours.line]
    assert (len(days), days[0].date, days[0].spans, days[1].spans) == (14, dt.date(2026, 6, 1), ["13:00–17:00"], [])


def test_closure_is_entered_in_the_time_zone_of_the_organisation(client):
    given = {"kind": "planned", "starts_at_0": "2030-07-01", "starts_at_1": "13:00", "reason": "Summer"}
    client.post(at("closure", "add"), given)
    with across_organisations():
        assert Closure.objects.get(reason="Summer").starts_at == dt.datetime(2030, 7, 1, 11, tzinfo=dt.UTC)


@pytest.mark.promise("A06")
@time_machine.travel(dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC), tick=False)
def test_only_ticked_holidays_become_closures(ours, theirs):
    client = signed_in(ours.admin)
    client.post(reverse("admin:holidays"), {"organisation": ours.organisation.pk, "days": ["2026-12-25"]})
    with across_organisations():
        made = list(Closure.objects.filter(kind="holiday").values_list("organisation", "starts_at"))
    assert made == [(ours.organisation.pk, dt.datetime(2026, 12, 24, 23, tzinfo=dt.UTC))]
    assert "2026-12-25" not in client.get(reverse("admin:holidays")).content.decode()


def test_holidays_of_a_foreign_organisation_are_not_there(client, theirs):
    answer = client.post(reverse("admin:holidays"), {"organisation": theirs.organisation.pk, "days": ["2026-12-25"]})
    assert answer.status_code == 404


def test_holidays_need_a_tick(client, ours):
    answer = client.post(reverse("admin:holidays"), {"organisation": ours.organisation.pk})
    assert list(answer.context["forms"][0]["form"].errors) == ["days"]
    assert count(Closure, kind="holiday") == 0


@pytest.mark.promise("N04")
def test_text_that_says_another_number_than_the_policy_is_not_stored(client, ours):
    """N04: it is refused when it is written, and not found at night."""
    said = {"about_en": "We keep your talk for two years."}
    page = client.post(at("organisation", "change", ours.organisation.pk), organisation_form(ours.organisation, **said))
    assert "We keep your talk for two years." in str(page.context["adminform"].form.errors["about"])
    with across_organisations():
        assert Organisation.objects.get(pk=ours.organisation.pk).about == ours.organisation.about
    kept = client.post(
        at("organisation", "change", ours.organisation.pk),
        organisation_form(ours.organisation, about_en="We keep your talk for six months."),
    )
    assert kept.status_code == 302


@pytest.mark.promise("N04")
def test_text_of_a_line_is_held_to_what_that_line_promises(client, ours):
    PolicyFactory(organisation=ours.organisation, line=ours.line, values={"block_hours": 4})
    for hours, is_kept in (("eight", False), ("four", True)):
        said = f"A block lasts {hours} hours."
        answer = client.post(at("line", "change", ours.line.pk), line_form(ours.line, farewell_en=said))
        with across_organisations():
            assert (Line.objects.get(pk=ours.line.pk).farewell == {"en": said}, answer.status_code) == (
                is_kept,
                302 if is_kept else 200,
            )


@pytest.mark.promise("N04")
@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Un blocage dure {} heures."), ("de", "Eine Sperre dauert {} Stunden.")],
)
def test_french_and_german_texts_of_a_line_are_held_to_its_promises_too(client, ours, language, said):
    PolicyFactory(organisation=ours.organisation, line=ours.line, values={"block_hours": 4})
    with across_organisations():
        Organisation.objects.filter(pk=ours.organisation.pk).update(languages=["nl", language])
    for hours, is_kept in (("8", False), ("4", True)):
        text = said.format(hours)
        answer = client.post(at("line", "change", ours.line.pk), line_form(ours.line, **{f"farewell_{language}": text}))
        with across_organisations():
            assert Line.objects.get(pk=ours.line.pk).farewell.get(language) == (text if is_kept else None)
        if not is_kept:
            assert text in str(answer.context["adminform"].form.errors["farewell"])
