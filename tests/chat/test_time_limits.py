"""Whatever ends by the clock for a visitor or a counsellor: told well before, or it takes nothing away (WCAG 2.2.1)."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from chat.models import Silence
from chat.models.care import FIRST, LAST
from chat.states import MOVES, Party
from helplines import sessions
from helplines.policies import NUMBERS
from tests.factories.helplines import MembershipFactory

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEAST = 20 * SECOND
# What the system alone does to a talk, and why each takes nothing away unasked.
BY_THE_CLOCK = {
    "lapse": "two notices come before it, and any sign of life stops it",
    "abandon": "nobody is there: a visitor who is there is seen every few seconds, and the time begins anew",
    "requeue": "the counsellor's device is gone; the talk goes on with a colleague",
    "refuse": "nobody has begun to talk, and the page tells it from a quarter of an hour before",
}
# The spans of a policy that run while somebody is at work with us.
SPANS = {
    "soft_minutes": "ends nothing; both sides are told before",
    "rejoin_minutes": "begins when nobody is there",
    "block_hours": "keeps from beginning, ends nothing",
    "alert_seconds": "calls colleagues, ends nothing",
    "silent_minutes": "begins the two notices of `lapse`",
    "wrapup_minutes": "gives a counsellor rest; each may come back sooner or stay away longer",
    "opening_minutes": "how long an opened address is in sight; it can be asked for again",
}


def script_seconds(name, constant):
    """A number of milliseconds in one of our scripts, as a time."""
    text = (Path(settings.BASE_DIR) / "chat/static/chat" / name).read_text()
    found = re.search(rf"const {constant} = ([\d_ *]+);", text)
    parts = [int(part) for part in found[1].replace("_", "").split("*")]
    product = 1
    for part in parts:
        product *= part
    return timedelta(milliseconds=product)


def test_every_move_of_the_system_and_every_span_of_a_policy_was_thought_through():
    assert {name for name, move in MOVES.items() if Party.SYSTEM in move.by} == BY_THE_CLOCK.keys()
    assert {name for name in NUMBERS if name.endswith(("_seconds", "_minutes", "_hours"))} == SPANS.keys()


def test_silent_talk_is_told_at_each_notice_how_long_is_left_at_the_least():
    first, last = (Silence(step=step, due_at=NOW + wait).told(NOW) for step, wait in ((1, FIRST), (2, LAST)))
    assert (first["seconds"], last["seconds"]) == ((FIRST + LAST).total_seconds(), LAST.total_seconds())
    assert last["seconds"] * SECOND >= LEAST


def test_desk_tells_of_the_end_of_a_session_before_it_comes():
    before, every = (script_seconds("desk-session.js", name) for name in ("BEFORE", "LOOK_EVERY"))
    held = sessions.held_for() * SECOND
    # What a page is told is never longer than the session holds: that was kept SEEN_EVERY ago at the most.
    assert held + sessions.SEEN_EVERY * SECOND == settings.SESSION_COOKIE_AGE * SECOND
    assert held > before
    assert before - every >= LEAST


@pytest.mark.django_db
@pytest.mark.parametrize("stays", [True, False])
def test_press_on_the_desk_keeps_the_session(stays):
    member = MembershipFactory()
    address = f"/desk/{member.organisation.slug}/"
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(member.staff)
        seconds = client.get(address).context["config"]["session_seconds"]
    told = NOW + seconds * SECOND
    with time_machine.travel(told - SECOND, tick=False):
        if stays:
            assert client.get(address).status_code == 200
    with time_machine.travel(told + seconds * SECOND - SECOND, tick=False):
        assert client.get(address).status_code == (200 if stays else 302)
