"""What every test stands on: its own corner of the disk, keys of its own, and no scope until the code takes one."""

import atexit
import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

# Settings read the environment once, when Django starts; that is below, with the environment in place.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if "VAR_DIR" in os.environ:
    VAR = Path(os.environ["VAR_DIR"]) / WORKER
else:
    VAR = Path(tempfile.mkdtemp(prefix="toeverlaat-test-"))
    atexit.register(shutil.rmtree, VAR, ignore_errors=True)
(VAR / "static").mkdir(parents=True, exist_ok=True)
if "REDIS_URL" in os.environ:
    # Processes that test at the same time share one Redis and must not hear or empty one another.
    number = int(WORKER.removeprefix("gw") or 0) + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{number}"
    os.environ["CHANNEL_PREFIX"] = f"toeverlaat-test-{number}-{os.getpid()}"
os.environ.update(
    DJANGO_SETTINGS_MODULE="config.settings",
    MODE="embedded",
    DEBUG="",
    DEMO="",
    ORIGIN="http://127.0.0.1:8000",
    ALLOWED_HOSTS="127.0.0.1,localhost,testserver",
    SECRET_KEY="test-key-of-no-worth-beyond-these-tests-0123456789",
    MASTER_KEYS="test:" + base64.b64encode(bytes(range(32))).decode(),
    VAR_DIR=str(VAR),
    EMAIL_URL="memorymail://",
    OWN_MAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    MAIL_RECORDS="0",
    # A test that changes a promise sees it at once.
    PROMISES_FRESH="0",
    # All visitors of the tests come from one address.
    ADDRESS_STARTS="100000",
    ADDRESS_WAITING="100000",
)

# Watches every step of every test.
pytest_plugins = ["tests.watchdog"]

import django  # noqa: E402
import pytest  # noqa: E402
import pytest_django  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management.commands import flush  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.postgresql.operations import DatabaseOperations  # noqa: E402
from django.test import override_settings  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

from config import celery_app  # noqa: E402
from privacy import clocks  # noqa: E402
from tests import app_role  # noqa: E402
from tests.log_guards import lowered  # noqa: E402

django.setup()
# A server looks at its databases as soon as it is loaded; here there are none before the first test.
with mock.patch("privacy.pulse.may_serve", return_value=True):
    import config.asgi  # noqa: F401
# Who tests beside this process would read its settings before it came here, and take those of this process.
del os.environ["DJANGO_SETTINGS_MODULE"]
hypothesis_settings.register_profile("toeverlaat", deadline=None, max_examples=100, database=None)
hypothesis_settings.load_profile("toeverlaat")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """For `tests/run.sh`: the names of what failed, in the file that it asks for."""
    if path := os.environ.get("FAILED_FILE"):
        reports = [*terminalreporter.stats.get("failed", []), *terminalreporter.stats.get("error", [])]
        names = dict.fromkeys(report.nodeid for report in reports if getattr(report, "nodeid", ""))
        Path(path).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that may use the database may use both: data and keys live apart."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark is not None:
            both = pytest.mark.django_db(*mark.args, **{**mark.kwargs, "databases": "__all__"})
            item.add_marker(both, append=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """As the role of the program. Before the test databases are dropped, whoever is still connected is shown out."""
    with django_db_blocker.unblock():
        app_role.put_on()
    with pytest.MonkeyPatch.context() as patch:
        app_role.watch(patch)
        yield
    with django_db_blocker.unblock():
        app_role.put_off()
        for connection in connections.all():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        "where datname = current_database() and pid <> pg_backend_pid()"
                    )


@pytest.fixture(autouse=True, scope="session")
def log_that_can_be_emptied() -> Iterator[None]:
    """Between two tests that commit, every table is emptied: also the log that the database lets nobody empty."""
    ordinary = flush.Command.handle

    def handle(command: flush.Command, **options: Any) -> None:
        connection = connections[options["database"]]
        with lowered(connection), app_role.as_owner(connection):
            ordinary(command, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle)
        patch.setattr(DatabaseOperations, "sql_flush", emptied)
        yield


def emptied(operations: Any, _style: Any, tables: list[str], **_options: Any) -> list[str]:
    """On PostgreSQL: TRUNCATE makes a file anew for every table and index, which takes forty times as long as this."""
    return [";".join(f"DELETE FROM {operations.quote_name(table)}" for table in tables)] if tables else []  # noqa: S608


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose; tests need only that it is done."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def clock_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests say themselves what time it is; that of the database would go on."""
    monkeypatch.setattr(clocks, "is_shared", False)
    clocks.forget()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """No test sees what another has counted."""
    cache.clear()


@pytest.fixture
def done(django_capture_on_commit_callbacks: Any) -> Iterator[Any]:
    """`with done():` what waits for COMMIT happens at its end, and the jobs that it sends are done at once."""
    celery_app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield lambda: django_capture_on_commit_callbacks(execute=True)
    celery_app.conf.update(task_always_eager=False, task_eager_propagates=False)
