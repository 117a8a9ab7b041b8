"""A reload, a dropped line and a second tab: who comes back in time goes on, and nobody else does (C02)."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from chat import writer
from chat.models import Conversation
from chat.states import State, Why
from chat.wire import RefusedError
from chat.writer import Saying
from helplines.models import Line
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House
from tests.e2e.people import Counsellor, Visitor, words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def counsellor(house: House, line: Line) -> Counsellor:
    return house.counsellor(line)


@pytest.fixture
def visitor(house: House, line: Line, counsellor: Counsellor) -> Visitor:
    """Somebody in a talk, in which both have said something."""
    visitor = house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.say("Dag")
    visitor.hears("Dag")
    return visitor


def talks() -> list[tuple[str, str]]:
    with across_organisations():
        return list(Conversation.objects.order_by("pk").values_list("state", "end_reason"))


def go_offline(house: House, visitor: Visitor, counsellor: Counsellor) -> None:
    """The network of the visitor goes, and the counsellor is told."""
    house.expect_trouble("ERR_INTERNET_DISCONNECTED")
    visitor.page.context.set_offline(True)
    house.server.cut()
    expect(counsellor.pane.locator(".talk__there")).to_have_attribute("data-present", "false")
    expect(visitor.part("offline")).to_be_visible()


def come_back_after(house: House, visitor: Visitor, away: dt.timedelta) -> None:
    """So much later the network is there again; the counsellor was at the desk all the time."""
    house.clock.shift(away)
    house.note_who_is_there()
    house.forget_statuses()
    visitor.page.context.set_offline(False)


@pytest.mark.promise("C02")
def test_reload_goes_on_with_the_same_talk(house: House, counsellor: Counsellor, visitor: Visitor) -> None:
    before = visitor.held
    visitor.page.reload()
    visitor.at("talk")
    visitor.hears("Dag")
    expect(visitor.root.locator("[data-with]")).to_have_text(words("nl", "with", name="Sam"))
    counsellor.say("Daar ben je weer")
    visitor.hears("Daar ben je weer")
    visitor.say("Ja")
    counsellor.hears("Ja")
    assert visitor.said == [("own", "Hallo"), ("other", "Dag"), ("other", "Daar ben je weer"), ("own", "Ja")]
    assert counsellor.said == [("other", "Hallo"), ("own", "Dag"), ("own", "Daar ben je weer"), ("other", "Ja")]
    assert talks() == [(State.ACTIVE, "")]
    after = visitor.held
    assert before is not None
    assert after is not None
    assert after["code"] == before["code"]
    assert after["secret"] != before["secret"]


def test_reload_in_the_frame_of_a_site_goes_on_too(house: House, line: Line, counsellor: Counsellor) -> None:
    visitor = house.widget(line)
    button = visitor.page.locator("chat-line .launcher:visible")
    button.click()
    visitor.wait_in_line()
    visitor.press("close")
    expect(button.locator(".word")).to_have_text(words("nl", "wait_on"))
    visitor.page.reload()
    visitor.at("waiting")
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    visitor.page.reload()
    visitor.at("talk")
    visitor.stored("Hallo")
    assert visitor.said == [("own", "Hallo")]
    visitor.press("close")
    expect(button.locator(".word")).to_have_text(words("nl", "talk_on"))
    button.click()
    visitor.say("Daar ben ik weer")
    visitor.press("close")
    counsellor.end()
    expect(button.locator(".word")).to_have_text("open")
    # Without a talk the panel stays shut, and no frame stays behind it.
    visitor.page.reload()
    expect(button).to_be_visible()
    expect(visitor.page.locator("chat-line iframe")).to_have_count(0)


@pytest.mark.promise("C02")
def test_line_that_is_gone_is_told_soon(house: House, counsellor: Counsellor, visitor: Visitor) -> None:
    """At once where the device knows it, after five seconds where a message has no answer."""
    house.expect_trouble("ERR_INTERNET_DISCONNECTED")
    visitor.page.context.set_offline(True)
    expect(visitor.part("offline")).to_be_visible(timeout=2000)
    visitor.page.context.set_offline(False)
    expect(visitor.part("offline")).to_be_hidden()
    visitor.say("Ik ben er weer")
    visitor.page.clock.install()
    visitor.page.evaluate("() => { WebSocket.prototype.send = () => {}; }")
    visitor.box.fill("Hoor je dit?")
    visitor.box.press("Enter")
    expect(visitor.part("offline")).to_be_hidden()
    visitor.page.clock.fast_forward(5100)
    expect(visitor.part("offline")).to_be_visible()


@pytest.mark.promise("C02")
def test_line_back_within_five_minutes_goes_on(house: House, counsellor: Counsellor, visitor: Visitor) -> None:
    go_offline(house, visitor, counsellor)
    visitor.box.fill("Onderweg geschreven")
    visitor.box.press("Enter")
    expect(visitor.root.locator(".message--pending")).to_have_count(1)
    counsellor.say("Ik wacht op je")
    come_back_after(house, visitor, dt.timedelta(minutes=4, seconds=50))
    visitor.stored("Onderweg geschreven")
    visitor.hears("Ik wacht op je")
    counsellor.hears("Onderweg geschreven")
    expect(counsellor.pane.locator(".talk__there")).to_have_attribute("data-present", "true")
    expect(visitor.part("offline")).to_be_hidden()
    said = [("own", "Hallo"), ("other", "Dag"), ("other", "Ik wacht op je"), ("own", "Onderweg geschreven")]
    assert visitor.said == said
    assert talks() == [(State.ACTIVE, "")]


@pytest.mark.promise("C02")
def test_line_back_after_five_minutes_starts_anew(
    house: House, line: Line, counsellor: Counsellor, visitor: Visitor
) -> None:
    before = visitor.held
    go_offline(house, visitor, counsellor)
    come_back_after(house, visitor, dt.timedelta(minutes=5, seconds=1))
    visitor.at("promise")
    expect(visitor.part("notice")).to_have_text(words("nl", "late", minutes="5"))
    assert visitor.held is None
    assert talks() == [(State.ABANDONED, Why.NOT_BACK)]
    expect(counsellor.page.locator("#pane-talk .talk--over")).to_be_visible()

    house.in_talk(line, visitor, counsellor)
    visitor.say("Opnieuw")
    counsellor.hears("Opnieuw")
    assert visitor.said == [("own", "Opnieuw")]
    assert before is not None
    assert visitor.held is not None
    assert visitor.held["code"] != before["code"]
    assert talks() == [(State.ABANDONED, Why.NOT_BACK), (State.ACTIVE, "")]


def test_drop_while_waiting_keeps_the_place(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    visitor = house.visitor(line)
    visitor.wait_in_line()
    counsellor.sees_waiting(1)
    house.server.cut()
    visitor.at("waiting")
    expect(visitor.part("offline")).to_be_hidden()
    expect(counsellor.page.locator("#waiting .waiting__mark:visible")).to_have_count(0)
    counsellor.take()
    visitor.at("talk")
    assert talks() == [(State.ACTIVE, "")]


def test_counsellors_line_drops_and_the_talk_goes_on(counsellor: Counsellor, visitor: Visitor, house: House) -> None:
    house.server.cut("/desk/")
    visitor.say("Ben je daar?")
    counsellor.hears("Ben je daar?")
    counsellor.say("Ja")
    visitor.hears("Ja")
    assert counsellor.said == [("other", "Hallo"), ("own", "Dag"), ("other", "Ben je daar?"), ("own", "Ja")]


def test_second_tab_with_the_same_address_opens_nothing_old(
    house: House, line: Line, counsellor: Counsellor, visitor: Visitor
) -> None:
    other = Visitor(visitor.page.context.new_page())
    other.page.goto(house.chat_page(line))
    other.at("promise")
    assert (other.said, other.held) == ([], None)
    visitor.say("Nog altijd hier")
    counsellor.hears("Nog altijd hier")
    assert talks() == [(State.ACTIVE, "")]


def test_copy_of_a_tab_takes_the_talk_along_and_the_first_says_so(
    house: House, line: Line, counsellor: Counsellor, visitor: Visitor
) -> None:
    copied = visitor.page.evaluate("() => JSON.stringify({...sessionStorage})")
    copy = Visitor(visitor.page.context.new_page())
    copy.page.add_init_script(
        f"for (const [key, value] of Object.entries({copied})) sessionStorage.getItem(key) ?? sessionStorage.setItem(key, value)"
    )
    copy.page.goto(house.chat_page(line))
    copy.at("talk")
    copy.hears("Dag")
    visitor.at("stopped")
    expect(visitor.part("stopped-title")).to_have_text(words("nl", "elsewhere_title"))
    assert visitor.held is None
    copy.say("Verder hier")
    counsellor.hears("Verder hier")
    assert copy.said == [("own", "Hallo"), ("other", "Dag"), ("own", "Verder hier")]
    assert json.loads(copied) != {}


@pytest.mark.promise("A13")
def test_closing_the_window_in_a_talk_asks_first(visitor: Visitor) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    visitor.page.on("dialog", stay)
    with visitor.page.expect_event("dialog"):
        visitor.page.close(run_before_unload=True)
    visitor.say("Gebleven")
    assert asked == ["beforeunload"]


def test_browser_that_stores_nothing_can_still_talk_and_is_warned(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    page = house.someone().new_page()
    page.add_init_script(
        'Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("no", "SecurityError"); } })'
    )
    page.goto(house.chat_page(line))
    visitor = Visitor(page)
    house.in_talk(line, visitor, counsellor)
    expect(visitor.part("memory")).to_have_text(words("nl", "unstored"))
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    house.server.cut()
    counsellor.say("Ben je er?")
    visitor.hears("Ben je er?")
    assert visitor.said == [("own", "Hallo"), ("other", "Ben je er?")]


def test_what_was_written_first_is_stored_first_also_when_it_has_to_be_tried_again(
    counsellor: Counsellor, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, tried = writer.store, []

    def broken_once(batch: Sequence[Saying]) -> list[Any]:
        if not tried and any(saying.text == "Eerst" for saying in batch):
            tried.append(True)
            return [RefusedError("broken") for _saying in batch]
        return whole(batch)

    monkeypatch.setattr(writer, "store", broken_once)
    for text in ("Eerst", "Daarna"):
        visitor.box.fill(text)
        visitor.box.press("Enter")
    visitor.stored("Daarna")
    counsellor.hears("Daarna")
    assert tried
    assert [text for _side, text in counsellor.said][-2:] == ["Eerst", "Daarna"]
