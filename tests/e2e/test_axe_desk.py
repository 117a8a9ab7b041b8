"""Every state of the desk, in both languages of who works there: no fault for axe, on no screen and in no colours.

What a template hides at first must have been seen: a new notice, box or dialog that no state here shows is told by name.
"""

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from helplines.models import Line, Role
from tests.e2e.conftest import House, promise
from tests.e2e.looks import Looked, comes_and_goes
from tests.e2e.people import Counsellor, Visitor
from tests.e2e.test_axe import looking, nothing_wrong, speaks_all
from tests.e2e.test_consent import CONSENT, ask_consent
from tests.e2e.test_desk_alerts import WATCH
from tests.e2e.test_desk_care import put_forward
from tests.factories.helplines import CannedReplyFactory, PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["nl", "en"]
OF_THE_DESK = comes_and_goes("chat/desk.html", "chat/parts/desk_*.html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_the_desk(house: House, line: Line, language: str) -> None:
    house.expect_trouble("beforeunload")
    look = looking(language, OF_THE_DESK)
    speaks_all(line)
    PolicyFactory(
        organisation=line.organisation, values=promise(capacity=2, silent_minutes=5, reading_along="told", **CONSENT)
    )
    CannedReplyFactory(organisation=line.organisation, name="welkom")
    counsellor = house.counsellor(line, language, present=False)
    page = counsellor.page
    page.add_init_script(WATCH)
    page.reload()
    expect(page.locator("#connection")).to_have_attribute("data-state", "online")
    nobody_waits(look, counsellor)
    mentor = house.counsellor(line, language, role=Role.MENTOR)
    silent, telling = house.visitor(line, language), house.visitor(line, language)
    silent.wait_in_line()
    counsellor.sees_waiting(1)
    expect(page.locator("#alert-quiet")).to_be_visible()
    look.at("desk, somebody waits", page)
    counsellor.take()
    silent.at("talk")
    look.at("desk, first talk", page)
    page.locator('[data-enter="enter"]').click()
    telling.press("start")
    telling.answer(nickname="Robin", age="young", about="Thuis")
    telling.at("waiting")
    counsellor.sees_waiting(1)
    counsellor.take()
    telling.at("talk")
    two_talks(house, line, look, counsellor, telling)
    between_colleagues(look, counsellor, mentor, telling)
    says_yes(look, counsellor, telling)
    reads_along(look, counsellor, mentor)
    counsellor.end()
    look.at("desk, talk over", page)

    other = page.context.new_page()
    other.goto(f"{house.origin}/account/logout/")
    other.locator("main form button").first.click()
    other.wait_for_url("**/account/login/**")
    house.note_who_is_there()
    expect(page.locator("#barrier")).to_be_visible()
    look.at("desk, signed out elsewhere", page)
    nothing_wrong(look)


def nobody_waits(look: Looked, counsellor: Counsellor) -> None:
    page = counsellor.page
    look.at("desk, away", page)
    with override_settings(SESSION_COOKIE_AGE=20 * 60):
        page.reload()
        expect(page.locator("#session-stay")).to_be_visible()
        look.at("desk, the session ends soon", page)
        page.locator("#session-stay").click()
        expect(page.locator("#session-stay")).to_be_hidden()
        look.at("desk, the session goes on", page)
    page.reload()
    expect(page.locator("#session-ends")).to_be_hidden()
    page.locator("#preferences-open").click()
    look.at("desk, preferences", page)
    page.locator("#preferences [data-allow-notices]").click()
    expect(page.locator("#notices-choice")).to_be_visible()
    look.at("desk, notifications allowed", page)
    page.locator("[data-show-keys]").click()
    look.at("desk, keys", page)
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    if page.locator("#preferences").is_visible():
        page.keyboard.press("Escape")
    counsellor.be("pause")
    look.at("desk, pause", page)
    counsellor.be("present")
    look.at("desk, nobody waits", page)


def two_talks(house: House, line: Line, look: Looked, counsellor: Counsellor, visitor: Visitor) -> None:
    page = counsellor.page
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.say("Dag")
    page.locator(".notes__box:visible").fill("Belt liever niet")
    look.at("desk, talk", page)
    put_forward(house, line, 301)
    expect(counsellor.pane.locator(".silence__text")).not_to_be_empty()
    look.at("desk, the visitor is silent", page)
    counsellor.pane.locator(".silence button").first.click()
    counsellor.box.fill("")
    counsellor.box.press("/")
    expect(page.get_by_role("option")).to_have_count(1)
    look.at("desk, canned replies", page)
    page.keyboard.press("Escape")
    page.locator("#sign-out button").click()
    look.at("desk, leaving", page)
    page.locator('#leaving button[value="stay"]').click()
    counsellor.box.fill("Nog niet af")
    counsellor.pane.locator(".talk__end").click()
    look.at("desk, ending", page)
    page.locator('#end button[value="stay"]').click()


def between_colleagues(look: Looked, counsellor: Counsellor, mentor: Counsellor, visitor: Visitor) -> None:
    page, theirs = counsellor.page, mentor.page
    asking = page.locator("#advice-ask")
    asking.locator("textarea:visible").fill("Hoe help ik iemand die niet durft te bellen?")
    asking.locator("button:visible").first.click()
    expect(theirs.locator("#advice-questions .advice")).to_be_visible()
    look.at("desk, advice asked", page)
    look.at("desk, asked for advice", theirs)
    page.locator("#pass").click()
    expect(page.locator("#transfer-colleague option")).to_have_count(1)
    look.at("desk, handing over", page)
    page.locator("#transfer-ask").click()
    expect(theirs.locator("#hands-asked .hand")).to_be_visible()
    look.at("desk, a talk is offered", theirs)
    look.at("desk, offered to a colleague", page)
    ask_consent(counsellor)
    expect(page.locator("#consent-refusal")).to_be_visible()
    look.at("desk, one question at a time", page)
    theirs.locator("#hands-asked .hand .button").first.click()
    visitor.press("question-no")
    mentor.be("away")
    theirs.locator("#guided .button").first.click()
    expect(theirs.locator("#hands-refusal")).to_be_visible()
    look.at("desk, a mentor who is away", theirs)
    mentor.be("present")
    theirs.locator("#guided .button").first.click()
    theirs.locator("#takeover-why").fill("De collega vraagt hulp")
    look.at("desk, taking over", theirs)
    theirs.locator('#takeover button[value="take"]').click()
    expect(page.locator("#hands-lost .hand")).to_be_visible()
    look.at("desk, a talk was taken over", page)


def says_yes(look: Looked, counsellor: Counsellor, visitor: Visitor) -> None:
    """To opening their address, in the talk that is left."""
    page = counsellor.page
    page.locator("#talks .talk-button").first.click()
    page.locator("#consent-ask").click()
    look.at("desk, asking whether the address may be opened", page)
    page.keyboard.press("Escape")
    ask_consent(counsellor)
    expect(counsellor.pane.locator(".consent")).to_be_visible()
    look.at("desk, the visitor is asked for a yes", page)
    visitor.press("consent-yes")
    expect(counsellor.pane.locator(".consent a")).to_be_visible()
    look.at("desk, the visitor said yes", page)
    counsellor.pane.locator(".consent .button--quiet").click()
    expect(visitor.part("consent-said")).to_have_count(0)
    look.at("desk, a yes is needed no more", page)


def reads_along(look: Looked, counsellor: Counsellor, mentor: Counsellor) -> None:
    """With the talk that is left, beside one of the mentor's own."""
    page, theirs = counsellor.page, mentor.page
    page.locator("#talks .talk-button").first.click()
    theirs.locator("#guided .guided__read").click()
    expect(theirs.locator("#follow")).to_be_visible()
    look.at("desk, reading along for what", theirs)
    theirs.locator('#follow button[value="read"]').click()
    expect(theirs.locator("#along")).to_be_visible()
    expect(page.locator("#whispers")).to_be_visible()
    look.at("desk, reading along", theirs)
    look.at("desk, somebody reads along", page)
    theirs.locator("#talks .talk-button").first.click()
    expect(theirs.locator("#along-card")).to_be_visible()
    look.at("desk, reading along beside a talk", theirs)
    theirs.locator("#along-card-stop").click()
    expect(page.locator("#whispers")).to_be_hidden()


def test_something_new_that_no_state_shows_is_told() -> None:
    """The list above is read from the templates; these would be missed if that reading went blind."""
    assert {"#rest", "#barrier", "#transfer", "#hands-lost", "#along-card", "section.notes"} <= OF_THE_DESK
