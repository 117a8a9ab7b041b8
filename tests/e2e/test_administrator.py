"""An administrator in a real browser: the policy in place, with what visitors will read beside it."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from helplines import sightings
from helplines.models import Line, Policy, Role
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House
from tests.e2e.looks import Looked
from tests.factories.helplines import BranchFactory, MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.promise("N04")
def test_policy_is_written_in_place_with_the_keyboard_and_a_live_preview(house: House, line: Line) -> None:
    member = MembershipFactory(organisation=line.organisation, role=Role.ADMINISTRATOR)
    page = house.signed_in(member.staff, "en")
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


@pytest.fixture
def looked() -> Iterator[Looked]:
    made = Looked()
    yield made
    assert made.found == {}


def bring_in(page: Page, content: str) -> None:
    page.set_input_files("input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.locator("button[value=look]").click()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_lists_button_and_two_people_are_without_faults_for_axe(
    house: House, line: Line, looked: Looked, language: str
) -> None:
    organisation = line.organisation
    BranchFactory(organisation=organisation, name="North", region="")
    chief = MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR).staff
    page = house.signed_in(chief, language)

    sightings.note(line, "https://stranger.example.org")
    page.goto(house.origin + reverse("admin:embedding", args=[organisation.pk, line.pk]))
    page.locator("input[name=url]").fill("https://elsewhere.example.org/")
    page.locator("button[value=look]").click()
    expect(page.locator(".errorlist")).to_be_visible()
    looked.at("button of a line", page)

    page.goto(house.origin + reverse("admin:exchange", args=[organisation.pk, "branches"]))
    bring_in(page, "name,region,email,telephone,position\nNorth,,a@example.org,,1\nNew,,b@example.org,,0")
    expect(page.locator("#changes")).to_be_visible()
    looked.at("list, changes", page)
    bring_in(page, "name,region,email,telephone,position\nNorth,,nowhere,,x")
    expect(page.locator("#wrong")).to_be_visible()
    looked.at("list, faults", page)

    publish = house.origin + reverse("admin:helplines_policy_publish", args=[organisation.pk])
    page.goto(publish)
    page.locator("#id_retention_months").fill("0")
    page.keyboard.press("Tab")
    expect(page.locator("#id_retention_months_error")).to_be_visible()
    looked.at("policy, something wrong", page)
    page.locator("#id_retention_months").fill("9")
    page.locator("button[value=check].default").click()
    expect(page.locator("#two")).to_be_visible()
    looked.at("policy, alone", page)

    second = MembershipFactory(organisation=organisation, role=Role.DPO).staff
    page.reload()
    page.get_by_role("textbox").first.fill("The board wants so")
    page.locator("button[value=publish]").click()
    page.wait_for_url("**/admin/")
    looked.at("first page, something waits", page)
    other = house.signed_in(second, language)
    other.goto(house.origin + reverse("proposal", args=[organisation.slug]))
    looked.at("proposal", other)
    other.locator("button[value=confirm]").click()
    expect(other.get_by_role("status")).to_be_visible()
    with across_organisations():
        newest = Policy.objects.filter(organisation=organisation).order_by("-pk").first()
        assert newest is not None
        assert newest.values["retention_months"] == 9
