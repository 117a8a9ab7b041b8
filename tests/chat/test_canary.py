"""Marked words and addresses go through every path, also when it goes wrong, and are found in no sink (goals C1, M1, M2)."""

import base64
import gzip
import json
import logging
import re
import zlib
from collections.abc import Sequence
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connections
from django.test import Client, override_settings

from chat import bus, queries, service, writer
from config.logs import Line as LogLine
from helplines.models import Organisation
from helplines.tenancy import across_organisations
from privacy import consents
from privacy.models import SealedIdentity
from tests.chat.sockets import desk, in_database, socket, staffed
from tests.factories.helplines import MembershipFactory, PolicyFactory
from tests.factories.vault import holder, opened
from tests.forms import forms_of

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]
NICKNAME, ANSWER, SAID, NOTED, ASKED, TYPED, MEANT = (
    f"zqx{name}canary" for name in ("nick", "ans", "said", "note", "ask", "type", "mean")
)
ADDRESSES = ("203.0.113.77", "2001:db8::c0de")
CANARIES = (NICKNAME, ANSWER, SAID, NOTED, ASKED, TYPED, MEANT, *ADDRESSES)
# An organisation that also opens an address with a yes of the visitor.
OPENS = {"opening_grounds": ["danger-self", "danger-other", "consent"]}
QUESTIONS = [
    {"key": "nickname", "kind": "nickname", "label": {"nl": "Naam", "en": "Name"}, "why": {"nl": "Zo", "en": "So"}},
    {"key": "about", "kind": "text", "label": {"nl": "Wat", "en": "What"}, "why": {"nl": "Zo", "en": "So"}},
]


def leaks(where: str, data: bytes, words: Sequence[str] = CANARIES) -> list[str]:
    data += b"".join(unpacked(data[at.start() :]) for at in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x9c\xda]", data))
    return [f"{word} in {where}" for word in words if any(form in data for form in forms_of(word))]


def unpacked(data: bytes) -> bytes:
    """What lies packed there by gzip or zlib, if anything does."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data)
    except zlib.error:
        return b""


class Sink(logging.Handler):
    """Every line that any logger would write, at its most talkative, as it would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(LogLine())
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def log():
    sink, root = Sink(), logging.getLogger()
    before = root.level
    root.addHandler(sink)
    root.setLevel(logging.DEBUG)
    yield sink
    root.setLevel(before)
    root.removeHandler(sink)


@pytest.fixture
def published(monkeypatch):
    """What other processes would be told, as Redis would see it."""
    sent = []

    class Layer:
        async def group_send(self, _group, message):
            sent.append(message)

    monkeypatch.setattr(bus, "get_channel_layer", Layer)
    return sent


@in_database
def stored_anywhere(words: Sequence[str] = CANARIES) -> list[str]:
    """Where in either database a marked word can be read."""
    found = []
    for model in apps.get_models():
        with connections[getattr(model, "database", "default")].cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')  # noqa: S608  a table's name
            for row in cursor.fetchall():
                data = b"\0".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
                found += leaks(model._meta.label, data, words)
    return found


def break_with(monkeypatch, place, name, fault=RuntimeError):
    """A function that fails with what was said in its message."""

    def broken(*_args, **_kwargs):
        raise fault(f"it broke on {SAID} of {NICKNAME} from {ADDRESSES[0]}")

    monkeypatch.setattr(place, name, broken)


async def whole_talk(line, one, other, client, itself=True):
    """Every action in which words of a person go in; `itself` has the visitor say an address too, which is theirs to say."""
    await client.say("start", language="nl", answers={"nickname": NICKNAME, "about": ANSWER} if itself else {})
    code = (await client.hear("started"))["code"]
    await one.say("take")
    taken = await one.hear("taken")
    assert taken["talk"]["nickname"] == NICKNAME or not itself
    await client.say("say", id=str(uuid4()), text=f"{SAID} and {ADDRESSES[0]}" if itself else SAID)
    await client.hear("stored")
    await one.say("say", talk=code, id=str(uuid4()), text=SAID)
    await one.hear("stored")
    await one.say("write_note", talk=code, text=NOTED, version=0)
    await one.say("ask", talk=code, id=str(uuid4()), text=f"What would you do {ASKED}")
    await one.say("ask_consent", talk=code, recipient="emergency", purpose=f"Help comes to you {MEANT}")
    question = await client.hear("consent", state="asked")
    assert MEANT in question["purpose"]
    await client.say("allow", consent=question["id"])
    await client.hear("consent", state="given")
    await one.say("transfer", talk=code, how="body", to="Elsewhere", note=NOTED, agreement=SAID)
    await client.say("rejoin", name=NICKNAME, code="WRONG-CODE")
    await client.say("typing")
    await client.send_to(text_data=json.dumps({"do": "say", "id": TYPED, "text": TYPED}))
    await client.send_to(text_data=f'{{"do": "{TYPED}"')
    await client.hear("refused")
    await other.say("open", talk=code, since=0)
    return code


async def with_faults(monkeypatch, one, client, code):
    """The same words while everything behind them breaks, with the words in the fault."""
    with monkeypatch.context() as broken:
        break_with(broken, writer, "store", DatabaseError)
        await client.say("say", id=str(uuid4()), text=SAID)
        assert (await client.hear("refused", why="broken"))["do"] == "say"
    with monkeypatch.context() as broken:
        break_with(broken, queries, "history")
        await one.say("open", talk=code, since=0)
        assert (await one.hear("refused", why="broken"))["do"] == "open"
    with monkeypatch.context() as broken:
        break_with(broken, consents, "purpose_of")
        await one.say("consent", talk=code)
        assert (await one.hear("refused", why="broken"))["do"] == "consent"
    with monkeypatch.context() as broken:
        break_with(broken, service, "leave")
        await client.say("leave")
        assert (await client.hear("refused", why="broken"))["do"] == "leave"


def over_http(line, monkeypatch):
    """Pages that are asked for, missed, refused and broken, from marked addresses with marked words in them."""
    answers = []
    for address in ADDRESSES:
        client = Client(REMOTE_ADDR=address, raise_request_exception=False)
        place = f"/{line.organisation.slug}/{line.slug}/"
        for path in (place, f"{place}status.json", f"/{TYPED}/", f"{place}{TYPED}/", "/readyz", "/metrics"):
            answers.append(client.get(path, headers={"User-Agent": TYPED}))
        answers.append(client.post("/account/login/", {"login": "somebody", "password": TYPED}))
        strict = Client(REMOTE_ADDR=address, enforce_csrf_checks=True, raise_request_exception=False)
        answers.append(strict.post("/account/login/", {"login": "somebody", "password": TYPED}))
        came_from = {"Referer": f"https://example.org/{TYPED}"}
        answers.append(strict.post("/account/login/", {"login": TYPED}, secure=True, headers=came_from))
        answers.append(client.get(place, headers={"Host": f"{TYPED}.example.org"}))
        with monkeypatch.context() as broken:
            break_with(broken, queries, "line_status")
            from chat.statuses import statuses

            statuses.forget()
            answers.append(client.get(f"{place}status.json?lang={TYPED}"))
    return [answer.status_code for answer in answers], [answer.content for answer in answers]


@pytest.mark.promise("D01", "O06")
@pytest.mark.parametrize("address", ADDRESSES)
async def test_marked_words_are_in_no_sink(log, published, monkeypatch, address):
    line, member = await staffed()
    organisation = line.organisation
    _row, private = await in_database(holder)(organisation)
    await in_database(PolicyFactory)(organisation=organisation, values={"questions": QUESTIONS, "capacity": 3, **OPENS})
    colleague = await in_database(MembershipFactory)(organisation=organisation, public_name="Kim")
    with override_settings(REDIS_URL="", TRUSTED_PROXIES=1):
        async with desk(member) as one, desk(colleague) as other, visitor_from(address, line) as client:
            code = await whole_talk(line, one, other, client)
            await with_faults(monkeypatch, one, client, code)
            statuses, pages = await in_database(over_http)(line, monkeypatch)
    assert {200, 404, 403, 400, 500} <= set(statuses)
    told = bus.Told((organisation.pk, "visitor", code), {"kind": "said", "text": SAID, "name": NICKNAME})
    await bus.publish_alone([told])
    assert len(published) == 1
    found = [leak for number, page in enumerate(pages) for leak in leaks(f"page {number}", page)]
    found += [leak for text in log.lines for leak in leaks(f"the log: {text[:80]}", text.encode())]
    found += [leak for message in published for leak in leaks("Redis", repr(message).encode() + message["sealed"])]
    found += await stored_anywhere()
    assert found == []
    # The sinks were there to leak into.
    assert any("RuntimeError at" in text for text in log.lines)
    assert await in_database(names)() == [organisation.name]
    assert await in_database(sealed)(private) == [address]


def visitor_from(address, line):
    path = f"/ws/{line.organisation.slug}/{line.slug}/visitor/"
    return socket(path, [(b"x-forwarded-for", address.encode())])


def sealed(private):
    """What the holder of this key finds in the vault."""
    with across_organisations():
        return [opened(identity, private) for identity in SealedIdentity.objects.all()]


def names():
    with across_organisations():
        return list(Organisation.objects.values_list("name", flat=True))


async def test_the_search_finds_a_word_in_each_of_its_forms():
    for form in (SAID, SAID[::-1], SAID.encode().hex(), base64.b64encode(f"ab {SAID} cd".encode()).decode()):
        assert leaks("here", form.encode()) == [f"{SAID} in here"]
    for address in ADDRESSES:
        assert leaks("here", quote(f"from {address}").encode()) == [f"{address} in here"]
        assert leaks("here", b"head " + gzip.compress(address.encode())) == [f"{address} in here"]
    assert leaks("here", SAID.encode("utf-16-le")) == [f"{SAID} in here"]
    assert leaks("here", b"nothing of the sort") == []
