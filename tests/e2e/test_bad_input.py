"""What somebody should not write, or writes too late: it is kept, explained, and never carried out."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from helplines.models import Line
from tests.e2e.conftest import House, promise
from tests.e2e.people import Counsellor, Talking, Visitor, words
from tests.factories.helplines import PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ELSEWHERE = "http://elders.invalid"
PAYLOADS = [
    "<script>window.broken = 1</script>",
    f'<script src="{ELSEWHERE}/x.js"></script>',
    "<img src=x onerror=window.broken=1>",
    f'<img src="{ELSEWHERE}/x.png">',
    f"<img srcset='{ELSEWHERE}/x.png 1x'>",
    "<svg onload=window.broken=1>",
    "<svg><script>window.broken=1</script></svg>",
    f'<svg><image href="{ELSEWHERE}/x.svg"/></svg>',
    "<iframe srcdoc='<script>parent.broken=1</script>'></iframe>",
    f'<iframe src="{ELSEWHERE}/"></iframe>',
    '<iframe src="javascript:parent.broken=1"></iframe>',
    f'<object data="{ELSEWHERE}/x"></object>',
    f'<embed src="{ELSEWHERE}/x">',
    f'<link rel="stylesheet" href="{ELSEWHERE}/x.css">',
    f'<link rel="prefetch" href="{ELSEWHERE}/x">',
    f'<style>@import "{ELSEWHERE}/x.css";</style>',
    f'<p style="background:url({ELSEWHERE}/x)">x</p>',
    f'<base href="{ELSEWHERE}/">',
    f'<meta http-equiv="refresh" content="0;url={ELSEWHERE}/">',
    f'<form action="{ELSEWHERE}/"><button autofocus>x</button></form>',
    "<input autofocus onfocus=window.broken=1>",
    "<details open ontoggle=window.broken=1>",
    "<video><source onerror=window.broken=1></video>",
    f'<video poster="{ELSEWHERE}/x.png"></video>',
    f'<audio src="{ELSEWHERE}/x.mp3" autoplay></audio>',
    '<a href="javascript:window.broken=1">x</a>',
    "javascript:window.broken=1",
    '"><img src=x onerror=window.broken=1>',
    "'-(window.broken=1)-'",
    "</script><script>window.broken=1</script>",
    "</textarea><script>window.broken=1</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.broken=1>",
    "<template><script>window.broken=1</script></template>",
    "{{ constructor.constructor('window.broken=1')() }}",
    "{name} {count} ${window.broken=1} %(name)s {% debug %}",
    "\u202e<b>omgekeerd</b>\u202c",
    f"[klik]({ELSEWHERE}/) {ELSEWHERE}/pad",
]
ELEMENTS = (
    "script, img, svg, iframe, object, embed, link, style, base, meta, form, input, details, video, audio, a, math, b"
)


@pytest.fixture
def counsellor(house: House, line: Line) -> Counsellor:
    return house.counsellor(line)


@pytest.fixture
def visitor(house: House, line: Line, counsellor: Counsellor) -> Visitor:
    visitor = house.visitor(line)
    house.in_talk(line, visitor, counsellor)
    return visitor


def is_whole(page: Page) -> None:
    """Nothing of what was written became part of the page."""
    assert page.evaluate("() => window.broken") is None
    assert page.locator("chat-log").locator(ELEMENTS).count() == 0


@pytest.mark.parametrize("side", ["visitor", "counsellor"])
def test_text_that_is_too_long_stays_in_the_composer(visitor: Visitor, counsellor: Counsellor, side: str) -> None:
    writer: Talking = visitor if side == "visitor" else counsellor
    writer.box.fill("é" * 4001)
    writer.box.press("Enter")
    expect(writer.note).to_have_text(words("nl", "composer_one_too_long"))
    expect(writer.box).to_have_value("é" * 4001)
    assert (visitor.said, counsellor.said) == ([], [])
    writer.box.fill("é" * 4000)
    writer.box.press("Enter")
    writer.stored("é" * 4000)
    expect(writer.box).to_have_value("")


def test_only_blanks_are_no_message(visitor: Visitor, counsellor: Counsellor) -> None:
    visitor.box.fill("  \n \t ")
    visitor.box.press("Enter")
    visitor.say("Wel iets")
    counsellor.hears("Wel iets")
    assert counsellor.said == [("other", "Wel iets")]


def test_talk_that_ends_while_somebody_writes_keeps_the_text(visitor: Visitor, counsellor: Counsellor) -> None:
    visitor.box.fill("Nog een laatste vraag")
    counsellor.end()
    expect(visitor.part("over-text")).to_be_visible()
    expect(visitor.box).to_have_value("Nog een laatste vraag")
    expect(visitor.note).to_have_text(words("nl", "over_kept"))
    visitor.box.press("Enter")
    assert (visitor.said, counsellor.said) == ([], [])


@pytest.mark.promise("C02")
@pytest.mark.parametrize("end", ["ended", "late"])
def test_text_on_its_way_when_the_talk_ended_comes_back(
    house: House, visitor: Visitor, counsellor: Counsellor, end: str
) -> None:
    house.expect_trouble("ERR_INTERNET_DISCONNECTED")
    visitor.page.context.set_offline(True)
    house.server.cut()
    expect(visitor.part("offline")).to_be_visible()
    for text in ("Onderweg", "Ook onderweg"):
        visitor.box.fill(text)
        visitor.box.press("Enter")
    visitor.box.fill("Nog niet af")
    if end == "ended":
        counsellor.end()
        told = words("nl", "over_title")
    else:
        house.clock.shift(dt.timedelta(minutes=5, seconds=1))
        told = words("nl", "late", minutes="5")
    visitor.page.context.set_offline(False)
    expect(visitor.part("over-text")).to_have_text(told)
    visitor.at("talk")
    expect(visitor.box).to_have_value("Onderweg\nOok onderweg\nNog niet af")
    expect(visitor.box).not_to_be_editable()
    expect(visitor.note).to_have_text(words("nl", "over_kept"))
    assert (visitor.held, visitor.said, counsellor.said) == (None, [], [])
    visitor.press("on")
    visitor.at("thanks" if end == "ended" else "promise")


def test_visitor_who_left_gets_nothing_from_a_counsellor_who_still_writes(
    visitor: Visitor, counsellor: Counsellor
) -> None:
    counsellor.box.fill("Net te laat")
    visitor.press("leave")
    visitor.root.locator("[data-confirm-yes]").click()
    visitor.at("thanks")
    expect(counsellor.page.locator("#pane-talk .talk--over")).to_be_visible()
    expect(counsellor.box).to_have_value("Net te laat")
    counsellor.box.press("Enter")
    assert counsellor.said == []


def test_nothing_that_is_written_becomes_part_of_a_page(visitor: Visitor, counsellor: Counsellor) -> None:
    """The fixture `house` fails on any request to another host, and on any script that stumbles."""
    for payload in PAYLOADS:
        visitor.box.fill(payload)
        visitor.box.press("Enter")
        visitor.stored(payload)
    counsellor.hears(PAYLOADS[-1])
    for payload in PAYLOADS[:18]:
        counsellor.say(payload)
    visitor.hears(PAYLOADS[17])
    asked = [("own", payload) for payload in PAYLOADS]
    answered = [("other", payload) for payload in PAYLOADS[:18]]
    assert visitor.said == asked + answered
    is_whole(visitor.page)
    is_whole(counsellor.page)


def test_nickname_and_answers_stay_words(house: House, line: Line) -> None:
    """One visitor after the other, each with another name."""
    PolicyFactory(organisation=line.organisation, values=promise(capacity=2))
    counsellor = house.counsellor(line)
    visitor = house.visitor(line)
    for payload in PAYLOADS[:4] + PAYLOADS[27:30]:
        visitor.press("start")
        visitor.answer(nickname=payload, about=payload)
        counsellor.sees_waiting(1)
        counsellor.take()
        visitor.at("talk")
        expect(counsellor.pane.locator(".talk__name")).to_have_text(payload[:40])
        assert counsellor.known["Waar gaat het over?"] == payload
        visitor.say("Dag")
        counsellor.hears("Dag")
        is_whole(counsellor.page)
        assert counsellor.page.locator("#known, #talks, #pane-talk header").locator(ELEMENTS).count() == 0
        counsellor.pane.locator(".talk__end").click()
        counsellor.page.locator('#end button[value="end"]').click()
        visitor.press("on")
        visitor.at("thanks")
        visitor.press("restart")
        visitor.at("promise")
