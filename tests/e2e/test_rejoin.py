"""The tab is gone: with the name and the code that were shown, another browser goes on with the talk (C02)."""

import pytest
from playwright.sync_api import expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.people import Visitor, words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fill_in(visitor: Visitor, name: str, code: str) -> None:
    visitor.root.locator("details.rejoin:not([open]) summary").click()
    visitor.root.locator('[name="rejoin-name"]').fill(name)
    visitor.root.locator('[name="rejoin-code"]').fill(code)
    visitor.root.locator("[data-rejoin] [type=submit]").click()


@pytest.mark.promise("C02")
def test_another_browser_goes_on_with_name_and_code(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    visitor = house.visitor(line)
    visitor.press("start")
    visitor.answer(nickname="Robin")
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    visitor.say("Hallo")
    ticket = visitor.root.locator(".step--talk .ticket")
    expect(ticket.locator("[data-ticket-name]")).to_have_text("Robin")
    code = ticket.locator("[data-ticket-code]").inner_text()

    # The other browser prefers English; the talk stays in Dutch, and says so where the page does not.
    other = house.visitor(line, "en", viewport={"width": 390, "height": 760})
    fill_in(other, "Robin", "AAAA-AAAA")
    other.at("promise")
    expect(other.part("rejoin-wrong")).to_have_text(words("en", "not_found"))
    expect(other.part("rejoin-wrong")).to_be_focused()
    fill_in_again = other.root.locator('[name="rejoin-code"]')
    fill_in_again.fill(code.lower().replace("-", " "))
    fill_in_again.press("Enter")
    other.at("talk")
    other.stored("Hallo")
    visitor.at("stopped")
    other.say("Ik ben terug")
    counsellor.hears("Ik ben terug")
    assert other.said == [("own", "Hallo"), ("own", "Ik ben terug")]
    counsellor.say("Fijn")
    other.hears("Fijn")
    expect(other.page.locator("html")).to_have_attribute("lang", "en")
    expect(other.article("Fijn", "other").locator(".message__text")).to_have_attribute("lang", "nl")
