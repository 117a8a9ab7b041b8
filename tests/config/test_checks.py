"""A safe production passes; each way to make it unsafe is refused, with the id that the manual names."""

import base64
import secrets
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from config import checks
from helplines.tenancy import across_organisations
from privacy import keys
from privacy.models import OrganisationKey

POSTGRESQL = "django.db.backends.postgresql"
KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(32)).decode()


def safe() -> dict[str, Any]:
    """Settings as a careful operator gives them."""
    return {
        "EMBEDDED": False,
        "DEMO": False,
        "DEBUG": False,
        "BREACHED_PASSWORDS_FILE": "",
        "SECOND_FACTOR_REQUIRED": True,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "MASTER_KEYS": f"2026-01:{KEY}",
        "ORIGIN": "https://chat.example.org",
        "ALLOWED_HOSTS": ["chat.example.org"],
        "CHANNEL_LAYERS": {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}},
        "CELERY_BROKER_URL": "redis://redis.internal:6379/0",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "DATABASES": {
            "default": {"ENGINE": POSTGRESQL, "HOST": "data.internal", "PORT": "", "NAME": "toeverlaat"},
            "keys": {"ENGINE": POSTGRESQL, "HOST": "keys.internal", "PORT": "", "NAME": "toeverlaat"},
        },
    }


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the checks read; the databases of Django itself are not to be swapped while it runs."""
    settings = SimpleNamespace(**safe())
    monkeypatch.setattr(checks, "settings", settings)
    return settings


def faults() -> list[Any]:
    return [*checks.secret_key_is_set(), *checks.breached_list_can_be_read(), *checks.production_is_safe()]


def ids() -> list[str]:
    return [str(fault.id) for fault in faults()]


def test_checks_are_part_of_manage_check() -> None:
    assert {checks.secret_key_is_set, checks.production_is_safe} <= set(registry.get_checks())


@pytest.mark.django_db(transaction=True)
def test_safe_production_has_no_fault() -> None:
    assert ids() == []
    checks.refuse_unsafe_start()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("known", "said"), [(f"other:{KEY}", "is not in MASTER_KEYS"), (f"test:{OTHER}", "is not the one")]
)
def test_start_with_the_wrong_master_key_is_refused_and_makes_no_new_one(settings: Any, known: str, said: str) -> None:
    keys.new_conversation_key(1, "talk")
    settings.MASTER_KEYS = known
    with pytest.raises(ImproperlyConfigured, match=f"config.E011.*{said}"):
        checks.refuse_unsafe_start()
    with across_organisations():
        assert OrganisationKey.objects.count() == 1


def test_start_without_the_keys_tables_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_tables() -> None:
        raise OperationalError("no such table: and a path that nobody needs to see")

    monkeypatch.setattr(checks, "check_master_keys", no_tables)
    with pytest.raises(ImproperlyConfigured, match=r"config.E012.*migrate --database keys"):
        checks.refuse_wrong_keys()


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SECRET_KEY", "short", "config.E002"),
        ("SECRET_KEY", "django-insecure-" + "abcdefghijklmnopqrstuvwxyz" * 2, "config.E002"),
        ("SECRET_KEY", "x" * 64, "config.E002"),
        ("CHANNEL_LAYERS", {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}, "config.E003"),
        ("CELERY_BROKER_URL", "memory://", "config.E003"),
        ("MASTER_KEYS", "", "config.E005"),
        ("MASTER_KEYS", KEY, "config.E005"),
        ("MASTER_KEYS", "one:tooshort", "config.E005"),
        ("MASTER_KEYS", f"one:{KEY}!", "config.E005"),
        ("DEBUG", True, "config.E006"),
        ("ORIGIN", "http://chat.example.org", "config.E007"),
        ("ALLOWED_HOSTS", ["*"], "config.E008"),
        ("ALLOWED_HOSTS", [".example.org"], "config.E008"),
        ("DEMO", True, "config.E009"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "config.E013"),
        ("SECOND_FACTOR_REQUIRED", False, "config.E014"),
        ("BREACHED_PASSWORDS_FILE", "/nowhere/at/all", "config.E015"),
    ],
)
def test_unsafe_setting_is_refused(production: SimpleNamespace, name: str, value: Any, fault: str) -> None:
    setattr(production, name, value)
    assert ids() == [fault]
    with pytest.raises(ImproperlyConfigured, match=fault):
        checks.refuse_unsafe_start()


@pytest.mark.parametrize("production_too", [True, False])
def test_list_of_leaked_passwords_that_is_not_sorted_is_refused(
    production: SimpleNamespace, tmp_path: Path, production_too: bool
) -> None:
    path = tmp_path / "list.txt"
    path.write_text("zon\nappel\n")
    production.BREACHED_PASSWORDS_FILE, production.EMBEDDED = str(path), not production_too
    assert ids() == ["config.E018"]
    path.write_text("appel\nzon\n")
    assert ids() == []


def test_missing_secret_key_is_refused_everywhere(production: SimpleNamespace) -> None:
    production.EMBEDDED, production.SECRET_KEY = True, "unset"
    assert ids() == ["config.E001"]
    with pytest.raises(ImproperlyConfigured, match="E001"):
        checks.refuse_unsafe_start()


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_sqlite_is_refused(production: SimpleNamespace, alias: str) -> None:
    production.DATABASES = {**production.DATABASES, alias: {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}}
    assert ids() == ["config.E004"]


def test_keys_beside_the_data_are_refused(production: SimpleNamespace) -> None:
    production.DATABASES = {**production.DATABASES, "keys": production.DATABASES["default"]}
    assert ids() == ["config.E010"]


def test_embedded_default_may_be_small(production: SimpleNamespace) -> None:
    production.EMBEDDED, production.ORIGIN, production.MASTER_KEYS = True, "http://127.0.0.1:8000", ""
    assert ids() == []


def test_every_fault_says_what_to_do(production: SimpleNamespace) -> None:
    production.SECRET_KEY, production.MASTER_KEYS, production.DEBUG, production.DEMO = "unset", "", True, True
    production.ORIGIN, production.ALLOWED_HOSTS, production.CELERY_BROKER_URL = "http://x", ["*"], "memory://"
    found = faults()
    assert len(found) == 8
    assert [fault.id for fault in found if not fault.hint] == []


def test_older_master_keys_may_stay_beside_the_newest(production: SimpleNamespace) -> None:
    production.MASTER_KEYS = f"new:{KEY},old:{KEY}"
    assert ids() == []
