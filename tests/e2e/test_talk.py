"""A visitor on an organisation's site talks with a counsellor: the whole way, from the button to the goodbye."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from chat.models import Conversation
from chat.slim import slim
from chat.states import State, Why
from helplines.models import Line
from helplines.tenancy import across_organisations
from tests.chat.loaded import STATIC, loaded_by
from tests.e2e.conftest import House, promise
from tests.e2e.people import Counsellor, Visitor, words
from tests.factories.chat import texts_in
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def launcher(page: Page) -> Locator:
    return page.locator("chat-line .launcher:visible")


def the_talk() -> Conversation:
    with across_organisations():
        return Conversation.objects.select_related("counsellor").get()


@pytest.mark.promise("A04", "A08", "A09", "A10", "A11", "B02", "B04", "C04", "L01")
def test_talk_through_the_button_of_a_strict_site(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    visitor = house.widget(line)
    button = launcher(visitor.page)
    expect(button).to_have_attribute("data-state", "open")
    expect(button.locator(".label")).to_have_text("Praat met ons")
    button.click()

    visitor.at("promise")
    promised = visitor.root.locator('[data-step="promise"]')
    for sentence in ("Welkom.", "We bewaren het gesprek 6 maanden.", "Wij luisteren.", "Het blijft bij ons."):
        expect(promised.get_by_text(sentence, exact=True)).to_be_visible()
    visitor.press("start")

    visitor.at("questions")
    why = visitor.root.locator(".field__help")
    expect(why).to_contain_text(
        ["Dat praat makkelijker.", "Dan weten we wat bij je past.", "Dan kunnen we ons voorbereiden."]
    )
    visitor.answer(nickname="Robin", age="young", about="Thuis")

    visitor.at("waiting")
    counsellor.sees_waiting(1)
    assert "Robin" not in counsellor.page.locator("#waiting").inner_text()
    counsellor.take()
    visitor.at("talk")
    expect(visitor.root.locator("[data-with]")).to_have_text(words("nl", "with", name="Sam"))
    expect(counsellor.pane.locator(".talk__name")).to_have_text("Robin")
    known = counsellor.known
    assert {label: known.get(label) for label in ("Hoe oud ben je?", "Waar gaat het over?")} == {
        "Hoe oud ben je?": "jonger dan 18",
        "Waar gaat het over?": "Thuis",
    }

    talk_to_and_fro(visitor, counsellor)

    ticket = visitor.root.locator(".step--talk .ticket")
    expect(ticket.locator("[data-ticket-code]")).not_to_be_empty()
    counsellor.end("finished")
    expect(ticket).to_be_hidden()
    expect(ticket.locator("[data-ticket-code]")).to_be_empty()
    expect(visitor.root.locator("[data-over-text]")).to_have_text(words("nl", "ended", "finished"))
    expect(visitor.box).to_be_hidden()
    visitor.press("on")
    visitor.at("thanks")
    expect(visitor.root.get_by_text("Zorg goed voor jezelf.")).to_be_visible()
    assert (visitor.said, visitor.held) == ([], None)
    talk = the_talk()
    assert (talk.state, talk.end_reason, talk.ended_by) == (State.CLOSED, Why.FINISHED, "counsellor")


def talk_to_and_fro(visitor: Visitor, counsellor: Counsellor) -> None:
    """Both write; both see the same words in the same order, each on their own side, and what was read."""
    visitor.say("Hallo")
    visitor.say("Ik weet niet goed waar te beginnen")
    counsellor.hears("Ik weet niet goed waar te beginnen")
    counsellor.say("Neem je tijd")
    visitor.hears("Neem je tijd")
    visitor.say("Dank je")
    counsellor.hears("Dank je")
    own, other = "own", "other"
    texts = ["Hallo", "Ik weet niet goed waar te beginnen", "Neem je tijd", "Dank je"]
    assert visitor.said == list(zip([own, own, other, own], texts, strict=True))
    assert counsellor.said == list(zip([other, other, own, other], texts, strict=True))
    expect(visitor.article("Dank je", "own").locator(".message__state--seen")).to_be_visible()
    expect(counsellor.article("Neem je tijd", "own").locator(".message__state--seen")).to_be_visible()
    parties = ["system", "visitor", "visitor", "counsellor", "visitor"]
    assert texts_in(the_talk()) == list(zip(range(1, 6), parties, ["joined", *texts], strict=True))


@pytest.mark.promise("A08", "B01", "B02", "B05")
def test_talk_on_a_page_of_its_own_in_english_with_every_question_skipped(house: House, line: Line) -> None:
    counsellor = house.counsellor(line, "en")
    visitor = house.visitor(line, "en")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    house.in_talk(line, visitor, counsellor)
    expect(counsellor.page.locator("#known-silent")).to_be_visible()
    visitor.say("Hello")
    counsellor.hears("Hello")
    counsellor.say("I am here")
    visitor.hears("I am here")

    visitor.press("leave")
    visitor.root.locator("[data-confirm-no]").click()
    visitor.at("talk")
    visitor.press("leave")
    visitor.root.locator("[data-confirm-yes]").click()
    visitor.at("thanks")
    expect(visitor.root.get_by_text("Take good care of yourself.")).to_be_visible()
    expect(counsellor.page.locator("#pane-talk .talk--over")).to_be_visible()
    talk = the_talk()
    assert (talk.state, talk.end_reason, talk.ended_by) == (State.CLOSED, Why.LEFT, "visitor")


@pytest.mark.promise("A03", "A04", "A06")
def test_button_follows_the_line_without_a_reload(house: House, line: Line) -> None:
    counsellor = house.counsellor(line, present=False)
    page = house.someone().new_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.clock.install()
    page.goto(house.host_page(line))
    expect(launcher(page)).to_have_attribute("data-state", "closed")
    counsellor.be("present")
    house.forget_statuses()
    page.clock.fast_forward(26_000)
    expect(launcher(page)).to_have_attribute("data-state", "open")
    counsellor.be("pause")
    house.forget_statuses()
    page.clock.fast_forward(26_000)
    expect(launcher(page)).to_have_attribute("data-state", "paused")


def test_message_behind_a_closed_panel_is_counted_on_the_button(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    visitor = house.widget(line)
    launcher(visitor.page).click()
    house.in_talk(line, visitor, counsellor)
    visitor.press("close")
    counsellor.say("Ben je er nog?")
    badge = visitor.page.locator("chat-line .badge")
    expect(badge.locator("span").first).to_have_text("1")
    launcher(visitor.page).click()
    visitor.hears("Ben je er nog?")
    visitor.press("close")
    expect(badge).to_be_hidden()


def test_two_talks_at_once_do_not_mix(house: House, line: Line) -> None:
    PolicyFactory(organisation=line.organisation, values=promise(capacity=2, questions=[]))
    counsellor = house.counsellor(line)
    first, second = house.visitor(line), house.visitor(line)
    house.in_talk(line, first, counsellor)
    first.say("Van de eerste")
    counsellor.hears("Van de eerste")
    house.in_talk(line, second, counsellor)
    second.say("Van de tweede")
    counsellor.hears("Van de tweede")
    counsellor.say("Voor de tweede")
    second.hears("Voor de tweede")
    assert first.said == [("own", "Van de eerste")]
    assert second.said == [("own", "Van de tweede"), ("other", "Voor de tweede")]
    first.say("Nog iets")
    expect(counsellor.page.locator(".talk-button--unread")).to_have_count(1)


def test_talk_with_the_scripts_as_production_serves_them(house: House, line: Line) -> None:
    """There they come without their comments (`chat/slim.py`): nothing else may be missing."""
    counsellor = house.counsellor(line)
    page = house.someone().new_page()
    served: list[str] = []

    def without_comments(route: Route) -> None:
        name = urlsplit(route.request.url).path.rpartition("/")[2]
        served.append(name)
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        route.fulfill(body=slim((STATIC / name).read_text()), content_type=kind)

    page.route(re.compile(r"/static/chat/.*\.(js|css)$"), without_comments)
    page.goto(house.chat_page(line))
    visitor = Visitor(page)
    house.in_talk(line, visitor, counsellor)
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.end()
    visitor.press("on")
    visitor.at("thanks")
    assert sorted(served) == sorted(loaded_by("chat/visitor.html"))
