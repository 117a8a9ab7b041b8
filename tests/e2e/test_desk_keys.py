"""The desk by keyboard alone, and what a counsellor prefers on this device."""

import json

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line
from tests.e2e.conftest import House

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
