"""No test hangs: what takes longer than minutes is ended, with where every thread stood, and counts as failed.

pytest's own `faulthandler_timeout` stops watching once a test failed, and lets the end of that test hang for ever. Here each
step (setup, call, teardown) is watched by itself. Under pytest-xdist the process that hung is replaced, and the others go on;
who hands out the tests is watched too, for as long as all of them together may take.
"""

import faulthandler
import os
from collections.abc import Generator
from contextlib import contextmanager

import pytest

# Seconds for one step of a test; none needs a tenth of it. The long form is meant to take long.
AT_MOST = float(os.environ.get("TEST_AT_MOST", "3600" if os.environ.get("SOAK") else "480"))
# Seconds for all tests of one run, however many.
IN_ALL = float(os.environ.get("TEST_IN_ALL", 6 * AT_MOST))
# The real one: pytest and pytest-xdist put other things in its place.
STDERR = os.dup(2)


def pytest_sessionstart(session: pytest.Session) -> None:
    if getattr(session.config.option, "numprocesses", None) and not hasattr(session.config, "workerinput"):
        faulthandler.dump_traceback_later(IN_ALL, exit=True, file=STDERR)


@contextmanager
def watched(seconds: float = AT_MOST) -> Generator[None]:
    faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    with watched():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    with watched():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    with watched():
        return (yield)
