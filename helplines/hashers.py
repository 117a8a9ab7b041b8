"""Checking a password is slow on purpose. Many who sign in at once wait for each other, so that the talks go on (goal G6)."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils.crypto import constant_time_compare

from helplines.one_form import normalised

# So many threads of a process hash; who waits for them uses no processor (security goal G6).
AT_ONCE = 2
# How far those stand back for every other thread: where a processor is short, the talks have it.
NICE = 10


class Hashing:
    """The threads that hash, made when the first password comes, and anew in a process that was forked off."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        self.pool: ThreadPoolExecutor | None = None
        self.guard = threading.Lock()

    def threads(self) -> ThreadPoolExecutor:
        with self.guard:
            if self.pool is None:
                self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing", initializer=stand_back)
            return self.pool


def stand_back() -> None:
    """Let this thread alone come last; only Linux has threads with a rank of their own."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, max(NICE, os.getpriority(os.PRIO_PROCESS, thread)))


hashing = Hashing()
os.register_at_fork(after_in_child=hashing.begin_anew)


class InTurn(PBKDF2PasswordHasher):
    """Django's own way, a few at a time, and after everything else. What is stored looks the same.

    A password that was stored before passwords were normalised opens still. So one that is typed otherwise than normalised is
    hashed both ways, always: how long that takes tells nothing about whose it is, or whether anybody's (security goal G3).
    """

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return self.both_ways(password, salt, iterations)[0]

    def verify(self, password: str, encoded: str) -> bool:
        stored = self.decode(encoded)
        made = self.both_ways(password, str(stored["salt"]), int(stored["iterations"]))
        return any(constant_time_compare(encoded, each) for each in made)

    def both_ways(self, password: str, salt: str, iterations: int | None) -> list[str]:
        forms = dict.fromkeys((normalised(password), password))
        return [hashing.threads().submit(self.hashed, form, salt, iterations).result() for form in forms]

    def hashed(self, password: str, salt: str, iterations: int | None) -> str:
        return super().encode(password, salt, iterations)
