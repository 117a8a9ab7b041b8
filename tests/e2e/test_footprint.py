"""What the button and the talk leave behind and give away, pinned on the strictest page: as good as nothing (A15, L01)."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from helplines.models import Line
from tests.chat.loaded import loaded_by
from tests.e2e.conftest import House
from tests.e2e.people import Visitor
from tests.e2e.server import Asked
from tests.e2e.sites import strict_policy, tag
from tests.factories.helplines import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WATCH = """
window.breaches = [];
addEventListener("securitypolicyviolation", breach => breaches.push(`${breach.effectiveDirective} ${breach.blockedURI}`));
"""
STORED = """async () => ({
    cookie: document.cookie,
    local: {...localStorage},
    session: {...sessionStorage},
    databases: (await indexedDB.databases()).map(one => one.name),
    caches: "caches" in window ? await caches.keys() : [],
})"""
NOTHING = {"cookie": "", "local": {}, "session": {}, "databases": [], "caches": []}
STATIC = "/static/chat/"
FRAME_LOADS = {STATIC + name for name in loaded_by("chat/visitor.html")}
WORDS = "Dit mag nergens blijven staan"


def breaches(page: Page) -> dict[str, list[str]]:
    return {urlsplit(frame.url).path: frame.evaluate("() => window.breaches") for frame in page.frames}


def stored(page: Page) -> dict[str, Any]:
    """What each frame keeps, by its path."""
    return {urlsplit(frame.url).path: frame.evaluate(STORED) for frame in page.frames}


@pytest.mark.promise("A08", "A15", "L01")
def test_every_request_and_everything_stored(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    house.server.asked.clear()
    where = house.host_page(line, path="/hulp/een-geheime-pagina")
    context = house.someone()
    page = context.new_page()
    page.add_init_script(WATCH)
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("request", note)
    page.goto(f"{where}?vraag=een-geheim")
    button = page.locator("chat-line .launcher:visible")
    expect(button).to_have_attribute("data-state", "open")

    ours = f"/{line.organisation.slug}/{line.slug}"
    assert asked_of_us(house, requests) == {"/embed.js", "/launcher.js", f"{ours}/status.json"}
    assert stored(page) == {"/hulp/een-geheime-pagina": NOTHING}
    assert context.cookies() == []

    button.click()
    visitor = Visitor(page, page.frame_locator("chat-line iframe"))
    visitor.at("promise")
    assert stored(page) == {"/hulp/een-geheime-pagina": NOTHING, f"{ours}/frame/": NOTHING}
    house.in_talk(line, visitor, counsellor)
    visitor.say(WORDS)
    counsellor.hears(WORDS)
    visitor.box.fill(WORDS)

    kept = stored(page)
    frame = kept.pop(f"{ours}/frame/")
    session = frame.pop("session")
    assert kept == {"/hulp/een-geheime-pagina": NOTHING}
    assert frame == {key: value for key, value in NOTHING.items() if key != "session"}
    # The talk, and the tab's own secret by which a limit knows that it comes again.
    assert set(session) == {f"talk:/ws{ours}/visitor/", f"tab:{line.organisation.slug}"}
    assert re.fullmatch("[0-9a-f]{32}", session[f"tab:{line.organisation.slug}"])
    assert visitor.held is not None
    # What was sent is gone from the tab; what was not yet sent waits there, and goes with the talk.
    assert set(visitor.held) == {"code", "secret", "seq", "draft", "letters"}
    assert (visitor.held["draft"], visitor.held["letters"], str(session).count(WORDS)) == (WORDS, [], 1)
    assert context.cookies() == []
    loads = {
        "/embed.js",
        "/launcher.js",
        f"{ours}/status.json",
        f"{ours}/frame/",
        f"/{line.organisation.slug}/accent.css",
    }
    assert asked_of_us(house, requests) == loads | FRAME_LOADS
    assert breaches(page) == {"/hulp/een-geheime-pagina": [], f"{ours}/frame/": []}

    counsellor.end()
    visitor.press("on")
    visitor.at("thanks")
    # The talk is gone; the tab's own secret stays until the tab is closed, for a limit that counts talks (C07).
    left = {key: value for key, value in session.items() if key.startswith("tab:")}
    assert stored(page) == {"/hulp/een-geheime-pagina": NOTHING, f"{ours}/frame/": {**NOTHING, "session": left}}
    assert context.cookies() == []
    of_the_visitor = [asked for asked in house.server.asked if "cookie" not in asked.headers]
    tells_nothing_of_the_page(house, of_the_visitor, where)


def asked_of_us(house: House, requests: list[Request]) -> set[str]:
    """The paths that were asked of our origin; everything else is the site's own page."""
    elsewhere = {request.url for request in requests if not request.url.startswith(f"{house.origin}/")}
    assert {urlsplit(url).path for url in elsewhere} == {"/hulp/een-geheime-pagina"}
    return {urlsplit(request.url).path for request in requests if request.url.startswith(f"{house.origin}/")}


def tells_nothing_of_the_page(house: House, asked: list[Asked], where: str) -> None:
    """No address, title or query of the page around us; where a browser sends a referrer, the site's origin at most."""
    site = house.sites.origin
    visits = [
        one
        for one in asked
        if one.path.startswith(("/embed.js", "/launcher.js", "/havenlicht/", "/ws/havenlicht/kade/"))
    ]
    assert {one.kind for one in visits} == {"http", "websocket"}
    for one in asked:
        told = f"{one.path}?{one.query} {one.headers}"
        assert "geheim" not in told
        assert "A%20site" not in told
    assert {one.query for one in visits} == {"", "lang=nl"}
    referrers = {(one.path, one.headers["referer"]) for one in visits if "referer" in one.headers}
    # The one tag is the site's own: what it sends is the site's to say, and browsers cut it to the origin.
    assert referrers <= {("/embed.js", f"{site}/")}


def test_visitors_page_sets_no_cookie_and_takes_none(house: House, line: Line) -> None:
    house.counsellor(line)
    visitor = house.visitor(line)
    visitor.wait_in_line()
    assert visitor.page.context.cookies() == []
    assert visitor.page.evaluate(STORED)["cookie"] == ""


# What a page could do to somebody who hides that they chat: windows, notifications, sounds, and a script that stays.
LOUD = """
window.loud = [];
const told = (name) => function () { window.loud.push(name); return Promise.reject(new Error(name)); };
window.open = told("window"); window.alert = told("alert"); Notification.requestPermission = told("notification");
window.Notification = new Proxy(Notification, { construct: () => { window.loud.push("notification"); return {}; } });
window.AudioContext = window.Audio = told("sound"); HTMLMediaElement.prototype.play = told("sound");
ServiceWorkerContainer.prototype.register = told("worker");
"""


@pytest.mark.promise("A13", "A15")
def test_talk_opens_no_window_makes_no_sound_and_keeps_its_tab_neutral(house: House, line: Line) -> None:
    counsellor = house.counsellor(line)
    page = house.someone().new_page()
    page.add_init_script(LOUD)
    page.goto(house.chat_page(line))
    visitor = Visitor(page)
    house.in_talk(line, visitor, counsellor)
    page.evaluate("() => Object.defineProperty(document, 'hidden', { value: true })")
    counsellor.say("Ben je er nog?")
    visitor.hears("Ben je er nog?")
    icons = page.locator('link[rel~="icon"]').evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert (page.title(), icons) == ("Informatie", ["data:,"])
    # No spelling service, no list of earlier entries.
    off = [visitor.box.get_attribute(name) for name in ("autocomplete", "spellcheck", "writingsuggestions")]
    assert off == ["off", "false", "false"]
    counsellor.end()
    visitor.press("on")
    visitor.at("thanks")
    assert page.evaluate("() => window.loud") == []
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    page.evaluate("() => { new Notification('x'); }")
    assert page.evaluate("() => window.loud") == ["notification"]


@pytest.mark.promise("L01")
def test_site_that_is_not_listed_gets_no_frame(house: House, line: Line) -> None:
    house.counsellor(line)
    house.expect_trouble("frame-ancestors")
    line.origins = ["https://elders.example.org"]
    line.save()
    page = house.someone().new_page()
    page.goto(house.host_page(line))
    page.locator("chat-line .launcher:visible").click()
    page.wait_for_function("() => document.querySelector('chat-line').shadowRoot.querySelector('iframe')")
    frame = page.frames[-1]
    frame.wait_for_load_state()
    assert frame.url == "chrome-error://chromewebdata/"
    assert frame.locator("[data-step]").count() == 0


def test_our_other_pages_cannot_be_framed(house: House, line: Line) -> None:
    house.expect_trouble("frame-ancestors|X-Frame-Options")
    page = house.signed_in(MembershipFactory(organisation=line.organisation).staff)
    slug = line.organisation.slug
    for path in (f"/{slug}/kade/", f"/desk/{slug}/", "/account/login/", "/start/", "/"):
        frame = f'<iframe src="{house.origin}{path}"></iframe>'
        page.goto(house.sites.put("/kader", frame, strict_policy(house.origin)))
        framed = page.frames[-1]
        framed.wait_for_load_state()
        assert (path, framed.url) == (path, "chrome-error://chromewebdata/")


def test_own_policy_of_the_page_holds_in_the_frame(house: House, line: Line) -> None:
    """The guard above would see a breach: a script of the page's own making is one."""
    house.expect_trouble("Content Security Policy")
    page = house.someone().new_page()
    page.add_init_script(WATCH)
    page.goto(house.chat_page(line))
    page.evaluate("() => document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    assert breaches(page) == {f"/{line.organisation.slug}/{line.slug}/": ["script-src-elem inline"]}


def test_button_asks_for_the_line_named_in_the_tag(house: House, line: Line) -> None:
    """A tag with a line that does not exist: a link to the chat, and nothing broken on the site."""
    house.expect_trouble("404|CORS|ERR_FAILED")
    page = house.someone().new_page()
    where = tag(house.origin, f"{line.organisation.slug}/bestaat-niet", "nl")
    page.goto(house.sites.put("/", where, strict_policy(house.origin)))
    expect(page.locator("chat-line .launcher:visible")).to_have_attribute("data-state", "unreachable")


@pytest.mark.promise("A12")
def test_browser_of_long_ago_gets_a_link_to_the_chat(house: House, line: Line) -> None:
    page = house.someone().new_page()
    page.add_init_script("Object.defineProperty(window, 'customElements', {value: undefined});")
    page.goto(house.host_page(line))
    link = page.get_by_role("link", name="Chat")
    expect(link).to_have_attribute("href", house.chat_page(line))
    expect(page.locator("chat-line")).to_have_count(0)
