"""The desk by keyboard alone, and what a counsellor prefers on this device."""

import json

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def stored(page: Page) -> dict[str, object]:
    found: dict[str, object] = json.loads(page.evaluate("() => localStorage.getItem('toeverlaat.desk') ?? '{}'"))
    return found


def test_enter_does_what_was_chosen(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    page = counsellor.page
    visitor = house.visitor(line)
    expect(page.locator("#enter-choice")).to_be_hidden()
    house.in_talk(line, visitor, counsellor)
    expect(page.locator("#enter-choice")).to_be_visible()
    page.locator('[data-enter="ctrl"]').click()
    expect(page.locator("#enter-choice")).to_be_hidden()
    expect(counsellor.box).to_be_focused()

    page.keyboard.type("Een")
    page.keyboard.press("Enter")
    page.keyboard.type("twee")
    expect(counsellor.box).to_have_value("Een\ntwee")
    page.keyboard.press("Control+Enter")
    visitor.hears("Een\ntwee")

    page.reload()
    expect(counsellor.box).to_be_visible()
    page.locator("#preferences-open").click()
    expect(page.locator('#preferences [data-preference="enter"][value="ctrl"]')).to_be_checked()
    page.locator('#preferences [data-preference="enter"][value="enter"]').check()
    page.keyboard.press("Escape")
    counsellor.say("Drie")
    visitor.hears("Drie")
    assert {name: stored(page)[name] for name in ("enter", "undo")} == {"enter": "enter", "undo": False}


def press(page: Page, key: str, code: str, **held: bool) -> None:
    """A key as a layout sends it: what it writes, and the place where it lies."""
    page.evaluate(
        """([key, code, held]) => (document.activeElement ?? document.body).dispatchEvent(
            new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true, ...held}))""",
        [key, code, held],
    )


def test_desk_by_keyboard_alone_on_belgian_and_german_keys(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(capacity=2, questions=[]))
    counsellor = house.counsellor(line)
    page = counsellor.page
    first, second = house.visitor(line), house.visitor(line)
    first.wait_in_line()
    second.wait_in_line()
    counsellor.sees_waiting(2)
    # azerty: the question mark is Shift with the key that a qwerty keyboard calls m; qwertz: Shift with the one for minus.
    for code in ("KeyM", "Minus"):
        press(page, "?", code, shiftKey=True)
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()

    page.keyboard.press("n")
    expect(counsellor.box).to_be_focused()
    # While somebody writes, a letter is a letter; also one that is being composed, and one with AltGr.
    page.keyboard.type("een eind ?1")
    expect(counsellor.box).to_have_value("een eind ?1")
    press(page, "Enter", "Enter", isComposing=True)
    expect(counsellor.box).to_have_value("een eind ?1")
    page.keyboard.press("Enter")
    first.hears("een eind ?1")

    page.keyboard.press("Escape")
    expect(counsellor.pane.locator(".talk__name")).to_be_focused()
    press(page, "n", "KeyN", altKey=True)
    press(page, "n", "KeyN", ctrlKey=True)
    press(page, "n", "KeyN", modifierAltGraph=True)
    # us-international: the key of the quotes waits for a letter, and does nothing by itself.
    press(page, "Dead", "Quote")
    assert page.locator(".talk-button").count() == 1
    page.keyboard.press("n")
    expect(page.locator(".talk-button")).to_have_count(2)
    expect(counsellor.box).to_be_focused()
    page.keyboard.press("Escape")
    # azerty writes 1 with Shift and the key of the ampersand.
    press(page, "1", "Digit1", shiftKey=True)
    expect(page.locator(".talk-button").first).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".talk-button").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.locator("#end").wait_for()
    page.keyboard.press("Escape")

    page.locator("#preferences-open").click()
    page.locator('[data-preference="keys"]').uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator('#presence [data-presence="present"]')).to_have_attribute("aria-pressed", "true")
