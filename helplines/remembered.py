"""What an organisation promises now, remembered for a second: it is asked at every start of a talk and at every look of a desk.

So a change counts a second later at the most (`PROMISES_FRESH`); who edits or previews promises asks `helplines.queries`.
"""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime
from time import monotonic
from typing import Any

from django.conf import settings

from helplines import hours, queries
from helplines.hours import Opening
from helplines.models import Line
from helplines.policies import PolicyValues

MOST = 10_000


class Remembered:
    """Values by key, each for `settings.PROMISES_FRESH` seconds; 0 remembers nothing."""

    def __init__(self) -> None:
        self.known: dict[Hashable, tuple[float, Any]] = {}
        self.guard = threading.Lock()

    def of(self, key: Hashable, read: Callable[[], Any]) -> Any:
        made, value = self.known.get(key, (0.0, None))
        if made and monotonic() - made < settings.PROMISES_FRESH:
            return value
        value = read()
        with self.guard:
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[key] = monotonic(), value
        return value

    def forget(self) -> None:
        self.known.clear()


remembered = Remembered()


def policy_now(line: Line, now: datetime) -> PolicyValues:
    """The promises of a line that are in force now (needs the organisation's scope)."""
    found: PolicyValues = remembered.of(("policy", line.pk), lambda: queries.policy_for(line, now))
    return found


def rules_now(line: Line, now: datetime) -> queries.Rules:
    """All that decides when a line is open from now on."""
    rules: queries.Rules = remembered.of(("rules", line.pk), lambda: queries.rules_of(line, now))
    return rules


def opening_now(line: Line, now: datetime) -> Opening:
    """Whether a line is open now, to the second: remembered are its hours, not the answer."""
    rules = rules_now(line, now)
    return hours.opening(rules.week, rules.extra, rules.closures, rules.zone, now)


def chat_lines_now(organisation_id: int) -> list[Line]:
    """The chat lines of an organisation, with the organisation."""

    def read() -> list[Line]:
        return list(Line.objects.chats().filter(organisation_id=organisation_id).select_related("organisation"))

    found: list[Line] = remembered.of(("lines", organisation_id), read)
    return list(found)
