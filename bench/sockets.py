"""A WebSocket client as light as it can be, so that the one who measures is not what is measured (RFC 6455, text frames only)."""

import asyncio
import base64
import os
import ssl
import struct
from collections.abc import Callable
from typing import Any

import msgspec

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
_encoder, _decoder = msgspec.json.Encoder(), msgspec.json.Decoder()
Heard = Callable[[dict[str, Any]], None]


class RefusedHandshakeError(ConnectionError):
    """The server answered the handshake with something else than 101."""


def framed(opcode: int, payload: bytes) -> bytes:
    """One final frame, masked with zeroes: a client must mask, and a mask of nothing costs nothing."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + b"\0\0\0\0" + payload


class Socket(asyncio.Protocol):
    """One connection; every JSON object that comes in goes to `heard`."""

    def __init__(self, request: bytes, heard: Heard | None) -> None:
        self.request, self.heard = request, heard
        self.buffer = bytearray()
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.code = 1006
        self.waiting: list[tuple[str, asyncio.Future[dict[str, Any]]]] = []
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        transport.write(self.request)  # type: ignore[attr-defined]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(RefusedHandshakeError("the line closed during the handshake"))
        if not self.closed.done():
            self.closed.set_result(self.code)
        for _kind, future in self.waiting:
            if not future.done():
                future.set_exception(ConnectionError(f"closed with {self.code}"))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.open.done() and not self.shake_hands():
            return
        while (taken := self.next_frame()) is not None:
            self.handle(*taken)

    def shake_hands(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = bytes(self.buffer[:12])
        del self.buffer[: end + 4]
        if status == b"HTTP/1.1 101":
            self.open.set_result(None)
            return True
        self.open.set_exception(RefusedHandshakeError(status.decode("latin-1")))
        self.drop()
        return False

    def next_frame(self) -> tuple[int, bytes] | None:
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size == 126:
            if len(buffer) < 4:
                return None
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            if len(buffer) < 10:
                return None
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + size:
            return None
        opcode, payload = buffer[0] & 0x0F, bytes(buffer[start : start + size])
        del buffer[: start + size]
        return opcode, payload

    def handle(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self.hear(_decoder.decode(payload))
        elif opcode == PING:
            self.write(framed(PONG, payload))
        elif opcode == CLOSE:
            self.code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            self.write(framed(CLOSE, payload[:2]))
            self.drop()

    def hear(self, frame: dict[str, Any]) -> None:
        if self.waiting:
            kind = frame.get("kind")
            for entry in self.waiting:
                if entry[0] in (kind, "*"):
                    self.waiting.remove(entry)
                    if not entry[1].done():
                        entry[1].set_result(frame)
                    break
        if self.heard is not None:
            self.heard(frame)

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def send(self, frame: dict[str, Any]) -> None:
        self.write(framed(TEXT, _encoder.encode(frame)))

    def next(self, kind: str) -> "asyncio.Future[dict[str, Any]]":
        """The next frame of this kind ("*": any); ask before sending what it answers."""
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.waiting.append((kind, future))
        return future

    async def ask(self, frame: dict[str, Any], kind: str, patience: float = 20.0) -> dict[str, Any]:
        """Send a frame and wait for the answer of this kind."""
        answer = self.next(kind)
        self.send(frame)
        return await asyncio.wait_for(answer, patience)

    def drop(self) -> None:
        """Cut the line, without a word."""
        if self.transport is not None:
            self.transport.abort() if self.code == 1006 else self.transport.close()


async def connect(
    host: str,
    port: int,
    path: str,
    *,
    origin: str = "",
    cookie: str = "",
    heard: Heard | None = None,
    patience: float = 20.0,
    tls: ssl.SSLContext | None = None,
    headers: dict[str, str] | None = None,
) -> Socket:
    """Open a socket; raises RefusedHandshakeError, TimeoutError, OSError."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *([f"Origin: {origin}"] if origin else []),
        *([f"Cookie: {cookie}"] if cookie else []),
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    loop = asyncio.get_running_loop()
    _transport, socket = await asyncio.wait_for(
        loop.create_connection(lambda: Socket(request, heard), host, port, ssl=tls), patience
    )
    try:
        await asyncio.wait_for(asyncio.shield(socket.open), patience)
    except TimeoutError:
        socket.drop()
        raise
    return socket


async def get(host: str, port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """One HTTP GET on a connection of its own: status and body."""
    reader, writer = await asyncio.open_connection(host, port)
    extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n{extra}\r\n".encode())
    data = await reader.read()
    writer.close()
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head[9:12] or b"0"), body


class Asking:
    """The same GET again and again on one connection that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        self.reader, self.writer, self.request = reader, writer, request

    @classmethod
    async def open(cls, host: str, port: int, path: str) -> "Asking":
        reader, writer = await asyncio.open_connection(host, port)
        return cls(reader, writer, f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())

    async def ask(self) -> int:
        """Ask once; gives the status when the whole body came."""
        self.writer.write(self.request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        names = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in head.split(b"\r\n"))
        }
        if b"content-length" in names:
            await self.reader.readexactly(int(names[b"content-length"]))
        else:
            while (size := int(await self.reader.readline(), 16)) >= 0:
                await self.reader.readexactly(size + 2)
                if not size:
                    break
        return int(head[9:12])
