"""What is kept for a while is kept for one organisation: each key names it, and look-alikes share nothing (O10, goal A7).

Who keeps something in the cache, or remembers the answers of a function, and is not listed here fails a test.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from chat.statuses import statuses
from config import health
from helplines import remembered, sightings, sitecheck, tallies, telling
from helplines.invitation_forms import tries_of
from helplines.models import Role
from helplines.tenancy import inside
from privacy import alarms, paces
from registration import outstanding
from tests.factories.helplines import LineFactory, OrganisationFactory, PolicyFactory, open_always
from tests.isolation.knock import BACKEND
from tests.isolation.world import House

ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "helplines", "privacy", "chat", "registration", "complaints")
UNLISTED = "{where} keeps something for a while. Say here of whom it is, and let its key begin with the organisation."


def seen(home: House) -> None:
    sightings.note(home.line, home.line.origins[0])
    sightings.note(home.line, "https://elsewhere.example.org")


def asked_for_a_site(home: House) -> None:
    client = Client()
    client.force_login(home.people[Role.ADMINISTRATOR], backend=BACKEND)
    page = f"/admin/embedding/{home.organisation.pk}/{home.line.pk}/"
    assert client.post(page, {"step": "look", "url": "https://elsewhere.example.org/"}).status_code == 200


def paced(home: House) -> None:
    with inside(home.organisation):
        pace = {"what": "rights", "address": "203.0.113.9", "most": 3, "now": timezone.now()}
        assert paces.may(organisation_id=home.organisation.pk, **pace)  # type: ignore[arg-type]


def alarmed(home: House) -> None:
    alarms.new_ones([alarms.Alarm(alarms.Kind.PURGE_LATE, home.organisation.pk, what="talks")], timezone.now())


# Who keeps something in the cache, and how it comes to that.
OF_ONE: dict[str, Callable[[House], Any]] = {
    "helplines.admin.embedding": asked_for_a_site,
    "helplines.invitation_forms": lambda home: tries_of(home.rows["invitation"]),
    "helplines.sightings": seen,
    "privacy.alarms": alarmed,
    "privacy.paces": paced,
    "registration.outstanding": lambda home: outstanding.begin(home.organisation.pk, "contacts", "2026-01"),
}
# Of the whole installation, or of an account: these hold counts and times, and nothing of anybody.
OF_NOBODY: dict[str, Callable[[House], Any]] = {
    "config.health": lambda _home: health.note_beat(),
    "helplines.tallies": lambda _home: tallies.count(tallies.DENIED),
    "helplines.telling": lambda home: telling.locked(home.people[Role.COUNSELLOR].username),
    "privacy.alarms": lambda _home: alarms.keep([], timezone.now()),
}
NAMES_ONE = re.compile(r"(?:seen|strangers|site-check|names-tried|pace|report-job|alarm:[a-z-]+):(\d+):.")
NAMES_NOBODY = re.compile(r"tally:[a-z]+:\d+|alarms:last|lock-told:\d+|" + re.escape(health.BEAT_KEY))
# Functions that remember their answers: of what nobody's is, or by a number of the organisation.
REMEMBER = {
    "chat.scripts.script",
    "chat.writer.moment",
    "config.demo.seed.seeds",
    "privacy.keys._unwrapped",
    "privacy.keys.parse_master_keys",
    "registration.reports.cell_of",
    "registration.shipped.shipped",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Those in which something of the sort stands."""
    for path in sorted(found for app in APPS for found in (ROOT / app).rglob("*.py")):
        if "cache" in (text := path.read_text()):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), ast.parse(text)


def users_of_the_cache() -> set[str]:
    return {
        name
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("django.core.cache")
    }


def rememberers() -> set[str]:
    return {
        f"{name}.{node.name}"
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef)
        and any(re.match(r"(functools\.)?(lru_)?cache\b", ast.unparse(each)) for each in node.decorator_list)
    }


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys under which the cache is asked, as they are written in the program."""
    found: list[str] = []
    backend = type(caches["default"])
    ordinary = backend.make_and_validate_key

    def note(self: Any, key: str, version: Any = None) -> str:
        found.append(key)
        return str(ordinary(self, key, version=version))

    monkeypatch.setattr(backend, "make_and_validate_key", note)
    return found


@pytest.fixture
def others_before(db: None) -> None:
    """So that no row has the number of its organisation."""
    OrganisationFactory.create_batch(30)


def nothing_there(*_given: Any) -> None:
    raise sitecheck.NotFetched("unreachable")


def test_every_use_of_the_cache_is_tried_here() -> None:
    unlisted = users_of_the_cache() - {*OF_ONE, *OF_NOBODY}
    assert [UNLISTED.format(where=where) for where in sorted(unlisted)] == []
    assert {*OF_ONE, *OF_NOBODY} - users_of_the_cache() == set()


def test_every_function_that_remembers_is_known() -> None:
    assert rememberers() == REMEMBER


@pytest.mark.promise("O10")
@pytest.mark.django_db
@pytest.mark.urls("tests.isolation.urls")
def test_every_key_names_its_organisation(
    others_before: None, houses: dict[str, House], kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitecheck, "page_of", nothing_there)
    for where, keep in OF_ONE.items():
        for name in ("alpha", "bravo"):
            kept.clear()
            keep(houses[name])
            whose = {(NAMES_ONE.match(key) or {1: key})[1] for key in kept if not NAMES_NOBODY.fullmatch(key)}
            assert whose == {str(houses[name].organisation.pk)}, where


@pytest.mark.django_db
def test_what_is_of_nobody_names_nobody(houses: dict[str, House], kept: list[str]) -> None:
    for where, keep in OF_NOBODY.items():
        kept.clear()
        keep(houses["alpha"])
        assert [key for key in kept if not NAMES_NOBODY.fullmatch(key)] == [], where
        assert kept != [], where


@pytest.mark.promise("O10")
@pytest.mark.django_db
def test_lines_of_one_name_in_two_organisations_share_nothing(settings: Any) -> None:
    """In the memory of one process, while it lasts: promises, hours, lines and status."""
    settings.PROMISES_FRESH = 60
    remembered.remembered.forget()
    statuses.forget()
    now = timezone.now()
    open_, shut = (LineFactory(slug="chat", name=name) for name in ("Ours", "Theirs"))
    PolicyFactory(organisation=open_.organisation, values={"soft_minutes": 30})
    open_always(open_)
    found = []
    for line in (open_, shut, open_):
        with inside(line.organisation):
            hours = remembered.opening_now(line, now)
            lines = [one.name for one in remembered.chat_lines_now(line.organisation_id)]
            status = statuses.of(line, "nl")["name"]
            found.append((remembered.policy_now(line, now).soft_minutes, hours.is_open, lines, status))
    remembered.remembered.forget()
    assert found == [
        (30, True, ["Ours"], "Ours"), (60, False, ["Theirs"], "Theirs"), (30, True, ["Ours"], "Ours"),
    ]  # fmt: skip
