"""The button on an organisation's site: the tag to copy, what the site's policy must let in, and what a page says. Pure."""

import re
from contextlib import suppress
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

DIRECTIVES = ("script-src", "frame-src", "connect-src")
# Where a directive is absent, these count in its place.
INSTEAD = {"frame-src": ("child-src", "default-src")}
# The button that is always the newest one, or a version of it that the site fixes (helplines/pinning.py).
SCRIPT = re.compile(r"/embed(?:-([\w-]+))?\.js")


class Finding(NamedTuple):
    """What a page comes to; `shut` are the directives that do not let us in."""

    has_tag: bool
    other_lines: list[str]
    shut: list[str]


def tag(origin: str, name: str, language: str) -> str:
    """The one tag; `name` is organisation/line."""
    return (
        f'<script async src="{origin}/embed.js" data-line="{name}" data-lang="{language}" '
        'referrerpolicy="no-referrer"></script>'
    )


def tag_with_link(origin: str, name: str, language: str, label: str) -> str:
    """The same button for old browsers too: they show the link inside, newer ones the button in its place (A12)."""
    return (
        f"{element(origin, name, language, label)}\n"
        f'<script async src="{origin}/embed.js" referrerpolicy="no-referrer"></script>'
    )


def pinned_tag(origin: str, name: str, language: str, label: str, *, version: str, integrity: str) -> str:
    """A tag that loads these very bytes or nothing; where it loads nothing, the link inside the element stands there."""
    return (
        f"{element(origin, name, language, label)}\n"
        f'<script async src="{origin}/embed-{version}.js" integrity="{integrity}" crossorigin="anonymous" '
        'referrerpolicy="no-referrer"></script>'
    )


def element(origin: str, name: str, language: str, label: str) -> str:
    return f'<chat-line line="{name}" lang="{language}"><a href="{origin}/{name}/">{escape(label)}</a></chat-line>'


def policy_lines(origin: str) -> list[str]:
    """What the site adds to its Content-Security-Policy."""
    return [f"{name} {origin}" for name in DIRECTIVES]


class PageReader(HTMLParser):
    """Finds the lines whose tag stands in a page, and policies that the page itself sets."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin
        self.lines: list[str] = []
        self.pins: list[str] = []
        self.policies: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        found = SCRIPT.fullmatch(given.get("src", "").partition("?")[0].removeprefix(self.origin))
        if tag == "script" and found and given.get("src", "").startswith(f"{self.origin}/"):
            self.lines.append(given.get("data-line", ""))
            self.pins += [found[1]] if found[1] else []
        if tag == "chat-line":
            self.lines.append(given.get("line", ""))
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))


def read(body: str, origin: str) -> PageReader:
    reader = PageReader(origin)
    with suppress(AssertionError):  # what stands before a marked section that is none still counts
        reader.feed(body)
    return reader


def pins(body: str, origin: str) -> list[str]:
    """The versions of the button that tags in a page fix."""
    return sorted(set(read(body, origin).pins))


def examine(body: str, policies: list[str], *, origin: str, name: str, site: str) -> Finding:
    """What a page of `site` says about the button of one line."""
    reader = read(body, origin)
    everything = [*policies, *reader.policies]
    shut = [entry for entry in DIRECTIVES if not all(lets_in(policy, entry, origin, site) for policy in everything)]
    return Finding(name in reader.lines, sorted({line for line in reader.lines if line not in {"", name}}), shut)


def lets_in(policy: str, directive: str, origin: str, site: str) -> bool:
    """Whether one policy lets a page of `site` load from our origin; several in one header are parted by commas."""
    for part in policy.split(","):
        given = {words[0].lower(): words[1:] for words in map(str.split, part.split(";")) if words}
        names = (directive, *INSTEAD.get(directive, ("default-src",)))
        sources = next((given[name] for name in names if name in given), None)
        if sources is not None and not any(is_ours(source, origin, site) for source in sources):
            return False
    return True


def is_ours(source: str, origin: str, site: str) -> bool:
    """Whether a source of a policy names our origin."""
    source, ours = source.lower().rstrip("/"), urlsplit(origin)
    host = source.partition("://")[2] or source
    if source in {"*", origin, f"{ours.scheme}:"} or (source == "'self'" and site == origin):
        return True
    is_below = host.startswith("*.") and (ours.hostname or "").endswith(host[1:])
    return host == ours.netloc or is_below
