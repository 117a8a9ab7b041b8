"""What a talk tells by itself while its pages stay open: words that did not go, a counsellor who is gone, the time left."""

import datetime as dt
import re

import pytest
from django.utils import translation
from playwright.sync_api import Dialog, Page, expect

from chat.keeper import AWAY_AFTER
from chat.strings import desk as desk_words
from helplines import policies
from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.e2e.people import Counsellor, Visitor, words
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What is said goes nowhere; all else of the line works, so only the message itself is in trouble.
MUTE = """() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (text) { if (JSON.parse(text).do !== "say") send.call(this, text); };
    window.unmute = () => { WebSocket.prototype.send = send; };
}"""
PATIENCE = 15_000  # milliseconds that a message waits for its answer
MINUTE = 60_000


def said_at_the_desk(key: str, **values: int) -> str:
    with translation.override("nl"):
        return re.sub(r"\{(\w+)\}", lambda place: str(values[place[1]]), str(desk_words.strings()[key]))


def put_forward(page: Page, milliseconds: int) -> None:
    page.clock.fast_forward(milliseconds)


def both(house: House, line: Line) -> tuple[Visitor, Counsellor]:
    """In a talk, each with a browser whose clock the test puts forward."""
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    visitor.page.clock.install()
    visitor.page.reload()
    house.in_talk(line, visitor, counsellor)
    return visitor, counsellor


def test_message_that_could_not_be_sent_stays_with_a_way_to_try_again(house: House, line: Line) -> None:
    visitor, counsellor = both(house, line)
    visitor.page.evaluate(MUTE)
    visitor.box.fill("Ik durf niet naar huis")
    visitor.box.press("Enter")
    visitor.box.fill("Nog een zin")
    mine = visitor.article("Ik durf niet naar huis", "own")
    expect(mine).to_contain_text(words("nl", "log_pending"))
    put_forward(visitor.page, PATIENCE + 100)
    expect(mine).to_contain_text(words("nl", "log_failed"))
    again = mine.get_by_role("button", name=words("nl", "log_again"))
    put_forward(visitor.page, 5 * MINUTE)
    expect(again).to_be_visible()
    expect(visitor.box).to_have_value("Nog een zin")
    assert counsellor.said == []

    visitor.page.evaluate("() => unmute()")
    again.press("Enter")
    visitor.stored("Ik durf niet naar huis")
    counsellor.hears("Ik durf niet naar huis")
    expect(again).to_have_count(0)
    visitor.box.press("Enter")
    counsellor.hears("Nog een zin")
    assert [text for _side, text in counsellor.said] == ["Ik durf niet naar huis", "Nog een zin"]


def test_counsellor_whose_line_drops_and_who_is_back_is_told_in_plain_words(house: House, line: Line) -> None:
    house.expect_trouble("ERR_INTERNET_DISCONNECTED")
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    counsellor.page.context.set_offline(True)
    house.server.cut("/desk/")
    expect(counsellor.page.locator("#connection")).to_have_attribute("data-state", "offline")
    house.clock.shift(AWAY_AFTER + dt.timedelta(seconds=1))
    house.note_who_is_there()
    expect(visitor.part("peer")).to_have_text(words("nl", "peer_away"))
    visitor.say("Hoor je mij nog?")
    counsellor.page.context.set_offline(False)
    expect(visitor.part("peer")).to_have_text(words("nl", "peer_back"))
    counsellor.hears("Hoor je mij nog?")
    expect(visitor.root.locator("[data-peer]")).to_be_empty()


@pytest.mark.promise("C03")
def test_time_that_is_left_is_told_on_both_sides_while_the_pages_stay_open(house: House, line: Line) -> None:
    least, _most = policies.NUMBERS["soft_minutes"]
    PolicyFactory(organisation=line.organisation, values=promise(soft_minutes=least))
    visitor, counsellor = both(house, line)
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    desk = counsellor.page
    desk.clock.install()
    clock, log = counsellor.pane.locator(".talk__clock"), counsellor.pane.locator("chat-log")
    turn = counsellor.pane.locator(".talk__since").first
    expect(clock).to_have_attribute("data-phase", "calm")
    for minutes, phase in ((2, "near"), (3, "over")):
        put_forward(desk, minutes * MINUTE)
        expect(turn).to_have_attribute("data-phase", phase)
        expect(clock).to_have_attribute("data-phase", {2: "calm", 3: "over"}[minutes])
        expect(desk.locator("#talks .talk-button__mark")).to_contain_text("op je antwoord")
    expect(log).to_contain_text(said_at_the_desk("cue_over"))

    told = visitor.root.get_by_text(words("nl", "cue_before", minutes="2"))
    put_forward(visitor.page, 2 * MINUTE)
    expect(told).to_have_count(0)
    put_forward(visitor.page, MINUTE + 10_000)
    expect(told).to_have_count(1)
    put_forward(visitor.page, 2 * MINUTE)
    expect(visitor.root.get_by_text(words("nl", "cue_end"))).to_have_count(1)
    expect(told).to_have_count(1)
    # Nobody is cut off: both go on.
    visitor.say("Nog iets")
    counsellor.hears("Nog iets")


@pytest.mark.promise("C03")
def test_last_minutes_are_told_at_the_desk_before_they_are_over(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(soft_minutes=20))
    _visitor, counsellor = both(house, line)
    desk = counsellor.page
    desk.clock.install()
    put_forward(desk, 10 * MINUTE + 5000)
    expect(counsellor.pane.locator(".talk__clock")).to_have_attribute("data-phase", "near")
    expect(counsellor.pane.locator("chat-log")).to_contain_text(said_at_the_desk("cue_left", n=10))


@pytest.mark.promise("A13")
def test_window_of_a_talk_that_is_over_closes_without_a_question(house: House, line: Line) -> None:
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    asked: list[str] = []

    def go(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    visitor.page.on("dialog", go)
    counsellor.end()
    expect(visitor.part("over-text")).to_be_visible()
    with visitor.page.expect_event("close"):
        visitor.page.close(run_before_unload=True)
    assert asked == []
