"""The second step in a real browser: a passkey that Chromium keeps, and an app with codes."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from helplines.invitation_links import new_link
from helplines.models import Line, Role
from tests.e2e.conftest import House
from tests.e2e.looks import Looked
from tests.e2e.people import Counsellor, sign_in
from tests.factories.helplines import PASSWORD, InvitationFactory, MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("O03")]
STEP, APP = "/account/second-step/", "/account/second-step/app/"
# A key in the device itself, that knows its owner by finger or face.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def origin(house: House, settings: Any) -> str:
    """Passkeys belong to a name, and a bare address is none."""
    origin = house.origin.replace("127.0.0.1", "localhost")
    settings.SECOND_FACTOR_REQUIRED = True
    settings.ORIGIN, settings.CSRF_TRUSTED_ORIGINS = origin, [origin]
    settings.MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    sources = ["'self'", origin.replace("http", "ws", 1)]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**directives, "connect-src": sources}}
    house.expect_trouble(re.escape(f"asked elsewhere: {origin}/"))
    return origin


def with_device(page: Page) -> Any:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session


def test_passkey_is_set_up_and_signs_in_without_a_password(house: House, line: Line, origin: str) -> None:
    staff = MembershipFactory(organisation=line.organisation, role=Role.COUNSELLOR).staff
    page = house.someone().new_page()
    with_device(page)
    sign_in(page, origin, staff.username)
    page.wait_for_url(f"**{STEP}**")
    page.get_by_role("link", name="Voeg een passkey toe").click()
    page.get_by_role("textbox").fill("Mijn telefoon")
    page.get_by_role("button", name="Voeg een passkey toe").click()
    expect(page.locator(".codes li")).to_have_count(10)
    with page.expect_download() as kept:
        page.get_by_role("link", name="Bewaar ze als bestand").click()
    codes = kept.value.path().read_text().split()
    assert codes == page.locator(".codes code").all_inner_texts()
    page.get_by_role("link", name=re.compile("ga verder")).click()
    page.wait_for_url("**/desk/**")
    expect(page.locator("#presence")).to_be_visible()

    page.goto(f"{origin}/account/logout/")
    page.locator("main form button").click()
    page.get_by_role("button", name="Log in met een passkey").click()
    page.wait_for_url("**/desk/**")
    expect(page.locator("#presence")).to_be_visible()

    # As the second step after the password.
    page.goto(f"{origin}/account/logout/")
    page.locator("main form button").click()
    sign_in(page, origin, staff.username, then=f"/promises/{line.organisation.slug}/")
    page.get_by_role("button", name="Gebruik een passkey").click()
    page.wait_for_url("**/promises/**")
    key = Authenticator.objects.filter(user=staff, type="webauthn").get()
    assert key.wrap().name == "Mijn telefoon"

    look = Looked(thorough=True)
    for where in (f"{STEP}passkeys/confirm/", f"{STEP}passkeys/{key.pk}/remove/"):
        page.goto(origin + where)
        assert page.url == origin + where
        look.at(where, page)
    assert look.found == {}


def test_passkey_of_another_device_is_refused(house: House, line: Line, origin: str) -> None:
    staff = MembershipFactory(organisation=line.organisation).staff
    page = house.someone().new_page()
    device = with_device(page)
    sign_in(page, origin, staff.username)
    page.goto(f"{origin}{STEP}passkeys/add/")
    page.get_by_role("button", name="Voeg een passkey toe").click()
    expect(page.locator(".codes li")).to_have_count(10)
    device.send("WebAuthn.disable")
    page.context.clear_cookies()
    other = house.someone().new_page()
    with_device(other)
    sign_in(other, origin, staff.username)
    other.get_by_role("button", name="Gebruik een passkey").click()
    expect(other.get_by_role("alert")).to_be_visible()
    other.goto(f"{origin}/start/")
    other.wait_for_url(f"**{STEP}sign-in/")


def test_app_is_set_up_on_the_way_to_work_and_asked_for_ever_after(house: House, line: Line, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    staff = MembershipFactory(organisation=line.organisation, role=Role.COUNSELLOR, public_name="Sam").staff
    page = house.someone().new_page()
    goal = f"/promises/{line.organisation.slug}/"
    sign_in(page, house.origin, staff.username, then=goal)
    page.wait_for_url(f"**{STEP}**")
    assert page.get_by_role("link", name="Voeg een passkey toe").count() == 0
    page.get_by_role("link", name="Stel een app in").click()
    assert page.locator("img.qr").evaluate("picture => picture.complete && picture.naturalWidth > 0")
    secret = page.locator("code.key").inner_text()
    page.locator("[name=code]").fill("000000")
    page.locator("[name=code]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator("code.key").inner_text() == secret
    page.locator("[name=code]").fill(house.code(secret))
    page.locator("[name=code]").press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name=re.compile("ga verder")).click()
    page.wait_for_url(house.origin + goal)

    house.clock.shift(30)
    other = house.someone().new_page()
    sign_in(other, house.origin, staff.username)
    other.wait_for_url(f"**{STEP}sign-in/")
    other.locator("[name=code]").fill(house.code(secret))
    other.locator("[name=code]").press("Enter")
    other.wait_for_url("**/desk/**")
    counsellor = Counsellor(other)
    counsellor.be("present")

    # Taken away in one browser, the desk in the other closes.
    page.goto(f"{house.origin}{APP}remove/")
    page.locator("main form button").click()
    page.wait_for_url(f"**{STEP}")
    house.note_who_is_there()
    expect(other.locator("#barrier")).to_be_visible()


def test_invited_person_comes_in_by_the_letter(house: House, line: Line) -> None:
    invitation = InvitationFactory(organisation=line.organisation, first_name="Nel")
    page = house.someone().new_page()
    page.goto(new_link(invitation))
    assert page.url == f"{house.origin}/invitation/"
    page.locator("[name=username]").fill("nel")
    for number in "12":
        page.locator(f"[name=password{number}]").fill(PASSWORD)
    page.locator("[name=password2]").press("Enter")
    page.wait_for_url("**/agreement/**")
    page.locator("[name=accept]").check()
    page.locator("main form .button").click()
    page.wait_for_url("**/desk/**")
