"""A mentor reads along: both sides read that it happens, only the counsellor hears a whisper, and it stops when it should."""

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.e2e.looks import Looked
from tests.e2e.people import said_in
from tests.e2e.test_hands import mentor_of
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True}


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.promise("C11")
def test_mentor_reads_along_and_whispers_by_keyboard_alone(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(reading_along="told"))
    looked = Looked(thorough=True)
    counsellor, visitor = house.counsellor(line), house.visitor(line, **PHONE)
    expect(visitor.part("reading")).to_contain_text("Soms leest een ervaren collega mee met een gesprek.")
    looked.at("along, promised beforehand", visitor.page)
    house.in_talk(line, visitor, counsellor)
    visitor.say("Ik durf niet naar school")
    mentor = mentor_of(house, line)
    page = mentor.page
    page.locator("#guided .guided__read").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#follow")).to_be_visible()
    looked.at("along, for what", page)
    page.locator('#follow input[value="training"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#along-title")).to_be_focused()
    log = page.locator("#along chat-log")
    expect(log).to_contain_text("Ik durf niet naar school")
    told = "Vanaf nu leest een ervaren collega mee."
    expect(visitor.root.locator("chat-log")).to_contain_text(told)
    expect(counsellor.pane.locator("chat-log")).to_contain_text("leest een mentor mee")

    counsellor.say("Wat maakt het zo moeilijk?")
    expect(log).to_contain_text("Wat maakt het zo moeilijk?")
    page.locator("#along-whispers textarea").fill("Vraag wie er kan helpen")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(counsellor.page.locator("#whispers .whisper")).to_contain_text("Vraag wie er kan helpen")
    expect(counsellor.page.locator("#whispers-who")).to_contain_text("leest mee")
    looked.at("along, the mentor", page)
    looked.at("along, the counsellor", counsellor.page)
    counsellor.page.locator("#whispers textarea").fill("Goed idee")
    counsellor.page.locator("#whispers .advice__writer button").click()
    expect(page.locator("#along-whispers .whisper")).to_have_count(2)
    looked.at("along, the visitor", visitor.page)
    assert "Vraag wie er kan helpen" not in visitor.page.content()

    # A reload goes on reading; the end of it is told.
    page.reload()
    expect(log).to_contain_text("Wat maakt het zo moeilijk?")
    expect(page.locator("#along-whispers .whisper")).to_have_count(2)
    page.locator("#along-stop").click()
    expect(page.locator("#along")).to_be_hidden()
    expect(visitor.root.locator("chat-log")).to_contain_text("De collega leest niet meer mee.")
    expect(counsellor.page.locator("#whispers")).to_be_hidden()
    assert "durf niet naar school" not in page.content()
    assert said_in(visitor.root.locator("chat-log")) == [
        ("own", "Ik durf niet naar school"),
        ("other", "Wat maakt het zo moeilijk?"),
    ]
    assert looked.found == {}


@pytest.mark.promise("C11")
def test_own_talk_and_reading_along_stand_on_the_desk_one_at_a_time(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(reading_along="beforehand"))
    looked = Looked(thorough=True)
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    visitor.say("Hallo")
    mentor = mentor_of(house, line)
    house.forget_statuses()
    other = house.visitor(line)
    other.wait_in_line()
    mentor.take()
    page = mentor.page
    page.locator("#guided .guided__read").click()
    page.locator('#follow button[value="read"]').click()
    expect(page.locator("#along")).to_be_visible()
    expect(mentor.pane).to_have_count(1)
    assert mentor.pane.get_attribute("id") == "along"
    page.locator("#talks .talk-button").click()
    expect(page.locator("#along")).to_be_hidden()
    expect(page.locator("#along-card")).to_be_visible()
    looked.at("along, with a talk of one's own", page)
    page.locator("#along-show").click()
    expect(page.locator("#along")).to_be_visible()
    # Nobody tells the visitor at the moment: that was said before the talk.
    expect(visitor.root.locator("chat-log .message--system:not([hidden])")).to_have_count(1)
    visitor.press("leave")
    visitor.press("confirm-yes")
    expect(page.locator("#along")).to_be_hidden()
    assert looked.found == {}


def test_no_button_where_the_policy_lets_nobody_read_along(house: House, line: Line) -> None:
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    expect(visitor.root.locator("[data-reading]")).to_have_count(0)
    house.in_talk(line, visitor, counsellor)
    mentor = mentor_of(house, line)
    expect(mentor.page.locator("#guided .button")).to_have_count(1)
    expect(mentor.page.locator("#guided .guided__read")).to_have_count(0)
