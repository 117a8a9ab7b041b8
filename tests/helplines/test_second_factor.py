"""The second step: who must have one, what opens without it, and what a code is worth."""

import datetime as dt
import logging
import re
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from helplines import second_factor
from helplines.middleware import administered
from helplines.models import Line, Role
from tests.factories.helplines import PASSWORD, LineFactory, MembershipFactory, StaffFactory
from tests.helplines.admin_rooms import signed_in
from tests.helplines.factors import code_of, sign_in, with_app

pytestmark = pytest.mark.django_db
STEP, SHOW, APP = "/account/second-step/", "/account/second-step/sign-in/", "/account/second-step/app/"
NOON = dt.datetime(2026, 11, 20, 12, 0, 5, tzinfo=dt.UTC)


@pytest.fixture
def obligatory(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def pages_of(member):
    """Every door of this role: what opens behind the gate and behind the wall of the admin."""
    slug = member.organisation.slug
    own = {Role.COUNSELLOR: f"/desk/{slug}/", Role.MENTOR: f"/desk/{slug}/", Role.ADMINISTRATOR: "/admin/"}
    return {f"/promises/{slug}/", f"/agreement/{slug}/", own.get(member.role, f"/promises/{slug}/")}


def opens(client, pages):
    return {page: client.get(page, follow=True).request["PATH_INFO"] == page for page in pages}


@pytest.mark.promise("O03")
@pytest.mark.parametrize("role", Role)
def test_role_opens_nothing_before_the_second_step_and_everything_after(role, obligatory, clock):
    member = MembershipFactory(role=role)
    pages = pages_of(member)
    assert opens(sign_in(member.staff), pages) == dict.fromkeys(pages, False)
    secret = with_app(member.staff)
    clock.shift(30)
    assert opens(sign_in(member.staff), pages) == dict.fromkeys(pages, False)
    assert opens(sign_in(member.staff, secret), pages) == dict.fromkeys(pages, True)


def test_operator_opens_nothing_before_the_second_step(obligatory):
    operator = StaffFactory(is_superuser=True)
    client = sign_in(operator)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == STEP
    assert client.get("/admin/helplines/organisation/", follow=True).request["PATH_INFO"] == STEP


def test_second_step_is_offered_and_not_obligatory_in_the_example(clock):
    member = MembershipFactory()
    pages = pages_of(member)
    assert opens(sign_in(member.staff), pages) == dict.fromkeys(pages, True)


@pytest.mark.promise("O03")
@pytest.mark.django_db(transaction=True)
def test_app_is_set_up_and_leads_back_to_where_one_was_going(obligatory, clock, done):
    member = MembershipFactory()
    goal = f"/promises/{member.organisation.slug}/"
    client = sign_in(member.staff)
    client.get(goal, follow=True)
    secret = re.search(r'class="key">(\w+)<', client.get(APP).content.decode())[1]
    with done():
        wrong = client.post(APP, {"code": "000000"})
        right = client.post(APP, {"code": code_of(secret)})
    assert "code" in wrong.context["form"].errors
    shown = client.get(right.url).context
    codes = shown["unused_codes"]
    assert (len(set(codes)), shown["goal"]) == (10, goal)
    assert client.get(goal).status_code == 200
    assert [letter.to for letter in mail.outbox] == [[member.staff.email]]
    assert sign_in(member.staff).post(SHOW, {"code": code_of(secret)}).status_code == 200
    again = client.get("/account/second-step/codes/")
    assert not any(code in again.content.decode() for code in codes)


def test_sign_in_stops_at_the_second_step(clock):
    staff = MembershipFactory().staff
    secret = with_app(staff)
    client = sign_in(staff)
    assert client.get("/start/").url.startswith("/account/login/")
    answer = client.post(SHOW, {"code": "000000"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["code"])
    assert client.post(SHOW, {"code": code_of(secret)}).url == "/start/"


def test_code_works_once_and_in_its_own_half_minute_only(clock):
    staff = MembershipFactory().staff
    secret = with_app(staff)

    def works(code):
        return sign_in(staff).post(SHOW, {"code": code}).status_code == 302

    now = code_of(secret)
    assert [works(code_of(secret, -1)), works(code_of(secret, 1)), works(now), works(now)] == [
        False,
        False,
        True,
        False,
    ]
    clock.shift(30)
    assert [works(now), works(code_of(secret))] == [False, True]


def test_spare_code_works_once(clock):
    staff = MembershipFactory().staff
    with_app(staff)
    code = Authenticator.objects.get(user=staff, type="recovery_codes").wrap().get_unused_codes()[3]
    assert [sign_in(staff).post(SHOW, {"code": code}).status_code for _twice in "ab"] == [302, 200]


def test_five_wrong_codes_close_the_second_step_for_five_minutes_wherever_from(clock):
    staff = MembershipFactory().staff
    secret = with_app(staff)
    for turn in range(5):
        client = sign_in(staff)
        client.post(SHOW, {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{turn}")
    assert client.post(SHOW, {"code": code_of(secret)}).status_code == 200
    clock.shift(301)
    assert client.post(SHOW, {"code": code_of(secret)}).status_code == 302


def test_wrong_codes_do_not_lock_out_who_has_no_password(clock):
    """Only who has the password comes so far: a lock is no weapon (security goal G2)."""
    staff = MembershipFactory().staff
    secret = with_app(staff)
    for _turn in range(9):
        assert Client().post(SHOW, {"code": "000000"}).url == "/account/login/"
    assert sign_in(staff, secret).get("/start/").status_code == 302


def test_session_from_before_the_second_step_asks_for_it_and_no_password_does(clock):
    member = MembershipFactory()
    goal = f"/promises/{member.organisation.slug}/"
    client = sign_in(member.staff)
    assert client.get(goal).status_code == 200
    secret = with_app(member.staff)
    asked = client.get(goal, follow=True)
    assert asked.request["PATH_INFO"] == "/account/second-step/confirm/"
    assert asked.context["reauthentication_alternatives"] == []
    client.post("/account/confirm/", {"password": PASSWORD})
    assert client.get(goal).status_code == 302
    shown = client.post("/account/second-step/confirm/", {"code": code_of(secret), "next": goal})
    assert shown.url == goal
    assert client.get(goal).status_code == 200


def test_factor_cannot_be_changed_from_a_session_without_it(clock):
    staff = MembershipFactory().staff
    client = sign_in(staff)
    with_app(staff)
    for page in (STEP, APP, f"{APP}remove/", f"{STEP}codes/new/", "/account/password/change/"):
        assert client.post(page).url.startswith("/account/second-step/confirm/")
    assert Authenticator.objects.filter(user=staff).count() == 2


def test_change_asks_who_sits_there_when_signing_in_was_long_ago(clock, done):
    staff = MembershipFactory().staff
    secret = with_app(staff)
    client = sign_in(staff, secret)
    clock.shift(301)
    assert client.post(f"{APP}remove/").url.startswith("/account/confirm/")
    assert client.post(f"{STEP}codes/new/").url.startswith("/account/confirm/")
    client.post("/account/confirm/", {"password": PASSWORD})
    with done():
        client.post(f"{APP}remove/")
    assert Authenticator.objects.filter(user=staff).count() == 0
    assert [letter.subject for letter in mail.outbox] == ["Something changed in your account"]
    assert "app was taken away" in mail.outbox[0].body


def test_new_spare_codes_end_the_old_ones(clock, done):
    staff = MembershipFactory().staff
    secret = with_app(staff)
    old = Authenticator.objects.get(user=staff, type="recovery_codes").wrap().get_unused_codes()
    client = sign_in(staff, secret)
    with done():
        shown = client.post(f"{STEP}codes/new/", follow=True).context["unused_codes"]
    assert (len(shown), set(shown) & set(old)) == (10, set())
    assert sign_in(staff).post(SHOW, {"code": old[0]}).status_code == 200
    assert "spare codes" in mail.outbox[0].body


@pytest.mark.promise("O03")
def test_seed_is_kept_sealed_and_nowhere_in_the_clear(clock):
    staff = MembershipFactory().staff
    client = sign_in(staff)
    secret = re.search(r'class="key">(\w+)<', client.get(APP).content.decode())[1]
    waiting = dict(client.session)
    client.post(APP, {"code": code_of(secret)})
    kept = str(list(Authenticator.objects.filter(user=staff).values_list("data", flat=True)))
    assert (secret in str(waiting), secret in kept, "test:" in kept) == (False, False, True)


def test_reset_takes_factors_and_sessions_away_and_is_logged(clock, caplog):
    staff, other = MembershipFactory().staff, MembershipFactory().staff
    secret = with_app(staff)
    client, bystander = sign_in(staff, secret), sign_in(other)
    with caplog.at_level(logging.WARNING):
        second_factor.reset(staff=staff, by=None)
    assert Authenticator.objects.filter(user=staff).count() == 0
    assert client.get("/start/").url.startswith("/account/login/")
    assert bystander.get("/start/").status_code == 302 and "login" not in bystander.get("/start/").url
    assert caplog.messages == [f"The second step of person {staff.pk} was reset by the command line."]
    assert Session.objects.count() >= 1


def test_nobody_resets_their_own(clock):
    staff = StaffFactory()
    with_app(staff)
    with pytest.raises(ValueError, match="own"):
        second_factor.reset(staff=staff, by=staff)
    assert Authenticator.objects.filter(user=staff).count() == 2


def test_command_resets_one_person_and_tells_them(clock, done):
    staff, other = StaffFactory(username="Robin"), StaffFactory()
    for person in (staff, other):
        with_app(person)
    with done():
        call_command("reset_second_factor", "robin", stdout=StringIO())
    assert set(Authenticator.objects.values_list("user", flat=True)) == {other.pk}
    assert [letter.to for letter in mail.outbox] == [[staff.email]]
    with pytest.raises(CommandError, match="Nobody"):
        call_command("reset_second_factor", "nobody")


def test_start_page_leads_to_the_second_step(obligatory):
    assert sign_in(MembershipFactory().staff).get("/start/").url == f"{STEP}?next=%2Fstart%2F"


@pytest.mark.parametrize("is_operator", [True, False])
def test_scope_of_the_admin_holds_nothing_before_the_second_step(obligatory, settings, rf, is_operator):
    """Behind the wall of the pages stands a second one."""
    line = LineFactory()
    member = MembershipFactory(organisation=line.organisation, role=Role.ADMINISTRATOR, staff__is_superuser=is_operator)
    request = rf.get("/admin/")
    request.user, request.session, seen = member.staff, {}, []
    for settings.SECOND_FACTOR_REQUIRED in (True, False):
        with administered(request):
            seen.append(Line.objects.count())
    assert seen == [0, 1]


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("http://127.0.0.1:8010", "or let the program start on http://localhost:8010 (make demo NAME=localhost)."),
        ("http://192.0.2.7:8010", "http://192.0.2.7:8010 is a number. Choose an app with codes.<"),
    ],
)
def test_page_says_why_an_address_without_a_name_has_no_passkeys(settings, origin, told):
    settings.ORIGIN, settings.MFA_SUPPORTED_TYPES = origin, ["recovery_codes", "totp"]
    page = signed_in(MembershipFactory().staff).get("/account/second-step/").content.decode()
    assert (told in page, "Add a passkey" in page) == (True, False)


def test_page_offers_passkeys_where_the_address_has_a_name(settings):
    settings.ORIGIN, settings.MFA_SUPPORTED_TYPES = "https://chat.example.org", ["recovery_codes", "totp", "webauthn"]
    page = signed_in(MembershipFactory().staff).get("/account/second-step/").content.decode()
    assert ("is a number" in page, "Add a passkey" in page) == (False, True)
