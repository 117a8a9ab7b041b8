"""A log line: one line, whatever somebody wrote in what it tells."""

import logging

import pytest

from config.logs import Line


def logged(message: str) -> str:
    return Line().format(logging.LogRecord("chat", logging.WARNING, "here.py", 1, message, (), None))


@pytest.mark.parametrize("control", ["\n", "\r", "\x1b", "\0", "\x9b", "\u2028", "\u202e"])
def test_a_message_cannot_begin_a_line_or_steer_a_terminal(control: str) -> None:
    assert logged(f"before{control}after").endswith(" warning chat before after")


def test_the_values_of_an_exception_stay_out() -> None:
    try:
        raise ValueError("what a visitor wrote")
    except ValueError as fault:
        seen = (type(fault), fault, fault.__traceback__)
    line = Line().format(logging.LogRecord("chat", logging.ERROR, "here.py", 1, "It failed.", (), seen))
    assert "ValueError at test_logs.py:" in line
    assert "visitor" not in line
