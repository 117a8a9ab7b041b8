"""A test that hangs is ended and counts as failed; the others of the run are done all the same."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOME = """
import threading, pytest

def test_that_hangs():
    threading.Event().wait()

@pytest.fixture
def never_ends():
    yield
    threading.Event().wait()

def test_that_failed_and_then_hangs(never_ends):
    assert False

def test_that_goes_on():
    pass
"""
FAILED = r"worker 'gw\d' crashed while running 'test_some.py::(\w+)'"


def test_one_that_hangs_is_ended_and_the_next_one_is_done(tmp_path):
    (tmp_path / "test_some.py").write_text(SOME)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    watch = {"TEST_AT_MOST": "1", "TEST_IN_ALL": "190"}
    environment = {**os.environ, **watch, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-n1", "-p", "tests.watchdog", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    # Also one that failed already: pytest's own watch is over then.
    assert set(re.findall(FAILED, ended.stdout)) == {"test_that_hangs", "test_that_failed_and_then_hangs"}
    assert "1 passed" in ended.stdout
    # Where it stood is told.
    assert len(re.findall(r"test_some.py\", line \d+ in (test_that_hangs|never_ends)", ended.stderr)) == 2
    assert ended.returncode == 1
