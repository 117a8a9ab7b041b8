"""Gone at once: nothing in sight, nothing kept, nothing to go back to, and the counsellor knows (A15)."""

import pytest
from playwright.sync_api import expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.people import Visitor, words
from tests.e2e.sites import strict_policy
from tests.e2e.test_footprint import NOTHING as KEPT_NOTHING
from tests.e2e.test_footprint import STORED

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# In the task of the press itself, before the browser can paint a frame: what could still be read.
PRESS = """() => {
    document.querySelector("[data-bar] [data-exit]").click();
    return [document.body.textContent.trim(), document.title, sessionStorage.length];
}"""
NOTHING = ["", "", 0]
WORDS = "Dit mag niemand lezen"


@pytest.mark.promise("A15")
def test_button_leaves_no_word_and_no_way_back(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    before = house.sites.put("/eerst", "", strict_policy(house.origin))
    page = house.someone().new_page()
    page.goto(before)
    page.goto(house.chat_page(line))
    visitor = Visitor(page)
    assert page.title() == "Informatie"
    house.in_talk(line, visitor, counsellor)
    visitor.say(WORDS)
    counsellor.hears(WORDS)
    visitor.box.fill(WORDS)
    # The socket says nothing any more: the beacon alone must end the talk. And nothing stays, whoever left it there.
    page.evaluate("() => { WebSocket.prototype.send = () => {}; sessionStorage.setItem('more', '1'); }")

    assert page.evaluate(PRESS) == NOTHING
    page.wait_for_url("**/blank/**")
    expect(counsellor.page.locator("#pane-talk article.talk--over")).to_contain_text("De bezoeker is weggegaan.")
    page.go_back()
    assert page.url == before
    page.go_forward()
    assert "/blank/?" in page.url
    page.goto(house.chat_page(line))
    visitor.at("promise")
    assert page.evaluate("() => sessionStorage.length") == 0
    assert WORDS not in page.content()
    assert page.evaluate(STORED) == KEPT_NOTHING
    assert page.context.cookies() == []


@pytest.mark.promise("A15", "L01")
def test_three_presses_of_shift_take_the_site_around_the_panel_away(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    before = house.sites.put("/eerst", "", strict_policy(house.origin))
    page = house.someone().new_page()
    page.goto(before)
    page.goto(house.host_page(line, path="/hulp"))
    page.locator("chat-line .launcher:visible").click()
    visitor = Visitor(page, page.frame_locator("chat-line iframe"))
    visitor.at("promise")
    house.in_talk(line, visitor, counsellor)
    status = visitor.root.locator("[data-exit-status]")
    way_out = visitor.root.locator("[data-bar] [data-exit]")
    expect(way_out).to_be_in_viewport(ratio=1)
    box = way_out.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 44
    visitor.box.press("Shift+H")
    for key in ("Shift+I", "Shift+J", "Escape"):
        page.keyboard.press(key)
    expect(status).to_be_empty()
    # Escape closed the panel and nothing else.
    page.locator("chat-line .launcher:visible").click()
    visitor.at("talk")

    page.keyboard.press("Shift")
    expect(status).to_have_text(words("nl", "exit_two"))
    page.keyboard.press("Shift")
    expect(status).to_have_text(words("nl", "exit_one"))
    page.keyboard.press("a")
    expect(status).to_have_text(words("nl", "exit_over"))
    # On the page around the panel it works as well, and there too a capital letter is no call for help.
    page.locator("h1").click()
    page.keyboard.press("Shift+B")
    for count in (1, 2, 3):
        page.keyboard.press("Shift")
        if count == 1:
            expect(status).to_have_text(words("nl", "exit_two"))
    page.wait_for_url("**/blank/**")
    expect(counsellor.page.locator("#pane-talk article.talk--over")).to_contain_text("De bezoeker is weggegaan.")
    page.go_back()
    assert page.url == before
