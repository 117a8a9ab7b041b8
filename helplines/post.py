"""Sending a letter: it is stored with what it is about, and a job carries it after the commit."""

import secrets
from functools import partial
from typing import Any

from django.db import transaction

from helplines import outbox
from helplines.tasks import carry_letter


def send(kind: str, *, organisation: int | None, key: str = "", **told: Any) -> bool:
    """Send a letter of this kind; gives whether it is new. One with the same `key` is sent once, ever.

    Part of the transaction of the caller: what is undone sends nothing. Only ids and keywords go in `told`.
    """
    number = outbox.put(kind, key=f"{kind}:{key or secrets.token_urlsafe(16)}", organisation=organisation, **told)
    if number is not None:
        transaction.on_commit(partial(carry_letter.delay, number))
    return number is not None
