"""The button and its panel beside a page that is not ours: focus, what the panel covers, what a site may do, and who may not."""

import datetime as dt
import os
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from helplines.models import Line, Weekday
from tests.e2e.conftest import House, promise
from tests.e2e.people import Visitor
from tests.e2e.sites import strict_policy
from tests.factories.helplines import LineFactory, OpeningHoursFactory, PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OF_THE_SITE = '<p id="own" inert>Slaapt</p><a id="help" href="#help">Hulp</a>'
# Where the focus is: on something of the site, or in our button and panel.
FOCUSED = "() => document.activeElement.id || document.activeElement.localName"
COVERED = "() => [...document.querySelectorAll('[inert]')].map(each => each.id || each.localName)"


def site(house: House, line: Line, **options: Any) -> Page:
    """A page with a link of its own before our tag."""
    where = f"{line.organisation.slug}/{line.slug}"
    tag = f'{OF_THE_SITE}<script async src="{house.origin}/embed.js" data-line="{where}" data-lang="nl"></script>'
    page = house.someone(**options).new_page()
    page.goto(house.sites.put("/hulp", tag, strict_policy(house.origin)))
    expect(page.locator("chat-line .launcher:visible")).to_have_attribute("data-state", "open")
    return page


def inside(page: Page) -> Visitor:
    return Visitor(page, page.frame_locator("chat-line iframe"))


def test_focus_goes_to_the_heading_and_back_to_the_button(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    page = site(house, line)
    launcher, panel = page.locator("chat-line button.launcher"), page.locator("chat-line .panel")
    visitor = inside(page)
    launcher.focus()
    page.keyboard.press("Enter")
    expect(visitor.root.locator('[data-step="promise"] h1')).to_be_focused()
    # Beside the panel the page goes on.
    assert page.evaluate(COVERED) == ["own"]
    page.locator("#help").focus()
    assert page.evaluate(FOCUSED) == "help"
    visitor.root.locator("h1").first.focus()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()

    page.keyboard.press("Enter")
    expect(visitor.root.locator('[data-step="promise"] h1')).to_be_focused()
    house.in_talk(line, visitor, counsellor)
    expect(visitor.box).to_be_focused()
    visitor.part("close").focus()
    page.keyboard.press("Enter")
    expect(launcher).to_be_focused()
    counsellor.say("Ben je er nog?")
    # Who looks along reads nothing of it in the tab: only the button counts, for the ear too.
    expect(launcher.locator(".badge .said")).to_have_text("1 nieuw bericht")
    assert (page.title(), page.locator('link[rel~="icon"]').count()) == ("A site", 0)
    page.keyboard.press("Enter")
    expect(visitor.box).to_be_focused()


# What can have the focus in the bar, with where it stands.
STOPS = """() => [...document.querySelectorAll(".visitor__bar a, .visitor__bar button")].map(element => {
    const box = element.getBoundingClientRect();
    return [element.innerText.trim(), box.left, box.top + box.height / 2, element.checkVisibility({visibilityProperty: true})];
})"""


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_focus_goes_through_the_bar_of_the_panel_as_one_reads_it(
    house: House, line: Line, width: int, count: int
) -> None:
    line.organisation.languages = line.languages = ["nl", "en", "fr", "de"][:count]
    line.organisation.save()
    line.save()
    house.counsellor(line)
    page = site(house, line, viewport={"width": width, "height": 800})
    page.locator("chat-line button.launcher").click()
    visitor = inside(page)
    expect(visitor.part("close")).not_to_have_class(re.compile("not-yet"))
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/bar-{count}-{width}.png")
    stops = visitor.root.locator("body").evaluate(STOPS)
    assert len(stops) == (count + 1 if count > 1 else 1)
    assert all(seen for *_rest, seen in stops)
    middles: list[float] = []
    for _text, _left, middle, _seen in stops:
        middles += [] if any(abs(middle - known) < 12 for known in middles) else [middle]
    as_read = sorted(stops, key=lambda stop: (min(middles, key=lambda known: abs(stop[2] - known)), stop[1]))
    assert [text for text, *_rest in stops] == [text for text, *_rest in as_read]


def test_panel_of_a_telephone_keeps_the_focus_and_gives_the_page_back_as_it_was(house: House, line: Line) -> None:
    house.counsellor(line)
    page = site(house, line, **PHONE)
    launcher, panel = page.locator("chat-line button.launcher"), page.locator("chat-line .panel")
    overflow = "() => document.documentElement.style.overflow"
    page.evaluate("() => { document.documentElement.style.overflow = 'clip'; }")
    launcher.tap()
    inside(page).at("promise")
    expect(panel).to_have_attribute("aria-modal", "true")
    assert page.evaluate(overflow) == "hidden"
    reached = set()
    for _press in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(FOCUSED))
    assert reached <= {"chat-line", "body"}
    assert "chat-line" in reached
    page.locator("chat-line iframe").focus()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()
    assert (page.evaluate(overflow), page.evaluate(COVERED)) == ("clip", ["own"])
    page.locator("#help").focus()
    assert page.evaluate(FOCUSED) == "help"


def test_element_in_a_page_does_what_the_site_asks(house: House, line: Line) -> None:
    house.counsellor(line)
    page = house.someone().new_page()
    where = f"{line.organisation.slug}/{line.slug}"
    tag = f'<chat-line line="{where}" lang="nl"></chat-line><script async src="{house.origin}/embed.js"></script>'
    page.goto(house.sites.put("/element", tag, strict_policy(house.origin)))
    element, launcher = page.locator("chat-line"), page.locator("chat-line .launcher:visible")
    expect(launcher).to_contain_text("Praat met ons")
    expect(element).to_have_count(1)
    element.evaluate("element => element.setLanguage('en')")
    expect(launcher).to_contain_text("Talk with us")
    element.evaluate("element => element.hide()")
    expect(launcher).to_have_count(0)
    element.evaluate("element => element.show()")
    expect(launcher).to_be_visible()
    element.evaluate("element => { window.heard = []; element.on('open', () => heard.push('open')); }")
    page.evaluate("() => document.addEventListener('chatline:close', () => heard.push('close'))")
    element.evaluate("element => element.open()")
    inside(page).at("promise")
    expect(inside(page).root.locator("html")).to_have_attribute("lang", "en")
    element.evaluate("element => element.close()")
    expect(launcher).to_be_visible()
    assert page.evaluate("() => heard") == ["open", "close"]


ASKS = """() => new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = event => resolve(event.data.kind);
    const frame = parent.document.querySelector("chat-line").shadowRoot.querySelector("iframe");
    frame.contentWindow.postMessage({ chatline: 1 }, "*", [port2]);
    setTimeout(() => resolve("nothing"), 500);
})"""


@pytest.mark.promise("L01")
def test_talk_answers_only_the_page_around_it_and_only_on_a_listed_site(house: House, line: Line) -> None:
    house.counsellor(line)
    page = site(house, line)
    own = page.locator("chat-line .panel > .close")
    page.locator("chat-line .launcher:visible").click()
    inside(page).at("promise")
    expect(own).to_be_hidden()
    page.evaluate("() => { document.body.append(document.createElement('iframe')); }")
    beside = next(frame for frame in page.frames if frame.url == "about:blank")
    assert (beside.evaluate(ASKS), page.evaluate(ASKS)) == ("nothing", "hello")

    def moved(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(house.sites.origin, "https://elders.example.org"))

    page.route("**/frame/*", moved)
    page.reload()
    page.locator("chat-line .launcher:visible").click()
    inside(page).at("promise")
    assert page.evaluate(ASKS) == "nothing"
    expect(own).to_be_visible()


@pytest.mark.promise("A06")
def test_button_of_a_closed_line_says_when_it_opens(house: House, line: Line) -> None:
    evening = dt.datetime(2026, 3, 2, 18, 0, tzinfo=ZoneInfo("Europe/Brussels"))
    made = LineFactory(organisation=line.organisation, slug="uren", name="Uren")
    OpeningHoursFactory(line=made, weekday=Weekday.TUESDAY)
    PolicyFactory(organisation=line.organisation, values=promise(), valid_from=evening - dt.timedelta(days=9))
    house.clock.move_to(evening)
    page = house.someone("nl", timezone_id="Europe/Brussels").new_page()
    page.goto(house.host_page(made))
    expect(page.locator("chat-line .launcher:visible .word")).to_have_text("gesloten · dinsdag 13:00")
