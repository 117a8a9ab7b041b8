"""The visitor's line over HTTP: parse one request, hand it to its session, answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chat.consumers.visitor import VisitorConsumer
from chat.polling import HELD, PollError, Session, sessions

BODY_BYTES = 64 * 1024
HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
]
Token = Annotated[str, Meta(min_length=43, max_length=43)]
Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Request(msgspec.Struct, tag_field="poll", tag=str.lower, forbid_unknown_fields=True):
    """What a tab wants of its session."""


class Open(Request):
    pass


class Post(Request, tag="send"):
    token: Token
    number: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    frames: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=32)]


class Ask(Request):
    token: Token
    cursor: Number


class Close(Request):
    token: Token


_decoder: msgspec.json.Decoder[Open | Post | Ask | Close] = msgspec.json.Decoder(Open | Post | Ask | Close)


class PollConsumer:
    """One request. The session that it belongs to lives on in this process."""

    def __init__(self, application: Callable[..., Awaitable[Any]]) -> None:
        self.application = application

    @classmethod
    def as_asgi(cls) -> "PollConsumer":
        return cls(VisitorConsumer.as_asgi())

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            if scope["method"] != "POST":
                raise PollError(405, "malformed")
            request = decoded(await whole_body(receive))
            status, body = 200, await self.answer(request, scope, receive)
        except PollError as error:
            status, body = error.status, msgspec.json.encode({"why": error.why})
        except LeftError:
            return
        await send({"type": "http.response.start", "status": status, "headers": HEADERS})
        await send({"type": "http.response.body", "body": body})

    async def answer(self, request: Any, scope: dict[str, Any], receive: Receive) -> bytes:
        if isinstance(request, Open):
            opened = sessions.open(self.application, scope)
            return msgspec.json.encode({"token": opened.token, "held": HELD})
        session = sessions.of(request.token, scope["path"])
        if isinstance(request, Ask):
            return await unless_gone(asked(session, request.cursor), receive)
        if isinstance(request, Post):
            session.take(request.number, [bytes(frame).decode() for frame in request.frames])
        else:
            session.leave()
        return b"{}"


async def asked(session: Session, cursor: int) -> bytes:
    frames, last, code = await session.ask(cursor)
    closed = "" if code is None else f',"closed":{code}'
    return f'{{"frames":[{",".join(frames)}],"cursor":{last}{closed}}}'.encode()


class LeftError(Exception):
    """Nobody waits for the answer any more."""


async def whole_body(receive: Receive) -> bytes:
    """Raises PollError("too_large") as soon as it is too large."""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise LeftError
        body += event.get("body", b"")
        if len(body) > BODY_BYTES:
            raise PollError(413, "too_large")
        if not event.get("more_body"):
            return bytes(body)


def decoded(body: bytes) -> Open | Post | Ask | Close:
    """Raises PollError("malformed"): no text, no JSON, an unknown key, a wrong type."""
    try:
        body.decode()
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise PollError(400, "malformed") from None


async def unless_gone(work: Awaitable[bytes], receive: Receive) -> bytes:
    """The answer, or LeftError when the browser hangs up first: what it did not get, it asks for again."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(hung_up(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise LeftError
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
