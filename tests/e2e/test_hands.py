"""A talk changes hands: the colleague and the visitor say yes, and a mentor takes over with a reason."""

import datetime as dt
import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line, Role
from tests.e2e.conftest import House
from tests.e2e.looks import Looked
from tests.e2e.people import Counsellor, words
from tests.factories.helplines import LineFactory, MembershipFactory, open_always

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True}


def mentor_of(house: House, line: Line) -> Counsellor:
    member = MembershipFactory(organisation=line.organisation, role=Role.MENTOR, public_name="Noa")
    page = house.signed_in(member.staff)
    page.goto(f"{house.origin}/desk/{line.organisation.slug}/")
    mentor = Counsellor(page)
    mentor.be("present")
    return mentor


@pytest.mark.promise("C10")
def test_what_was_agreed_stays_in_sight_after_the_end(house: House, line: Line) -> None:
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    counsellor.page.locator("#pass").click()
    look = counsellor.page.locator("#transfer")
    look.locator('[name="how"][value="body"]').check()
    look.locator("#transfer-body").fill("Dienst Voorbeeld")
    look.locator("#transfer-agreement").fill("Bel morgen om 10 uur")
    look.locator("#transfer-ask").click()
    visitor.press("question-yes")

    told = "Afgesproken: Dienst Voorbeeld helpt je verder. Bel morgen om 10 uur"
    expect(visitor.part("over-agreed")).to_have_text(told)
    visitor.press("on")
    visitor.at("thanks")
    expect(visitor.part("thanks-agreed")).to_have_text(told)
    visitor.press("restart")
    visitor.at("promise")
    assert "Dienst Voorbeeld" not in visitor.page.content()
    assert visitor.held is None


@pytest.mark.promise("C10")
def test_question_that_will_lapse_tells_both_sides_how_long_it_stands(house: House, line: Line) -> None:
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    counsellor.page.locator("#pass").click()
    look = counsellor.page.locator("#transfer")
    look.locator('[name="how"][value="body"]').check()
    look.locator("#transfer-body").fill("Dienst Voorbeeld")
    look.locator("#transfer-ask").click()
    expect(visitor.part("question-time")).to_contain_text("minuten om te antwoorden")
    expect(counsellor.page.locator("#hands-asked .hand__time")).to_contain_text("minuten open")
    for seconds, key, there in ((90, "ask_left_one", "ongeveer een minuut"), (40, "ask_left_last", "halve minuut")):
        house.clock.shift(dt.timedelta(seconds=seconds))
        house.note_who_is_there()
        visitor.page.reload()
        expect(visitor.part("question-time")).to_have_text(words("nl", key))
        counsellor.page.reload()
        expect(counsellor.page.locator("#hands-asked .hand__time")).to_contain_text(there)
    visitor.press("question-no")
    expect(visitor.root.locator("[data-question-time]")).to_be_hidden()


def ask_colleague(counsellor: Counsellor) -> None:
    counsellor.page.locator("#pass").click()
    expect(counsellor.page.locator("#transfer-colleague option")).to_have_count(1)
    counsellor.page.locator("#transfer-ask").click()


@pytest.mark.promise("C10")
def test_colleague_declines_with_a_note_and_the_visitor_was_never_asked(house: House, line: Line) -> None:
    first, second, visitor = house.counsellor(line), house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, first)
    ask_colleague(first)
    card = second.page.locator("#hands-asked .hand")
    card.locator(".hand__why").fill("Ik stop over vijf minuten")
    card.get_by_role("button", name="Niet nu").click()
    told = first.page.locator("#hands-asked .hand")
    expect(told).to_contain_text("Ik stop over vijf minuten")
    expect(second.page.locator("#hands-asked .hand")).to_have_count(0)
    visitor.say("Nog altijd bij jou")
    first.hears("Nog altijd bij jou")
    assert "vijf minuten" not in visitor.page.content()
    expect(visitor.root.locator("[data-question-frame]")).to_be_hidden()

    # The visitor's own no is told to both, and the talk stays where it was.
    ask_colleague(first)
    second.page.locator("#hands-asked .hand .button").first.click()
    visitor.press("question-no")
    expect(told).to_contain_text("wil bij jou blijven")
    expect(second.page.locator("#talks .talk-button")).to_have_count(0)
    first.say("Dan gaan wij verder")
    visitor.hears("Dan gaan wij verder")


@pytest.mark.promise("C10")
def test_talk_goes_to_another_line_where_somebody_is(house: House, line: Line) -> None:
    other = LineFactory(organisation=line.organisation, slug="nacht", name="De Nacht")
    open_always(other)
    first, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, first)
    visitor.say("Ik slaap niet")
    first.hears("Ik slaap niet")
    second = house.counsellor(other)
    first.page.locator("#pass").click()
    look = first.page.locator("#transfer")
    look.locator('[name="how"][value="line"]').check()
    expect(look.locator("#transfer-line option")).to_have_text(["De Nacht"])
    look.locator("#transfer-ask").click()
    visitor.press("question-yes")
    visitor.at("waiting")
    expect(visitor.part("place")).to_have_text(words("nl", "passed_in_queue"))
    expect(first.page.locator("#pane-talk article.talk--over")).to_be_visible()
    second.take()
    visitor.at("talk")
    second.hears("Ik slaap niet")
    second.say("Ik ga verder met je")
    visitor.hears("Ik ga verder met je")


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.promise("C10", "C04")
def test_a_talk_is_handed_over_and_taken_over(house: House, line: Line) -> None:
    looked = Looked()
    first, second = house.counsellor(line), house.counsellor(line, **PHONE)
    visitor = house.visitor(line, **PHONE)
    house.in_talk(line, visitor, first)
    first.say("Ik luister")

    first.page.locator("#pass").click()
    look = first.page.locator("#transfer")
    expect(look.locator("#transfer-colleague option")).to_have_count(1)
    look.locator("#transfer-note").fill("Het gaat over school")
    looked.at("transfer dialog", first.page)
    shot(first.page, "transfer")
    look.locator("#transfer-ask").click()

    asked = second.page.locator("#hands-asked .hand")
    expect(asked).to_contain_text("Het gaat over school")
    looked.at("asked", second.page)
    shot(second.page, "asked-phone")
    asked.locator(".button").first.click()
    expect(visitor.part("question-yes")).to_be_visible()
    looked.at("the visitor is asked", visitor.page)
    shot(visitor.page, "question-phone")
    shot(first.page, "offered")
    visitor.press("question-yes")

    expect(first.page.locator("#pane-talk article.talk--over")).to_be_visible()
    expect(second.page.locator("#talks .talk-button")).to_have_count(1)
    second.page.locator("#talks .talk-button").click()
    second.say("Hallo, ik ga verder")
    visitor.hears("Hallo, ik ga verder")
    expect(second.article("Ik luister", "other")).to_be_visible()
    shot(first.page, "passed")

    mentor = mentor_of(house, line)
    mentor.page.locator("#guided .button").click()
    mentor.page.locator("#takeover-why").fill("De collega vraagt hulp")
    looked.at("take-over dialog", mentor.page)
    shot(mentor.page, "takeover")
    mentor.page.locator('#takeover button[value="take"]').click()
    expect(mentor.pane).to_be_visible()
    expect(visitor.part("with")).to_contain_text("Noa")
    expect(second.page.locator("#pane-talk article.talk--over")).to_be_visible()
    assert looked.found == {}
