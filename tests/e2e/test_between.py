"""What happens between two messages: somebody writes, reads, runs out of time, or reloads with half a sentence."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from helplines import policies
from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.e2e.people import words
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.promise("C03")
def test_marks_typing_drafts_and_cues(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(soft_minutes=20))
    counsellor = house.counsellor(line)
    visitor = house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    states = visitor.root.locator(".message__state")

    # Writing is seen on the other side, kept from a screen reader, and over with the message.
    line_there = counsellor.pane.locator(".typing")
    expect(line_there).to_have_attribute("aria-hidden", "true")
    visitor.box.press_sequentially("Ik wil")
    expect(line_there).not_to_be_empty()
    visitor.box.press("Enter")
    expect(line_there).to_be_empty()
    counsellor.box.press_sequentially("Dag")
    expect(visitor.root.locator(".typing")).to_have_text(words("nl", "typing", name="Sam"))
    counsellor.box.press("Enter")
    visitor.hears("Dag")
    expect(visitor.root.locator(".typing")).to_be_empty()

    # Read where it was on the screen, and no more than sent where it was not.
    counsellor.page.evaluate("() => Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    visitor.box.fill("Hallo")
    visitor.box.press("Enter")
    expect(states).to_have_text([words("nl", "log_seen"), words("nl", "log_sent")])
    counsellor.page.evaluate("() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(states).to_have_text([words("nl", "log_seen")])

    # What was read stays so for who loads the page again, at once; no later round has to tell it.
    visitor.page.reload()
    visitor.at("talk")
    expect(states).to_have_text([words("nl", "log_seen")])
    counsellor.page.reload()
    expect(counsellor.article("Dag", "own").locator(".message__state--seen")).to_be_visible()

    # Half a sentence, and one that is on its way, are there after a reload; the time that is left is told once.
    house.expect_trouble("ERR_INTERNET_DISCONNECTED")
    visitor.page.context.set_offline(True)
    house.server.cut()
    expect(visitor.part("offline")).to_be_visible()
    visitor.box.fill("Onderweg")
    visitor.box.press("Enter")
    visitor.box.fill("Nog niet af")
    house.clock.shift(dt.timedelta(minutes=4))
    house.note_who_is_there()
    visitor.page.context.set_offline(False)
    visitor.page.reload()
    visitor.at("talk")
    visitor.stored("Onderweg")
    counsellor.hears("Onderweg")
    expect(visitor.box).to_have_value("Nog niet af")
    assert visitor.said == [("own", "Ik wil"), ("other", "Dag"), ("own", "Hallo"), ("own", "Onderweg")]
    house.clock.shift(dt.timedelta(minutes=7))
    house.note_who_is_there()
    visitor.page.reload()
    expect(visitor.root.get_by_text(words("nl", "cue_before", minutes="10"))).to_have_count(1)
    visitor.box.press("Enter")
    counsellor.hears("Nog niet af")
    visitor.page.reload()
    visitor.stored("Nog niet af")
    expect(visitor.box).to_have_value("")
    counsellor.end()
    expect(visitor.part("over-text")).to_be_visible()
    assert visitor.held is None


@pytest.mark.promise("C03")
def test_short_talk_is_told_its_end_two_minutes_before(house: House, line: Line) -> None:
    least, most = policies.NUMBERS["soft_minutes"]
    PolicyFactory(organisation=line.organisation, values=promise(soft_minutes=least))
    counsellor = house.counsellor(line)
    visitor = house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    expect(counsellor.pane.locator(".talk__clock")).to_have_attribute("data-phase", "calm")
    house.clock.shift(dt.timedelta(minutes=least - 2, seconds=5))
    house.note_who_is_there()
    visitor.page.reload()
    expect(visitor.root.get_by_text(words("nl", "cue_before", minutes="2"))).to_have_count(1)
    counsellor.page.reload()
    expect(counsellor.pane.locator(".talk__clock")).to_have_attribute("data-phase", "last")

    # No length that a policy may have goes without, and none is told of more than half of itself.
    cues = visitor.page.evaluate(
        """async ([least, most]) => {
            const { cuesBefore } = await import("/static/chat/soft-end.js");
            return Array.from({ length: most - least + 1 }, (_, n) => [n + least, cuesBefore(n + least)]);
        }""",
        [least, most],
    )
    assert {soft: before for soft, before in cues if soft in {5, 9, 10, 19, 20, 60}} == {
        5: [2], 9: [2], 10: [5], 19: [5], 20: [10, 5], 60: [10, 5],
    }  # fmt: skip
    assert [soft for soft, before in cues if not before or max(before) * 2 > soft] == []
