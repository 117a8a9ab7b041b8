"""The talk without a screen: what it is called, who says what, and where the focus is (WCAG 2.4.3, 4.1.2, 4.1.3)."""

import re

import pytest
from playwright.sync_api import expect

from helplines.models import Line
from tests.e2e.conftest import House
from tests.e2e.people import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def begins_at_its_heading(visitor: Visitor, step: str) -> None:
    visitor.at(step)
    expect(visitor.root.locator(f'[data-step="{step}"] h1')).to_be_focused()


def test_talk_is_a_log_with_names_and_the_focus_stays_where_one_writes(house: House, line: Line) -> None:
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    page = visitor.page
    visitor.press("start")
    begins_at_its_heading(visitor, "questions")
    visitor.press("skip")
    begins_at_its_heading(visitor, "waiting")
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    box, log = page.get_by_role("textbox", name="Je bericht"), page.get_by_role("log", name="Wat er gezegd is")
    expect(box).to_be_focused()
    expect(log).to_have_attribute("aria-live", "polite")
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.say("Dag")
    visitor.hears("Dag")
    expect(box).to_be_focused()
    expect(log.get_by_role("article")).to_have_count(2)
    # Each message can be reached by its heading: whose it is, and when.
    names = [re.sub(r"\d\d:\d\d", "TT:TT", text) for text in log.get_by_role("heading", level=3).all_text_contents()]
    assert names == ["Jij, TT:TT", "Sam, TT:TT"]
    # A message of the other side is in the language of the talk; one's own says nothing of its.
    texts = log.locator(".message__text")
    assert [texts.nth(number).get_attribute("lang") for number in range(2)] == [None, "nl"]
    theirs = counsellor.pane.get_by_role("log")
    expect(theirs).to_have_attribute("aria-live", "polite")
    expect(theirs).to_have_attribute("aria-label", re.compile(r"^Het gesprek met "))
