"""Saved reports choose among what is told anyway."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from helplines.tenancy import inside
from registration import fixing, reports, saved_reports
from registration.documents import Span
from registration.models import SavedReport
from registration.reports import NotOffered
from tests.factories.helplines import MembershipFactory
from tests.factories.registration import RegistrationFactory, SavedReportFactory
from tests.isolation.knock import BACKEND
from tests.registration.rooms import Room

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 4, 23, 12, tzinfo=UTC)


@pytest.fixture
def room():
    room = Room()
    for _number in range(20):
        RegistrationFactory(line=room.line, month=date(2026, 3, 1))
    fixing.fix(organisation_id=room.organisation.pk, source="contacts", month=date(2026, 3, 1), now=LATER)
    return room


def told(organisation, key):
    with inside(organisation):
        return reports.document(organisation, key, Span.named("2026-03"), "outside", now=LATER)


@pytest.mark.promise("G06")
def test_saved_report_shows_the_same_figures_under_its_own_name(room):
    made = SavedReportFactory(organisation=room.organisation, views=["ages", "regions"])
    asked, whole = told(room.organisation, f"saved-{made.code}"), told(room.organisation, "contacts")
    assert asked.title == "For the town"
    assert list(asked.sheets) == [sheet for sheet in whole.sheets if sheet.key in ("regions", "ages")]
    with room.inside():
        auditor = MembershipFactory(organisation=room.organisation, role="auditor")
        offered = [one for one in reports.available(auditor, LATER) if one.is_saved]
    assert [(one.key, one.title) for one in offered] == [(f"saved-{made.code}", "For the town")]


def test_saved_report_of_another_organisation_is_not_there(room):
    theirs = SavedReportFactory()
    with pytest.raises(NotOffered):
        told(room.organisation, f"saved-{theirs.code}")


def test_tables_are_chosen_of_one_report_in_its_order():
    assert saved_reports.chosen(["contacts:ages", "contacts:lines"]) == ("contacts", ["lines", "ages"])


@pytest.mark.parametrize(
    "names", [[], ["contacts:ages", "waiting:waits"], ["contacts:names"], ["talks:all"], ["contacts:ages", "x"]]
)
def test_what_is_no_choice_of_one_report_is_refused(names):
    with pytest.raises(ValidationError):
        saved_reports.chosen(names)


def test_every_sheet_of_the_fixed_set_can_be_chosen():
    names = [name for _title, views in saved_reports.offered() for name, _label in views]
    assert len(names) == len(set(names)) > 20
    assert all(saved_reports.chosen([name])[1] == [name.partition(":")[2]] for name in names)


def test_administrator_saves_changes_and_removes_a_report(room):
    client = Client()
    client.force_login(MembershipFactory(organisation=room.organisation, role="administrator").staff, backend=BACKEND)
    page = reverse("admin:registration_savedreport_add")
    refused = client.post(page, {"name": "Voor de stad", "tables": ["contacts:ages", "waiting:waits"]})
    assert refused.status_code == 200
    assert refused.context["adminform"].form["tables"].value() == ["contacts:ages", "waiting:waits"]
    assert client.post(page, {"name": "Voor de stad", "tables": ["contacts:ages"]}).status_code == 302
    with room.inside():
        row = SavedReport.objects.get()
    assert (row.name, row.report, row.views, len(row.code)) == ("Voor de stad", "contacts", ["ages"], 16)
    page = reverse("admin:registration_savedreport_change", args=[row.pk])
    assert client.get(page).context["adminform"].form["tables"].value() == ["contacts:ages"]
    assert client.post(page, {"name": "Voor de stad", "tables": ["contacts:lines"]}).status_code == 302
    with room.inside():
        changed = SavedReport.objects.get()
    assert (changed.code, changed.views) == (row.code, ["lines"])
    client.post(reverse("admin:registration_savedreport_delete", args=[row.pk]), {"post": "yes"})
    with room.inside():
        assert not SavedReport.objects.exists()
