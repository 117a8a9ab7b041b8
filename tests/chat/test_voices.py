"""A line that says "u" says so through every door of a visitor, and no other line does (ux-goals, "Look and voice")."""

import json
import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import translation

from chat.models import PresenceState
from chat.statuses import statuses
from chat.urls import urlpatterns
from config.demo.views import site
from helplines.fields import in_language
from helplines.models import Line
from tests.chat.sockets import PATIENCE, desk, in_database, socket
from tests.factories.chat import ConversationFactory, PresenceFactory
from tests.factories.helplines import (
    BranchFactory,
    EmergencyNumberFactory,
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
    PolicyFactory,
    open_always,
)
from tests.test_voices import JE, U, spoken

pytestmark = pytest.mark.django_db
QUESTION = {"key": "region", "kind": "text", "label": {"nl": "Welke streek?"}, "why": {"nl": "Voor de planning."}}
# Whatever a visitor may open of a line, by the names of the addresses: a new one is walked too.
DOORS = sorted(
    str(pattern.name)
    for pattern in urlpatterns
    if getattr(pattern.callback, "audience", "") == "line" and pattern.name not in {"leave", "line_status"}
)
SHORT = "line_status"
STATES = ("open", "busy", "paused", "closed")


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    statuses.forget()


def a_line(state: str = "closed", organisation: str = "informal", line: str = "") -> Line:
    """A line of which the organisation's own texts speak to nobody, with all that a page can show."""
    made: Line = LineFactory(
        organisation=OrganisationFactory(form_of_address=organisation, shows_proof=True), form_of_address=line
    )
    PolicyFactory(organisation=made.organisation, values={"queue": True, "capacity": 1, "questions": [QUESTION]})
    BranchFactory(organisation=made.organisation)
    EmergencyNumberFactory(organisation=made.organisation, is_first=True)
    if state != "closed":
        open_always(made)
        there = PresenceState.PAUSE if state == "paused" else PresenceState.PRESENT
        member = PresenceFactory(membership__organisation=made.organisation, state=there).membership
    if state == "busy":
        ConversationFactory(line=made, counsellor=member, state="active")
    return made


def address(line: Line, door: str) -> str:
    names = {"line": line.slug} if door == SHORT else {"organisation": line.organisation.slug, "line": line.slug}
    return reverse(door, kwargs=names)


def read(line: Line, door: str, query: str = "?lang=nl", **headers: str) -> str:
    return Client().get(address(line, door) + query, headers=headers).content.decode()


def heard(answer: str) -> set[str]:
    """Every word of an answer: of its text, its attributes and the JSON in it; not of its addresses."""
    plain = re.sub(r"\\u[0-9A-Fa-f]{4}|&#?\w+;|[\w.:/@?=-]*/[\w.:/@?=-]*", " ", answer)
    return spoken(plain.replace("<", " ").replace(">", " "))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("door", [*DOORS, SHORT])
def test_line_with_u_says_je_nowhere(door: str, state: str) -> None:
    line = a_line(state, "formal")

    assert heard(read(line, door)) & JE == set()
    assert heard(read(line, door, "", **{"accept-language": "nl-BE,nl;q=0.9"})) & JE == set()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("door", [*DOORS, SHORT])
def test_line_with_je_says_u_nowhere(door: str, state: str) -> None:
    assert heard(read(a_line(state), door)) & U == set()


def test_walk_would_hear_the_other_word() -> None:
    """On every page that says anything to anybody; a status tells of the line alone."""
    loud = {door for door in DOORS if heard(read(a_line(), door)) & JE}
    formal = {door for door in DOORS if heard(read(a_line(organisation="formal"), door)) & U}

    pages = {"agreements", "chat", "check", "frame", "kept", "safe"}
    assert (loud, formal) == (pages, pages)
    assert set(DOORS) - loud == {"status"}


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_the_one_that_is_walked(state: str) -> None:
    assert json.loads(read(a_line(state, "formal"), "status"))["state"] == state


@pytest.mark.parametrize(
    ("organisation", "line", "said"),
    [
        ("informal", "", "Jij bent de volgende."),
        ("informal", "formal", "U bent de volgende."),
        ("formal", "", "U bent de volgende."),
        ("formal", "informal", "Jij bent de volgende."),
    ],
)
def test_a_line_may_do_otherwise_than_its_organisation(organisation: str, line: str, said: str) -> None:
    page = read(a_line(organisation=organisation, line=line), "chat")

    assert re.findall(r"(?:Jij|U) bent de volgende\.", page) == [said]


@pytest.mark.parametrize("door", ["chat", "frame", "safe", "check"])
def test_the_language_of_a_page_with_u_is_dutch_and_there_is_no_third(door: str) -> None:
    formal, informal = read(a_line(organisation="formal"), door), read(a_line(), door)

    assert re.findall(r'<html lang="([^"]*)"', formal) == ["nl"]
    assert re.findall(r'hreflang="([^"]*)"', formal) == re.findall(r'hreflang="([^"]*)"', informal) == ["nl", "en"]
    assert "formal" not in formal.lower()


def test_other_languages_have_one_voice() -> None:
    assert "You are next." in read(a_line(organisation="formal"), "chat", "?lang=en")


@pytest.mark.parametrize("wish", ["nl-formal", "nl_Formal", "nl-FORMAL"])
def test_nobody_chooses_u_where_the_line_says_je(wish: str) -> None:
    client = Client()
    client.cookies["django_language"] = wish
    line = a_line()
    for door in DOORS:
        for query in ("", f"?lang={wish}"):
            page = client.get(address(line, door) + query, headers={"accept-language": wish}).content.decode()
            assert heard(page) & U == set()
    blank = client.get(f"{reverse('blank')}?lang={wish}", headers={"accept-language": wish}).content.decode()
    assert re.findall(r'<html lang="([^"]*)"', blank) == ["nl"]
    sign_in = client.get(reverse("account_login"), headers={"accept-language": wish})
    assert (sign_in.headers["Content-Language"], heard(sign_in.content.decode()) & U) == ("nl", set())


def test_people_who_work_for_a_formal_organisation_are_called_je() -> None:
    organisation = a_line(organisation="formal").organisation
    member = MembershipFactory(organisation=organisation)
    client = Client()
    client.force_login(member.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/desk/{organisation.slug}/", headers={"accept-language": "nl"}).content.decode()

    assert (bool(heard(page) & JE), heard(page) & U) == (True, set())


@pytest.mark.parametrize("page", ["nobody-knows-this/", "status.json/", "frame"])
def test_what_does_not_exist_speaks_to_nobody(page: str) -> None:
    """Whose visitor somebody is cannot be told there."""
    line = a_line(organisation="formal")
    answer = Client().get(f"/{line.organisation.slug}/{page}", headers={"accept-language": "nl"}, follow=True)

    assert (answer.status_code, heard(answer.content.decode()) & (JE | U)) == (404, set())


@pytest.mark.parametrize("template", ["400.html", "404.html", "500.html"])
def test_pages_of_what_went_wrong_speak_to_nobody(template: str) -> None:
    with translation.override("nl"):
        assert heard(render_to_string(template)) & (JE | U) == set()


@override_settings(DEMO_SITE_ORIGIN="http://testserver")
def test_example_page_speaks_as_its_line() -> None:
    pages = [
        site(RequestFactory().get("/"), organisation=line.organisation.slug, line=line.slug).content.decode()
        for line in (a_line(), a_line(organisation="formal"))
    ]

    assert [(heard(page) & JE, heard(page) & U) for page in pages] == [({"je"}, set()), (set(), {"u"})]


def test_own_text_in_dutch_is_found_inside_a_formal_voice() -> None:
    with translation.override("nl-formal"):
        assert in_language({"en": "Hello", "nl": "Dag"}, fallback="en") == "Dag"


async def frames_of(client: Any, last: str) -> list[str]:
    found = []
    while not found or json.loads(found[-1])["kind"] != last:
        found.append(await client.receive_from(timeout=PATIENCE))
    return found


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live")
async def test_frames_hold_no_sentence_of_ours() -> None:
    """What a talk sends are keys and what people wrote: sentences stand in the page alone."""
    line = await in_database(a_line)("open", "formal")
    member = (await in_database(PresenceFactory)(membership__organisation=line.organisation)).membership
    path = f"/ws/{line.organisation.slug}/{line.slug}/visitor/"
    async with desk(member) as counsellor, socket(path) as client:
        await client.say("start", language="nl")
        frames = await frames_of(client, "started")
        await counsellor.say("take")
        frames += await frames_of(client, "state")
        await client.say("leave")
        frames += await frames_of(client, "state")

    assert [heard(frame) & (JE | U) for frame in frames] == [set()] * len(frames)
    assert json.loads(frames[0])["language"] == "nl"
