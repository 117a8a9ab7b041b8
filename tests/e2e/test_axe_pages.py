"""Every page of the people who work there, in both languages: no fault for axe, on no screen and in no colours.

Each address of the installation stands in a table here, or in `NO_PAGES` with the reason; a new one fails until it does.
"""

import os
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page

from chat.states import State
from helplines.invitation_links import new_link
from helplines.models import Line, Membership, Role, Staff
from helplines.tenancy import across_organisations
from helplines.witness import Event
from privacy import audit
from privacy.review import WEEK
from tests.e2e.conftest import House, promise
from tests.e2e.looks import Looked
from tests.e2e.people import sign_in
from tests.factories.chat import ActiveConversationFactory, ConversationFactory
from tests.factories.helplines import (
    AgreementFactory,
    CannedReplyFactory,
    ClosureFactory,
    ExtraOpeningFactory,
    InvitationFactory,
    LineFactory,
    MembershipFactory,
    PolicyFactory,
    PolicyProposalFactory,
)
from tests.factories.registration import ClosedYearFactory, FormFactory, RegistrationFactory, SavedReportFactory
from tests.factories.vault import OpeningRequestFactory
from tests.helplines import factors
from tests.isolation.routes import every_route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["nl", "en"]
KEY = {"uidb36": "zz", "key": "abc123-0123456789abcdef0123456789abcdef"}
# name of the address, and what stands in it
OF_NOBODY: dict[str, dict[str, Any]] = {
    "landing": {},
    "security": {},
    "account_login": {},
    "account_inactive": {},
    "account_reset_password": {},
    "account_reset_password_done": {},
    "account_reset_password_from_key": KEY,
    "account_reset_password_from_key_done": {},
}
OURS = {"organisation": "havenlicht"}
OF_STAFF: dict[str, dict[str, Any]] = {
    "start": {},
    "agreement": OURS,
    "promises": OURS,
    "holder_keys": OURS,
    "ledger": OURS,
    "audit": OURS,
    "audit_week": OURS,
    "proposal": OURS,
    "public_name": OURS,
    "team": OURS,
    "missed": OURS,
    "busy": OURS,
    "team_copies": OURS,
    "erase_talk": OURS,
    "hold_talk": OURS,
    "ask_opening": OURS,
    "openings": OURS,
    "opening_count": OURS,
    "own_replies": OURS,
    "sessions": {},
    "handling": OURS,
    "rights_requests": OURS,
    "feedback_results": OURS,
    "handling_faults": OURS,
    "registrations": OURS,
    "registration_by_hand": OURS,
    "short_reports": OURS,
    "account_change_password": {},
    "account_logout": {},
    "account_reauthenticate": {},
    "mfa_index": {},
    "mfa_activate_totp": {},
    "mfa_add_webauthn": {},
}
WITH_A_SECOND_STEP: dict[str, dict[str, Any]] = {
    "mfa_index": {},
    "mfa_view_recovery_codes": {},
    "mfa_generate_recovery_codes": {},
    "mfa_deactivate_totp": {},
    "mfa_reauthenticate": {},
}
BY_HAND = {"opening", "invitation", "invitation_link", "mfa_authenticate"}
# What is drawn around any page, with the status that it goes with.
TEMPLATES = ("400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "account/locked.html",
    "helplines/unlogged.html",
)  # fmt: skip
TABLES = (
    "branch", "cannedreply", "closure", "confidentialityagreement", "emergencynumber", "extraopening", "invitation",
    "line", "membership", "organisation", "policy", "staff",
)  # fmt: skip
LISTED = {f"helplines_{table}_changelist" for table in TABLES}
CHANGED = {f"helplines_{table}_change" for table in TABLES}
ADDED = {f"helplines_{table}_add" for table in TABLES} - {
    # An organisation is the operator's to make; a policy is published, people are invited.
    f"helplines_{table}_add" for table in ("organisation", "policy", "staff")
}  # fmt: skip
# One template each for all tables.
ALIKE = {"helplines_branch_delete", "helplines_branch_history"}
OTHER = {
    "index": [],
    "timetable": [],
    "holidays": [],
    "helplines_policy_publish": ["organisation"],
    "helplines_policy_publish_line": ["organisation", "line"],
    "embedding": ["organisation", "line"],
    "embedding_lines": [],
    "exchange_lists": [],
    "exchange": ["organisation", "branches"],
    "mail_server": ["organisation"],
    "procedure": ["organisation"],
    "faults": [],
    "registration_form_changelist": [],
    "registration_form_change": ["form"],
    "registration_form_publish": ["organisation"],
    "registration_form_publish_line": ["organisation", "line"],
    "registration_tree_changelist": [],
    "registration_tree_add": [],
    "registration_tree_change": ["tree"],
    "registration_tree_file": ["tree"],
    "registration_savedreport_changelist": [],
    "registration_savedreport_add": [],
    "registration_savedreport_change": ["savedreport"],
    "registration_closedyear_changelist": [],
    "registration_closedyear_change": ["closedyear"],
}
OF_A_VISITOR = "a visitor's: every state of it is in test_axe.py"
LEADS_ON = "leads on to another page"
NO_PAGE = "an answer for a program, not for a person"
NO_PAGES = {
    **dict.fromkeys(("chat", "frame", "safe", "check", "kept"), OF_A_VISITOR),
    **dict.fromkeys(
        ("complaints", "receipt", "fault", "feedback", "handling_report", "rights", "rights_request"),
        "its states are in test_visitors_word.py",
    ),
    **dict.fromkeys(("make_copy", "team_copy"), "in test_copies.py"),
    "agreements": "every version of it is in test_privacy_page.py",
    "registration_finish": "the form of the desk: in test_registration.py",
    **dict.fromkeys(
        ("reports", "report_files", "report_file", "report_of", "take_report"), "with figures, in test_reports.py"
    ),
    **dict.fromkeys(("registration_talk", "registration_tree", "admin:registration_closedyear_close"), NO_PAGE),
    **dict.fromkeys(("admin:registration_tree_csv", "admin:registration_tree_json"), NO_PAGE),
    **dict.fromkeys((f"admin:registration_{table}_add" for table in ("form", "closedyear")), "nobody may"),
    **dict.fromkeys((f"admin:registration_{table}_delete" for table in ("form", "tree", "closedyear")), "nobody may"),
    **dict.fromkeys(
        (
            *(f"admin:registration_{table}_history" for table in ("form", "tree", "closedyear", "savedreport")),
            "admin:registration_savedreport_delete",
        ),
        "as helplines_branch_history",
    ),
    "desk_of": "the desk: every state of it is in test_axe_desk.py",
    **dict.fromkeys(("mfa_reauthenticate_webauthn", "mfa_remove_webauthn"), "needs a key: in test_second_step.py"),
    "blank": "an empty page, on purpose",
    **dict.fromkeys(("desk", "admin:login", "admin:logout", "admin:app_list", "admin:None"), LEADS_ON),
    **dict.fromkeys(("admin:mail_servers", "admin:handling"), LEADS_ON),
    **dict.fromkeys(("admin:password_change", "admin:password_change_done", "mfa_login_webauthn"), LEADS_ON),
    **dict.fromkeys(
        (
            "accent",
            "logo",
            "embed",
            "launcher",
            "pinned",
            "status",
            "line_status",
            "leave",
            "team_now",
            "security_txt",
            "report_progress",
        ),
        NO_PAGE,
    ),
    **dict.fromkeys(
        ("alive", "ready", "figures", "admin:autocomplete", "admin:jsi18n", "admin:exchange_file"), NO_PAGE
    ),
    **dict.fromkeys((f"admin:helplines_{table}_add" for table in ("organisation", "policy", "staff")), "nobody may"),
}


def test_every_address_is_looked_at_or_says_why_not() -> None:
    looked = {*OF_NOBODY, *OF_STAFF, *WITH_A_SECOND_STEP, *BY_HAND}
    looked |= {f"admin:{name}" for name in LISTED | CHANGED | ADDED | ALIKE | set(OTHER)}
    alike = {f"admin:helplines_{table}_{what}" for table in TABLES for what in ("delete", "history")}
    assert {route.name for route in every_route()} - looked - alike - set(NO_PAGES) == set()
    assert looked & set(NO_PAGES) == set()


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Iterator[Looked]:
    """In Dutch every screen and colour is tried; in English its words on the narrowest."""
    language = request.getfixturevalue("language")
    looked = Looked(language, thorough=language == "nl")
    yield looked
    assert looked.found == {}


def visit(page: Page, url: str, status: int = 200) -> None:
    answer = page.goto(url)
    assert (page.url, answer and answer.status) == (url, status)


def all_of(house: House, look: Looked, page: Page, names: dict[str, dict[str, Any]], way: str = "") -> None:
    for name, parts in names.items():
        visit(page, house.origin + reverse(name, kwargs=parts))
        look.at(f"{name}{way}", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_for_who_is_not_signed_in(house: House, line: Line, look: Looked, language: str) -> None:
    house.expect_trouble("40[34]")
    page = house.someone(language).new_page()
    all_of(house, look, page, OF_NOBODY)
    visit(page, f"{house.origin}/bestaat-niet/", 404)
    look.at("404, really", page)
    visit(page, house.origin + reverse("invitation_link", args=["nobody"]), 404)
    look.at("invitation of nobody", page)
    staff = MembershipFactory(organisation=line.organisation).staff
    sign_in(page, house.origin, staff.username, password="wrong")
    look.at("wrong password", page)
    page.goto(new_link(InvitationFactory(organisation=line.organisation)))
    look.at("invitation", page)
    page.locator("[name=password2]").press("Enter")
    look.at("invitation, nothing filled in", page)
    for name in TEMPLATES:
        drawn = f"{house.origin}/drawn/{name}"
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        with translation.override(language):
            html = render_to_string(name, request=request)
        page.route(drawn, lambda route, _request, html=html: route.fulfill(body=html, content_type="text/html"))
        page.goto(drawn)
        look.at(name, page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_staff(house: House, line: Line, look: Looked, language: str, settings: Any) -> None:
    settings.MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
    organisation = line.organisation
    staff = MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR).staff
    own = MembershipFactory(organisation=organisation, role=Role.COUNSELLOR, staff=staff, public_name="Sam")
    CannedReplyFactory(organisation=organisation, membership=own)
    PolicyFactory(organisation=organisation, line=line, values={"soft_minutes": 30})
    PolicyProposalFactory(organisation=organisation)
    FormFactory(organisation=organisation)
    LineFactory(organisation=organisation, kind="telephone")
    ConversationFactory(line=line)
    talk = ActiveConversationFactory(line=line, counsellor=own)
    mate = MembershipFactory(organisation=organisation, role=Role.COUNSELLOR)
    ConversationFactory(line=line, state=State.ABANDONED, end_reason="left")
    a_week_of_reads(house, own)
    # Who just gave a password is not asked for it again on the way to the second step.
    page = house.signed_in(staff, language, factors.sign_in(staff))
    asked = OpeningRequestFactory(organisation=organisation, conversation=talk.code, asked_by=mate.staff)
    all_of(house, look, page, OF_STAFF)
    visit(page, house.origin + reverse("opening", kwargs={**OURS, "code": asked.code}))
    look.at("opening", page)
    visit(page, house.origin + reverse("ask_opening", kwargs=OURS) + f"?talk={talk.code}")
    look.at("ask_opening, of a talk", page)
    AgreementFactory(organisation=organisation)
    visit(page, house.origin + reverse("agreement", kwargs=OURS))
    look.at("agreement, not yet accepted", page)


def a_week_of_reads(house: House, member: Membership) -> None:
    """In the week that the page shows: a read that stands out, and one that does not."""
    house.clock.shift(-WEEK)
    for event, what in ((Event.NOTE_READ, "k7m2pq"), (Event.REPORT_READ, "report:weeks")):
        audit.record(organisation=member.organisation_id, event=event, who=member.staff, role=member.role, what=what)
    house.clock.shift(WEEK)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_the_second_step(house: House, line: Line, look: Looked, language: str, settings: Any) -> None:
    settings.MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
    staff = MembershipFactory(organisation=line.organisation).staff
    secret = factors.with_app(staff)
    page = house.someone(language).new_page()
    sign_in(page, house.origin, staff.username)
    page.wait_for_url("**/second-step/sign-in/")
    look.at("second step", page)
    page.locator("[name=code]").fill("000000")
    page.locator("[name=code]").press("Enter")
    look.at("second step, wrong code", page)
    page.locator("[name=code]").fill(house.code(secret))
    page.locator("[name=code]").press("Enter")
    page.wait_for_url("**/desk/**")
    all_of(house, look, page, WITH_A_SECOND_STEP, ", with an app")


# Each page of the administration takes axe seconds. The words are Django's and ours alike: English waits for the long form.
@pytest.mark.parametrize("language", LANGUAGES if os.environ.get("SOAK") else ["nl"])
@pytest.mark.parametrize("part", ["lists", "others", "added", "changed"])
def test_pages_of_an_administrator(house: House, line: Line, look: Looked, language: str, part: str) -> None:
    organisation, staff, rows = furnished(line)
    page = house.signed_in(staff, language)
    values = {"organisation": organisation.pk, "line": line.pk, **rows}
    others = {name: [values.get(each, each) for each in parts] for name, parts in OTHER.items()}
    alike = {name: [rows["branch"]] for name in ALIKE}
    names: dict[str, list[Any]] = {
        "lists": {name: [] for name in LISTED},
        "others": others | alike,
        "added": {name: [] for name in ADDED},
        "changed": {name: [rows[name.split("_")[1]]] for name in CHANGED},
    }[part]
    for name, args in names.items():
        visit(page, house.origin + reverse(f"admin:{name}", args=args))
        look.at(name, page)


def furnished(line: Line) -> tuple[Any, Staff, dict[str, int]]:
    """An organisation with a row in every table; gives it, its administrator, and the key of each row by its table."""
    organisation = line.organisation
    member = MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR)
    with across_organisations():
        kept = {
            "organisation": organisation,
            "line": line,
            "branch": organisation.branches.first(),
            "emergencynumber": organisation.emergency_numbers.first(),
            "confidentialityagreement": organisation.agreements.first(),
            "cannedreply": CannedReplyFactory(organisation=organisation),
            "closure": ClosureFactory(organisation=organisation),
            "extraopening": ExtraOpeningFactory(line=line),
            "invitation": InvitationFactory(organisation=organisation),
            "membership": member,
            "staff": member.staff,
            "policy": PolicyFactory(organisation=organisation, values=promise(queue=True)),
        }
    kept["form"] = FormFactory(organisation=organisation)
    kept["closedyear"] = ClosedYearFactory(organisation=organisation)
    kept["savedreport"] = SavedReportFactory(organisation=organisation)
    RegistrationFactory(line=line, month=date(2024, 3, 1))
    with across_organisations():
        kept["tree"] = organisation.subject_trees.get()
    PolicyProposalFactory(organisation=organisation, proposer=member.staff)
    return organisation, member.staff, {table: row.pk for table, row in kept.items()}
