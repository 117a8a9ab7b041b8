"""Resume: a visitor loads the page of a running talk anew, in a real browser, until it goes on where it was."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.houses import LINE, ORGANISATION, Ours, on_second_core
from bench.measure import Figure, median

ROUNDS, SAID_BEFORE = 12, 20  # times, and messages of each side in the talk
BAR = 1.0  # seconds
# From the first moment of the page: when what was said last is in sight, and what is written now would be sent.
WATCH = """wanted => {
    const look = () => {
        const said = [...document.querySelectorAll("chat-log article.message--other .message__text")].at(-1);
        const box = document.querySelector("chat-composer textarea");
        const there = said?.textContent === wanted() && said.checkVisibility({visibilityProperty: true})
            && box?.checkVisibility({visibilityProperty: true}) && !box.disabled && !box.readOnly;
        if (there) window.resumed = (performance.timeOrigin + performance.now()) / 1000;
        else requestAnimationFrame(look);
    };
    look();
}"""


def path_of_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def at_the_desk(browser: Browser, house: Ours) -> Page:
    context = browser.new_context(locale="nl")
    name, value = house.cookies[0].split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": house.origin}])
    page = context.new_page()
    page.goto(f"{house.origin}/desk/{ORGANISATION}/")
    page.locator('[data-presence="present"]:not([aria-disabled="true"])').click()
    expect(page.locator('#presence [data-presence="present"]')).to_have_attribute("aria-pressed", "true")
    return page


def say(page: Page, pane: str, text: str) -> None:
    """Write, send, and wait until the server has it."""
    box = page.locator(f"{pane} chat-composer textarea")
    box.fill(text)
    box.press("Enter")
    page.locator(f"{pane} article.message--own[data-seq]", has_text=text).wait_for()


def in_talk(browser: Browser, house: Ours, desk: Page) -> Page:
    page = browser.new_context(locale="nl", viewport={"width": 390, "height": 800}).new_page()
    page.goto(f"{house.origin}/{ORGANISATION}/{LINE}/")
    page.locator("[data-start]:visible").click()
    desk.locator('#take:not([aria-disabled="true"])').click()
    page.locator('[data-step="talk"]').wait_for()
    for number in range(SAID_BEFORE):
        say(page, "[data-step=talk]", f"De bezoeker zegt iets, keer {number}.")
        say(desk, "#pane-talk", f"De hulpverlener zegt iets, keer {number}.")
    return page


def one_round(page: Page, desk: Page, number: int) -> tuple[float, float]:
    """Seconds from the reload until the talk is there, and until a message that was written then is stored."""
    last = f"Dit is het laatste van ronde {number}."
    say(desk, "#pane-talk", last)
    page.locator("article.message--other", has_text=last).wait_for()
    began = time.time()
    page.reload(wait_until="commit")
    page.wait_for_function("() => window.resumed")
    resumed = float(page.evaluate("() => window.resumed"))
    say(page, "[data-step=talk]", f"Ik ben er weer, keer {number}.")
    return resumed - began, time.time() - began


def main(server: str = "daphne") -> list[Figure]:
    path = path_of_chromium()
    if not path:
        sys.stderr.write(
            "resume was not measured: no Chromium was found (apt install chromium, or set CHROMIUM=/path).\n"
        )
        return []
    on_second_core()
    with Ours(server, counsellors=1) as house, chromium(path) as browser:
        assert isinstance(house, Ours)
        desk = at_the_desk(browser, house)
        page = in_talk(browser, house, desk)
        page.add_init_script(f"({WATCH})(() => `Dit is het laatste van ronde ${{Number(sessionStorage.round ?? 0)}}.`)")
        found = []
        for number in range(ROUNDS + 1):
            page.evaluate("number => { sessionStorage.round = number }", number)
            found.append(one_round(page, desk, number))
    # The first one fills the browser's cache, as the visitor's own first visit did.
    shown, stored = (sorted(times) for times in zip(*found[1:], strict=True))
    extra = {"rounds": ROUNDS, "messages": 2 * SAID_BEFORE}
    return [
        tell("until the talk goes on, median", median(shown), f"< {BAR:g} s", median(shown) < BAR, extra),
        tell("until the talk goes on, worst", shown[-1], f"< {BAR:g} s", shown[-1] < BAR, extra),
        tell("until what is then said is stored, median", median(stored)),
        tell("until what is then said is stored, worst", stored[-1]),
    ]


def tell(
    what: str, seconds: float, bar: str = "", holds: bool | None = None, extra: dict[str, int] | None = None
) -> Figure:
    return Figure("resume", f"a reload, {what}", "ours", round(seconds, 3), "s", bar, holds, dict(extra or {})).tell()


if __name__ == "__main__":
    main()
