"""Checking a password is slow on purpose. Many who sign in at once wait for each other, so that the talks go on (goal G6)."""

import threading

from django.contrib.auth.hashers import PBKDF2PasswordHasher

# So many threads of a process hash at the same time; the others wait without using the processor (security goal G6).
AT_ONCE = 2
_turns = threading.BoundedSemaphore(AT_ONCE)


class InTurn(PBKDF2PasswordHasher):
    """Django's own way, a few at a time. What is stored looks the same."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with _turns:
            return self.hashed(password, salt, iterations)

    def hashed(self, password: str, salt: str, iterations: int | None) -> str:
        return super().encode(password, salt, iterations)
