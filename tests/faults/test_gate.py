"""The nginx of production, with its own template and small limits, in front of two nodes that tell what reached them."""

import http.client
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.cluster import ROOT, nginx
from deploy.programs import HOST, Program, answers, free_port
from tests.faults.conftest import SOAK, without_programs
from tests.faults.sites import believing

pytestmark = pytest.mark.faults
LIMITS = {"HANDSHAKES_PER_SECOND": "1", "HANDSHAKES_BURST": "3", "POLLS_PER_SECOND": "1", "POLLS_BURST": "5"} | {
    "CONNECTIONS_PER_ADDRESS": "4"
}
NEIGHBOUR = "127.0.0.2"


class Node(ThreadingHTTPServer):
    """Says yes to everything; remembers what came, and lets `/slow` wait."""

    daemon_threads = True

    def __init__(self):
        super().__init__((HOST, 0), Told)
        self.seen, self.go = [], threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Told(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, self.headers))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/slow":
            self.server.go.wait(60)
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"figures")

    do_POST = do_GET  # noqa: N815  the name of the library

    def log_message(self, *_words):
        pass


class Gate:
    def __init__(self, directory):
        self.nodes, self.port = [Node(), Node()], free_port()
        command = nginx(directory, self.port, [node.server_port for node in self.nodes], LIMITS)
        self.log = directory / "nginx.log"
        self.program = Program("nginx", command, {}, self.log, ROOT, ready=lambda: answers(self.port))

    def line(self, where=HOST):
        return http.client.HTTPSConnection(HOST, self.port, timeout=60, context=believing(), source_address=(where, 0))

    def ask(self, path, *, where=HOST, method="GET", body=None, headers=None):
        """The status of one request on a connection of its own."""
        line = self.line(where)
        line.request(method, path, body, headers or {})
        status = line.getresponse().status
        line.close()
        return status

    def seen(self):
        return [one for node in self.nodes for one in node.seen]


@pytest.fixture
def gate(tmp_path):
    without_programs()
    made = Gate(tmp_path)
    made.program.start()
    yield made
    made.program.kill()
    for node in made.nodes:
        node.go.set()
        node.shutdown()
        node.server_close()
    # Who came, and from where, is written nowhere.
    assert made.log.read_text() == ""


def test_what_is_for_the_operator_is_not_told_outside(gate):
    ways = ["/", "//", "/./", "/livez/../", "/poll/../"]
    names = ["metrics", "readyz", "%6detrics", "read%79z", "metrics?x=1", "readyz?x=1"]
    asked = {gate.ask(f"{way}{name}") for way in ways for name in names}
    assert asked == {403}
    assert gate.seen() == []
    assert gate.ask("/livez") == 200


@pytest.mark.parametrize(("path", "most"), [("/poll/a/line/visitor/", 1 + 5), ("/ws/a/line/visitor/", 1 + 3)])
def test_one_address_asks_so_often_and_no_more(gate, path, most):
    began, let_in = time.monotonic(), 0
    while let_in < 200 and gate.ask(path, method="POST", body=b"{}") == 200:
        let_in += 1
    assert let_in < 200
    # Every second that went by let one more through.
    assert most <= let_in <= most + 1 + time.monotonic() - began
    assert (gate.ask("/"), gate.ask(path, where=NEIGHBOUR)) == (200, 200)
    assert len(gate.seen()) == let_in + 2


def test_one_address_has_so_many_requests_at_once_and_no_more(gate):
    lines = [gate.line() for _number in range(4)]
    for line in lines:
        line.request("GET", "/slow")
    while len(gate.seen()) < 4:
        threading.Event().wait(0.01)
    assert (gate.ask("/"), gate.ask("/", where=NEIGHBOUR)) == (429, 200)
    for node in gate.nodes:
        node.go.set()
    assert [line.getresponse().status for line in lines] == [200] * 4
    assert gate.ask("/") == 200


def test_what_a_client_says_of_its_address_reaches_nobody(gate):
    claims = {"X-Forwarded-For": "192.0.2.1", "X-Real-IP": "192.0.2.1", "Forwarded": "for=192.0.2.1"}
    gate.ask("/", headers={**claims, "X-Forwarded-Proto": "http"})
    ((_path, headers),) = gate.seen()
    told = {name: headers.get_all(name) for name in (*claims, "X-Forwarded-Proto")}
    assert told == {
        "X-Forwarded-For": [HOST],
        "X-Forwarded-Proto": ["https"],
        "X-Real-IP": None,
        "Forwarded": None,
    }


def test_who_polls_comes_to_the_same_node_again_and_neighbours_to_both(gate):
    for _time in range(3):
        gate.ask("/poll/a/line/visitor/", method="POST", body=b"{}")
    assert sorted(len(node.seen) for node in gate.nodes) == [0, 3]
    for number in range(2, 32):
        gate.ask("/poll/a/line/visitor/", method="POST", body=b"{}", where=f"127.0.0.{number}")
    assert min(len(node.seen) for node in gate.nodes) > 0
    assert len(gate.seen()) == 33


def test_a_body_that_is_too_large_comes_no_further(gate):
    assert gate.ask("/", method="POST", body=b"x" * (2 * 2**20 + 1)) == 413
    assert gate.ask("/", method="POST", body=b"x" * (3 * 2**19)) == 200
    assert len(gate.seen()) == 1


@pytest.mark.skipif(not SOAK, reason="takes ten seconds: in the long form (make soak)")
@pytest.mark.parametrize("half", [b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"])
def test_half_a_request_is_hung_up_on(gate, half):
    with believing().wrap_socket(socket.create_connection((HOST, gate.port), 60)) as line:
        line.sendall(half)
        try:
            answer = line.recv(100)
        except ssl.SSLError:
            answer = b""
    assert answer[:12] in {b"", b"HTTP/1.1 408"}
    assert gate.seen() == []
