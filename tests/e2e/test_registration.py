"""A registration at the desk: filled in during the talk, finished by keyboard alone after it, with a name caught on the way."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from helplines.models import Line
from helplines.tenancy import inside
from registration import outbox, shipped
from registration.outbox import Record, Text
from tests.e2e.conftest import House
from tests.e2e.keystrokes import Hands
from tests.e2e.looks import RULES
from tests.factories.helplines import LineFactory
from tests.factories.registration import FormFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def faults(page: Page) -> list[str]:
    results: Any = Axe().run(page, options={**RULES, "resultTypes": ["violations"]}).response
    return [f"{fault['id']}: {node['target']}" for fault in results["violations"] for node in fault["nodes"]]


def waiting(line: Line) -> list[Any]:
    with inside(line.organisation):
        return sorted(outbox.items(line.organisation_id), key=lambda item: type(item).__name__)


@pytest.mark.promise("G01", "G04")
def test_talk_is_registered_by_keyboard_alone(house: House, line: Line) -> None:
    FormFactory(organisation=line.organisation)
    house.expect_trouble("422")
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    visitor.press("start")
    visitor.answer(name="Robin") if visitor.root.locator('[name="name"]').count() else visitor.press("skip")
    counsellor.sees_waiting(1)
    counsellor.take()
    page, part = counsellor.page, counsellor.page.locator("#registration")
    page.locator('[data-enter="enter"]').click()
    expect(part).to_be_visible()
    said = part.locator("#registration-said")

    # During the talk: what is filled in is kept, also over a reload.
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    subject = part.get_by_role("combobox").first
    expect(subject).to_be_focused()
    page.keyboard.type("pay")
    expect(part.locator(".subjects__option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Bewaard bij dit gesprek")
    assert faults(page) == []
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(part.locator(".subjects__chosen")).to_contain_text("Work › Pay")

    # After it: one screen, no mouse.
    expect(part.locator("#registration-about")).to_contain_text("tot nu")
    counsellor.end()
    expect(part.locator("#registration-about")).not_to_contain_text("tot nu")
    expect(part.locator("#registration-save")).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("g")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    for _field in range(5):
        page.keyboard.press("Tab")
    page.keyboard.type("Sprak over haar zoon Milan en over school.")
    page.keyboard.press("Control+Enter")
    remove = part.get_by_role("button", name=re.compile("Milan.*misschien een naam"))
    expect(remove).to_be_visible()
    expect(said).to_contain_text("Nog niet bewaard")
    assert faults(page) == []
    # Where one lands; one key removes it.
    expect(remove).to_be_focused()
    page.keyboard.press("F8")
    expect(part.locator("#registration-save")).to_be_focused()
    page.keyboard.press("Enter")
    # The talk is off the desk, and what comes next has the focus.
    expect(page.locator("#pane-talk article.talk:not(#along)")).to_have_count(0)
    record, text = waiting(line)
    assert isinstance(record, Record) and isinstance(text, Text)
    assert record.answers == {"theme": ["pay"], "age": "12-17"}
    assert text.text == "Sprak over haar zoon en over school."
    # Nothing of it is left on this device.
    assert page.evaluate("() => Object.keys(sessionStorage).filter(key => key.includes('registration')).length") == 0


# For each shipped form: what somebody types who knows it, in each field as much as is needed to choose, and Enter for a subject;
# what is kept then; and the seconds that it takes (`docs/registration.md`). In a short report every sign counts.
TYPED: dict[str, tuple[list[str], dict[str, Any], str, float]] = {
    "ombuds": (
        ["medi\n", "inf", "18", "c", "b"],
        {"subject": ["medicatie"], "right": "informatie", "age": "18-25", "role": "client", "outcome": "bemiddeling"},
        "",
        13.42,
    ),
    "welfare": (
        ["12", "m", "li", "eenz\n", "g", "d"],
        {
            "age": "12-17",
            "gender": "man",
            "region": "limburg",
            "theme": ["eenzaam"],
            "help": "luisteren",
            "outcome": "verwezen",
        },
        "",
        15.05,
    ),
    "listening": (
        ["o", "lo", "Voelt zich alleen sinds de verhuizing."],
        {"region": "oost", "entry": "lokaal"},
        "Voelt zich alleen sinds de verhuizing.",
        18.56,
    ),
}


@pytest.mark.promise("G01", "G02", "G05")
@pytest.mark.parametrize("form", TYPED)
def test_shipped_form_is_filled_in_and_saved_by_keyboard_within_twenty_seconds(
    house: House, line: Line, form: str
) -> None:
    """From an empty form to the next talk, with real keys; the seconds are reckoned from keys and choices, not timed."""
    asked = shipped.shipped()[form]
    shipped.begin(organisation=line.organisation, form=asked, reason="-", author=None, now=timezone.now())
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    page, part = counsellor.page, counsellor.page.locator("#registration")
    expect(part).to_be_visible()
    counsellor.end()
    expect(part.locator("#registration-save")).to_have_attribute("aria-disabled", "false")
    hands, (typed, answers, report, takes) = Hands(page), TYPED[form]
    hands.press("g")
    for place, text in enumerate(typed):
        if place:
            hands.press("Tab")
        hands.think()
        hands.type(text.rstrip("\n"))
        if text.endswith("\n"):
            expect(part.locator(".subjects__option")).to_have_count(1)
            hands.press("Enter")
            # The cross behind what was chosen is on the way only backwards.
            expect(part.locator(".subjects__chosen")).to_have_count(1)
    hands.think()
    hands.press("Control+Enter")
    expect(page.locator("#pane-talk article.talk:not(#along)")).to_have_count(0)
    kept = waiting(line)
    assert kept[0].answers == answers
    assert [item.text for item in kept[1:]] == [report] * bool(report)
    assert hands.seconds == takes <= 20


def left_to_finish(house: House, line: Line) -> tuple[Page, Locator]:
    """(the page, the form on it) of a talk that ended without a registration."""
    FormFactory(organisation=line.organisation)
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    counsellor.end()
    page = counsellor.page
    page.goto(f"{house.origin}/desk/{line.organisation.slug}/registrations/")
    page.locator("main a[href*='/finish/']").click()
    return page, page.locator("#registration")


def test_press_to_save_while_a_draft_is_on_its_way_is_not_lost(house: House, line: Line) -> None:
    """Who is fast presses within the moment in which what was filled in is being kept."""
    page, part = left_to_finish(house, line)
    held: list[Route] = []
    part.get_by_role("combobox").first.fill("home")
    expect(part.locator(".subjects__option")).to_have_count(1)
    page.route("**/registrations/talks/**", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/registrations/talks/**"):
        page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    held[0].continue_()
    expect(part.locator("#registration-said")).to_contain_text("Geregistreerd")
    assert [item.answers for item in waiting(line)] == [{"theme": ["home"]}]


def test_what_was_left_is_finished_on_a_page_of_its_own_and_a_call_by_hand(house: House, line: Line) -> None:
    LineFactory(organisation=line.organisation, kind="telephone", slug="telefoon", name="De Telefoon")
    page, part = left_to_finish(house, line)
    part.get_by_role("combobox").first.fill("home")
    expect(part.locator(".subjects__option")).to_have_count(1)
    page.keyboard.press("Enter")
    assert faults(page) == []
    page.keyboard.press("Control+Enter")
    expect(part.locator("#registration-said")).to_contain_text("Geregistreerd")
    page.goto(f"{house.origin}/desk/{line.organisation.slug}/registrations/by-hand/")
    # Without typing, the arrow opens the list.
    page.get_by_role("combobox", name=re.compile("^theme")).press("ArrowDown")
    expect(page.locator(".subjects__option").nth(1)).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#hand-minutes").fill("20")
    page.get_by_role("combobox", name=re.compile("^theme")).fill("pay")
    expect(page.locator(".subjects__option")).to_have_count(1)
    page.keyboard.press("Enter")
    assert faults(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hand-said")).to_contain_text("Geregistreerd")
    found = {item.channel: item.answers for item in waiting(line)}
    assert found == {"chat": {"theme": ["home"]}, "telephone": {"theme": ["pay"]}}


@pytest.mark.parametrize(("typed", "found"), [("", 3), ("pay", 1)])
def test_list_that_is_asked_for_before_it_came_opens_when_it_is_there(
    house: House, line: Line, typed: str, found: int
) -> None:
    FormFactory(organisation=line.organisation)
    LineFactory(organisation=line.organisation, kind="telephone", slug="telefoon", name="De Telefoon")
    page = house.counsellor(line).page
    held: list[Route] = []
    page.route("**/registrations/trees/**", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks it
    with page.expect_request("**/registrations/trees/**"):
        page.goto(f"{house.origin}/desk/{line.organisation.slug}/registrations/by-hand/")
    subjects = page.get_by_role("combobox", name=re.compile("^theme"))
    subjects.press_sequentially(typed) if typed else subjects.press("ArrowDown")
    expect(page.locator(".subjects__option")).to_have_count(0)
    # Nobody is told meanwhile that there is nothing.
    expect(page.locator(".subjects__box [role=status]").first).to_be_empty()
    for route in held:
        route.continue_()
    expect(page.locator(".subjects__option")).to_have_count(found)
