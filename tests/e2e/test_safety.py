"""Left alone, in another language, in an old browser: what somebody who looks along reads, and what stays (A12, A13, A15)."""

import pytest
from playwright.sync_api import expect

from helplines.embedding import tag_with_link
from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.people import Visitor, words
from tests.e2e.sites import strict_policy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The text that is drawn, whatever is in the tree.
READABLE = """() => [...document.body.querySelectorAll("*")].filter(element =>
    element.checkVisibility({visibilityProperty: true}) && [...element.childNodes].some(
        child => child.nodeType === Node.TEXT_NODE && child.textContent.trim())
).map(element => element.textContent.trim()).join(" | ")"""


@pytest.mark.promise("A11", "A15")
def test_page_that_nobody_touches_is_covered_until_one_tap(house: House, line: Line) -> None:
    # Ten minutes in one leap look like a dead line to the page: it connects anew, and the browser may say so.
    house.expect_trouble("WebSocket|/poll/|ERR_|Failed to load resource")
    counsellor = house.counsellor(line)
    page = house.someone().new_page()
    page.clock.install()
    page.goto(house.chat_page(line))
    visitor = Visitor(page)
    visitor.press("start")
    visitor.root.locator('[name="about"]').fill("Over thuis")
    page.clock.fast_forward(9 * 60_000)
    visitor.at("questions")
    page.clock.fast_forward(61_000)
    expect(visitor.part("uncover")).to_be_focused()
    readable = page.evaluate(READABLE)
    assert "Ben je er nog?" in readable
    assert "112" in readable
    assert "Snel weg" in readable
    assert [told for told in ("De Kade", "Havenlicht", "Voor we beginnen") if told in readable] == []
    visitor.press("uncover")
    expect(visitor.root.locator('[name="about"]')).to_have_value("Over thuis")
    expect(visitor.root.locator('[name="about"]')).to_be_focused()

    visitor.press("skip")
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    visitor.box.fill("Nog niet verstuurd")
    visitor.press("leave")
    page.clock.fast_forward(10 * 60_000 + 1000)
    expect(visitor.part("uncover")).to_be_visible()
    counsellor.say("Dit leest niemand")
    expect(visitor.part("cover-news")).to_have_text(words("nl", "cover_news"))
    readable = page.evaluate(READABLE)
    assert [told for told in ("Dit leest niemand", "Sam", "Gesprek") if told in readable] == []
    visitor.press("uncover")
    visitor.hears("Dit leest niemand")
    expect(visitor.box).to_have_value("Nog niet verstuurd")
    page.clock.fast_forward(10 * 60_000 + 1000)
    visitor.part("exit").press("Space")
    page.wait_for_url("**/blank/**")


def test_another_language_keeps_the_answers_and_the_talk(house: House, line: Line) -> None:
    house.counsellor(line)
    visitor = house.widget(line)
    visitor.page.locator("chat-line .launcher:visible").click()
    visitor.at("promise")
    visitor.press("start")
    visitor.root.locator('[name="nickname"]').fill("Robin")
    visitor.root.locator('[name="age"]').select_option("young")
    visitor.root.locator('[data-languages] a[lang="en"]').click()
    expect(visitor.root.locator("html")).to_have_attribute("lang", "en")
    visitor.at("questions")
    expect(visitor.root.locator('[name="nickname"]')).to_have_value("Robin")
    expect(visitor.root.locator('[name="age"]')).to_have_value("young")
    assert visitor.root.locator("body").evaluate("() => sessionStorage.length") == 0
    visitor.root.locator("[data-questions] [type=submit]").click()
    visitor.at("waiting")
    expect(visitor.root.locator("[data-ticket-code]").first).not_to_be_empty()
    held = visitor.held
    visitor.root.locator('[data-languages] a[lang="nl"]').click()
    expect(visitor.root.locator("html")).to_have_attribute("lang", "nl")
    visitor.at("waiting")
    assert held is not None and visitor.held is not None
    assert visitor.held["code"] == held["code"]


@pytest.mark.promise("A07", "A12")
def test_browser_in_which_the_chat_does_not_start_is_told_kindly(house: House, line: Line) -> None:
    house.expect_trouble("ERR_FAILED")
    house.counsellor(line)
    page = house.someone().new_page()
    page.route("**/visitor-talk.js", lambda route: route.abort())
    page.goto(house.chat_page(line))
    told = page.locator("[data-old]")
    expect(told).to_be_visible()
    expect(told.locator('a[href="mailto:noord@example.org"]')).to_be_visible()
    expect(page.locator("[data-start]")).to_be_hidden()
    expect(page.locator('.visitor__emergency a[href="tel:112"]')).to_be_visible()
    # On the site a browser that cannot draw the button shows the link in its place.
    where = f"{line.organisation.slug}/{line.slug}"
    tag = tag_with_link(house.origin, where, "nl", "Praat met ons")
    site = house.someone(java_script_enabled=False).new_page()
    site.goto(house.sites.put("/oud", tag, strict_policy(house.origin)))
    site.get_by_role("link", name="Praat met ons").click()
    expect(site.locator("noscript").first).to_be_visible()
    assert site.url == house.chat_page(line)
    # Without a script the way out is a plain link.
    page.locator("[data-bar] [data-exit]").click()
    page.wait_for_url("**/blank/**")


@pytest.mark.promise("A15")
def test_advice_opens_beside_the_chat_and_leads_away_too(house: House, line: Line) -> None:
    house.counsellor(line)
    visitor = house.visitor(line)
    with visitor.page.expect_popup() as opened:
        visitor.root.locator('[data-step="promise"] a[href*="/safe/"]').click()
    advice = opened.value
    # A page that the browser kept whole comes back empty, and is asked anew.
    visitor.press("start")
    kept = "() => { dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})); return document.body.textContent; }"
    assert visitor.page.evaluate(kept) == ""
    visitor.at("promise")
    expect(advice.locator("h1")).to_have_text("Veilig chatten")
    assert advice.evaluate("() => window.opener") is None
    assert advice.title() == "Informatie"
    for _ in range(3):
        advice.keyboard.press("Shift")
    advice.wait_for_url("**/blank/**")
    visitor.page.wait_for_url("**/blank/**")
