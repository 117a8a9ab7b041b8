"""What the server refuses at the door, before a page or a socket sees it."""

import asyncio
import gc
import sys
from types import SimpleNamespace

import pytest
from autobahn.twisted.websocket import WebSocketAdapterProtocol
from autobahn.websocket.protocol import WebSocketProtocol
from daphne import server as daphne_server
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from chat.doors import RESTART
from config.server import (
    FRAGMENTS,
    LARGEST_BODY,
    LARGEST_FRAME,
    MOST_UNREAD,
    OF_THE_HANDSHAKE,
    SILENCE,
    STEPS_AT_ONCE,
    TURN,
    UNHEARD,
    Inbox,
    QuietServer,
    Reading,
    SmallFramesIn,
    SmallRequests,
    SmallSockets,
    as_it_is,
)

ADDRESS = b"POST /caw/caw-online/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture
def started():
    return []


@pytest.fixture
def connection(started):
    """A connection to a server that notes which requests got through, and its clock."""
    server = SimpleNamespace(
        protocol_connected=lambda protocol: None,
        protocol_disconnected=lambda protocol: None,
        create_application=lambda protocol, scope: started.append(scope["path"]),
        proxy_forwarded_address_header=None,
        root_path="",
    )
    clock = Clock()
    factory = SmallRequests(server)
    factory._reactor = factory.reactor = clock
    channel = factory.buildProtocol(None)
    channel.callLater = clock.callLater
    transport = StringTransport()
    transport.abortConnection = transport.loseConnection
    channel.makeConnection(transport)
    return SimpleNamespace(channel=channel, transport=transport, clock=clock)


def test_daphne_takes_our_factory():
    assert daphne_server.HTTPFactory is SmallRequests


def test_a_body_that_fits_gets_through(connection, started):
    connection.channel.dataReceived(ADDRESS + b"Content-Length: 3\r\n\r\nabc")
    assert (started, connection.transport.disconnecting) == (["/caw/caw-online/"], False)


def test_a_body_announced_too_large_is_refused_unread(connection, started):
    connection.channel.dataReceived(ADDRESS + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1))
    assert connection.transport.value().startswith(b"HTTP/1.1 413 ")
    assert (started, connection.transport.disconnecting) == ([], True)


def test_a_body_in_chunks_is_counted(connection, started):
    chunk = b"x" * (LARGEST_BODY // 2)
    connection.channel.dataReceived(ADDRESS + b"Transfer-Encoding: chunked\r\n\r\n")
    for _number in range(3):
        connection.channel.dataReceived(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    connection.channel.dataReceived(b"0\r\n\r\n")
    assert connection.transport.value().count(b"HTTP/1.1 413 ") == 1
    assert (started, connection.transport.disconnecting) == ([], True)


def test_an_unfinished_request_is_dropped_after_a_silence(connection):
    connection.channel.dataReceived(ADDRESS)
    connection.clock.advance(SILENCE - 1)
    before = connection.transport.disconnecting
    connection.clock.advance(2)
    assert (before, connection.transport.disconnecting) == (False, True)


@pytest.fixture
def upgraded():
    """A socket after its handshake, with what it wrote."""
    factory = SmallSockets(SimpleNamespace())
    factory.setProtocolOptions(maxMessagePayloadSize=LARGEST_FRAME, maxFramePayloadSize=LARGEST_FRAME)
    protocol = factory.buildProtocol(None)
    protocol.server = SimpleNamespace(protocol_connected=lambda protocol: None)
    protocol.makeConnection(StringTransport())
    protocol.state = protocol.STATE_OPEN
    yield protocol
    for timer in (protocol.openHandshakeTimeoutCall, protocol.autoPingTimeoutCall):
        if timer is not None:
            timer.cancel()


def test_a_long_talk_is_sent_though_only_small_frames_come_in(upgraded):
    upgraded.sendMessage(b"x" * (LARGEST_FRAME + 1), False)
    assert len(upgraded.transport.value()) > LARGEST_FRAME
    assert upgraded.maxMessagePayloadSize == LARGEST_FRAME
    assert isinstance(upgraded, SmallFramesIn)


@pytest.mark.parametrize("code", [1000, RESTART, 4429])
def test_a_socket_is_closed_with_each_code_of_the_protocol(upgraded, code):
    upgraded.serverClose(code)
    upgraded.closeHandshakeTimeoutCall.cancel()
    assert upgraded.transport.value() == b"\x88\x02" + code.to_bytes(2, "big")


def asks_for_a_socket(connection, offers=b""):
    """The server answers that it may; gives the socket, opened."""
    opened = []
    factory = SmallSockets(connection.channel.factory.server)
    factory.setProtocolOptions(maxMessagePayloadSize=LARGEST_FRAME, maxFramePayloadSize=LARGEST_FRAME)
    connection.channel.factory.server.ws_factory = factory
    connection.channel.factory.server.server_class = connection.channel.factory.server
    connection.channel.factory.server.log_action = lambda *_arguments: None
    connection.channel.factory.server.create_application = lambda protocol, _scope: opened.append(protocol) or Inbox()
    connection.channel.dataReceived(
        b"GET /ws/caw/caw-online/visitor/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Cookie: sessionid=marked\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + offers
        + b"\r\n"
    )
    (socket,) = opened
    socket.handle_reply({"type": "websocket.accept"})
    assert connection.transport.value().startswith(b"HTTP/1.1 101 ")
    return socket


def test_an_open_socket_keeps_nothing_of_its_handshake(connection):
    socket = asks_for_a_socket(connection)
    assert not set(OF_THE_HANDSHAKE) & set(vars(socket))
    assert "marked" not in repr(vars(socket))
    assert connection.channel._channel.requests == []


def test_a_browser_that_offers_compression_gets_its_socket_without(connection):
    asks_for_a_socket(connection, b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")
    assert b"permessage-deflate" not in connection.transport.value()


def test_a_client_that_does_not_read_is_not_read_either(connection):
    asks_for_a_socket(connection)
    reading = connection.transport.producer
    assert isinstance(reading, Reading)
    reading.pauseProducing()
    paused = connection.transport.producerState
    reading.resumeProducing()
    assert (paused, connection.transport.producerState) == ("paused", "producing")
    reading.stopProducing()
    assert connection.transport.disconnecting


def test_options_of_sockets_are_written_down_once(upgraded):
    assert type(upgraded).CONFIG_ATTRS == ()
    assert upgraded.maxFramePayloadSize == LARGEST_FRAME
    assert "maxFramePayloadSize" not in vars(upgraded)


@pytest.mark.asyncio
async def test_what_came_is_heard_in_order_and_once():
    inbox = Inbox()
    first = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    for event in "abc":
        inbox.put_nowait(event)
    assert inbox.qsize() == 3
    assert [await first, await inbox.get(), await inbox.get(), inbox.qsize()] == ["a", "b", "c", 0]


@pytest.mark.asyncio
async def test_who_stopped_listening_takes_nothing_along():
    inbox = Inbox()
    gone = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    inbox.put_nowait("a")
    assert await inbox.get() == "a"


def masked(first, payload=b""):
    return bytes([first, 0x80 | len(payload)]) + b"\0\0\0\0" + payload


def heard_by(upgraded, clock):
    """Open as after a handshake, on a clock of ours; what comes in whole is listed."""
    heard = []
    upgraded.factory.reactor = clock
    upgraded.onMessage = lambda payload, is_binary: heard.append(payload)
    upgraded.data, upgraded.current_frame, upgraded.inside_message = b"", None, False
    upgraded.utf8validateIncoming, upgraded.applyMask, upgraded.requireMaskedClientFrames = False, True, True
    upgraded.websocket_version, upgraded._perMessageCompress = 13, None
    return heard


def test_many_small_frames_of_one_socket_give_the_others_their_turn(upgraded):
    clock = Clock()
    heard = heard_by(upgraded, clock)
    upgraded.dataReceived(masked(0x81, b"a") * (3 * STEPS_AT_ONCE // 2))
    first = len(heard)
    assert (first, upgraded.transport.producerState) == (STEPS_AT_ONCE // 2, "paused")
    for _turn in range(3):
        clock.advance(0)
    assert (len(heard), upgraded.transport.producerState) == (3 * STEPS_AT_ONCE // 2, "producing")


def test_a_message_in_too_many_fragments_is_too_large(upgraded):
    clock = Clock()
    heard = heard_by(upgraded, clock)
    upgraded.dataReceived(masked(0x01) + masked(0x00) * (FRAGMENTS + 1))
    for _turn in range(10):
        clock.advance(0)
    upgraded.closeHandshakeTimeoutCall.cancel()
    assert heard == []
    assert upgraded.transport.value()[2:4] == (1009).to_bytes(2, "big")


def test_who_does_not_read_is_cut_off(upgraded):
    cut = []
    upgraded.transport.abortConnection = lambda: cut.append(True)
    upgraded.sendMessage(b"x", False)
    before = list(cut)
    upgraded.transport._tempDataLen = MOST_UNREAD + 1
    upgraded.sendMessage(b"x", False)
    assert (before, cut) == ([], [True])


def test_one_who_is_gone_is_told_nothing_more(upgraded):
    upgraded.state = upgraded.STATE_CLOSING
    upgraded.sendMessage(b"x", False)
    assert upgraded.transport.value() == b""


def test_one_who_says_more_than_can_be_heard_is_sent_away(upgraded):
    heard, waiting = [], [UNHEARD - 1, UNHEARD]
    upgraded.muted, upgraded.client_addr = False, None
    upgraded.application_queue = SimpleNamespace(qsize=lambda: waiting.pop(0), put_nowait=heard.append)
    upgraded.onMessage(b"first", False)
    assert (len(heard), upgraded.transport.value()) == (1, b"")
    upgraded.onMessage(b"second", False)
    upgraded.closeHandshakeTimeoutCall.cancel()
    assert (len(heard), upgraded.transport.value()) == (1, b"\x88\x02" + (1013).to_bytes(2, "big"))


PYTHONS_OWN = 0.005
GARBAGE = (700, 10, 10)


@pytest.fixture
def pythons_own():
    """As Python begins: a server of the browser tests may have run in this process."""
    before = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(PYTHONS_OWN)
    gc.set_threshold(*GARBAGE)
    yield
    sys.setswitchinterval(before[0])
    gc.set_threshold(*before[1])
    gc.unfreeze()


def test_the_thread_that_stores_has_its_turn_within_a_millisecond(monkeypatch, pythons_own):
    during = []
    monkeypatch.setattr(daphne_server.Server, "run", lambda _server: during.append(sys.getswitchinterval()))
    QuietServer(None, host="127.0.0.1", port=0).run()
    assert during == [pytest.approx(TURN)]
    assert TURN < 0.001 < PYTHONS_OWN


def test_what_stands_when_a_server_begins_is_never_looked_through_for_garbage(monkeypatch, pythons_own):
    during = []
    monkeypatch.setattr(
        daphne_server.Server, "run", lambda _server: during.append((gc.get_freeze_count(), gc.get_threshold()))
    )
    gc.unfreeze()
    QuietServer(None, host="127.0.0.1", port=0).run()
    [(frozen, threshold)] = during
    assert frozen > 10_000
    assert threshold > GARBAGE and gc.isenabled()


def test_nothing_is_painted_for_a_log_that_nobody_keeps():
    """As both of Autobahn's modules look the painters up at each read and each write."""
    for reads_or_writes in (WebSocketAdapterProtocol.dataReceived, WebSocketProtocol.sendData):
        assert reads_or_writes.__globals__["hltype"] is reads_or_writes.__globals__["hlval"] is as_it_is
