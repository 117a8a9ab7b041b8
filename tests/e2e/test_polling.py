"""Where WebSockets are blocked the talk goes over HTTP, by itself and soon (A14)."""

import datetime as dt
import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import translation
from playwright.sync_api import Page, expect

from chat.models import Conversation
from chat.states import State
from chat.strings import check as check_words
from helplines.models import Line
from helplines.tenancy import across_organisations
from tests.e2e.conftest import House
from tests.e2e.people import Counsellor, Visitor, words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Three ways in which a box on the way stops a WebSocket: at once, never answering, and letting nothing through.
REFUSED = """
window.WebSocket = class extends EventTarget {
  readyState = 0;
  constructor() { super(); setTimeout(() => this.dispatchEvent(Object.assign(new Event("close"), { code: 1006 })), 20); }
  close() {}
};
"""
HANGING = "window.WebSocket = class extends EventTarget { readyState = 0; close() {} };"
SWALLOWING = """
window.WebSocket = class extends EventTarget {
  readyState = 1;
  constructor() { super(); setTimeout(() => this.dispatchEvent(new Event("open")), 20); }
  send() {}
  close() {}
};
"""
SOON = 5.0


def blocked(house: House, line: Line, how: str) -> Visitor:
    page = house.someone().new_page()
    page.add_init_script(how)
    page.goto(house.chat_page(line))
    return Visitor(page)


@pytest.mark.promise("A14", "C02")
def test_whole_talk_without_a_websocket(house: House, line: Line) -> None:
    house.expect_trouble("404")
    counsellor: Counsellor = house.counsellor(line)
    visitor = blocked(house, line, REFUSED)
    house.in_talk(line, visitor, counsellor)
    visitor.say("Hallo")
    counsellor.hears("Hallo")
    counsellor.say("Dag")
    visitor.hears("Dag")

    visitor.page.reload()
    visitor.at("talk")
    counsellor.say("Daar ben je weer")
    visitor.hears("Daar ben je weer")
    house.server.do(drop_all())
    visitor.say("Na een storing")
    counsellor.hears("Na een storing")
    said = [("own", "Hallo"), ("other", "Dag"), ("other", "Daar ben je weer"), ("own", "Na een storing")]
    assert visitor.said == said
    assert visitor.page.context.cookies() == []
    assert {one.kind for one in house.server.asked if one.path.endswith("/visitor/")} == {"http"}
    assert all("cookie" not in one.headers for one in house.server.asked if one.path.startswith("/poll/"))

    visitor.press("leave")
    visitor.root.locator("[data-confirm-yes]").click()
    visitor.at("thanks")
    expect(counsellor.page.locator("#pane-talk article.talk--over")).to_be_visible()
    with across_organisations():
        assert [talk.state for talk in Conversation.objects.all()] == [State.CLOSED]


async def drop_all() -> None:
    from chat.polling import sessions

    await sessions.stop()


@pytest.mark.promise("A14")
@pytest.mark.parametrize("how", [REFUSED, HANGING, SWALLOWING], ids=["refused", "hanging", "swallowing"])
def test_choice_is_made_within_five_seconds(house: House, line: Line, how: str) -> None:
    house.counsellor(line)
    visitor = blocked(house, line, how)
    visitor.press("start")
    visitor.press("skip")
    began = time.perf_counter()
    expect(visitor.root.locator("[data-place]")).to_have_text(words("nl", "place_first"), timeout=15_000)
    assert time.perf_counter() - began < SOON


def test_closed_page_hangs_up(house: House, line: Line) -> None:
    """As a closed socket does: the counsellor need not wait until somebody notices the silence."""
    counsellor = house.counsellor(line)
    visitor = blocked(house, line, REFUSED)
    house.in_talk(line, visitor, counsellor)
    visitor.page.goto("about:blank")
    expect(counsellor.pane.locator(".talk__there")).to_have_attribute("data-present", "false", timeout=5_000)


@pytest.mark.promise("A14")
def test_check_page_tells_what_is_blocked(house: House, line: Line) -> None:
    page = house.someone().new_page()
    page.add_init_script(REFUSED)
    page.goto(f"{house.chat_page(line)}check/")
    verdict = page.locator("[data-verdict]")
    with translation.override("nl"):
        sentences = check_words.strings()
    expect(verdict).to_have_text(str(sentences["spare_works"]))
    assert marks(page) == dict.fromkeys(ROWS, "works") | {"socket": "blocked"}
    expect(page.locator('[data-check="socket"] [data-advice]')).to_be_visible()
    expect(page.locator('[data-check="poll"] [data-advice]')).to_be_hidden()
    report = page.locator("[data-report]").input_value()
    assert len(report.splitlines()) == 1 + len(ROWS)
    assert re.search(r"Chrome [0-9]+\)", report.splitlines()[2])
    assert not {"Mozilla", "Linux", "127.0.0.1", "X11"} & set(re.split(r"[^\w.]+", report))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy]").click()
    expect(page.locator("[data-copied]")).to_have_text(str(sentences["copied"]))
    assert page.evaluate("() => navigator.clipboard.readText()") == report
    faults = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}
    )
    assert faults.response["violations"] == []

    page.route("**/poll/**", lambda route: route.abort())
    page.route("**/status.json*", lambda route: route.abort())
    house.expect_trouble("ERR_FAILED")
    page.clock.set_fixed_time(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=42))
    page.reload()
    expect(verdict).to_have_text(str(sentences["nothing_works"]))
    assert marks(page) == dict.fromkeys(ROWS, "works") | {
        "pages": "blocked", "socket": "blocked", "poll": "blocked", "clock": "care",
    }  # fmt: skip
    with across_organisations():
        assert Conversation.objects.count() == 0


ROWS = ("script", "browser", "pages", "socket", "poll", "storage", "clock")


def marks(page: Page) -> dict[str, str]:
    return {name: page.locator(f'[data-check="{name}"] .state').get_attribute("data-state") or "" for name in ROWS}
