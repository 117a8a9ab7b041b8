"""A yes of the visitor in real browsers: asked at the desk, answered in the talk, and only then an office can open (E05, E06)."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chat import requeue
from chat.models import Conversation
from chat.states import Party
from helplines.models import Line, Role
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House, promise
from tests.e2e.people import Counsellor, Visitor, words
from tests.e2e.test_opening import PHRASE, make_key
from tests.factories.helplines import MembershipFactory, PolicyFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.promise("E05", "E06"),
]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True}
CONSENT = {
    "opening_grounds": ["order", "consent"],
    "opening_askers": ["counsellor", "manager"],
    "opening_recipients": ["emergency", "police"],
}
PURPOSE = "De ambulance komt naar je toe. Daarvoor is nodig waar je bent."


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def talking(house: House, line: Line, **options: Any) -> tuple[Counsellor, Visitor]:
    PolicyFactory(organisation=line.organisation, values=promise(**CONSENT))
    counsellor, visitor = house.counsellor(line), house.visitor(line, **options)
    house.in_talk(line, visitor, counsellor)
    counsellor.say("Zullen we hulp naar je toe sturen?")
    visitor.hears("Zullen we hulp naar je toe sturen?")
    return counsellor, visitor


def ask_consent(counsellor: Counsellor, purpose: str = PURPOSE, recipient: str = "emergency") -> None:
    counsellor.page.locator("#consent-ask").click()
    box = counsellor.page.locator("#consent")
    box.locator("#consent-recipient").select_option(recipient)
    box.locator("#consent-purpose").fill(purpose)
    shot(counsellor.page, "consent-dialog")
    box.locator('button[value="ask"]').click()


def card(counsellor: Counsellor) -> Any:
    return counsellor.pane.locator(".consent")


@pytest.mark.promise("D01")
def test_visitor_says_yes_and_the_administrator_opens(house: House, line: Line, tmp_path: Path) -> None:
    slug = line.organisation.slug
    office = house.signed_in(MembershipFactory(organisation=line.organisation, role=Role.ADMINISTRATOR).staff)
    office.goto(f"{house.origin}/keys/{slug}/")
    file = make_key(office, tmp_path)
    counsellor, visitor = talking(house, line, **PHONE)
    shot(counsellor.page, "consent-desk-before")
    ask_consent(counsellor)
    expect(visitor.part("consent-asked")).to_have_text(words("nl", "consent_ask", who="onze beheerder"))
    expect(visitor.part("consent-purpose")).to_have_text(PURPOSE)
    expect(visitor.part("consent-recipient")).to_have_text("de hulpdiensten")
    expect(visitor.part("consent-time")).to_contain_text("5 minuten")
    expect(card(counsellor)).to_contain_text("krijgt nu de vraag")
    shot(visitor.page, "consent-asked-phone")
    shot(counsellor.page, "consent-asked-desk")
    equal = [visitor.part(f"consent-{name}").evaluate("b => [b.className, b.offsetHeight]") for name in ("yes", "no")]
    assert equal[0] == equal[1]
    visitor.press("consent-yes")
    expect(visitor.part("consent-said")).to_contain_text("Je zei ja")
    expect(visitor.part("consent-asked")).to_have_count(0)
    expect(card(counsellor)).to_contain_text("zei ja om")
    shot(visitor.page, "consent-given-phone")
    shot(counsellor.page, "consent-given-desk")

    visitor.page.reload()
    expect(visitor.part("consent-back")).to_be_visible()
    with counsellor.page.expect_popup() as opened:
        card(counsellor).locator("a").click()
    asks = opened.value
    expect(asks.locator("blockquote")).to_have_text(PURPOSE)
    shot(asks, "consent-ask-page")
    asks.get_by_role("button", name="Vraag het met dit ja").click()
    expect(asks.locator("h1")).to_have_text("Aanvraag om een adres te openen")

    office.goto(f"{house.origin}/opening/{slug}/")
    office.get_by_role("link", name="Aanvraag van").click()
    expect(office.locator("main")).to_contain_text(PURPOSE)
    shot(office, "consent-office")
    office.locator("[name=file]").set_input_files(file)
    office.locator("[name=passphrase]").fill(PHRASE)
    office.locator("[name=sure]").check()
    office.get_by_role("button", name="Ga akkoord").click()
    expect(office.locator("main code").first).to_have_text("127.0.0.1")
    expect(visitor.part("consent-back")).to_have_count(0)
    expect(visitor.root.locator("chat-log")).to_contain_text("Je adres is nu open")
    expect(card(counsellor)).to_contain_text("Het adres is geopend")
    shot(visitor.page, "consent-used-phone")
    for page in (counsellor.page, asks, visitor.page):
        assert "127.0.0.1" not in page.locator("body").inner_text()


def test_visitor_says_no_and_nothing_can_be_asked(house: House, line: Line) -> None:
    counsellor, visitor = talking(house, line, **PHONE)
    ask_consent(counsellor)
    visitor.press("consent-no")
    expect(visitor.part("consent-asked")).to_have_count(0)
    expect(visitor.root.locator("chat-log")).to_contain_text("Je zei nee")
    expect(visitor.box).to_be_focused()
    expect(card(counsellor)).to_contain_text("wil niet dat het adres open gaat")
    expect(counsellor.page.locator("#consent-ask")).to_have_attribute("aria-disabled", "true")
    expect(counsellor.page.locator("#consent-hint")).to_contain_text("Geef de bezoeker rust")
    shot(visitor.page, "consent-refused-phone")
    shot(counsellor.page, "consent-refused-desk")
    asks = counsellor.page.context.new_page()
    asks.goto(counsellor.page.locator("#known-opening a").evaluate("link => link.href"))
    expect(asks.get_by_role("button", name="Vraag het met dit ja")).to_have_count(0)
    expect(asks.locator("main")).to_contain_text("Er is geen ja van de bezoeker")
    counsellor.say("Dat is goed. We praten verder.")
    visitor.hears("Dat is goed. We praten verder.")


def test_visitor_takes_a_yes_back_while_waiting_for_a_colleague_too(house: House, line: Line) -> None:
    counsellor, visitor = talking(house, line)
    ask_consent(counsellor)
    visitor.press("consent-yes")
    expect(visitor.part("consent-back")).to_be_visible()
    colleague = house.counsellor(line)
    with across_organisations():
        talk = Conversation.objects.select_related("line__organisation", "counsellor").get()
        requeue.to_the_front(conversation=talk, by=Party.COUNSELLOR, why=requeue.TAKEN, now=dt.datetime.now(dt.UTC))
    visitor.at("waiting")
    expect(visitor.part("consent-back")).to_be_visible()
    shot(visitor.page, "consent-waiting")
    visitor.press("consent-back")
    expect(visitor.part("consent-back")).to_have_count(0)
    colleague.take()
    expect(card(colleague)).to_contain_text("nam het ja terug")


def test_question_that_lapses_tells_both_sides(house: House, line: Line) -> None:
    counsellor, visitor = talking(house, line)
    ask_consent(counsellor)
    expect(visitor.part("consent-time")).to_contain_text("5 minuten")
    house.clock.shift(dt.timedelta(seconds=260))
    house.note_who_is_there()
    visitor.page.reload()
    expect(visitor.part("consent-time")).to_have_text(words("nl", "consent_left_last"))
    house.clock.shift(dt.timedelta(seconds=60))
    house.note_who_is_there()
    expect(visitor.root.locator("chat-log")).to_contain_text("De tijd voor deze vraag is voorbij")
    expect(visitor.part("consent-asked")).to_have_count(0)
    expect(card(counsellor)).to_contain_text("antwoordde niet op tijd")
