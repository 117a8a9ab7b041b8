"""Busy and closed as a visitor sees them: why, until when, and where else to go (A02-A07, A11)."""

import datetime as dt
import os
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from chat.states import State
from helplines.models import Line, Membership, Weekday
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House, promise
from tests.e2e.people import Visitor, words
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import ClosureFactory, LineFactory, OpeningHoursFactory, PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY_EVENING = dt.datetime(2026, 3, 2, 18, 0, tzinfo=BRUSSELS)


def look(house: House, line: Line, language: str = "nl") -> Visitor:
    """The page of a line, in a browser whose clock is the server's."""
    page = house.someone(language, timezone_id="Europe/Brussels").new_page()
    page.clock.set_fixed_time(dt.datetime.now(dt.UTC))
    page.goto(house.chat_page(line))
    return Visitor(page)


def cannot_start_but_can_write(visitor: Visitor) -> None:
    """No way into a talk; the centres' addresses and the numbers are there instead."""
    visitor.at("promise")
    expect(visitor.part("start")).to_have_count(0)
    links = visitor.part("elsewhere").locator('a[href^="mailto:"]')
    assert [link.get_attribute("href") for link in links.all()] == [
        "mailto:noord@example.org",
        "mailto:zuid@example.org",
    ]
    numbers = visitor.root.locator(".places--numbers:visible a")
    assert [link.get_attribute("href") for link in numbers.all()] == ["tel:112", "tel:101"]


@pytest.mark.promise("A02", "A03", "A06", "A07", "A11")
def test_closed_outside_hours_tells_when_it_opens(house: House, line: Line) -> None:
    made = LineFactory(organisation=line.organisation, slug="uren", name="Uren")
    for weekday in (Weekday.MONDAY, Weekday.TUESDAY):
        OpeningHoursFactory(line=made, weekday=weekday)
    PolicyFactory(organisation=line.organisation, values=promise(), valid_from=MONDAY_EVENING - dt.timedelta(days=9))
    house.clock.move_to(MONDAY_EVENING)
    visitor = look(house, made)
    expect(visitor.root.locator("[data-status]")).to_have_attribute("data-state", "closed")
    reason = visitor.part("reason")
    expect(reason).to_contain_text(words("nl", "reasons", "hours"))
    expect(reason).to_contain_text("13:00")
    cannot_start_but_can_write(visitor)

    house.clock.move_to(MONDAY_EVENING + dt.timedelta(days=1, hours=-5, minutes=1))
    house.counsellor(made)
    visitor.page.close()
    again = look(house, made)
    expect(again.root.locator("[data-status]")).to_have_attribute("data-state", "open")
    expect(again.part("start")).to_be_visible()


@pytest.mark.promise("A04", "A06", "A07")
def test_opening_hours_with_nobody_there_say_so(house: House, line: Line) -> None:
    visitor = house.visitor(line)
    expect(visitor.part("reason")).to_have_text(words("nl", "reasons", "nobody"))
    expect(visitor.part("status-text")).to_have_text("We zijn er niet.")
    cannot_start_but_can_write(visitor)


@pytest.mark.promise("A06", "A07")
def test_closure_tells_its_kind(house: House, line: Line) -> None:
    house.counsellor(line)
    visitor = house.visitor(line)
    for kind, told in (("exceptional", "exceptional"), ("holiday", "holiday"), ("planned", "hours")):
        closure = ClosureFactory(organisation=line.organisation, kind=kind)
        house.forget_statuses()
        visitor.page.reload()
        expect(visitor.part("reason")).to_contain_text(words("nl", "reasons", told))
        cannot_start_but_can_write(visitor)
        with across_organisations():
            closure.delete()


@pytest.mark.promise("A03", "A05", "A07", "A11")
def test_busy_starts_nothing_and_opens_again_when_the_talk_ends(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    first = house.visitor(line)
    house.in_talk(line, first, counsellor)

    second = house.visitor(line, "en")
    expect(second.root.locator("[data-status]")).to_have_attribute("data-state", "busy")
    expect(second.part("status-text")).to_have_text("Everybody talks.")
    expect(second.part("reason")).to_have_text(words("en", "busy_no_queue"))
    cannot_start_but_can_write(second)
    site = house.someone().new_page()
    house.forget_statuses()
    site.goto(house.host_page(line))
    expect(site.locator("chat-line .launcher:visible")).to_have_attribute("data-state", "busy")

    counsellor.end()
    third = house.visitor(line)
    expect(third.part("start")).to_be_visible()


@pytest.mark.promise("A05")
def test_somebody_who_was_just_too_late_is_told_and_waits_in_no_hidden_line(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    first, second = house.visitor(line), house.visitor(line)
    second.at("promise")
    house.in_talk(line, first, counsellor)
    second.press("start")
    second.press("skip")
    second.at("promise")
    expect(second.part("notice")).to_have_text(words("nl", "refused_busy"))
    counsellor.sees_waiting(0)
    cannot_start_but_can_write(second)


@pytest.mark.promise("A05")
def test_queue_that_is_turned_on_lets_somebody_wait_for_their_turn(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(queue=True, queue_length=2))
    counsellor = house.counsellor(line)
    first = house.visitor(line)
    house.in_talk(line, first, counsellor)
    second = house.visitor(line)
    expect(second.part("start")).to_have_text(words("nl", "start_in_queue"))
    second.wait_in_line()
    expect(second.part("place")).to_have_text(f"{words('nl', 'place_first')} {words('nl', 'wait_unknown')}")
    expect(second.root.locator("[data-closes]")).to_be_empty()
    counsellor.end()
    counsellor.take()
    second.at("talk")


@pytest.mark.promise("A05")
def test_place_and_estimate_stay_through_a_reload(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(queue=True, queue_length=5, questions=[]))
    counsellor = house.counsellor(line)
    with across_organisations():
        member = Membership.objects.get(organisation=line.organisation)
    now = dt.datetime.now(dt.UTC)
    for _talk in range(5):
        ActiveConversationFactory(
            line=line, counsellor=member, claimed_at=now - dt.timedelta(minutes=30), ended_at=now, state=State.CLOSED
        )
    first, second, third = (house.visitor(line) for _each in range(3))
    house.in_talk(line, first, counsellor)
    for visitor in (second, third):
        house.forget_statuses()
        visitor.page.reload()
        visitor.wait_in_line()
    place = second.root.locator("[data-place]")
    expect(place).to_have_text(f"{words('nl', 'place_first')} {words('nl', 'wait_span', low='30', high='35')}")
    behind = third.root.locator("[data-place]")
    expect(behind).to_contain_text(words("nl", "place_one"))
    told = behind.inner_text()
    third.page.reload()
    third.at("waiting")
    expect(behind).to_have_text(told)
    second.press("leave")
    second.root.locator("[data-confirm-yes]").click()
    expect(behind).to_contain_text(words("nl", "place_first"))


@pytest.mark.promise("A06")
def test_who_waits_is_told_before_the_line_closes(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    ClosureFactory(organisation=line.organisation, starts_at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=9))
    visitor = house.visitor(line)
    visitor.wait_in_line()
    expect(visitor.part("closes")).to_have_text(words("nl", "closing_left", minutes="7"))
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    expect(visitor.root.locator("[data-closes]")).to_be_empty()
    # More is never told than there is, but for the few seconds between two looks.
    steps = visitor.page.evaluate(
        """async () => {
            const { stepOf } = await import("/static/chat/left.js");
            return [181, 176, 174, 56, 54, 0, -9].map((seconds) => stepOf(seconds, [180, 60]));
        }"""
    )
    assert steps == [180, 180, 60, 60, 0, 0, 0]


@pytest.mark.promise("A06")
def test_line_that_closes_while_somebody_waits_tells_them(house: House, line: Line) -> None:
    from chat import service

    house.counsellor(line)
    visitor = house.visitor(line)
    visitor.wait_in_line()
    ClosureFactory(organisation=line.organisation)
    service.refuse_after_closing(organisation_id=line.organisation_id, now=dt.datetime.now(dt.UTC))
    visitor.at("promise")
    expect(visitor.part("notice")).to_have_text(words("nl", "refused_closed"))


@pytest.mark.promise("C06", "A07")
@pytest.mark.parametrize("with_branches", [True, False])
def test_who_is_blocked_reads_from_when_and_where_else_there_is_help(
    house: House, line: Line, with_branches: bool
) -> None:
    """After a threat: the numbers for who is in danger, and where to write; eight hours later a talk begins again."""
    PolicyFactory(organisation=line.organisation, values=promise(block_hours=8))
    if not with_branches:
        with across_organisations():
            line.organisation.branches.all().delete()
    counsellor, visitor = house.counsellor(line), house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    counsellor.end("block-threats")
    expect(visitor.part("over-text")).to_be_visible()

    def tries() -> None:
        house.forget_statuses()
        visitor.page.goto(house.chat_page(line))
        visitor.press("start")
        visitor.press("skip")

    tries()
    visitor.at("refused")
    page = visitor.root.locator('[data-step="refused"]')
    assert page.locator("h1").inner_text() == words("nl", "blocked_title")
    start, end = words("nl", "blocked_text", time="|").split("|")
    told = visitor.part("refused-text").inner_text()
    assert told.startswith(start) and told.endswith(end)
    assert re.search(r"\d\d:\d\d", told.removeprefix(start).removesuffix(end))
    calls = [link.get_attribute("href") for link in page.locator('a[href^="tel:"]').all() if link.is_visible()]
    assert {"tel:112", "tel:101"} <= set(calls)
    if with_branches:
        expect(page.locator("select, [role=combobox], details, a[href^='mailto:']").first).to_be_visible()
    else:
        expect(page.locator(f'a[href="mailto:{line.organisation.support_email}"]')).to_be_visible()
    if folder := os.environ.get("SHOTS"):
        visitor.page.screenshot(path=f"{folder}/blocked-{with_branches}.png", full_page=True)

    house.clock.shift(dt.timedelta(hours=8, seconds=1))
    house.note_who_is_there()
    tries()
    visitor.at("waiting")
