"""A visitor and a counsellor as the tests see them: what is on their screen, and what they press."""

import json
import re
from typing import Any

from django.utils import translation
from playwright.sync_api import FrameLocator, Locator, Page, expect

from chat.strings import visitor as visitor_words
from tests.factories.helplines import PASSWORD

Root = Page | FrameLocator
# Own or the other side, and the words.
Said = tuple[str, str]


def said_in(log: Locator) -> list[Said]:
    """What was said, in the order of the screen; lines of the system are left out."""
    found = log.locator("article.message").evaluate_all(
        """articles => articles.map(article => [
            article.classList.contains("message--own") ? "own" : "other",
            article.querySelector(".message__text").textContent,
        ])"""
    )
    return [(side, text) for side, text in found]


def words(language: str, *path: str, **values: str) -> str:
    """A sentence of the visitor's page in a language, with its places filled in."""
    with translation.override(language):
        found: Any = visitor_words.strings()
    for key in path:
        found = found[key]
    return re.sub(r"\{(\w+)\}", lambda place: values[place[1]], found)


class Talking:
    """What both have: a log and a composer."""

    pane: Root | Locator

    @property
    def box(self) -> Locator:
        return self.pane.locator("chat-composer textarea")

    @property
    def note(self) -> Locator:
        return self.pane.locator("chat-composer .composer__note")

    @property
    def said(self) -> list[Said]:
        return said_in(self.pane.locator("chat-log"))

    def say(self, text: str) -> None:
        """Write and send, and wait until the server has it."""
        self.box.fill(text)
        self.box.press("Enter")
        self.stored(text)

    def stored(self, text: str) -> None:
        expect(self.article(text, "own")).to_have_attribute("data-seq", re.compile(r"^[0-9]+$"))

    def hears(self, text: str) -> None:
        expect(self.article(text, "other")).to_be_visible()

    def article(self, text: str, side: str) -> Locator:
        words = json.dumps(" ".join(text.split()), ensure_ascii=False)
        return self.pane.locator(f"chat-log article.message--{side}:has(.message__text:text-is({words}))")


class Visitor(Talking):
    """The visitor's page, whole or in the frame on a site."""

    def __init__(self, page: Page, root: Root | None = None) -> None:
        self.page = page
        self.root = self.pane = root if root is not None else page

    def part(self, name: str) -> Locator:
        return self.root.locator(f"[data-{name}]:visible")

    def at(self, step: str) -> None:
        """One step is in sight, and no other; and so is the number for who is in danger (A11)."""
        expect(self.root.locator(f'[data-step="{step}"]')).to_be_visible()
        expect(self.root.locator('.visitor__emergency a[href="tel:112"]')).to_be_visible()
        expect(self.root.locator("[data-step]:visible")).to_have_count(1)

    def press(self, name: str) -> None:
        self.part(name).click()

    def answer(self, **answers: str) -> None:
        """Fill in some questions and go on."""
        for key, value in answers.items():
            field = self.root.locator(f'[name="{key}"]')
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.root.locator("[data-questions] [type=submit]").click()

    def wait_in_line(self) -> None:
        """From the promise to the wait, with every question skipped."""
        self.press("start")
        if self.root.locator("[data-questions]").count():
            self.press("skip")
        self.at("waiting")

    @property
    def held(self) -> dict[str, Any] | None:
        """What this tab remembers of its talk."""
        found: dict[str, Any] | None = self.root.locator("body").evaluate(
            "() => JSON.parse(sessionStorage.getItem(Object.keys(sessionStorage).find(key => key.startsWith('talk:'))) ?? 'null')"
        )
        return found


class Counsellor(Talking):
    """Somebody at the desk."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pane = page.locator("#pane-talk article.talk:visible")

    def be(self, presence: str) -> None:
        button = self.page.locator(f'[data-presence="{presence}"]:not([aria-disabled="true"])')
        button.click()
        expect(self.page.locator(f'#presence [data-presence="{presence}"]')).to_have_attribute("aria-pressed", "true")

    def sees_waiting(self, count: int) -> None:
        expect(self.page.locator("#fact-waiting")).to_have_text(str(count))

    def take(self) -> None:
        if self.page.locator("#bar").is_visible():
            self.page.locator('#bar [data-view="talks"]').click()
        self.page.locator('#take:not([aria-disabled="true"])').click()
        expect(self.pane).to_be_visible()

    def end(self, why: str = "finished") -> None:
        self.pane.locator(".talk__end").click()
        self.page.locator(f'#end input[value="{why}"]').check()
        self.page.locator('#end button[value="end"]').click()
        expect(self.page.locator("#pane-talk article.talk--over:visible")).to_have_count(1)

    @property
    def known(self) -> dict[str, str]:
        """What the pane beside the talk tells of the visitor."""
        pairs: dict[str, str] = self.page.locator("#known").evaluate(
            """list => Object.fromEntries([...list.querySelectorAll("dt")].map(
                term => [term.textContent, term.parentElement.querySelector("dd").textContent]))"""
        )
        return pairs


def sign_in(page: Page, origin: str, username: str, *, then: str = "", password: str = PASSWORD) -> None:
    """Through the page where everybody signs in."""
    page.goto(f"{origin}/account/login/{'?next=' + then if then else ''}")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
