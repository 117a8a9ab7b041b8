"""Who sets letters, words and lines further apart loses no word and no button (WCAG 1.4.12)."""

import pytest
from playwright.sync_api import Page

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.test_phone import overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [(320, 640), (1280, 800)]
# The four measures of 1.4.12. A style sheet of the reader's own: our policy rightly stops a <style> of a page.
SPACED = """spaced => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
        * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
        p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = spaced ? [sheet] : [];
    return getComputedStyle(document.querySelector("button")).letterSpacing;
}"""
# A long name that a list shortens is whole in the talk.
# Text that its own box cuts off, or that runs out of a box of fixed height into what stands below it.
CUT = """() => {
    const flows = "p, h1, h2, h3, li, dt, dd, label, legend, summary, a, button, .button, .badge, th, td";
    const read = element => element.checkVisibility({visibilityProperty: true}) && element.textContent.trim()
        && !element.closest(".visually-hidden, .skip-link, .talk-button__name, [inert]") && element.clientHeight > 0;
    return [...document.body.querySelectorAll("*")].filter(element => {
        if (!read(element)) return false;
        const style = getComputedStyle(element);
        const cuts = axis => ["hidden", "clip"].includes(style[`overflow${axis}`]);
        const over = [element.scrollWidth - element.clientWidth, element.scrollHeight - element.clientHeight];
        if ((cuts("X") && over[0] > 1) || (cuts("Y") && over[1] > 1)) return true;
        return element.matches(flows) && style.overflowY === "visible" && (over[0] > 2 || over[1] > 2);
    }).map(element => `${element.tagName}.${element.className}#${element.id} ${element.textContent.trim().slice(0, 30)}`);
}"""


def space(page: Page, *, spaced: bool) -> list[str]:
    """Set the text so; gives what is cut off then."""
    assert (page.evaluate(SPACED, spaced) != "normal") == spaced
    cut: list[str] = page.evaluate(CUT)
    return cut


def wrong_with(page: Page, step: str) -> dict[str, list[str]]:
    """What is cut off or stands beside the screen once the text is spaced, by width."""
    found = {}
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        usual = space(page, spaced=False)
        cut = set(space(page, spaced=True)) - set(usual)
        if wrong := [*sorted(cut), *overflow(page)]:
            found[f"{step} at {width}"] = wrong
    return found


@pytest.mark.promise("A11")
def test_talk_with_wide_text_spacing_cuts_nothing_off(house: House, line: Line) -> None:
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    page = visitor.page
    wrong = wrong_with(page, "promise")
    visitor.press("start")
    wrong |= wrong_with(page, "questions")
    visitor.answer(nickname="Robin met een tamelijk lange schuilnaam", about="Thuis")
    visitor.at("waiting")
    wrong |= wrong_with(page, "waiting")
    counsellor.sees_waiting(1)
    wrong |= wrong_with(counsellor.page, "desk, somebody waits")
    counsellor.page.set_viewport_size({"width": 1280, "height": 800})
    counsellor.take()
    visitor.at("talk")
    visitor.say("Ik weet niet goed waar ik moet beginnen.")
    counsellor.hears("Ik weet niet goed waar ik moet beginnen.")
    counsellor.say("Begin waar je wilt. We hebben de tijd.")
    wrong |= wrong_with(page, "talk")
    wrong |= wrong_with(counsellor.page, "desk, in a talk")
    counsellor.page.set_viewport_size({"width": 1280, "height": 800})
    counsellor.pane.locator(".talk__end").click()
    wrong |= wrong_with(counsellor.page, "desk, ending")
    visitor.press("leave")
    wrong |= wrong_with(page, "leaving")
    visitor.root.locator("[data-confirm-yes]").click()
    visitor.at("thanks")
    wrong |= wrong_with(page, "thanks")
    assert wrong == {}
