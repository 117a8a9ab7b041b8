"""A counsellor's browser that dies, and two tabs of one counsellor: nobody is left alone, and nothing happens twice."""

import datetime as dt
import re
import time

import pytest
from playwright.sync_api import Page, expect

from chat.models import STALE
from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.e2e.people import Counsellor, words
from tests.e2e.test_desk_alerts import begin, put_forward, struck
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def notice_who_died(house: House) -> None:
    """So much later the round is made by a process that watched all the time."""
    from chat.keeper import keeper

    async def look() -> None:
        keeper.watch.last = time.monotonic()
        keeper.watch.since = keeper.watch.last - 2 * STALE.total_seconds()
        await keeper.round()

    house.clock.shift(STALE + dt.timedelta(seconds=1))
    house.server.do(look())


@pytest.mark.promise("A10")
def test_browser_that_dies_gives_its_talk_to_a_colleague_with_all_that_was_said(house: House, line: Line) -> None:
    house.expect_trouble("ERR_INTERNET_DISCONNECTED")
    gone, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, gone)
    visitor.say("Ik durf het niet te zeggen")
    gone.hears("Ik durf het niet te zeggen")
    gone.say("Neem je tijd")
    visitor.hears("Neem je tijd")
    colleague = house.counsellor(line)
    gone.page.context.set_offline(True)
    house.server.cut("/desk/")
    expect(gone.page.locator("#connection")).to_have_attribute("data-state", "offline")
    expect(colleague.page.locator("#connection")).to_have_attribute("data-state", "online")
    notice_who_died(house)

    visitor.at("waiting")
    expect(visitor.part("waiting-title")).to_have_text(words("nl", "back_title"))
    expect(visitor.part("place")).to_have_text(words("nl", "back_in_queue"))
    expect(colleague.page.locator("#waiting .waiting__mark")).not_to_be_empty()
    colleague.take()
    visitor.at("talk")
    said = [("other", "Ik durf het niet te zeggen"), ("other", "Neem je tijd")]
    colleague.hears("Neem je tijd")
    assert colleague.said == said
    colleague.say("Ik lees wat je schreef")
    visitor.hears("Ik lees wat je schreef")

    gone.page.context.set_offline(False)
    expect(gone.page.locator("#hands-lost .hand")).to_contain_text("Een collega ging verder")
    expect(gone.page.locator("#pane-talk article.talk--over")).to_be_visible()
    expect(gone.page.locator('#presence [data-presence="away"]')).to_have_attribute("aria-pressed", "true")


def test_two_tabs_of_one_counsellor_double_nothing(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(capacity=2, questions=[]))
    counsellor = house.counsellor(line)
    page = counsellor.page
    other = page.context.new_page()
    other.goto(page.url)
    tabs = (page, other)
    for tab in tabs:
        begin(tab)
        tab.locator("h1").click()
    there = Counsellor(other)
    expect(other.locator("#fact-present")).to_have_text("1")
    visitor = house.visitor(line)
    visitor.wait_in_line()
    for tab in tabs:
        expect(tab.locator("#fact-waiting")).to_have_text("1")
    sounding(tabs)
    counsellor.take()
    visitor.at("talk")
    expect(there.pane).to_be_visible()
    for tab in tabs:
        expect(tab.locator("#fact-room")).to_have_text(re.compile("^1 .* 2"))
        expect(tab.locator("#talks .talk-button")).to_have_count(1)
    visitor.say("Hallo")
    for side in (counsellor, there):
        side.hears("Hallo")
    counsellor.say("Dag")
    there.stored("Dag")
    there.say("Vertel maar")
    counsellor.stored("Vertel maar")
    visitor.hears("Vertel maar")
    assert visitor.said == [("own", "Hallo"), ("other", "Dag"), ("other", "Vertel maar")]
    assert counsellor.said == there.said == [("other", "Hallo"), ("own", "Dag"), ("own", "Vertel maar")]
    counsellor.end()
    expect(other.locator("#pane-talk article.talk--over")).to_be_visible()
    expect(other.locator("#fact-room")).to_have_text(re.compile("^0 .* 2"))


# Each desk looks at its clock every second: it has seen that somebody waits for so long.
WAITED = """seconds => {
    const [minutes, rest] = document.querySelector("#fact-longest").textContent.split(":").map(Number);
    return minutes * 60 + rest >= seconds;
}"""


def sounding(tabs: tuple[Page, Page]) -> None:
    """One of them rings, however often it is time to; the other stays silent."""
    for turn in range(1, 4):
        for tab in tabs:
            put_forward(tab, 7)
            tab.wait_for_function(WAITED, arg=7 * turn)
    assert sorted(struck(tab) > 0 for tab in tabs) == [False, True]
