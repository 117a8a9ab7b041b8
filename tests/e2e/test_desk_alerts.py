"""The desk calls until somebody takes the visitor: by ear, by notification and by count, and never with a word of a talk."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.people import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Counts what sounds and what is notified, lets the test put the browser's clock forward, and look away from the page.
WATCH = """
window.struck = 0; window.notified = []; window.skew = 0; window.away = false;
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...args) { window.struck += 1; return start.apply(this, args); };
window.Notification = class extends EventTarget {
    static permission = "default";
    static requestPermission() { this.permission = "granted"; return Promise.resolve("granted"); }
    constructor(title, options) { super(); window.notified.push([title, options.body, options.tag]); }
    close() { window.notified.push(["closed"]); }
};
const now = Date.now.bind(Date);
Date.now = () => now() + window.skew;
Object.defineProperty(document, "hidden", { get: () => window.away });
"""


def begin(page: Page) -> None:
    page.add_init_script(WATCH)
    page.reload()
    expect(page.locator("#connection")).to_have_attribute("data-state", "online")


def struck(page: Page) -> int:
    found: int = page.evaluate("() => window.struck")
    return found


def put_forward(page: Page, seconds: int) -> None:
    page.evaluate("seconds => { window.skew += seconds * 1000 }", seconds)


def notified(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate("() => window.notified.splice(0)")
    return found


def wait_under_a_name(visitor: Visitor) -> None:
    visitor.press("start")
    visitor.answer(nickname="Robin", about="Een geheim")
    visitor.at("waiting")


def test_desk_calls_until_the_visitor_is_taken(house: House, line: Line) -> None:
    counsellor = house.counsellor(line, present=False)
    page = counsellor.page
    begin(page)
    expect(page.locator("#sound-blocked")).to_be_visible()
    page.locator("#shift [data-try-sound]").click()
    expect(page.locator("#sound-blocked")).to_be_hidden()
    page.wait_for_function("() => window.struck > 0")
    page.locator("#shift [data-allow-notices]").click()
    expect(page.locator("#shift [data-allow-notices]")).to_be_hidden()
    counsellor.be("present")
    house.forget_statuses()
    quiet = struck(page)

    page.evaluate("() => { window.away = true }")
    visitor = house.visitor(line)
    wait_under_a_name(visitor)
    counsellor.sees_waiting(1)
    page.wait_for_function("before => window.struck > before", arg=quiet)
    expect(page).to_have_title("(1) Werkplek – Havenlicht")
    assert notified(page) == [["Jouw werkplek", "Er wacht iemand.", "toeverlaat-waiting"]]
    rung = struck(page)
    put_forward(page, 7)
    page.wait_for_function("before => window.struck > before", arg=rung)

    page.locator("#alert-quiet").click()
    expect(page.locator("#alert-quiet")).to_be_hidden()
    counsellor.take()
    expect(page).to_have_title("Werkplek – Havenlicht")
    assert notified(page) == [["closed"]]
    silent = struck(page)
    put_forward(page, 600)
    visitor.say("Een geheim")
    page.wait_for_function("before => window.struck === before + 1", arg=silent)
    assert notified(page) == [["Jouw werkplek", "Er is een nieuw bericht.", "toeverlaat-message"]]


def test_pausing_colleague_gets_a_quiet_sign_when_nobody_came_in_time(house: House, line: Line) -> None:
    house.counsellor(line)
    colleague = house.counsellor(line)
    page = colleague.page
    begin(page)
    colleague.be("pause")
    page.locator("h1").click()
    house.forget_statuses()
    wait_under_a_name(house.visitor(line))
    colleague.sees_waiting(1)
    expect(page.locator("#alert-overdue")).to_be_empty()
    assert struck(page) == 0
    put_forward(page, 95)
    expect(page.locator("#alert-overdue")).to_contain_text("1 bezoeker wacht al lang.")
    page.wait_for_function("() => window.struck === 1")
    expect(page).to_have_title("(1) Werkplek – Havenlicht")
    put_forward(page, 30)
    expect(page.locator("#alert-quiet")).to_be_hidden()
    assert struck(page) == 1
