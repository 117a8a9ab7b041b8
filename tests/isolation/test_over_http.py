"""Requests over HTTP by turns, on connections that others used: PostgreSQL alone keeps the organisations apart (O10, A6).

Every filter of the program is taken away. Eight keep-alive lines ask by turns for three organisations, as their administrators
and as nobody; the connections behind them come from one pool and go from one organisation to the next. 240 turns, and with
SOAK=1 ten thousand.
"""

import http.client
import os
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from config.postgresql import cursors
from helplines import walls
from helplines.models import Role
from tests.app_role import is_on
from tests.isolation.knock import BACKEND
from tests.isolation.world import CANARY, NAMES, House, build
from tests.threads import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the second wall is PostgreSQL's (DATABASE_URL)"),
]
TURNS = 10_000 if os.environ.get("SOAK") else 240
LINES = 8
# What an administrator reads of their own, and what anybody reads of whom they ask.
OF_STAFF = ("/team/{slug}/", "/admin/helplines/branch/", "/admin/helplines/closure/")
OF_ALL = ("/{slug}/{line}/", "/{slug}/complaints/")


@pytest.fixture
def houses(transactional_db: None) -> dict[str, House]:
    """Three organisations that other threads see too."""
    with transaction.atomic(), transaction.atomic(using="keys"):
        return build()


class Asker:
    """One keep-alive line to the server, for whoever's turn it is."""

    def __init__(self, origin: str) -> None:
        self.host = urlsplit(origin).netloc
        self.line = http.client.HTTPConnection(self.host, timeout=60)
        self.opened = 0

    def ask(self, path: str, cookie: str) -> tuple[int, str]:
        if self.line.sock is None:
            self.opened += 1
        self.line.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = self.line.getresponse()
        return answer.status, answer.read().decode(errors="replace")


def turn_of(number: int, houses: dict[str, House], cookies: dict[str, str]) -> tuple[str, str, str]:
    """Whose turn it is, what is asked, and as whom: by turns staff and anybody, of each organisation."""
    name = NAMES[number % len(NAMES)]
    pages = OF_STAFF if number % 2 else OF_ALL
    page = pages[number // 2 % len(pages)]
    house = houses[name]
    return name, page.format(slug=house.organisation.slug, line=house.line.slug), cookies[name] if number % 2 else ""


def foreign(name: str, page: str) -> set[str]:
    return {found[0] for found in CANARY.finditer(page) if found[2] != name}


def wrong_with(houses: Any, live_server: Any, turns: int) -> tuple[list[str], set[str], int]:
    """What is wrong with the answers, whose words were met, and how many lines were opened."""
    cookies = {}
    for name, house in houses.items():
        client = Client()
        client.force_login(house.people[Role.ADMINISTRATOR], backend=BACKEND)
        cookies[name] = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    askers = [Asker(live_server.url) for _line in range(LINES)]

    def share(which: int) -> list[tuple[str, str, int, str]]:
        found = []
        for number in range(which, turns, LINES):
            name, path, cookie = turn_of(number, houses, cookies)
            status, page = askers[which].ask(path, cookie)
            found.append((name, path, status, page))
        askers[which].line.close()
        return found

    shares = at_once(share, range(LINES), LINES)
    assert [fault for fault in shares if isinstance(fault, Exception)] == []
    answers = [answer for part in shares for answer in part]
    assert len(answers) == turns
    wrong = [
        f"{name} {path}: {status} {sorted(foreign(name, page))[:3]}"
        for name, path, status, page in answers
        if status != 200 or foreign(name, page)
    ]
    met = {found[2] for name, _path, _status, page in answers for found in CANARY.finditer(page) if found[2] == name}
    return wrong, met, sum(asker.opened for asker in askers)


@pytest.mark.promise("O10")
def test_turns_over_http_on_lines_that_stay_show_no_foreign_row(houses: Any, stripped: None, live_server: Any) -> None:
    assert is_on(connection), "The tests must work as the role of the program: let them make one (CREATEROLE)."
    wrong, met, opened = wrong_with(houses, live_server, TURNS)
    assert (wrong[:10], len(wrong)) == ([], 0)
    # Something could leak: each organisation's own words were shown; and the lines really stayed.
    assert (met, opened < TURNS // 4) == (set(NAMES), True)


def test_without_the_second_wall_these_turns_show_foreign_rows(
    houses: Any, stripped: None, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room holds what could leak: where the wall names everybody, the same turns find it."""
    monkeypatch.setattr(cursors, "named", lambda: walls.EVERYBODY)
    wrong, _met, _opened = wrong_with(houses, live_server, 60)
    assert any("/admin/helplines/branch/" in problem and "[]" not in problem for problem in wrong)
