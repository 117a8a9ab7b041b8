"""The two ends of the wire, for tests that read as a dialogue: connect, send, receive, disconnect."""

import asyncio
import json
from contextlib import asynccontextmanager

from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from chat.models import Conversation
from config.asgi import application
from helplines.tenancy import across_organisations
from tests.factories.chat import staffed_line, texts_in

in_database = database_sync_to_async
# Seconds before a frame that does not come is a failure; a busy machine is no failure.
PATIENCE = 30
# The same in every test process, so that they all see the same list of tests.
UUID = "5f0c9b1e-4f4f-4f7e-9a0a-0a0a0a0a0a0a"
ORIGIN = [(b"origin", b"http://127.0.0.1:8000")]


class Socket(WebsocketCommunicator):
    """A client's end of the wire."""

    async def say(self, do, **values):
        await self.send_to(text_data=json.dumps({"do": do, **values}))

    async def hear(self, kind, **expected):
        """The next frame of this kind with these values, passing over others. It comes within PATIENCE, or never.

        The time is that of all frames together: a desk is knocked at every few seconds, for ever.
        """
        passed: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    frame = json.loads(await self.receive_from(timeout=PATIENCE + 1))
                    if frame["kind"] == kind and all(frame.get(name) == value for name, value in expected.items()):
                        return frame
                    passed.append(frame["kind"])
        except TimeoutError:
            raise AssertionError(f"no {kind} with {expected} came, only {passed}") from None

    async def closed(self):
        """The code with which the server closes, passing over what comes before."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self.receive_output(timeout=PATIENCE + 1)
                if event["type"] == "websocket.close":
                    return event.get("code", 1000)


@asynccontextmanager
async def socket(path, headers=()):
    client = Socket(application, path, [*ORIGIN, *headers])
    accepted, code = await client.connect(timeout=PATIENCE)
    assert accepted, code
    try:
        yield client
    finally:
        await client.disconnect()


def visitor(line):
    return socket(f"/ws/{line.organisation.slug}/{line.slug}/visitor/")


@database_sync_to_async
def cookie(staff):
    client = Client()
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    morsel = client.cookies[settings.SESSION_COOKIE_NAME]
    return [(b"cookie", f"{morsel.key}={morsel.value}".encode())]


@asynccontextmanager
async def desk(membership):
    path = f"/ws/{membership.organisation.slug}/desk/"
    async with socket(path, await cookie(membership.staff)) as client:
        await client.say("hello")
        client.first = await client.hear("desk")
        yield client


async def staffed(**values):
    line, members = await in_database(staffed_line)(**values)
    return (line, *members)


@asynccontextmanager
async def talk(**values):
    """A visitor and a counsellor in a talk: (line, visitor's socket, desk's socket, what `started` said)."""
    line, member = await staffed(**values)
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        started = await client.hear("started")
        await counsellor.say("take")
        await counsellor.hear("taken")
        await client.hear("state", state="active")
        yield line, client, counsellor, started


@in_database
def stored(code):
    with across_organisations():
        row = Conversation.objects.get(code=code)
    return row, texts_in(row)
