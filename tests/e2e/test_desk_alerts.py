"""The desk calls until somebody takes the visitor: by ear, by notification and by count, and never with a word of a talk."""

import re
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


STRUCK = """
window.tones = []; window.peaks = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target) {
    if (this instanceof OscillatorNode) window.tones.push([this.type, this.frequency.value]);
    return connect.call(this, target);
};
const ramp = AudioParam.prototype.linearRampToValueAtTime;
AudioParam.prototype.linearRampToValueAtTime = function (value, at) {
    window.peaks.push(value);
    return ramp.call(this, value, at);
};
"""


def test_three_sounds_differ_and_the_volume_is_heard(house: House, line: Line) -> None:
    page = house.counsellor(line, present=False).page
    page.add_init_script(STRUCK)
    page.reload()
    expect(page.locator("#connection")).to_have_attribute("data-state", "online")
    page.locator("#preferences-open").click()
    panel = page.locator("#preferences")
    tones = panel.locator('[data-preference="tone"]')
    expect(tones).to_have_count(3)
    heard = []
    for tone in tones.all():
        tone.check()
        heard.append(heard_now(page))
    assert len({str(tones) for tones, _peaks in heard}) == 3
    loud = []
    for volume in ("100", "50"):
        panel.locator("#volume").fill(volume)
        loud.append(max(heard_now(page)[1]))
    # Half the volume is a quarter of the strength.
    assert loud[0] == pytest.approx(4 * loud[1])
    page.reload()
    page.locator("#preferences-open").click()
    expect(panel.locator("#volume")).to_have_value("50")
    expect(tones.nth(2)).to_be_checked()
    panel.locator('[data-preference="sound"]').uncheck()
    expect(page.locator("#sound-blocked")).to_be_hidden()


def heard_now(page: Page) -> tuple[Any, list[float]]:
    """What sounds after a press on the button that tries it: the notes, and how loud each is."""
    page.evaluate("() => { tones.length = peaks.length = 0; }")
    page.locator("#preferences [data-try-sound]").click()
    page.wait_for_function("() => tones.length > 0")
    return page.evaluate("() => tones.slice()"), page.evaluate("() => peaks.slice()")


def test_strip_tells_presence_room_waiting_and_the_longest_wait(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    house.counsellor(line)
    page = counsellor.page
    begin(page)
    expect(page.locator("#fact-present")).to_have_text("2")
    expect(page.locator("#fact-room")).to_have_text("0 van 1")
    expect(page.locator("#fact-longest")).to_have_text("–")
    visitor = house.visitor(line)
    wait_under_a_name(visitor)
    counsellor.sees_waiting(1)
    put_forward(page, 3 * 60)
    expect(page.locator("#fact-longest")).to_have_text(re.compile("^03:[0-5][0-9]$"))
    expect(page.locator("#waiting .waiting__time")).to_have_text(re.compile("^03:[0-5][0-9]$"))
    expect(page.locator("#waiting")).not_to_contain_text("Robin")
    expect(page.locator("#lines .strip__line")).to_contain_text("De Kade")
    counsellor.take()
    expect(page.locator("#fact-room")).to_have_text("1 van 1, vol")
    expect(page.locator("#fact-longest")).to_have_text("–")


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
