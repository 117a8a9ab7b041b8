"""A counsellor never mistakes one visitor for another, and leaves nobody's words behind."""

import pytest
from playwright.sync_api import expect

from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.e2e.looks import Looked
from tests.e2e.test_hands import mentor_of, shot
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_nameless_visitors_have_names_apart_and_leave_the_screen_with_the_right_to_be_there(
    house: House, line: Line
) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(capacity=3, questions=[]))
    house.expect_trouble("beforeunload")
    counsellor = house.counsellor(line)
    page = counsellor.page
    visitors = [house.visitor(line) for _each in range(3)]
    for visitor in visitors:
        house.in_talk(line, visitor, counsellor)
    names = page.locator("#talks .talk-button__name")
    expect(names).to_have_count(3)
    called = names.all_inner_texts()
    assert len(set(called)) == 3
    shown = counsellor.pane.locator(".talk__name").inner_text()
    assert shown in called
    expect(counsellor.box).to_have_accessible_name(f"Je bericht aan {shown}")
    page.reload()
    expect(names).to_have_count(3)
    assert sorted(names.all_inner_texts()) == sorted(called)

    for link in page.locator(".strip__nav a, #pane-talks a").all():
        assert link.get_attribute("target") == "_blank"
    visitors[0].say("Dit blijft tussen ons")
    names.nth(0).click()
    counsellor.box.fill("Een zin die nog niet ging")
    expect(page.locator("article.message--other")).to_have_count(1)
    other = page.context.new_page()
    other.goto(f"{house.origin}/account/logout/")
    other.locator("main form button").first.click()
    other.wait_for_url("**/account/login/**")
    house.note_who_is_there()
    expect(page.locator("#barrier")).to_be_visible()
    expect(page.locator("article.talk:not(#along)")).to_have_count(0)
    expect(page.locator(".talk-button, .notes__pad, article.message, #known .known__row")).to_have_count(0)
    assert page.evaluate("() => Object.keys(sessionStorage)") == []


def test_talks_that_leave_a_desk_say_where_they_went_and_nobody_leaves_them_unasked(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(capacity=2, questions=[]))
    house.expect_trouble("beforeunload")
    looked = Looked()
    counsellor = house.counsellor(line)
    page = counsellor.page
    first, second = house.visitor(line), house.visitor(line)
    for visitor in (first, second):
        house.in_talk(line, visitor, counsellor)
    counsellor.box.fill("Dit schrijf ik nog")
    page.locator("#sign-out button").click()
    looked.at("leaving dialog", page)
    shot(page, "leaving")
    expect(page.locator("#leaving-title")).to_have_text("Je hebt nog 2 gesprekken. Uitloggen?")
    page.locator('#leaving button[value="stay"]').click()
    kept = page.evaluate("() => Object.values(sessionStorage).map((value) => JSON.parse(value).text)")
    assert kept == ["Dit schrijf ik nog"]

    first.say("Ben je daar?")
    expect(page.locator("#talks .badge:visible")).to_have_count(1)
    mentor = mentor_of(house, line)
    mentor.be("away")
    mentor.page.locator("#guided .button").first.click()
    expect(mentor.page.locator("#hands-refusal")).to_be_visible()
    expect(mentor.page.locator("#takeover")).to_be_hidden()
    mentor.be("present")
    expect(mentor.page.locator("#hands-refusal")).to_be_hidden()
    mentor.page.locator("#guided .button").first.click()
    mentor.page.locator("#takeover-why").fill("De collega vraagt hulp")
    mentor.page.locator('#takeover button[value="take"]').click()
    expect(page.locator("#hands-lost .hand")).to_contain_text("Een mentor nam het gesprek met Bezoeker")
    expect(page.locator("#talks .badge:visible")).to_have_count(0)
    shot(page, "taken")

    def refer() -> None:
        page.locator("#pass").click()
        page.locator('#transfer input[value="body"]').check()
        page.locator("#transfer-body").fill("Huis Noord")
        page.locator("#transfer-agreement").fill("Maandag om tien uur")
        page.locator("#transfer-ask").click()

    refer()
    second.press("question-no")
    expect(page.locator("#hands-asked .hand")).to_contain_text("wil bij jou blijven")
    refer()
    second.press("question-yes")
    status = counsellor.pane.locator(".talk__status")
    expect(status).to_contain_text("De bezoeker gaat naar Huis Noord. Jullie spraken af: Maandag om tien uur")
    expect(page.locator("#hands-asked .hand")).to_have_count(0)
    shot(page, "referred")

    mentor.page.locator("#sign-out button").click()
    mentor.page.locator('#leaving button[value="go"]').click()
    mentor.page.wait_for_url("**/account/login/**")
    page.locator("#sign-out button").click()
    page.wait_for_url("**/account/login/**")
    assert looked.found == {}


def test_numbers_of_the_strip_touch_no_button(house: House, line: Line) -> None:
    """Also where there is the least room for them side by side."""
    counsellor = house.counsellor(line)
    house.counsellor(line)
    page = counsellor.page
    expect(page.locator("#fact-present")).to_have_text("2")
    for width in (1120, 1121, 1180, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 700})
        number, button = (page.locator(name).bounding_box() for name in ("#fact-present", "#preferences-open"))
        assert number is not None and button is not None
        below = number["y"] >= button["y"] + button["height"]
        beside = number["x"] + number["width"] + 8 <= button["x"]
        assert (below or beside) and number["x"] + number["width"] <= width
