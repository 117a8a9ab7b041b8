"""Ctrl-C while the demo starts is never lost."""

import signal
import weakref

import pytest

from config.demo.interrupts import Interrupts


class Thing:
    """Something that can be forgotten."""


def lose_an_interrupt() -> None:
    """Ctrl-C in the callback of a weak reference: Python tells that it ignores it, and goes on."""
    thing = Thing()
    watched = weakref.ref(thing, lambda _gone: signal.raise_signal(signal.SIGINT))
    del thing
    assert watched() is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interrupt_that_python_ignores_ends_the_step() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        lose_an_interrupt()
        done.append("went on")
        interrupts.check()
        done.append("never")
    assert done == ["went on"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interrupt_in_the_last_step_counts_too() -> None:
    with pytest.raises(KeyboardInterrupt), Interrupts():
        lose_an_interrupt()


def test_interrupt_elsewhere_is_raised_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), Interrupts():
        signal.raise_signal(signal.SIGINT)
        pytest.fail("It went on.")


def test_handler_of_before_is_there_again() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts() as interrupts:
        assert signal.getsignal(signal.SIGINT) == interrupts.hear
    assert signal.getsignal(signal.SIGINT) == before
