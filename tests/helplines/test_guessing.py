"""Who guesses passwords gets few tries, learns of no account, and slows nobody down (O03, security goals G1, G3, G6).

With SOAK=1 a thousand guesses each way, and the time of ten thousand answers.
"""

import datetime as dt
import os
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher, PBKDF2PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helplines import hashers
from helplines.models import Staff
from helplines.passwords import LONGEST
from tests.factories.helplines import PASSWORD, StaffFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SOAK = bool(os.environ.get("SOAK"))
GUESSES, SAMPLES = (1000, 10_000) if SOAK else (20, 0)
LIMIT = 6
HERE = "203.0.113.7"
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
# By what an attacker does: the address and headers of guess n, the proxies that we trust, and from how many places it comes.
Guess = Callable[[int], dict[str, str]]
WAYS: dict[str, tuple[Guess, int, int]] = {
    "one address": (lambda n: {}, 0, 1),
    "no entry": (lambda n: {"HTTP_X_FORWARDED_FOR": " , " * (n % 3)}, 0, 1),
    "one entry": (lambda n: {"HTTP_X_FORWARDED_FOR": f"10.{n % 250}.3.4"}, 0, 1),
    "three entries": (lambda n: {"HTTP_X_FORWARDED_FOR": f"10.0.0.{n % 250}, 10.1.{n % 250}.1, 192.0.2.{n % 250}"}, 0, 1),
    "entries before that of our proxy": (
        lambda n: {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": f"10.9.{n % 250}.1, 192.0.2.{n % 250}, {HERE}"}, 1, 1
    ),
    "other headers": (
        lambda n: dict.fromkeys(("HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_CLIENT_IP"), f"10.0.{n // 250}.{n % 250}")
        | {"HTTP_FORWARDED": f"for=10.0.0.{n % 250}"}, 0, 1
    ),
    "a household": (lambda n: {"REMOTE_ADDR": f"2001:db8:1:2::{n + 1:x}"}, 0, 1),
    "inside IPv6": (lambda n: {"REMOTE_ADDR": ("::ffff:" if n % 2 else "") + HERE}, 0, 1),
    "many addresses": (lambda n: {"REMOTE_ADDR": f"198.51.100.{n % (GUESSES // 10)}"}, 0, GUESSES // 10),
}  # fmt: skip


@pytest.fixture
def staff() -> Staff:
    made: Staff = StaffFactory(username="Robin", email="robin@example.org")
    return made


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were checked against one that is kept."""
    found: list[str] = []
    ordinary = Staff.check_password
    monkeypatch.setattr(Staff, "check_password", lambda self, given: found.append(given) or ordinary(self, given))
    return found


def guess(login: str, password: str, **given: str):
    return Client().post("/account/login/", {"login": login, "password": password}, **{"REMOTE_ADDR": HERE, **given})


@pytest.mark.promise("O03")
@pytest.mark.parametrize("way", WAYS)
def test_so_many_guesses_reach_the_password_and_no_more(staff, looked_at, settings, way):
    """From many addresses each has its own few: a lock of the person everywhere would be a weapon (G2)."""
    headers, settings.TRUSTED_PROXIES, places = WAYS[way]
    with time_machine.travel(NOON, tick=False):
        answers = [guess("robin", f"guess {n}", **headers(n)).status_code for n in range(GUESSES)]
    assert len(looked_at) == LIMIT * places
    assert answers.count(429) == GUESSES - (LIMIT - 1) * places


def bare(answer) -> tuple:
    """An answer without the one thing that differs each time, and without what was typed."""
    text = TOKEN.sub("", answer.content.decode()).replace(answer.wsgi_request.POST.get("login", "-") or "-", "·")
    return answer.status_code, text, sorted(answer.headers), sorted(answer.cookies)


@pytest.fixture
def people(staff) -> list[str]:
    """Whose name is tried: of somebody, by address too, of nobody; and of somebody with a second step."""
    second = StaffFactory(username="second", email="second@example.org")
    Authenticator.objects.create(user=second, type=Authenticator.Type.WEBAUTHN, data={"name": "", "credential": {}})
    StaffFactory(username="closed", email="closed@example.org", is_active=False)
    return ["robin", "robin@example.org", "second", "closed", "nobody", "nobody@example.org"]


@pytest.mark.promise("O03")
def test_wrong_password_is_answered_alike_whoever_is_meant(people):
    answers = {
        name: bare(guess(name, "a wrong password", REMOTE_ADDR=f"198.51.100.{n}")) for n, name in enumerate(people)
    }
    assert {name: answer == answers["nobody"] for name, answer in answers.items()} == dict.fromkeys(people, True)


@pytest.mark.promise("O03")
def test_forgotten_password_is_answered_alike_whoever_is_meant(people):
    answers, work = {}, {}
    for name in ("robin@example.org", "second@example.org", "closed@example.org", "nobody@example.org"):
        client = Client()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            sent = client.post("/account/password/reset/", {"email": name})
        answers[name] = repr((sent.status_code, sent.url, bare(client.get(sent.url))))
        work[name] = len(asked)
    assert (len(set(answers.values())), len(set(work.values())), mail.outbox) == (1, 1, [])


@pytest.mark.promise("O03")
def test_wrong_password_takes_one_hash_whoever_is_meant(people, monkeypatch):
    """What takes time is the hash: as many for nobody as for somebody."""
    hashed: list[str] = []
    ordinary = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(given[1]) or ordinary(*given))
    found = {}
    for n, name in enumerate(people):
        hashed.clear()
        guess(name, "a wrong password", REMOTE_ADDR=f"198.51.100.{n}")
        found[name] = len(hashed)
    assert found == dict.fromkeys(people, 1)


@pytest.mark.skipif(not SOAK, reason="takes minutes: in the long form (make soak)")
def test_wrong_password_takes_as_long_whoever_is_meant(people):
    """G3: of ten thousand answers by turns, the middle ones differ by less than a twentieth."""
    took: dict[str, list[float]] = {"robin": [], "nobody": []}
    for n in range(SAMPLES):
        for name, times in took.items():
            began = time.process_time()
            guess(name, "a wrong password", REMOTE_ADDR=f"10.{n // 62500}.{n // 250 % 250}.{n % 250}")
            times.append(time.process_time() - began)
    middle = {name: statistics.median(times) for name, times in took.items()}
    assert abs(middle["robin"] / middle["nobody"] - 1) < 0.05, middle


@pytest.mark.parametrize(("signs", "status"), [(LONGEST + 1, 200), (500_000, 200), (10_000_000, 400)])
def test_password_that_is_too_long_is_never_hashed(staff, monkeypatch, signs, status):
    hashed: list[str] = []
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(given[1]))
    answers = [guess(name, "x" * signs) for name in ("robin", "nobody")]
    assert ([answer.status_code for answer in answers], hashed) == ([status, status], [])


def test_password_of_the_longest_length_signs_in(staff):
    staff.set_password("y" * LONGEST)
    staff.save()
    assert guess("robin", "y" * LONGEST).status_code == 302


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many hash at the same time, each time that one begins; each goes on for long enough to be met."""
    found: list[int] = []
    now, guard, numbers = [0], threading.Lock(), count()

    def hashed(self, password: str, salt: str, iterations: int | None) -> str:
        with guard:
            now[0] += 1
            found.append(now[0])
        for _turn in range(20):
            time.sleep(0)
        with guard:
            now[0] -= 1
        return f"{self.algorithm}$1${salt}${next(numbers)}"

    monkeypatch.setattr(hashers.InTurn, "hashed", hashed)
    yield found


def test_of_many_who_sign_in_at_once_a_few_hash(at_work):
    """G6: two hundred at once wait for each other, so that the talks of this process have a processor left."""
    made = hashers.InTurn()
    outcomes = at_once(lambda n: made.encode(f"password {n}", "salt"), range(200), 50)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert (len(at_work), max(at_work) <= hashers.AT_ONCE) == (200, True)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux ranks threads one by one.")
def test_who_hashes_stands_back_for_the_talks_and_nobody_else_does():
    def rank() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    usual = rank()
    assert hashers.hashing.threads().submit(rank).result() == max(usual, hashers.NICE)
    assert rank() == usual


def test_process_that_was_forked_off_hashes_with_threads_of_its_own():
    before = hashers.hashing.threads()
    hashers.hashing.begin_anew()
    assert hashers.hashing.threads() is not before
    before.shutdown()


def test_what_is_stored_is_as_django_stores_it():
    stored = hashers.InTurn().encode(PASSWORD, "salt", 10)
    assert stored == PBKDF2PasswordHasher().encode(PASSWORD, "salt", 10)
    assert PBKDF2PasswordHasher().verify(PASSWORD, stored)
