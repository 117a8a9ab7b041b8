"""The button on a site: the back gesture, a way out on the page itself, a talk in its own tab, and what a site may hear."""

import pytest
from playwright.sync_api import Page, expect

from helplines import embedding, pinning
from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.e2e.people import Visitor
from tests.e2e.sites import strict_policy
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
BEFORE = "/eerst"
WORDS = "Dit mag niemand lezen"


def site_with(house: House, line: Line, more: str, path: str = "/hulp") -> str:
    """A page whose tag asks for more than the button."""
    where = f"{line.organisation.slug}/{line.slug}"
    tag = f'<script async src="{house.origin}/embed.js" data-line="{where}" data-lang="nl" {more}></script>'
    return house.sites.put(path, tag, strict_policy(house.origin))


def on_a_site(house: House, url: str, **options: object) -> tuple[Page, str]:
    """Somebody who came to a page of an organisation from another one; gives the address of that other one."""
    before = house.sites.put(BEFORE, "", strict_policy(house.origin))
    page = house.someone(**options).new_page()
    page.goto(before)
    page.goto(url)
    return page, before


@pytest.mark.promise("A15")
def test_back_on_a_telephone_closes_the_panel_first_and_then_goes_back(house: House, line: Line) -> None:
    house.counsellor(line)
    page, before = on_a_site(house, house.host_page(line, path="/hulp"), **PHONE)
    panel, launcher = page.locator("chat-line .panel"), page.locator("chat-line .launcher:visible")
    length = page.evaluate("() => history.length")

    launcher.tap()
    expect(panel).to_be_visible()
    page.go_back()
    expect(panel).to_be_hidden()
    assert page.url.endswith("/hulp")
    page.go_forward()
    expect(panel).to_be_visible()
    # Closed by its own button, no dead entry is left to go back over.
    Visitor(page, page.frame_locator("chat-line iframe")).press("close")
    expect(panel).to_be_hidden()
    page.wait_for_function("() => !history.state?.chatline")
    for _ in range(3):
        launcher.tap()
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        page.wait_for_function("() => !history.state?.chatline")
    assert page.evaluate("() => history.length") == length + 1
    page.go_back()
    assert page.url == before


@pytest.mark.promise("A15")
def test_leaving_quickly_on_a_telephone_leaves_no_way_to_the_site_by_back_or_forward(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    page, before = on_a_site(house, house.host_page(line, path="/hulp"), **PHONE)
    page.locator("chat-line .launcher:visible").tap()
    visitor = Visitor(page, page.frame_locator("chat-line iframe"))
    house.in_talk(line, visitor, counsellor)

    visitor.root.locator("[data-bar] [data-exit]").tap()
    page.wait_for_url("**/blank/**")
    expect(counsellor.page.locator("#pane-talk article.talk--over")).to_contain_text("De bezoeker is weggegaan.")
    page.go_forward(wait_until="commit")
    page.wait_for_url("**/blank/**")
    page.go_back()
    assert page.url == before


def test_a_reload_with_the_panel_open_keeps_one_entry_for_back(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    page, before = on_a_site(house, house.host_page(line, path="/hulp"), **PHONE)
    page.locator("chat-line .launcher:visible").tap()
    visitor = Visitor(page, page.frame_locator("chat-line iframe"))
    house.in_talk(line, visitor, counsellor)
    page.reload()
    visitor.at("talk")
    page.go_back()
    expect(page.locator("chat-line .panel")).to_be_hidden()
    assert page.url.endswith("/hulp")
    page.go_back()
    assert page.url == before


def test_back_on_a_wide_screen_is_the_sites_own(house: House, line: Line) -> None:
    house.counsellor(line)
    page, before = on_a_site(house, house.host_page(line, path="/hulp"))
    page.locator("chat-line .launcher:visible").click()
    expect(page.locator("chat-line .panel")).to_be_visible()
    page.go_back()
    assert page.url == before


GONE = """() => {
    document.querySelector("chat-exit").shadowRoot.querySelector("button").click();
    return [document.documentElement.getBoundingClientRect().height, document.title];
}"""


@pytest.mark.promise("A15")
def test_way_out_on_the_page_ends_the_talk_behind_it(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    page, before = on_a_site(house, site_with(house, line, "data-exit"))
    way_out = page.locator("chat-exit button")
    expect(way_out).to_have_text("Snel weg")
    box = way_out.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 44
    page.evaluate("() => { document.body.style.height = '300vh'; scrollTo(0, 9999); }")
    expect(way_out).to_be_in_viewport(ratio=1)
    page.locator("chat-line .launcher:visible").click()
    expect(way_out).to_be_hidden()  # the panel has its own
    visitor = Visitor(page, page.frame_locator("chat-line iframe"))
    house.in_talk(line, visitor, counsellor)
    visitor.say(WORDS)
    visitor.press("close")
    expect(way_out).to_be_visible()

    assert page.evaluate(GONE) == [0, ""]
    page.wait_for_url("**/blank/**")
    expect(counsellor.page.locator("#pane-talk article.talk--over")).to_contain_text("De bezoeker is weggegaan.")
    page.go_back()
    assert page.url == before
    page.goto(site_with(house, line, "data-exit"))
    page.locator("chat-line .launcher:visible").click()
    visitor.at("promise")
    assert visitor.held is None


@pytest.mark.promise("A15")
def test_three_presses_of_shift_on_the_page_lead_away_before_any_talk(house: House, line: Line) -> None:
    line.organisation.exit_url = f"{house.origin}/blank/?lang=en"
    line.organisation.save()
    house.counsellor(line)
    page, before = on_a_site(house, site_with(house, line, "data-exit"))
    expect(page.locator("chat-line .launcher:visible")).to_have_attribute("data-state", "open")
    expect(page.locator("chat-exit button")).to_be_visible()
    for key in ("Shift", "Shift", "b", "Shift", "Shift"):
        page.keyboard.press(key)
    assert page.url.endswith("/hulp")
    page.keyboard.press("Shift")
    page.wait_for_url("**/blank/?lang=en")
    page.go_back()
    assert page.url == before


def test_site_may_choose_where_its_way_out_leads_but_not_to_a_script(house: House, line: Line) -> None:
    house.counsellor(line)
    page, _before = on_a_site(house, site_with(house, line, f'data-exit="{house.origin}/blank/?lang=fr"'))
    page.locator("chat-exit button").click()
    page.wait_for_url("**/blank/?lang=fr")
    page.goto(site_with(house, line, 'data-exit="javascript:document.title=1"'))
    page.locator("chat-exit button").click()
    page.wait_for_url("**/blank/?lang=nl")


@pytest.mark.promise("A15")
def test_talk_in_a_tab_of_its_own_takes_the_site_along(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    page, before = on_a_site(house, site_with(house, line, "data-tab"))
    link = page.locator("chat-line a.launcher:visible")
    expect(link).to_have_attribute("data-state", "open")
    expect(link).to_contain_text("open · opent in een nieuw tabblad")
    with page.expect_popup() as opened:
        link.click()
    visitor = Visitor(opened.value)
    assert opened.value.evaluate("() => document.referrer") == ""
    house.in_talk(line, visitor, counsellor)
    visitor.page.locator("[data-bar] [data-exit]").click()
    visitor.page.wait_for_url("**/blank/**")
    page.wait_for_url("**/blank/**")
    page.go_back()
    assert page.url == before


def test_tab_that_was_not_asked_for_knows_nobody(house: House, line: Line) -> None:
    """Without `data-tab` no page holds on to another: that is what the header is for."""
    house.counsellor(line)
    page, _before = on_a_site(house, house.host_page(line))
    with page.expect_popup() as opened:
        page.evaluate("url => { window.other = open(url); }", house.chat_page(line))
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("() => window.opener") is None
    assert page.evaluate("() => window.other.closed") is True


@pytest.mark.promise("C07")
def test_site_hears_of_the_button_and_that_this_visitor_can_talk_again_later(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(contact_limit=1))
    counsellor = house.counsellor(line)
    page, _before = on_a_site(house, house.host_page(line))
    launcher = page.locator("chat-line .launcher:visible")
    expect(launcher).to_have_attribute("data-state", "open")
    page.evaluate(
        """() => {
            window.heard = [];
            for (const name of ["state", "unread", "open", "close"]) {
                document.querySelector("chat-line").on(name, detail => heard.push([name, detail]));
            }
        }"""
    )
    launcher.click()
    visitor = Visitor(page, page.frame_locator("chat-line iframe"))
    house.in_talk(line, visitor, counsellor)
    page.keyboard.press("Escape")
    counsellor.say(WORDS)
    expect(page.locator("chat-line .badge")).to_be_visible()
    launcher.click()
    counsellor.end()
    visitor.press("on")
    visitor.at("thanks")
    visitor.press("restart")
    visitor.press("start")
    visitor.press("skip")
    visitor.at("refused")
    visitor.press("close")
    expect(launcher).to_have_attribute("data-state", "limit")
    expect(launcher).to_contain_text("later weer")
    assert WORDS not in str(page.evaluate("() => heard"))
    named = [name for name, _detail in page.evaluate("() => heard")]
    assert named == ["open", "close", "unread", "open", "unread", "state", "close"]


def fixed_tag(house: House, line: Line, integrity: str) -> str:
    version = pinning.version_of(pinning.button())
    where = f"{line.organisation.slug}/{line.slug}"
    return embedding.pinned_tag(house.origin, where, "nl", "Praat met ons", version=version, integrity=integrity)


def test_site_that_fixes_the_button_gets_it_and_a_talk(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    tag = fixed_tag(house, line, pinning.integrity_of(pinning.button()))
    page, _before = on_a_site(house, house.sites.put("/vast", tag, strict_policy(house.origin)))
    page.locator("chat-line .launcher:visible").click()
    visitor = Visitor(page, page.frame_locator("chat-line iframe"))
    house.in_talk(line, visitor, counsellor)
    expect(page.get_by_role("link", name="Praat met ons")).to_be_hidden()


def test_button_with_other_bytes_than_the_site_fixed_is_refused_and_a_link_stands_there(
    house: House, line: Line
) -> None:
    house.expect_trouble("integrity")
    tag = fixed_tag(house, line, pinning.integrity_of(b"something else"))
    page = house.someone().new_page()
    with page.expect_console_message(lambda message: "integrity" in message.text):
        page.goto(house.sites.put("/vast", tag, strict_policy(house.origin)))
    link = page.get_by_role("link", name="Praat met ons")
    expect(link).to_have_attribute("href", house.chat_page(line))
    expect(page.locator("chat-line .launcher")).to_have_count(0)
    assert page.evaluate("() => customElements.get('chat-line') === undefined")
