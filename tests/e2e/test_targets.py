"""What one presses is large enough for a thumb: 44 pixels for who visits, and never below 24 on the desk (WCAG 2.5.8)."""

import pytest
from playwright.sync_api import Frame, Page, expect

from helplines.models import Line
from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
# Not links in a line of text; of a box that is ticked the label around it is pressed too.
SMALL = """least => [...document.querySelectorAll(
    "button, [role=button], summary, textarea, select, input:not([type=hidden]), .button, nav a, footer a, .places a")]
    .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.closest(".visually-hidden, .skip-link, [inert]"))
    .map(each => [each, (["checkbox", "radio"].includes(each.type) && each.closest("label") || each).getBoundingClientRect()])
    .filter(([, box]) => Math.round(box.width) < least || Math.round(box.height) < least)
    .map(([each, box]) => [each.tagName, each.className || each.id || each.name, box.width, box.height].join(" "))"""


def small(place: Page | Frame, least: int) -> list[str]:
    found: list[str] = place.evaluate(SMALL, least)
    return found


def test_everything_that_is_pressed_is_large_enough(house: House, line: Line) -> None:
    counsellor, visitor = house.counsellor(line), house.visitor(line, viewport=PHONE, has_touch=True, is_mobile=True)
    page = visitor.page
    assert len(small(page, 200)) > 3, "something is measured"
    found = {"promise": small(page, 44)}
    visitor.root.locator("details.rejoin summary").click()
    found["coming back"] = small(page, 44)
    visitor.press("start")
    found["questions"] = small(page, 44)
    visitor.press("skip")
    found["waiting"] = small(page, 44)
    counsellor.sees_waiting(1)
    found["desk, somebody waits"] = small(counsellor.page, 24)
    counsellor.take()
    visitor.at("talk")
    counsellor.say("Dag")
    visitor.hears("Dag")
    visitor.root.locator(".step--talk .ticket summary").click()
    found["talk"] = small(page, 44)
    found["desk, talk"] = small(counsellor.page, 24)
    counsellor.page.locator("#preferences-open").click()
    found["desk, preferences"] = small(counsellor.page, 24)
    counsellor.page.keyboard.press("Escape")
    visitor.press("leave")
    found["leaving"] = small(page, 44)
    visitor.root.locator("[data-confirm-yes]").click()
    visitor.at("thanks")
    expect(visitor.part("restart")).to_be_visible()
    found["thanks"] = small(page, 44)
    assert {where: what for where, what in found.items() if what} == {}
