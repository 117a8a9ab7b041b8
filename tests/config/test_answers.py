"""The answer about a line that is given again: to whom it may be, for how long, and that it hides nobody from anybody."""

import pytest

from config import answers
from config.answers import FRESH_SECONDS, LARGEST, MOST, GivenAgain

pytestmark = pytest.mark.asyncio


class Site:
    """Stands for Django: counts how often it is asked, and answers with that number."""

    def __init__(self, status=200, headers=((b"Cache-Control", b"public, max-age=10"),), size=0):
        self.asked, self.status, self.headers, self.size = 0, status, list(headers), size

    async def __call__(self, scope, receive, send):
        self.asked += 1
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": str(self.asked).encode().ljust(self.size)})


async def ask(door, method="GET", path="/a/b/status.json", query=b"", headers=()):
    """What one request is answered: the status and the body."""
    told = []

    async def send(event):
        told.append(event)

    scope = {"method": method, "scheme": "http", "path": path, "query_string": query, "headers": list(headers)}
    await door(scope, None, send)
    return told[0]["status"], told[1]["body"]


async def test_the_same_question_is_answered_alike_and_asked_once():
    site = Site()
    door = GivenAgain(site)
    assert [await ask(door), await ask(door)] == [(200, b"1"), (200, b"1")]
    assert site.asked == 1


async def test_half_a_second_later_it_is_asked_anew(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(answers, "monotonic", lambda: now[0])
    door = GivenAgain(Site())
    await ask(door)
    now[0] += FRESH_SECONDS
    assert await ask(door) == (200, b"1")
    now[0] += 0.01
    assert await ask(door) == (200, b"2")


@pytest.mark.parametrize(
    "other",
    [
        {"method": "HEAD"},
        {"path": "/a/c/status.json"},
        {"query": b"lang=en"},
        {"headers": [(b"host", b"another.example")]},
        {"headers": [(b"origin", b"https://another.example")]},
        {"headers": [(b"accept-language", b"en")]},
        {"headers": [(b"if-none-match", b'"x"')]},
        {"headers": [(b"x-forwarded-proto", b"https")]},
    ],
    ids=lambda other: str(next(iter(other.values()))),
)
async def test_another_question_is_asked_by_itself(other):
    site = Site()
    door = GivenAgain(site)
    await ask(door)
    assert await ask(door, **other) == (200, b"2")


@pytest.mark.parametrize("name", [b"cookie", b"authorization", b"Cookie"])
async def test_who_says_who_they_are_is_never_answered_with_what_another_got(name):
    site = Site()
    door = GivenAgain(site)
    await ask(door)
    assert [await ask(door, headers=[(name, b"mine")]) for _again in range(2)] == [(200, b"2"), (200, b"3")]
    assert await ask(door) == (200, b"1")


async def test_what_is_sent_is_never_answered_from_memory():
    door = GivenAgain(Site())
    assert [await ask(door, method="POST") for _again in range(2)] == [(200, b"1"), (200, b"2")]


@pytest.mark.parametrize(
    "site",
    [
        Site(status=404),
        Site(status=500),
        Site(status=301),
        Site(headers=[]),
        Site(headers=[(b"Cache-Control", b"no-store")]),
        Site(headers=[(b"Cache-Control", b"public"), (b"Set-Cookie", b"a=b")]),
        Site(size=LARGEST + 1),
    ],
    ids=["unknown", "broken", "moved", "silent", "private", "cookie", "large"],
)
async def test_only_a_whole_public_answer_is_kept(site):
    door = GivenAgain(site)
    await ask(door)
    await ask(door)
    assert site.asked == 2


async def test_it_never_keeps_more_than_so_many():
    door = GivenAgain(Site())
    for number in range(MOST + 1):
        await ask(door, query=str(number).encode())
    assert len(door.known) == 1
