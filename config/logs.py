"""What a log line looks like: when, how bad, where, what, and never who."""

import logging
import re
import traceback

# What would begin a line, or tell the terminal of who reads along to do something (security goal F-4).
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Line(logging.Formatter):
    """One line a record, with the places of a traceback but never the values in it (security goal M2).

    The text of an exception may quote what a visitor wrote; its type and the lines of code that it passed do not.
    """

    def format(self, record: logging.LogRecord) -> str:
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        line = f"{when} {record.levelname.lower()} {record.name} {record.getMessage()}"
        if record.exc_info and record.exc_info[0] is not None:
            places = " < ".join(
                f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
                for frame in reversed(traceback.extract_tb(record.exc_info[2]))
            )
            line = f"{line} | {record.exc_info[0].__name__} at {places}"
        return CONTROL.sub(" ", line)
