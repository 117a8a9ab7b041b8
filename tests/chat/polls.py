"""A visitor without WebSockets, for tests that read as a dialogue: open, send, ask, close."""

import asyncio
import json
from contextlib import asynccontextmanager

from channels.testing import HttpCommunicator

from chat.polling import sessions
from config.asgi import application
from tests.chat.sockets import ORIGIN, PATIENCE


def address(line):
    return f"/poll/{line.organisation.slug}/{line.slug}/visitor/"


async def post(path, body, headers=ORIGIN, method="POST"):
    """One request: (status, what was answered)."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await HttpCommunicator(application, method, path, content, headers).get_response(timeout=PATIENCE)
    post.headers = dict(answer["headers"])
    return answer["status"], json.loads(answer["body"] or b"null")


class Poller:
    """A client's end of the line."""

    def __init__(self, path):
        self.path, self.token, self.cursor, self.number = path, "", 0, 0
        self.heard, self.code = [], None

    async def post(self, poll, **values):
        return await post(self.path, {"poll": poll, "token": self.token, **values})

    async def open(self):
        status, answer = await post(self.path, {"poll": "open"})
        assert status == 200, answer
        self.token = answer["token"]
        return self

    async def say(self, do, **values):
        self.number += 1
        assert await self.post("send", number=self.number, frames=[{"do": do, **values}]) == (200, {})

    async def ask(self):
        status, answer = await self.post("ask", cursor=self.cursor)
        assert status == 200, answer
        self.cursor, self.code = answer["cursor"], answer.get("closed")
        self.heard += answer["frames"]
        return answer["frames"]

    async def hear(self, kind, **expected):
        """The next frame of this kind with these values, passing over others."""
        async with asyncio.timeout(PATIENCE):
            while True:
                while self.heard:
                    frame = self.heard.pop(0)
                    if frame["kind"] == kind and all(frame.get(name) == value for name, value in expected.items()):
                        return frame
                assert self.code is None, self.code
                await self.ask()

    async def closed(self):
        async with asyncio.timeout(PATIENCE):
            while self.code is None:
                await self.ask()
        return self.code

    @property
    def session(self):
        return sessions.known[self.token]


@asynccontextmanager
async def poller(line):
    client = await Poller(address(line)).open()
    yield client
    await client.post("close")


async def settled(condition):
    """Wait for what happens by itself."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)
