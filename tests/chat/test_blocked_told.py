"""Who is blocked hears until when at the door, and finds other help on the page on which that stands (C06)."""

import html
import json
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.chat.polls import poller
from tests.chat.sockets import desk, in_database, staffed, visitor
from tests.factories.helplines import BranchFactory, EmergencyNumberFactory

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("live"),
    pytest.mark.promise("C06"),
]
TAB, ANOTHER = "tab-of-somebody-who-is-blocked", "tab-of-somebody-who-is-not-"


@pytest.mark.parametrize("door", [visitor, poller])
async def test_blocked_visitor_is_refused_at_the_door_and_told_until_when(door):
    line, member = await staffed(block_hours=8)
    async with desk(member) as counsellor:
        async with door(line) as client:
            await client.say("start", language="nl", token=TAB)
            started = await client.hear("started")
            await counsellor.say("take")
            await counsellor.hear("taken")
            before = datetime.now().astimezone()
            await counsellor.say("block", talk=started["code"], why="threats")
            ended = await client.hear("state", state="closed")
            after = datetime.now().astimezone()
        async with door(line) as client:
            await client.say("start", language="nl", token=TAB)
            refused = await client.hear("refused")
        async with door(line) as client:
            await client.say("start", language="nl", token=ANOTHER)
            await client.hear("started")
    assert (ended["why"], refused["why"]) == ("blocked", "blocked")
    eight, second = timedelta(hours=8), timedelta(seconds=1)
    assert before + eight - second <= datetime.fromisoformat(refused["again"]) <= after + eight + second


def refused_step(page):
    """(what a visitor finds on the step of a refusal, the sentences that are put there)"""
    step = re.search(r'<section[^>]*data-step="refused".*?</section>', page, re.DOTALL)[0]
    strings = re.search(r'<script[^>]*type="application/json"[^>]*>(.*?blocked_text.*?)</script>', page, re.DOTALL)[1]
    return html.unescape(step), json.loads(strings)["strings"]


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_page_of_who_is_blocked_tells_where_else_there_is_help(language):
    line, _member = await staffed(block_hours=8)

    def looked():
        EmergencyNumberFactory(organisation=line.organisation, number="0800 12 345")
        BranchFactory(organisation=line.organisation, name="Our centre", email="centre@example.org")
        BranchFactory(name="Their centre", email="theirs@example.org")
        EmergencyNumberFactory(number="0800 99 999")
        return (
            Client()
            .get(f"{reverse('chat', args=[line.organisation.slug, line.slug])}", {"lang": language})
            .content.decode()
        )

    step, strings = refused_step(await in_database(looked)())
    assert ('href="tel:080012345"' in step, 'href="mailto:centre@example.org"' in step) == (True, True)
    assert ("080099999" in step, "theirs@example.org" in step) == (False, False)
    assert "{time}" in strings["blocked_text"]
