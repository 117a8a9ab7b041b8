"""Every step of a visitor, in each language: no fault for axe, on no screen and in no colours.

What a template hides at first must have been seen: a new notice, box or dialog that no state here shows is told by name.
"""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from chat import service
from chat.strings import visitor as visitor_words
from helplines.models import Line
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House, promise
from tests.e2e.looks import Looked, comes_and_goes
from tests.e2e.people import Counsellor, Visitor, words
from tests.e2e.test_consent import CONSENT, ask_consent
from tests.e2e.test_desk_care import put_forward
from tests.factories.helplines import ClosureFactory, PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["nl", "en", "fr", "de"]
MINUTE = {"nl": "minuut", "en": "minute", "fr": "minute", "de": "Minute"}
A_WHILE = dt.timedelta(minutes=12)
STATES = {f'[data-status][data-state="{state}"]' for state in visitor_words.strings()["states"]}
OF_A_VISITOR = comes_and_goes("chat/visitor.html", "chat/parts/visitor_*.html") | STATES


def looking(language: str, watched: set[str]) -> Looked:
    """In Dutch every screen and colour is tried; in the others their words on the narrowest."""
    return Looked(language, thorough=language == "nl", watched=watched)


def nothing_wrong(look: Looked) -> None:
    assert look.found == {}
    assert look.unseen == set()


def speaks_all(line: Line) -> None:
    line.organisation.languages = line.languages = LANGUAGES
    line.organisation.save()
    line.save()


def comes_to(house: House, line: Line, visitor: Visitor, state: str) -> None:
    house.forget_statuses()
    visitor.page.goto(house.chat_page(line))
    expect(visitor.root.locator("[data-status]")).to_have_attribute("data-state", state)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_a_visitor(house: House, line: Line, language: str) -> None:
    house.expect_trouble("ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    look = looking(language, OF_A_VISITOR)
    PolicyFactory(organisation=line.organisation, values=promise(silent_minutes=5, contact_limit=9, **CONSENT))
    # Without words of its own for the goodbye, ours stand there.
    line.farewell = {}
    speaks_all(line)
    counsellor = house.counsellor(line, language, present=False)
    visitor = house.visitor(line, language)
    page = visitor.page
    before_the_talk(house, line, look, visitor, counsellor)
    waits(house, line, look, visitor)
    counsellor.sees_waiting(1)
    counsellor.take()
    visitor.at("talk")
    look.at("talk, empty", page)
    talks(house, line, look, visitor, counsellor)

    visitor.press("restart")
    visitor.wait_in_line()
    counsellor.take()
    visitor.at("talk")
    with page.expect_popup() as opened:
        page.evaluate("() => { window.open(location.href) }")
    visitor.at("stopped")
    look.at("open in another tab", page)
    waits_for_a_turn(house, line, look, visitor)

    here = Visitor(opened.value)
    here.box.fill("Nog niet af")
    counsellor.end()
    expect(here.part("over-text")).to_be_visible()
    look.at("talk over, with words that were not sent", here.page)
    may_not_begin(house, line, look, here, counsellor)
    nothing_wrong(look)


def before_the_talk(house: House, line: Line, look: Looked, visitor: Visitor, counsellor: Counsellor) -> None:
    page = visitor.page
    look.at("closed, nobody is there", page)
    page.goto(f"{house.chat_page(line)}safe/")
    look.at("chat safely", page)
    page.goto(f"{house.chat_page(line)}check/")
    expect(page.locator("[data-for-support]")).to_be_visible()
    look.at("does the chat work here", page)
    page.route("**/visitor-talk.js", lambda route: route.abort())
    page.goto(house.chat_page(line))
    expect(visitor.part("old")).to_be_visible()
    look.at("does not start in this browser", page)
    page.unroute("**/visitor-talk.js")
    counsellor.be("pause")
    comes_to(house, line, visitor, "paused")
    look.at("pause", page)
    closure = ClosureFactory(organisation=line.organisation, kind="exceptional")
    comes_to(house, line, visitor, "closed")
    look.at("closed for an exceptional reason", page)
    with across_organisations():
        closure.delete()
    counsellor.be("present")
    page.clock.install()
    comes_to(house, line, visitor, "open")
    look.at("promise", page)
    visitor.root.locator("details.rejoin summary").click()
    visitor.root.locator("#rejoin-name").fill("Robin")
    visitor.root.locator("#rejoin-code").fill("ABCD")
    visitor.root.locator("[data-rejoin] [type=submit]").click()
    expect(visitor.part("rejoin-wrong")).to_be_visible()
    look.at("coming back with a wrong code", page)


def waits(house: House, line: Line, look: Looked, visitor: Visitor) -> None:
    page = visitor.page
    visitor.press("start")
    visitor.at("questions")
    look.at("questions", page)
    page.clock.fast_forward(10 * 60_000 + 1000)
    expect(visitor.part("uncover")).to_be_visible()
    look.at("covered", page)
    visitor.press("uncover")
    page.clock.resume()
    with across_organisations():
        closure = ClosureFactory(organisation=line.organisation, starts_at=dt.datetime.now(dt.UTC) + A_WHILE)
    visitor.answer(nickname="Robin", age="young", about="Thuis")
    visitor.at("waiting")
    expect(visitor.part("closes")).to_be_visible()
    look.at("waiting while the line will close", page)
    with across_organisations():
        closure.delete()
    visitor.press("leave")
    look.at("stop waiting", page)
    visitor.root.locator("[data-confirm-no]").click()


def talks(house: House, line: Line, look: Looked, visitor: Visitor, counsellor: Counsellor) -> None:
    page = visitor.page
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.say("Dag, fijn dat je er bent. Waar wil je over praten?")
    visitor.hears("Dag, fijn dat je er bent. Waar wil je over praten?")
    said = visitor.article("Dag, fijn dat je er bent. Waar wil je over praten?", "other").locator(".message__text")
    expect(said).to_have_attribute("lang", look.language)
    visitor.root.locator(".step--talk .ticket summary").click()
    visitor.box.fill("e" * 4001)
    look.at("talk, the text is too long", page)
    visitor.root.locator(".step--talk .ticket summary").click()
    visitor.box.fill("")
    look.at("talk", page)
    visitor.press("leave")
    expect(visitor.part("confirm-title")).to_have_text(words(look.language, "end_title"))
    look.at("leaving", page)
    visitor.root.locator("[data-confirm-no]").click()
    for step, seconds in enumerate((301, 121), 1):
        put_forward(house, line, seconds)
        expect(visitor.part("still")).to_contain_text(("3", MINUTE[look.language])[step - 1])
        look.at(f"silent for long, notice {step}", page)
    visitor.part("still").locator("button").click()

    page.context.set_offline(True)
    house.server.cut()
    expect(visitor.part("offline")).to_be_visible()
    visitor.box.fill("Onderweg")
    visitor.box.press("Enter")
    look.at("the line is gone", page)
    page.context.set_offline(False)
    visitor.stored("Onderweg")

    ask_consent(counsellor)
    expect(visitor.part("consent-yes")).to_be_visible()
    look.at("asked whether the address may be opened", page)
    visitor.press("consent-yes")
    expect(visitor.part("consent-back")).to_be_visible()
    look.at("a yes stands", page)
    visitor.press("consent-back")
    expect(visitor.part("consent-said")).to_have_count(0)
    asks_for_another(counsellor)
    expect(visitor.part("question-yes")).to_be_visible()
    look.at("asked whether somebody else may go on", page)
    visitor.press("question-yes")
    expect(visitor.part("over-agreed")).to_be_visible()
    look.at("talk over, with what was agreed", page)
    visitor.press("on")
    visitor.at("thanks")
    look.at("thanks", page)


def asks_for_another(counsellor: Counsellor) -> None:
    counsellor.page.locator("#pass").click()
    box = counsellor.page.locator("#transfer")
    box.locator('[name="how"][value="body"]').check()
    box.locator("#transfer-body").fill("Dienst Voorbeeld")
    box.locator("#transfer-agreement").fill("Bel morgen om 10 uur")
    box.locator("#transfer-ask").click()


def waits_for_a_turn(house: House, line: Line, look: Looked, visitor: Visitor) -> None:
    """The only counsellor is in a talk: without a queue, with one, and at closing time."""
    comes_to(house, line, visitor, "busy")
    look.at("busy", visitor.page)
    PolicyFactory(organisation=line.organisation, values=promise(queue=True, queue_length=2, silent_minutes=5))
    comes_to(house, line, visitor, "busy")
    expect(visitor.part("start")).to_be_visible()
    look.at("busy, with a queue", visitor.page)
    visitor.wait_in_line()
    look.at("waiting for a turn", visitor.page)
    with across_organisations():
        closure = ClosureFactory(organisation=line.organisation)
    service.refuse_after_closing(organisation_id=line.organisation_id, now=dt.datetime.now(dt.UTC))
    visitor.at("promise")
    expect(visitor.part("notice")).to_be_visible()
    look.at("closed while waiting", visitor.page)
    with across_organisations():
        closure.delete()


def may_not_begin(house: House, line: Line, look: Looked, visitor: Visitor, counsellor: Counsellor) -> None:
    """Too many talks in a day, and blocked: from when again, and where else there is help."""
    PolicyFactory(organisation=line.organisation, values=promise(contact_limit=1))
    turned_away(house, line, look, visitor, "limit_text")
    look.at("too many talks in a day", visitor.page)
    PolicyFactory(organisation=line.organisation, values=promise())
    comes_to(house, line, visitor, "open")
    house.in_talk(line, visitor, counsellor)
    counsellor.end("block-threats")
    expect(visitor.part("over-text")).to_be_visible()
    turned_away(house, line, look, visitor, "blocked_text")
    look.at("blocked", visitor.page)


def turned_away(house: House, line: Line, look: Looked, visitor: Visitor, why: str) -> None:
    comes_to(house, line, visitor, "open")
    visitor.press("start")
    visitor.press("skip")
    visitor.at("refused")
    expect(visitor.part("refused-text")).to_contain_text(words(look.language, why, time="|").split("|")[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_button_and_panel_on_a_site(house: House, line: Line, language: str) -> None:
    # The site around the panel is the organisation's own, in one language.
    look = Looked()
    speaks_all(line)
    house.counsellor(line)
    visitor = house.widget(line, language)
    button = visitor.page.locator("chat-line .launcher:visible")
    expect(button).to_have_attribute("data-state", "open")
    look.at("button", visitor.page)
    button.click()
    visitor.at("promise")
    look.at("panel", visitor.page)
    look.at("frame", visitor.page.frames[-1])
    nothing_wrong(look)


def test_telephone_in_the_dark(house: House, line: Line) -> None:
    options: dict[str, Any] = {
        "color_scheme": "dark",
        "viewport": {"width": 320, "height": 568},
        "is_mobile": True,
        "has_touch": True,
    }
    look = Looked()
    counsellor = house.counsellor(line, **options)
    visitor = house.visitor(line, **options)
    look.at("promise", visitor.page)
    house.in_talk(line, visitor, counsellor)
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.say("Dag")
    visitor.hears("Dag")
    look.at("talk", visitor.page)
    look.at("desk", counsellor.page)
    nothing_wrong(look)


def test_something_new_that_no_state_shows_is_told() -> None:
    """The lists above are read from the templates; these would be missed if that reading went blind."""
    assert {
        "section[data-cover]",
        "div[data-still]",
        "div[data-consent-frame]",
        "div[data-consent-strip]",
        "#notice",
        "dialog[data-confirm]",
    } <= OF_A_VISITOR
    assert {
        f'section[data-step="{step}"]' for step in ("questions", "waiting", "talk", "thanks", "stopped")
    } <= OF_A_VISITOR
