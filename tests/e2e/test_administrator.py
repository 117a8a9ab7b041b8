"""An administrator in a real browser: the policy in place, with what visitors will read beside it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from helplines.models import Line, Policy, Role
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House
from tests.e2e.people import sign_in
from tests.factories.helplines import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.promise("N04")
def test_policy_is_written_in_place_with_the_keyboard_and_a_live_preview(house: House, line: Line) -> None:
    member = MembershipFactory(organisation=line.organisation, role=Role.ADMINISTRATOR)
    page = house.someone("en").new_page()
    sign_in(page, house.origin, member.staff.username)
    page.goto(house.origin + reverse("admin:helplines_policy_publish", args=[line.organisation.pk]))
    preview, told = page.locator("[data-preview]"), page.locator("[data-told]")
    page.get_by_label("Line and language").select_option(label=f"{line} (en)")
    minutes = page.get_by_label("A talk is meant to end after")
    minutes.focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("0")
    page.keyboard.press("Tab")
    expect(told).to_have_text("Something is not right yet. Below stands what was right before.")
    expect(page.locator("#id_soft_minutes_error")).to_have_text("Give a whole number from 5 to 480.")
    expect(minutes).to_have_attribute("aria-invalid", "true")
    assert "id_soft_minutes_error" in (minutes.get_attribute("aria-describedby") or "")
    minutes.fill("45")
    page.get_by_role("group", name="Greeting").get_by_label("English").fill("Hello, this takes {{ soft_minutes }}.")
    expect(preview).to_contain_text("Hello, this takes 45")
    expect(preview).to_contain_text("A talk is meant to end after 45 minutes.")
    expect(told).to_have_text("This is what visitors will read.")
    expect(page.locator("#id_soft_minutes_error")).to_have_count(0)
    page.get_by_role("button", name="See what changes").last.press("Enter")
    page.get_by_label("Why do you change this?").fill("Shorter is better")
    page.get_by_role("button", name="Publish this version").press("Enter")
    page.wait_for_url("**/change/")
    with across_organisations():
        newest = Policy.objects.filter(organisation=line.organisation).order_by("-pk").first()
        assert newest is not None
        assert (newest.values["soft_minutes"], newest.reason) == (45, "Shorter is better")
