"""No mouse and no finger: a whole talk of a visitor, and a whole shift of a counsellor, with the keys that everybody has."""

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.models import Conversation, Note
from helplines.models import Line
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House
from tests.e2e.people import Counsellor, Visitor
from tests.factories.helplines import PASSWORD, CannedReplyFactory, MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FAR = 90  # presses of Tab after which something counts as out of reach


def reach(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press until this has the focus."""
    for _press in range(FAR):
        if target.evaluate("element => element === element.getRootNode().activeElement && document.hasFocus()"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never reaches {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    reach(page, target)
    page.keyboard.press(key)


def test_visitor_goes_through_the_whole_talk_by_keyboard_alone(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    visitor = house.widget(line)
    page, root = visitor.page, visitor.root
    press(page, page.locator("chat-line button.launcher"))
    visitor.at("promise")
    # Coming back with a code can be reached, and left again.
    press(page, root.locator("details.rejoin summary"))
    reach(page, root.locator("#rejoin-code"))
    press(page, root.locator('[data-languages] a[lang="nl"]'))
    visitor.at("promise")
    press(page, root.locator("[data-start]"))
    visitor.at("questions")
    reach(page, root.locator('[name="nickname"]'))
    page.keyboard.type("Robin")
    reach(page, root.locator('[name="age"]'))
    page.keyboard.press("ArrowDown")
    press(page, root.locator("[data-questions] [type=submit]"))
    visitor.at("waiting")
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    assert counsellor.known["Hoe oud ben je?"] == "jonger dan 18"
    # The focus is where one writes; nobody has to look for it.
    page.keyboard.type("Hallo")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("ik ben Robin")
    page.keyboard.press("Enter")
    counsellor.hears("Hallo\nik ben Robin")
    counsellor.say("Dag\n" + "\n".join(f"regel {number}" for number in range(60)))
    counsellor.say("Het laatste")
    visitor.hears("Het laatste")
    log, last = root.get_by_role("log"), root.locator(".log__last")
    reach(page, log, "Shift+Tab")
    page.keyboard.press("Home")
    # Where the browser glides, it has to be there first.
    expect(root.locator(".log__list > :not([hidden])").first).to_be_in_viewport(ratio=1)
    expect(last).to_be_visible()
    press(page, last)
    expect(last).to_be_hidden()
    expect(log).to_be_focused()
    expect(visitor.article("Het laatste", "other")).to_be_in_viewport()
    press(page, root.locator(".step--talk .ticket summary"))
    press(page, root.locator(".step--talk [data-leave]"))
    press(page, root.locator("[data-confirm-no]"))
    visitor.at("talk")
    press(page, root.locator(".step--talk [data-leave]"))
    press(page, root.locator("[data-confirm-yes]"))
    visitor.at("thanks")
    reach(page, root.locator("[data-bar] [data-exit]"))
    press(page, root.locator("[data-close]"))
    expect(page.locator("chat-line button.launcher")).to_be_focused()


def test_counsellor_works_a_whole_shift_by_keyboard_alone(house: House, line: Line) -> None:
    member = MembershipFactory(organisation=line.organisation, public_name="Sam")
    CannedReplyFactory(organisation=line.organisation, name="welkom", texts={"nl": "Welkom bij {{ line }}."})
    page = house.someone().new_page()
    page.goto(f"{house.origin}/desk/{line.organisation.slug}/")
    reach(page, page.locator("[name=login]"))
    page.keyboard.type(member.staff.username)
    reach(page, page.locator("[name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/**")
    counsellor = Counsellor(page)
    press(page, page.locator('[data-presence="present"]:not([aria-disabled="true"])'))
    expect(page.locator('[data-presence="present"]')).to_have_attribute("aria-pressed", "true")
    colleague = house.counsellor(line)
    house.forget_statuses()
    visitor = house.visitor(line)
    visitor.wait_in_line()
    counsellor.sees_waiting(1)
    press(page, page.locator("#alert-quiet"))
    press(page, page.locator('#take:not([aria-disabled="true"])'))
    visitor.at("talk")
    answers(page, counsellor, visitor)
    beside_the_talk(page, counsellor, colleague)
    hands_over(page, visitor)
    press(page, counsellor.pane.locator(".talk__end"))
    reach(page, page.locator('#end input[value="finished"]'))
    page.keyboard.press("ArrowDown")
    press(page, page.locator('#end button[value="end"]'))
    expect(visitor.part("over-text")).to_be_visible()
    press(page, page.locator('#rest-offer [data-rest="15"]'))
    expect(page.locator('[data-presence="pause"]')).to_have_attribute("aria-pressed", "true")
    press(page, page.locator("#rest-returns"), "Space")
    press(page, page.locator("#rest-back"))
    expect(page.locator('[data-presence="present"]')).to_have_attribute("aria-pressed", "true")
    press(page, counsellor.pane.locator(".talk__end"))
    expect(page.locator("#talk-empty")).to_be_visible()
    press(page, page.locator("#sign-out button"))
    page.wait_for_url("**/account/login/**")
    with across_organisations():
        talk = Conversation.objects.get()
        assert (talk.end_reason, Note.objects.filter(conversation=talk).count()) == ("referred", 1)


def answers(page: Page, counsellor: Counsellor, visitor: Visitor) -> None:
    """The question about Enter once, then a canned reply that is looked through before it goes."""
    press(page, page.locator('[data-enter="enter"]'))
    expect(counsellor.box).to_be_focused()
    page.keyboard.type("/wel")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(counsellor.box).to_have_value("Welkom bij De Kade.")
    page.keyboard.type(" Zeg maar.")
    page.keyboard.press("Enter")
    visitor.hears("Welkom bij De Kade. Zeg maar.")
    press(page, page.locator("#preferences-open"))
    press(page, page.locator('#preferences [data-preference="undo"]'), "Space")
    page.keyboard.press("Escape")
    reach(page, counsellor.box)
    page.keyboard.type("Te snel")
    page.keyboard.press("Enter")
    press(page, page.locator(".undo button"))
    expect(counsellor.box).to_have_value("Te snel")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")


def beside_the_talk(page: Page, counsellor: Counsellor, colleague: Counsellor) -> None:
    """Private notes, and a question to a colleague."""
    reach(page, page.locator(".notes__box:visible"))
    page.keyboard.type("Belt liever niet")
    expect(page.locator(".notes__said:visible")).to_contain_text("Bewaard om")
    reach(page, page.locator("#advice-ask textarea:visible"))
    page.keyboard.type("Hoe help ik iemand die niet durft te bellen?")
    press(page, page.locator("#advice-ask .advice__writer button:visible"))
    expect(colleague.page.locator("#advice-questions .advice")).to_be_visible()


def hands_over(page: Page, visitor: Visitor) -> None:
    """To somebody outside, whom the visitor does not want."""
    press(page, page.locator("#pass"))
    reach(page, page.locator('#transfer input[value="colleague"]'))
    page.keyboard.press("ArrowUp")
    reach(page, page.locator("#transfer-body"))
    page.keyboard.type("Huis Noord")
    press(page, page.locator("#transfer-ask"))
    visitor.press("question-no")
    told = page.locator("#hands-asked .hand")
    expect(told).to_contain_text("wil bij jou blijven")
    press(page, told.get_by_role("button"))
    expect(told).to_have_count(0)
