"""System checks: what makes an installation unsafe, and what to do about it. Production does not start with any."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from config.postgresql import catalogue
from helplines import passwords
from privacy import pulse
from privacy.keys import MasterKeyError, check_master_keys, parse_master_keys

SHORTEST_SECRET = 50
_KNOWN_SECRETS = ("unset", "django-insecure-", "changeme", "change-me", "secret")


def error(number: int, what: str, hint: str) -> Error:
    return Error(what, hint=hint, id=f"config.E{number:03}")


@register
def secret_key_is_set(**kwargs: Any) -> Iterable[CheckMessage]:
    if settings.SECRET_KEY == "unset":  # noqa: S105  the word in settings for "there is none"
        yield error(1, "SECRET_KEY is not set.", "Set SECRET_KEY or SECRET_KEY_FILE; `make demo` makes its own.")


@register
def breached_list_can_be_read(**kwargs: Any) -> Iterable[CheckMessage]:
    path = settings.BREACHED_PASSWORDS_FILE
    if path and not (os.access(path, os.R_OK) and Path(path).is_file()):
        yield error(15, "BREACHED_PASSWORDS_FILE cannot be read.", "Give the path of a readable file, or leave it out.")
    elif path and (fault := passwords.fault_of_list(Path(path))):
        yield error(
            18,
            f"In BREACHED_PASSWORDS_FILE words would not be found: {fault}.",
            "docs/signing-in.md says what the list must look like.",
        )


@register
def production_is_safe(**kwargs: Any) -> Iterable[CheckMessage]:
    """Everything that the embedded default may do and a real installation may not (security goals C7, N1, N4)."""
    if settings.EMBEDDED:
        return
    for check in (_secret_key, _between_processes, _databases, _master_keys, _doors):
        yield from check()


def _secret_key() -> Iterable[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_SECRET or key.lower().startswith(_KNOWN_SECRETS) or len(set(key)) < 10:
        yield error(
            2,
            f"SECRET_KEY is a default, or shorter than {SHORTEST_SECRET} characters.",
            'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(64))".',
        )


def _between_processes() -> Iterable[CheckMessage]:
    layer = settings.CHANNEL_LAYERS["default"]["BACKEND"]
    if "InMemory" in layer or settings.CELERY_BROKER_URL.startswith("memory"):
        yield error(
            3,
            "Processes cannot reach one another: the channel layer or the broker lives in memory.",
            "Set REDIS_URL, such as redis://redis.internal:6379/0.",
        )


def _databases() -> Iterable[CheckMessage]:
    default, keys = settings.DATABASES["default"], settings.DATABASES["keys"]
    if any(database["ENGINE"].endswith("sqlite3") for database in (default, keys)):
        yield error(
            4,
            "SQLite serves one process only.",
            "Set DATABASE_URL and KEYS_DATABASE_URL to two PostgreSQL databases.",
        )
    elif all(default.get(part) == keys.get(part) for part in ("HOST", "PORT", "NAME")):
        yield error(
            10,
            "The keys live in the same database as the data.",
            "Set KEYS_DATABASE_URL to a database of its own, best on another server: "
            "a backup of the data must never hold the keys.",
        )


def _master_keys() -> Iterable[CheckMessage]:
    try:
        parse_master_keys(settings.MASTER_KEYS)
    except MasterKeyError:
        yield error(
            5,
            "MASTER_KEYS is missing or malformed.",
            "Set MASTER_KEYS or MASTER_KEYS_FILE to id:key, newest first, with commas between; a key is 32 random "
            "bytes in base64. Never make a new one for an installation that has data: what it sealed would be lost.",
        )


def _doors() -> Iterable[CheckMessage]:
    if settings.DEBUG:
        yield error(6, "DEBUG is on: an error page would show what people wrote.", "Leave DEBUG out.")
    if not settings.ORIGIN.lower().startswith("https://"):
        yield error(7, "ORIGIN is not encrypted.", "Set ORIGIN to the https:// address that people use.")
    if any("*" in host or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        yield error(8, "ALLOWED_HOSTS lets any name in.", "Name the hosts, or leave ALLOWED_HOSTS out.")
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield error(13, "No mail is sent: links to choose a password would end up in the log.", "Set EMAIL_URL.")
    if not settings.SECOND_FACTOR_REQUIRED:
        yield error(14, "A password alone opens what people wrote.", "Leave SECOND_FACTOR_REQUIRED out.")
    if settings.DEMO:
        yield error(9, "DEMO is on: it has made-up people with known names.", "Leave DEMO out.")


def refuse_unsafe_start() -> None:
    """Stop a server that would start unsafely; servers, unlike `manage.py`, run no checks by themselves.

    Raises ImproperlyConfigured with every fault and its hint.
    """
    found = [*secret_key_is_set(), *breached_list_can_be_read(), *production_is_safe()]
    if found:
        raise ImproperlyConfigured("\n".join(f"{fault.id}: {fault.msg} {fault.hint}" for fault in found))
    # A server may import us inside its event loop, where Django lets nobody ask the database.
    with ThreadPoolExecutor(1) as outside:
        if not settings.EMBEDDED:
            outside.submit(refuse_wrong_keys).result()
            outside.submit(refuse_open_walls).result()
        outside.submit(refuse_unreplayed).result()


def refuse_wrong_keys() -> None:
    """Stop a server whose master keys are not those of its data; nothing is ever made in their place (C7)."""
    try:
        check_master_keys()
    except MasterKeyError as fault:
        raise ImproperlyConfigured(f"config.E011: {fault} Give the right MASTER_KEYS back.") from None
    except DatabaseError as fault:
        raise ImproperlyConfigured(
            f"config.E012: The keys database cannot be read ({type(fault).__name__}). "
            "Is KEYS_DATABASE_URL right, and did `manage.py migrate --database keys` run?"
        ) from None
    finally:
        connections.close_all()


def refuse_open_walls() -> None:
    """Stop a server to which the database would show rows of every organisation, whatever the program forgets (O10, A6)."""
    try:
        found = [fault for connection in connections.all() for fault in catalogue.faults(connection)]
        if found:
            raise ImproperlyConfigured(
                f"config.E017: The wall between organisations does not hold: {'; '.join(found)}. Let the program log in "
                "as a role of its own (DATABASE_URL, KEYS_DATABASE_URL), and `manage.py migrate` as the owner of the tables "
                "(MIGRATE_DATABASE_URL, MIGRATE_KEYS_DATABASE_URL); see docs/isolation.md."
            )
    finally:
        connections.close_all()


def refuse_unreplayed() -> None:
    """Stop a server on a backup that was put back, until what was erased since is erased again (C11)."""
    try:
        if not pulse.may_serve():
            raise ImproperlyConfigured(
                "config.E016: A backup was put back, and what was erased since then is not erased again. "
                "Run `manage.py restore --replay`."
            )
    finally:
        connections.close_all()
