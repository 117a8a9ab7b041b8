"""What a page has to show wherever it is looked at: no fault for axe, nothing to the side, light and dark, forced colours.

`SHOTS=/a/folder` keeps a picture of every state, narrow and wide, light, dark and in forced colours.
"""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT as AXE
from django.conf import settings
from playwright.sync_api import Frame, Page

# `preload` would have axe fetch and write style sheets of its own, which our policy rightly stops.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "preload": False}
WIDTHS = (320, 390, 768, 1440)
TEMPLATES = Path(settings.BASE_DIR) / "templates"
# A change that is under way is taken to its end: nobody waits for it, and one that has no end is looked at as it is.
REST = """() => document.getAnimations().forEach(change => {
    try { change.finish() } catch { /* it has no end */ }
})"""
WIDER = """() => {
    const wide = document.documentElement.clientWidth;
    if (![document.documentElement, document.body].some(each => each.scrollWidth > wide)) return "";
    const out = [...document.body.querySelectorAll("*")].filter(
        each => each.checkVisibility() && each.getBoundingClientRect().right > wide + 1);
    return out.slice(-3).map(each => `${each.tagName}.${each.className}#${each.id}`).join(" ") || "the page itself";
}"""
# Nobody has to read letters below 16 px; in a picture they are as large as the picture is drawn.
SMALL = """() => {
    const small = new Map(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
        if (element.closest(".visually-hidden, script, style")) continue;
        const scale = element instanceof SVGElement ? element.getScreenCTM().a : 1;
        const size = parseFloat(getComputedStyle(element).fontSize) * scale;
        if (size < 15.99) small.set(`${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`, size);
    }
    return [...small].map(([called, size]) => `${called} ${Math.round(size * 10) / 10}px`);
}"""
# Where the page stands still and its parts scroll, nothing hidden may make it longer than the screen.
LONGER = """() => {
    const still = document.querySelector("body.desk, body[data-at=talk]");
    if (!still || getComputedStyle(still).overflowY !== "hidden") return "";
    const more = document.documentElement.scrollHeight - document.documentElement.clientHeight;
    return more > 0 ? `by ${more}` : "";
}"""
# The words of a button break only where the button is as wide as it can be.
BROKEN = """() => [...document.querySelectorAll("button:not(.bar__button), .button")].filter(button => {
    if (!button.checkVisibility({visibilityProperty: true}) || button.closest(".visually-hidden, [inert]")) return false;
    const words = document.createRange();
    words.selectNodeContents(button);
    const tops = [...words.getClientRects()].filter(each => each.width > 1 && each.height > 1).map(each => each.top);
    const broken = Math.max(...tops) - Math.min(...tops) > 0.6 * parseFloat(getComputedStyle(button).fontSize);
    const around = button.parentElement, look = getComputedStyle(around);
    const room = around.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
    return tops.length > 1 && broken && button.getBoundingClientRect().width < room - 2;
}).map(button => `${button.textContent.trim().slice(0, 40)} (${Math.round(button.getBoundingClientRect().width)})`)"""
# In forced colours a background says nothing: an edge, a line under it or a shape of its own has to.
FORCED = """() => {
    const seen = element =>
        element.checkVisibility({visibilityProperty: true}) && !element.closest(".visually-hidden, [inert]");
    const called = element => `${element.tagName.toLowerCase()}.${element.className || element.id}`;
    const look = element => getComputedStyle(element);
    const edge = style => ["Top", "Right", "Bottom", "Left"].some(side =>
        parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== "none"
        && style[`border${side}Color`] !== "rgba(0, 0, 0, 0)");
    const told = element => {
        const style = look(element);
        return [style.backgroundColor, style.borderTopColor, style.borderTopWidth, style.borderBottomWidth,
            style.outlineStyle, style.textDecorationLine, style.fontWeight, style.boxShadow].join();
    };
    const faults = [];
    for (const control of document.querySelectorAll("button, .button, textarea, select, input:not([type=hidden])")) {
        const style = look(control);
        if (!seen(control) || ["checkbox", "radio", "range", "file"].includes(control.type)) continue;
        if (!edge(style) && !style.textDecorationLine.includes("underline")) faults.push(`no edge: ${called(control)}`);
    }
    const gray = document.createElement("i");
    gray.style.color = "GrayText";
    document.body.append(gray);
    for (const idle of document.querySelectorAll("button[aria-disabled=true], button:disabled")) {
        if (seen(idle) && look(idle).color !== look(gray).color) faults.push(`as if it worked: ${called(idle)}`);
    }
    gray.remove();
    for (const state of document.querySelectorAll(".state, .link-state")) {
        const shape = getComputedStyle(state, "::before");
        if (!seen(state) || shape.content === "none") continue;
        if (shape.forcedColorAdjust !== "none" && !edge(shape)) faults.push(`no shape: ${called(state)}`);
    }
    for (const chosen of document.querySelectorAll("[aria-pressed=true], [aria-current]:not([aria-current=false])")) {
        const others = [...chosen.parentElement.children].filter(each =>
            each !== chosen && each.tagName === chosen.tagName && seen(each)
            && each.matches(":not([aria-pressed=true]):not([aria-current]), [aria-current=false]"));
        if (!seen(chosen)) continue;
        if (others.some(other => told(other) === told(chosen))) faults.push(`as the others: ${called(chosen)}`);
    }
    return faults;
}"""


class Looked:
    """What was found, by page and state; asked once at the end, so that one fault does not hide the next.

    `thorough` looks at each state at every width, in dark and in forced colours too; for one language that is enough, and
    in the others the narrowest screen is. With a `language` each page has to say that it is in it.
    `watched` are selectors: `unseen` tells which of them stood on no page that was looked at.
    """

    def __init__(self, language: str = "", *, thorough: bool = False, watched: Iterable[str] = ()) -> None:
        self.language = language
        self.thorough = thorough
        self.found: dict[str, list[str]] = {}
        self.unseen = set(watched)

    def at(self, name: str, place: Page | Frame) -> None:
        # A colour that is still changing is nobody's fault.
        place.evaluate(REST)
        faults = faults_of(place, RULES)
        if self.unseen:
            self.unseen -= set(place.evaluate(VISIBLE, sorted(self.unseen)))
        if isinstance(place, Page):
            faults += self.every_way(name, place) if self.thorough else narrow(place)
            spoken = place.locator("html").get_attribute("lang") or ""
            if self.language and not spoken.startswith(self.language):
                faults.append(f"says that its language is {spoken}")
        if faults:
            self.found[name] = faults

    def every_way(self, name: str, page: Page) -> list[str]:
        """The same state on other screens and in other colours; afterwards the page is as it was."""
        usual, faults = page.viewport_size, []
        shoot = shooter(name, page)
        for width in WIDTHS:
            faults += fits(page, width)
            shoot(width, "light")
        page.emulate_media(color_scheme="dark")
        page.evaluate(REST)
        faults += [f"dark: {fault}" for fault in faults_of(page, CONTRAST)]
        shoot(1440, "dark")
        shoot(390, "dark")
        page.emulate_media(color_scheme="light", forced_colors="active")
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate(REST)
            faults += [f"forced colours at {width}: {fault}" for fault in page.evaluate(FORCED)]
            shoot(width, "forced")
        page.emulate_media(color_scheme="light", forced_colors="none")
        if usual:
            page.set_viewport_size(usual)
        return faults


def fits(page: Page, width: int) -> list[str]:
    """What does not fit, or is too small, on a screen of this width."""
    page.set_viewport_size({"width": width, "height": 800})
    faults = [f"too small at {width}: {what}" for what in page.evaluate(SMALL)]
    if out := page.evaluate(WIDER):
        faults.append(f"wider than {width}: {out}")
    if out := page.evaluate(LONGER):
        faults.append(f"longer than the screen at {width}: {out}")
    broken = page.evaluate(BROKEN) if width > 320 else []
    return faults + [f"words of a button broken at {width}: {words}" for words in broken]


def narrow(page: Page) -> list[str]:
    """The narrowest screen, where the words of each language are a page of their own; afterwards the page is as it was."""
    usual = page.viewport_size
    faults = fits(page, WIDTHS[0])
    if usual:
        page.set_viewport_size(usual)
    return faults


VISIBLE = """selectors => selectors.filter(selector => [...document.querySelectorAll(selector)].some(
    element => element.checkVisibility({visibilityProperty: true})))"""


def faults_of(place: Page | Frame, rules: dict[str, Any]) -> list[str]:
    if not place.evaluate("() => 'axe' in window"):
        place.evaluate(AXE)
    results: Any = place.evaluate("options => axe.run(options)", {**rules, "resultTypes": ["violations"]})
    assert results["passes"], "axe looked at nothing"
    return [
        f"{fault['id']}: {' '.join(str(target) for target in node['target'])} ({fault['help']})"
        for fault in results["violations"]
        for node in fault["nodes"]
    ]


def shooter(name: str, page: Page) -> Callable[[int, str], None]:
    """Keeps pictures where somebody asks for them."""
    folder = os.environ.get("SHOTS")
    called = re.sub(r"\W+", "-", name)

    def shoot(width: int, how: str) -> None:
        if not folder:
            return
        usual = page.viewport_size
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=f"{folder}/{called}-{width}-{how}.png", full_page=True)
        if usual:
            page.set_viewport_size(usual)

    return shoot


def comes_and_goes(*patterns: str) -> set[str]:
    """Selectors of all that these templates hide at first: steps, notices, boxes, dialogs."""
    found = set()
    for pattern in patterns:
        for file in TEMPLATES.glob(pattern):
            for tag in re.finditer(r"<([a-z][a-z0-9-]*)\b((?:[^<>{]|\{%.*?%\}|\{\{.*?\}\})*)>", file.read_text()):
                if tag[1] == "dialog" or re.search(
                    r"\shidden(?=\s|$|\{)", re.sub(r"\{%.*?%\}|\"[^\"]*\"", " ", tag[2])
                ):
                    found.add(selector_of(tag[1], tag[2]))
    return found


def selector_of(tag: str, attributes: str) -> str:
    if found := re.search(r"""\bid="([\w-]+)\"""", attributes):
        return f"#{found[1]}"
    if found := re.search(r"""\bdata-[\w-]+(?:="[\w-]*")?""", attributes):
        return f"{tag}[{found[0]}]"
    found = re.search(r"""\bclass="([\w-]+)""", attributes)
    assert found, f"Give this an id: <{tag}{attributes}>"
    return f"{tag}.{found[1]}"
