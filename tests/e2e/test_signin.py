"""Signing in as people do it: what a mistake costs, and where one lands."""

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.people import Counsellor, sign_in
from tests.factories.helplines import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def name(line: Line) -> str:
    member = MembershipFactory(organisation=line.organisation)
    return str(member.staff.username)


@pytest.fixture
def page(house: House) -> Page:
    return house.someone().new_page()


def test_wrong_password_says_so_and_keeps_the_name(house: House, page: Page, name: str) -> None:
    sign_in(page, house.origin, name, password="something else entirely")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.get_by_role("alert").inner_text().strip() != ""
    expect(page.locator("[name=login]")).to_have_value(name)
    expect(page.locator("[name=password]")).to_have_value("")
    page.locator("[name=password]").fill("a long enough secret")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/desk/**")


def test_password_can_be_pasted_and_filled_in_by_a_manager(house: House, page: Page, name: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{house.origin}/account/login/")
    fields = [page.locator(f"[name={field}]") for field in ("login", "password")]
    assert [field.get_attribute("autocomplete") for field in fields] == ["username", "current-password"]
    for field, text in zip(fields, (name, "a long enough secret"), strict=True):
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        field.focus()
        page.keyboard.press("ControlOrMeta+V")
        expect(field).to_have_value(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/**")


def test_somebody_who_has_no_account_reads_the_same(house: House, page: Page, name: str) -> None:
    sign_in(page, house.origin, name, password="something else entirely")
    known = page.get_by_role("alert").inner_text()
    sign_in(page, house.origin, "nobody-at-all", password="something else entirely")
    assert page.get_by_role("alert").inner_text() == known


def test_six_mistakes_close_the_door_for_a_quarter_of_an_hour(house: House, page: Page, name: str) -> None:
    house.expect_trouble("429")
    statuses: list[int] = []
    page.on("response", lambda response: response.request.method == "POST" and statuses.append(response.status))
    for _ in range(6):
        sign_in(page, house.origin, name, password="something else entirely")
        page.wait_for_load_state()
    assert statuses == [200] * 5 + [429]
    sign_in(page, house.origin, name)
    page.wait_for_load_state()
    assert statuses[-1] == 429
    assert page.locator("[name=password]").count() == 0
    expect(page.locator("main h1")).to_be_visible()

    house.clock.shift(16 * 60)
    sign_in(page, house.origin, name)
    page.wait_for_url("**/desk/**")


def test_next_is_followed_within_the_site_alone(house: House, page: Page, name: str) -> None:
    for wanted, landed in (
        ("/promises/havenlicht/", "/promises/havenlicht/"),
        ("https://elders.invalid/", "/desk/havenlicht/"),
        ("//elders.invalid/", "/desk/havenlicht/"),
        ("/%5Celders.invalid/", "/desk/havenlicht/"),
        ("javascript:alert(1)", "/desk/havenlicht/"),
    ):
        page.context.clear_cookies()
        sign_in(page, house.origin, name, then=wanted)
        page.wait_for_url(house.origin + landed)


def test_page_that_needs_signing_in_is_where_one_lands_after(house: House, page: Page, name: str) -> None:
    page.goto(f"{house.origin}/promises/havenlicht/")
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill("a long enough secret")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{house.origin}/promises/havenlicht/")


def test_signing_out_closes_the_desk(house: House, line: Line) -> None:
    counsellor: Counsellor = house.counsellor(line)
    other = counsellor.page.context.new_page()
    other.goto(f"{house.origin}/account/logout/")
    other.locator("main form button").first.click()
    other.wait_for_url("**/account/login/**")
    house.note_who_is_there()
    expect(counsellor.page.locator("#barrier")).to_be_visible()
