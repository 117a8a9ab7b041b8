"""What the operator sees: whether it works, and how much it does; never who, what or where."""

import re
from collections import Counter

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from chat.bus import Bus
from chat.doors import doors
from chat.hub import hub
from chat.writer import writer
from config import health, tasks
from config.metrics import BATCHES, registry
from helplines.tenancy import across_organisations
from privacy import alarms
from tests.factories.chat import staffed_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client()


def test_a_living_process_says_so(client):
    assert client.get("/livez").content == b"ok"


def test_it_is_ready_and_knows_when_the_clock_last_ran(client):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        assert client.get("/readyz").json() == {
            "ready": True, "database": True, "keys": True, "replayed": True, "redis": True, "jobs": False, "beat_age": None,
        }  # fmt: skip
        tasks.beat()
        clock.shift(30)
        assert (client.get("/readyz").json()["jobs"], client.get("/readyz").json()["beat_age"]) == (True, 30.0)
        clock.shift(health.BEAT_LATE)
        late = client.get("/readyz")
    assert (late.status_code, late.json()["jobs"]) == (200, False)


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_without_a_database_it_is_not_ready(client, alias, monkeypatch):
    monkeypatch.setattr(health, "database_answers", lambda asked: asked != alias)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)


def test_a_database_that_is_away_does_not_answer(monkeypatch):
    class Away:
        def cursor(self):
            raise OperationalError("gone")

    monkeypatch.setattr("django.db.connections", {"default": Away()})
    assert not health.database_answers("default")


def test_without_redis_it_stays_ready(client, monkeypatch):
    def away(*_args, **_kwargs):
        raise ConnectionError("gone")

    monkeypatch.setattr(cache, "get", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"], answer.json()["redis"]) == (200, True, False)


def test_figures_count_and_name_nobody(client):
    line, _member = staffed_line()
    text = client.get("/metrics").content.decode()
    assert "toeverlaat_waiting_visitors 0.0" in text
    assert 'toeverlaat_open_sockets{kind="visitor"}' in text
    assert "toeverlaat_writer_queue" in text
    with across_organisations():
        assert line.slug not in text
        assert line.organisation.slug not in text


def test_every_figure_is_ours_and_has_no_label_but_the_kind_of_socket():
    for family in registry.collect():
        assert family.name.startswith("toeverlaat_")
        assert {name for sample in family.samples for name in sample.labels} <= {"kind", "le"}


@pytest.fixture
def bus():
    """As with a Redis, without one."""
    hub.bus, before = Bus("node", lambda _told: None, None), hub.bus
    yield
    hub.bus = before


def test_every_figure_is_explained_and_every_explanation_has_a_figure(bus):
    cache.set(alarms.LAST, {"at": 0.0, "counts": {}})
    shown = {family.name + "_total" * (family.type == "counter") for family in registry.collect()}
    page = (settings.BASE_DIR / "docs" / "operating.md").read_text()
    assert set(re.findall(r"^\| `(toeverlaat_\w+)", page, re.MULTILINE)) == shown


def test_what_the_writer_stored_at_once_is_counted_by_size(client, monkeypatch):
    monkeypatch.setattr(writer, "sizes", Counter({1: 3, 4: 1, 500: 2}))
    lines = client.get("/metrics").content.decode().splitlines()
    counted = [line.partition("size_")[2] for line in lines if line.startswith("toeverlaat_writer_batch_size_")]
    assert counted == [
        *(f'bucket{{le="{limit}"}} {count}.0' for limit, count in zip(BATCHES, [3, 3, 4, 4, 4, 4, 4, 4, 4], strict=True)),
        'bucket{le="+Inf"} 6.0', "count 6.0", "sum 1007.0",
    ]  # fmt: skip


def test_figures_are_not_for_who_comes_through_the_proxy(client):
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404


def test_replays_are_shown(client, monkeypatch):
    monkeypatch.setattr(doors, "replays", 17)
    assert "toeverlaat_replays_total 17.0" in client.get("/metrics").content.decode()


def test_the_program_that_asks_says_no_when_nobody_answers():
    assert not health.ask("http://127.0.0.1:9/readyz", timeout=0.2)
