"""Who asks their device for less motion gets none: no change takes time, nothing moves by itself, nothing glides."""

import pytest
from playwright.sync_api import Locator, Page, expect

from helplines.models import Line
from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Every element and what stands before and after it, also in the shadow of the button.
MOVES = """() => {
    const found = [];
    const long = times => times.split(",").some(time => parseFloat(time) > 0);
    const all = root => [...root.querySelectorAll("*")].flatMap(each =>
        [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
    for (const each of all(document)) for (const part of [null, "::before", "::after", "::backdrop"]) {
        const style = getComputedStyle(each, part);
        const how = [
            style.animationName !== "none" && long(style.animationDuration) && "moves",
            style.transitionProperty !== "none" && (long(style.transitionDuration) || long(style.transitionDelay)) && "changes",
            style.scrollBehavior === "smooth" && "glides",
        ].filter(Boolean);
        if (how.length) found.push(`${each.tagName}.${each.className}${part ?? ""} ${how}`);
    }
    return found;
}"""
ADDED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("@keyframes turn { to { rotate: 1turn } } h1 { animation: turn 3s; transition: color 1s; }");
    document.adoptedStyleSheets = [sheet];
    document.documentElement.style.scrollBehavior = "smooth";
}"""


def moving(page: Page) -> list[str]:
    found: list[str] = page.evaluate(MOVES)
    return found


def test_nothing_moves_for_who_asks_for_less(house: House, line: Line) -> None:
    still = {"reduced_motion": "reduce"}
    counsellor = house.counsellor(line, **still)
    visitor = house.visitor(line, **still)
    found = {"promise": moving(visitor.page)}
    house.in_talk(line, visitor, counsellor)
    counsellor.say("Dag")
    visitor.hears("Dag")
    found |= {"talk": moving(visitor.page), "desk": moving(counsellor.page)}
    site = house.widget(line, **still).page
    button: Locator = site.locator("chat-line .launcher")
    expect(button.first).to_be_attached()
    found["button"] = moving(site)
    login = house.someone(**still).new_page()
    login.goto(f"{house.origin}/account/login/")
    found["sign-in"] = moving(login)
    assert {where: what for where, what in found.items() if what} == {}
    # A movement that somebody adds to a page is stopped too; only where it is asked for.
    visitor.page.evaluate(ADDED)
    assert moving(visitor.page) == []
    visitor.page.emulate_media(reduced_motion="no-preference")
    told = moving(visitor.page)
    assert [one for one in told if one.startswith("H1.")] != []
    assert [one for one in told if "glides" in one] != []
    assert [one for one in told if one.startswith("BUTTON.")] != []
