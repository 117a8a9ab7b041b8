"""A full talk from a marked address; then no page, frame, export, letter, figure or log line of any role shows it (B1, D01)."""

import gzip
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from chat.models import Conversation
from helplines import outbox
from helplines.models import Role
from helplines.tenancy import across_organisations
from privacy import key_files
from privacy.models import OpeningRequest, SealedIdentity
from tests.chat import sockets
from tests.chat.sockets import desk, in_database, staffed
from tests.chat.test_canary import ADDRESSES, OPENS, leaks, stored_anywhere, visitor_from, whole_talk
from tests.factories.helplines import MembershipFactory, PolicyFactory, StaffFactory
from tests.isolation.routes import every_route, values
from tests.isolation.world import House
from tests.privacy.test_opening_pages import agree, asked, browser_of, key_of

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]
# These end what the browser is doing, or wait for somebody; what they answer is looked at in other tests.
NEVER = {"account_logout", "admin:logout"}
# The same page with what a person would ask of it.
ASKED_FOR = {"audit": ["?file=1", "?event=identity-asked"], "start": ["?stay"]}


@pytest.fixture(autouse=True)
def light(monkeypatch):
    monkeypatch.setattr(key_files, "MEMORY", 8192)
    monkeypatch.setattr(key_files, "OPERATIONS", 1)


@pytest.fixture
def frames(monkeypatch):
    """Every frame that any browser gets."""
    got, receive = [], sockets.Socket.receive_output

    async def recorded(self, timeout=1):
        event = await receive(self, timeout)
        got.append(repr(event).encode())
        return event

    monkeypatch.setattr(sockets.Socket, "receive_output", recorded)
    return got


def people_of(organisation):
    """One person of each role, the operator among them."""
    staff = {role: MembershipFactory(organisation=organisation, role=role).staff for role in Role}
    return {**staff, "operator": StaffFactory(is_superuser=True, username="operator")}


def rows_there():
    """A row of each table that the administration shows, by its name."""
    with across_organisations():
        found = {model._meta.model_name: model._base_manager.first() for model in admin.site._registry}
    return {name: row for name, row in found.items() if row is not None}


def addresses_of(home, talk):
    """Every address of the installation, with rows of this organisation in it."""
    for route in every_route():
        if route.name in NEVER:
            continue
        try:
            place = route.at(values(route, home))
        except LookupError:
            continue
        yield from (place + more for more in ["", *ASKED_FOR.get(route.name, [])])
        if route.name == "ask_opening":
            yield f"{place}?talk={talk}"


def crawl(home, people, talk):
    """What everybody gets everywhere: where, the status, and all that came back."""
    for role, client in {"anonymous": Client(), **{role: browser_of(one) for role, one in people.items()}}.items():
        client.raise_request_exception = False
        for place in addresses_of(home, talk):
            answer = client.get(place)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            yield f"{role} {place}", answer.status_code, body + repr(dict(answer.headers)).encode()


def found_in(home, people, talk):
    answers = list(crawl(home, people, talk))
    found = [leak for where, _status, data in answers for leak in leaks(where, data, ADDRESSES)]
    return [status for _where, status, _data in answers], found


def ask_for(line, talk, staff):
    """As the counsellor of the talk does; gives the page of the request, and its row for the crawl."""
    with across_organisations():
        conversation = Conversation.objects.get(code=talk)
    page = asked(browser_of(staff), line, conversation).headers["Location"]
    with across_organisations():
        return page, OpeningRequest.objects.get()


def letters_leave():
    for number in outbox.overdue(timezone.now()):
        outbox.carry(number, timezone.now())


@pytest.mark.promise("D01", "D03")
async def test_address_of_a_visitor_is_on_no_page_of_anybody(caplog, frames):
    caplog.set_level("DEBUG")
    line, member = await staffed()
    organisation, (address, other_address) = line.organisation, ADDRESSES
    await in_database(PolicyFactory)(organisation=organisation, values={"capacity": 3, "queue": True, **OPENS})
    people = await in_database(people_of)(organisation)
    office = await in_database(browser_of)(people[Role.ADMINISTRATOR])
    file = await in_database(key_of)(office, line, "administrator")
    colleague = await in_database(MembershipFactory)(organisation=organisation, public_name="Kim")
    with override_settings(REDIS_URL="", TRUSTED_PROXIES=1):
        async with desk(member) as one, desk(colleague) as other, visitor_from(address, line) as client:
            talk = await whole_talk(line, one, other, client, itself=False)
            async with visitor_from(other_address, line) as waiting:
                await waiting.say("start", language="nl", answers={})
                await waiting.hear("started")
    page, row = await in_database(ask_for)(line, talk, member.staff)
    await in_database(letters_leave)()
    await in_database(agree)(office, page, file)
    seen = (await in_database(office.get)(page)).content
    home = House("ours", organisation, line, {**await in_database(rows_there)(), "openingrequest": row})
    statuses, on_pages = await in_database(found_in)(home, people, talk)
    found = [*on_pages, *await stored_anywhere(ADDRESSES)]
    found += [leak for frame in frames for leak in leaks("a frame", frame, ADDRESSES)]
    found += [leak for text in caplog.messages for leak in leaks(f"the log: {text[:60]}", text.encode(), ADDRESSES)]
    found += [leak for letter in mail.outbox for leak in leaks("a letter", letter.message().as_bytes(), ADDRESSES)]
    assert found == []
    # It was there to leak: who opened it saw it, in that browser, and there were pages, frames and letters to leak into.
    assert leaks("here", seen, ADDRESSES) == [f"{address} in here"]
    assert await in_database(sealed_rows)() == 2
    assert statuses.count(200) > 150
    assert max(statuses) < 500
    assert (len(frames) > 10, len(mail.outbox) > 0) == (True, True)


def sealed_rows():
    with across_organisations():
        return SealedIdentity.objects.count()


async def test_page_that_shows_an_address_would_be_noticed():
    for address in ADDRESSES:
        packed = b"head " + gzip.compress(address.encode())
        for data in (address.encode(), quote(address).encode(), address.encode().hex().encode(), packed):
            assert leaks("here", data, ADDRESSES) == [f"{address} in here"]
