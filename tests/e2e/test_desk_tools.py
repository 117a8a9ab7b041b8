"""What a counsellor has at hand beside the talk: canned replies, private notes, advice, and three seconds to think again."""

import json
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from helplines.models import Line, Membership
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House
from tests.e2e.looks import RULES
from tests.e2e.people import Counsellor, Visitor, said_in
from tests.factories.helplines import CannedReplyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUESTION = "Hoe help ik iemand die niet naar huis durft?"


def faults(page: Page) -> list[str]:
    results: Any = Axe().run(page, options={**RULES, "resultTypes": ["violations"]}).response
    return [f"{fault['id']}: {node['target']}" for fault in results["violations"] for node in fault["nodes"]]


def both(house: House, line: Line) -> tuple[Visitor, Counsellor]:
    counsellor = house.counsellor(line)
    visitor = house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    counsellor.page.locator('[data-enter="enter"]').click()
    return visitor, counsellor


def test_canned_reply_is_found_by_keyboard_and_sent_only_by_hand(house: House, line: Line) -> None:
    organisation = line.organisation
    CannedReplyFactory(organisation=organisation, name="welkom", texts={"nl": "Welkom bij {{ line }}."})
    CannedReplyFactory(organisation=organisation, line=line, name="gevaar", texts={"en": "Call {{ emergency }}."})
    visitor, counsellor = both(house, line)
    page = counsellor.page
    search, options = page.get_by_role("combobox"), page.get_by_role("option")

    counsellor.box.fill("Dag,\n")
    counsellor.box.press("End")
    page.keyboard.type("/")
    expect(search).to_be_focused()
    expect(options).to_have_count(2)
    expect(options.filter(has_text="gevaar")).to_contain_text("in het Engels")
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(counsellor.box).to_be_focused()
    expect(counsellor.box).to_have_value("Dag,\n/")
    page.keyboard.press("Backspace")
    page.keyboard.type("/")
    page.keyboard.type("wel")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(search).to_have_attribute("aria-activedescendant", "canned-0")
    page.keyboard.press("Enter")
    expect(counsellor.box).to_be_focused()
    expect(counsellor.box).to_have_value("Dag,\nWelkom bij De Kade.")
    assert visitor.said == []
    page.keyboard.type(" Zeg maar.")
    page.keyboard.press("Enter")
    visitor.hears("Dag,\nWelkom bij De Kade. Zeg maar.")
    # A slash within a line is a slash.
    page.keyboard.type("en/of")
    expect(search).to_have_count(0)
    expect(counsellor.box).to_have_value("en/of")


def test_canned_reply_in_another_language_keeps_it_until_it_is_read(house: House, line: Line) -> None:
    CannedReplyFactory(organisation=line.organisation, line=line, name="gevaar", texts={"en": "Call somebody."})
    visitor, counsellor = both(house, line)
    page, box = counsellor.page, counsellor.box

    def put_in() -> None:
        box.press("/")
        page.get_by_role("option").filter(has_text="gevaar").click()
        expect(box).to_have_value("Call somebody.")
        expect(box).to_have_attribute("lang", "en")

    put_in()
    box.fill("")
    expect(box).not_to_have_attribute("lang", "en")
    put_in()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(box).to_have_value("Call somebody.")
    expect(box).to_have_attribute("lang", "en")
    page.locator("#preferences-open").click()
    page.locator('#preferences [data-preference="undo"]').check()
    page.keyboard.press("Escape")
    box.press("Enter")
    expect(box).not_to_have_attribute("lang", "en")
    page.locator(".undo").get_by_role("button").click()
    expect(box).to_have_attribute("lang", "en")
    # A reload while it waits gives it back.
    box.press("Enter")
    page.reload()
    expect(box).to_have_attribute("lang", "en")
    box.press("Enter")
    counsellor.say("Tot morgen")
    for reader, side in ((visitor, "other"), (counsellor, "own")):
        for text, language in (("Call somebody.", "en"), ("Tot morgen", "nl")):
            expect(reader.article(text, side).locator(".message__text")).to_have_attribute("lang", language)
    visitor.page.reload()
    expect(visitor.article("Call somebody.", "other").locator(".message__text")).to_have_attribute("lang", "en")


def test_message_waits_three_seconds_by_choice_and_is_never_lost(house: House, line: Line) -> None:
    visitor, counsellor = both(house, line)
    page, undo = counsellor.page, counsellor.page.locator(".undo")
    page.locator("#preferences-open").click()
    page.locator('#preferences [data-preference="undo"]').check()
    page.keyboard.press("Escape")

    counsellor.box.fill("Te snel")
    counsellor.box.press("Enter")
    undo.get_by_role("button").click()
    expect(counsellor.box).to_have_value("Te snel")
    expect(counsellor.box).to_be_focused()
    # A reload meanwhile: it comes back as a draft.
    counsellor.box.press("Enter")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(counsellor.box).to_have_value("Te snel")
    # A next message lets the one before go, in their order; the end of the talk lets go what waits.
    counsellor.box.press("Enter")
    counsellor.box.fill("Twee")
    counsellor.box.press("Enter")
    expect(undo).to_contain_text("Twee")
    # Looking at it may take longer than it waits.
    assert faults(page) == []
    visitor.hears("Te snel")
    counsellor.box.fill("Drie")
    counsellor.box.press("Enter")
    counsellor.end()
    visitor.hears("Twee")
    visitor.hears("Drie")
    assert visitor.said == [("other", "Te snel"), ("other", "Twee"), ("other", "Drie")]
    assert page.evaluate("() => sessionStorage.length") == 0


def test_message_goes_by_itself_after_three_seconds_and_not_before(house: House, line: Line) -> None:
    visitor, counsellor = both(house, line)
    page, undo = counsellor.page, counsellor.page.locator(".undo")
    page.locator("#preferences-open").click()
    page.locator('#preferences [data-preference="undo"]').check()
    page.keyboard.press("Escape")
    page.clock.install()
    # It stands still, so that a slow machine takes nothing from the three seconds.
    page.clock.pause_at(page.evaluate("() => Date.now() / 1000 + 60"))
    counsellor.box.fill("Rustig aan")
    counsellor.box.press("Enter")
    expect(undo).to_contain_text("Rustig aan")
    page.clock.fast_forward(2900)
    expect(undo).to_be_visible()
    visitor.say("Ben je daar?")
    counsellor.hears("Ben je daar?")
    assert visitor.said == [("own", "Ben je daar?")]
    page.clock.fast_forward(200)
    visitor.hears("Rustig aan")
    expect(undo).to_be_hidden()
    assert visitor.said == [("own", "Ben je daar?"), ("other", "Rustig aan")]


def test_private_notes_are_kept_and_two_tabs_lose_nothing(house: House, line: Line) -> None:
    visitor, counsellor = both(house, line)
    page, box, said = counsellor.page, counsellor.page.locator(".notes__box"), counsellor.page.locator(".notes__said")
    box.click()
    page.keyboard.type("Eerst")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("dan")
    expect(said).to_contain_text("Bewaard om")
    assert faults(page) == []
    page.reload()
    expect(box).to_have_value(re.compile("^Eerst\n+dan$"))

    other = page.context.new_page()
    other.goto(page.url)
    their_box = other.locator(".notes__box")
    expect(their_box).to_have_value(box.input_value())
    # Both write before either hears of the other.
    box.fill("van hier")
    their_box.fill("van daar")
    losing = wait_for_clash(page, other)
    losing.locator(".notes__clash button").first.click()
    expect(losing.locator(".notes__said")).to_contain_text("Bewaard om")
    for text in ("van hier", "van daar"):
        expect(box).to_have_value(re.compile(text))
        expect(their_box).to_have_value(re.compile(text))
    assert visitor.said == said_in(counsellor.pane.locator("chat-log")) == []
    assert "van hier" not in json.dumps(visitor.page.content())


def wait_for_clash(*pages: Page) -> Page:
    for _try in range(100):
        for page in pages:
            if page.locator(".notes__clash").is_visible():
                return page
        pages[0].wait_for_timeout(100)
    raise AssertionError("Neither tab told of the other.")


@pytest.mark.promise("C09")
def test_colleague_is_asked_answers_and_forgets(house: House, line: Line) -> None:
    visitor, counsellor = both(house, line)
    colleague = house.counsellor(line)
    visitor.say("Mijn vader slaat mij elke avond na het eten")
    counsellor.hears("Mijn vader slaat mij elke avond na het eten")
    asking = counsellor.page.locator("#advice-ask")
    box, ask = asking.locator("textarea"), asking.get_by_role("button").first
    box.fill("Iemand zegt: mijn vader slaat mij elke avond")
    ask.click()
    expect(asking).to_contain_text("een stuk van het gesprek zelf")
    expect(colleague.page.locator("#advice-heard")).to_be_hidden()
    box.fill(QUESTION)
    ask.click()
    expect(asking).to_contain_text("1 collega ziet je vraag")
    expect(box).to_have_value("")
    question = colleague.page.locator("#advice-questions .advice")
    expect(question).to_contain_text(QUESTION)
    assert (faults(counsellor.page), faults(colleague.page)) == ([], [])
    question.locator("textarea").fill("Vraag of het nu veilig is.")
    question.get_by_role("button").click()
    expect(counsellor.page.locator("#advice-own")).to_contain_text("Vraag of het nu veilig is.")
    colleague.page.reload()
    expect(question).to_contain_text("Vraag of het nu veilig is.")
    counsellor.end()
    expect(question).to_have_count(0)
    expect(counsellor.page.locator("#advice-own .advice")).to_have_count(0)
    with across_organisations():
        assert Membership.objects.filter(organisation=line.organisation).count() == 2
