"""What keeps a counsellor well: rest, clocks, drafts that stay, and a silent talk that ends only after two notices."""

import datetime as dt
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from chat import tasks
from chat.models import Rest
from helplines.models import Line
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House, promise
from tests.e2e.looks import Looked
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def put_forward(house: House, line: Line, seconds: int) -> None:
    """The server's clock goes on, both tabs give a sign of life, and the round is made."""
    house.clock.shift(dt.timedelta(seconds=seconds))
    house.note_who_is_there()
    tasks.sweep(line.organisation_id)


def test_silent_visitor_is_asked_twice_and_one_press_keeps_the_talk(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(silent_minutes=5, questions=[]))
    counsellor = house.counsellor(line)
    visitor = house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    counsellor.say("Ben je er nog?")
    visitor.hears("Ben je er nog?")
    notice, seen = visitor.part("still"), counsellor.pane.locator(".silence__text")
    put_forward(house, line, 301)
    expect(notice).to_contain_text("over 3 minuten")
    expect(seen).to_contain_text("over ongeveer 3 minuten")
    put_forward(house, line, 121)
    expect(notice).to_contain_text("over een minuut")
    notice.locator("button").click()
    expect(notice).to_be_hidden()
    expect(seen).to_be_empty()
    put_forward(house, line, 301)
    expect(notice).to_be_visible()
    counsellor.pane.locator(".silence button").first.click()
    expect(notice).to_be_hidden()

    for seconds in (301, 121, 76):
        put_forward(house, line, seconds)
    visitor.part("over-text").wait_for()
    expect(visitor.part("over-text")).to_have_text("Het gesprek is voorbij, want er kwam een tijd geen antwoord.")
    expect(notice).to_be_hidden()
    expect(counsellor.page.locator("#pane-talk article.talk--over")).to_be_visible()


def test_session_that_ends_soon_is_told_and_one_press_keeps_it(house: House, line: Line) -> None:
    look = Looked()
    with override_settings(SESSION_COOKIE_AGE=20 * 60):
        page = house.counsellor(line, present=False).page
        told, stay = page.locator("#session-ends-text"), page.locator("#session-stay")
        expect(told).to_contain_text("word je uitgelogd")
        look.at("desk, the session ends soon", page)
        stay.press("Enter")
        expect(told).to_contain_text("Je blijft ingelogd tot")
        expect(page.locator("#take")).to_be_focused()
        page.reload()
        expect(stay).to_be_visible()
    page.reload()
    expect(page.locator("#connection")).to_have_attribute("data-state", "online")
    expect(stay).to_be_hidden()
    assert look.found == {}


def test_draft_stays_through_a_reload_and_goes_with_the_talk(house: House, line: Line) -> None:
    house.expect_trouble("beforeunload")
    counsellor = house.counsellor(line)
    page = counsellor.page
    visitor = house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    expect(counsellor.pane.locator(".talk__since").first).to_have_text("Bezoeker schreef zonet, jij bent aan de beurt")
    expect(page.locator("#talks-urgent")).to_have_text("1 wacht op je antwoord")
    counsellor.box.fill("Nog niet af")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(counsellor.box).to_have_value("Nog niet af")
    visitor.press("leave")
    visitor.root.locator("[data-confirm-yes]").click()
    expect(page.locator("#pane-talk article.talk--over")).to_be_visible()
    assert drafts(page) == []
    expect(counsellor.box).to_have_value("Nog niet af")

    page.locator('#rest-offer [data-rest="15"]').click()
    expect(page.locator('#presence [data-presence="pause"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#rest-text")).to_contain_text("nog 15 minuten")
    expect(page.locator("#rest-back")).to_be_focused()
    page.locator("#rest-returns").check()
    page.locator("#rest-more").click()
    expect(page.locator("#rest-text")).to_contain_text("nog 20 minuten")
    with across_organisations():
        assert list(Rest.objects.values_list("returns", flat=True)) == [True]
    page.locator("#rest-back").click()
    expect(page.locator('#presence [data-presence="present"]')).to_have_attribute("aria-pressed", "true")


def drafts(page: Any) -> list[str]:
    found: list[str] = page.evaluate("() => Object.keys(sessionStorage).filter(key => key.includes('draft'))")
    return found
