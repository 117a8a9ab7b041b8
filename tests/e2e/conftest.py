"""Two people in real browsers, the real server, and an organisation's own site on another origin."""

import datetime as dt
import logging
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from helplines.models import Line, Organisation, Role, Staff
from tests.e2e.people import Counsellor, Visitor
from tests.e2e.server import LiveServer
from tests.e2e.sites import Sites, strict_policy, tag
from tests.factories.helplines import (
    BranchFactory,
    EmergencyNumberFactory,
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
    PolicyFactory,
    open_always,
)
from tests.helplines.factors import PERIOD, code_of

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Playwright switches partitioned storage off; people's browsers have it, so it is not in this list.
    "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,AcceptCHFrame,HttpsUpgrades",
]
DESKTOP = {"width": 1280, "height": 800}
QUESTIONS: list[dict[str, Any]] = [
    {
        "key": "nickname",
        "kind": "nickname",
        "label": {"nl": "Hoe noemen we je?", "en": "What do we call you?"},
        "why": {"nl": "Dat praat makkelijker.", "en": "That talks more easily."},
    },
    {
        "key": "age",
        "kind": "age",
        "label": {"nl": "Hoe oud ben je?", "en": "How old are you?"},
        "why": {"nl": "Dan weten we wat bij je past.", "en": "Then we know what suits you."},
        "choices": [
            {"key": "young", "label": {"nl": "jonger dan 18", "en": "under 18"}},
            {"key": "old", "label": {"nl": "18 of ouder", "en": "18 or over"}},
        ],
    },
    {
        "key": "about",
        "kind": "text",
        "label": {"nl": "Waar gaat het over?", "en": "What is it about?"},
        "why": {"nl": "Dan kunnen we ons voorbereiden.", "en": "Then we can prepare."},
    },
]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser for all tests of this package. Playwright's loop may not outlive it: other tests have loops of their own."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        no_browser("No Chromium was found; install it, or set CHROMIUM to where it is.")
    # Playwright's loop runs in the thread of the tests, where Django then refuses its own database.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        expect.set_options(timeout=10_000)
        yield browser
        browser.close()


def no_browser(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def server() -> Iterator[LiveServer]:
    server = LiveServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sites() -> Iterator[Sites]:
    sites = Sites()
    yield sites
    sites.stop()


class Faults(logging.Handler):
    """Whatever the server reports as an error while a test runs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.found.append(f"{record.name}: {record.getMessage()} {trace}")


@dataclass
class House:
    """All that is running: the server, the sites, the browsers, and what went wrong unasked."""

    browser: Browser
    server: LiveServer
    sites: Sites
    clock: Any
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.server.origin

    def someone(self, language: str = "nl", **options: Any) -> BrowserContext:
        """A browser of somebody's own, with nothing in it."""
        context = self.browser.new_context(locale=language, **{"viewport": DESKTOP, **options})
        context.on("console", self.heed)
        context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        context.on("request", lambda request: self.heed_address(request.url))
        self.contexts.append(context)
        return context

    def heed(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    def heed_address(self, url: str) -> None:
        """No page of ours, and no page with our button, asks anything of anybody else."""
        parts = urlsplit(url)
        ours = {urlsplit(self.origin).netloc, urlsplit(self.sites.origin).netloc}
        if parts.scheme not in {"data", "blob", "about"} and parts.netloc not in ours:
            self.troubles.append(f"asked elsewhere: {url}")

    def expect_trouble(self, pattern: str) -> None:
        """What the browser complains about in this test, and may."""
        self.allowed.append(pattern)

    def code(self, secret: str) -> str:
        """What the app with codes shows, at a moment from which it holds for a while: on a busy machine a page takes its time."""
        late = time.time() % PERIOD
        if late > PERIOD / 3:
            self.clock.shift(PERIOD - late)
        return code_of(secret)

    @property
    def unexpected(self) -> list[str]:
        return [told for told in self.troubles if not any(re.search(pattern, told) for pattern in self.allowed)]

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.server.come_to_rest()

    def host_page(self, line: Line, language: str = "nl", path: str = "/") -> str:
        """Put the button of a line on the organisation's site; gives the address of that page."""
        where = f"{line.organisation.slug}/{line.slug}"
        return self.sites.put(path, tag(self.origin, where, language), strict_policy(self.origin), language)

    def chat_page(self, line: Line) -> str:
        return f"{self.origin}/{line.organisation.slug}/{line.slug}/"

    def visitor(self, line: Line, language: str = "nl", **options: Any) -> Visitor:
        """Somebody with the chat as a page of its own."""
        page = self.someone(language, **options).new_page()
        page.goto(self.chat_page(line))
        return Visitor(page)

    def widget(self, line: Line, language: str = "nl", **options: Any) -> Visitor:
        """Somebody on the organisation's site, with the panel not yet open."""
        page = self.someone(language, **options).new_page()
        page.goto(self.host_page(line, language))
        return Visitor(page, page.frame_locator("chat-line iframe"))

    def signed_in(self, staff: Staff, language: str = "nl", client: Client | None = None, **options: Any) -> Page:
        """A browser that has a staff member's cookie already, or that of a client who went through the form.

        The form in a browser has tests of its own (`test_signin.py`).
        """
        if client is None:
            client = Client()
            client.force_login(staff)
        context = self.someone(language, **options)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.origin, "httpOnly": True}])
        return context.new_page()

    def counsellor(
        self, line: Line, language: str = "nl", *, present: bool = True, role: str = Role.COUNSELLOR, **options: Any
    ) -> Counsellor:
        """A counsellor of the line's organisation, signed in and at the desk."""
        member = MembershipFactory(organisation=line.organisation, role=role, public_name="Sam")
        page = self.signed_in(member.staff, language, **options)
        page.goto(f"{self.origin}/desk/{line.organisation.slug}/")
        counsellor = Counsellor(page)
        if present:
            counsellor.be("present")
            self.forget_statuses()
        return counsellor

    def in_talk(self, line: Line, visitor: Visitor, counsellor: Counsellor) -> None:
        """From the promise to the talk."""
        visitor.wait_in_line()
        counsellor.sees_waiting(1)
        counsellor.take()
        visitor.at("talk")

    def forget_statuses(self) -> None:
        """What the server remembers for a second, it asks anew."""
        from chat.statuses import statuses
        from config.asgi import status_answers

        statuses.forget()
        status_answers.forget()

    def note_who_is_there(self) -> None:
        """The round that the server makes every five seconds, now."""
        from chat.keeper import keeper

        self.server.do(keeper.round())


@pytest.fixture
def clock() -> Iterator[Any]:
    """The server's clock: it ticks on from now, and tests put it forward. Browsers keep their own."""
    with time_machine.travel(dt.datetime.now(dt.UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def house(chromium: Browser, server: LiveServer, sites: Sites, clock: Any, transactional_db: None) -> Iterator[House]:
    """Everything runs; at the end nobody complained and the tables can be emptied."""
    ours = {
        "ORIGIN": server.origin,
        "CSRF_TRUSTED_ORIGINS": [server.origin],
        "CONTENT_SECURITY_POLICY": policy_for(server.origin),
    }
    faults = Faults()
    house = House(chromium, server, sites, clock)
    logging.getLogger().addHandler(faults)
    try:
        with override_settings(**ours):
            try:
                yield house
            finally:
                house.close()
    finally:
        logging.getLogger().removeHandler(faults)
        sites.pages.clear()
        sites.asked.clear()
    assert faults.found == []
    assert house.unexpected == []


def policy_for(origin: str) -> dict[str, Any]:
    """The settings' own policy, with the address at which the tests serve in the place of the usual one."""
    usual = settings.ORIGIN.replace("http", "ws", 1)
    directives: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert usual in directives["connect-src"]
    moved = [origin.replace("http", "ws", 1) if source == usual else source for source in directives["connect-src"]]
    return {"DIRECTIVES": {**directives, "connect-src": moved}}


@pytest.fixture
def organisation(transactional_db: None) -> Organisation:
    """A helpline with numbers for who is in danger, and two centres to write to."""
    made: Organisation = OrganisationFactory(
        slug="havenlicht",
        name="Havenlicht",
        website="",
        about={"nl": "Wij luisteren.", "en": "We listen."},
        secrecy={"nl": "Het blijft bij ons.", "en": "It stays with us."},
    )
    EmergencyNumberFactory(organisation=made, is_first=True)
    EmergencyNumberFactory(organisation=made, number="101", label={"nl": "Politie", "en": "Police"})
    BranchFactory(organisation=made, name="Noord", region="Noordveld", email="noord@example.org")
    BranchFactory(organisation=made, name="Zuid", region="", email="zuid@example.org", telephone="02 000 00 00")
    return made


@pytest.fixture
def line(house: House, organisation: Organisation) -> Line:
    """A line that is open all day, asks three questions, and may stand on the site."""
    made: Line = LineFactory(
        organisation=organisation,
        slug="kade",
        name="De Kade",
        origins=[house.sites.origin],
        button={"nl": "Praat met ons", "en": "Talk with us"},
        opening={"nl": "We zijn er.", "en": "We are here."},
        busy={"nl": "Iedereen praat.", "en": "Everybody talks."},
        closed={"nl": "We zijn er niet.", "en": "We are not here."},
        farewell={"nl": "Zorg goed voor jezelf.", "en": "Take good care of yourself."},
    )
    open_always(made)
    PolicyFactory(organisation=organisation, values=promise())
    return made


def promise(**values: Any) -> dict[str, Any]:
    return {
        "questions": QUESTIONS,
        "greeting": {"nl": "Welkom.", "en": "Welcome."},
        "disclaimer": {
            "nl": "We bewaren het gesprek {{ retention }}.",
            "en": "We keep the talk for {{ retention }}.",
        },
        "capacity": 1,
        **values,
    }
