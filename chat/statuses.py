"""The status of each line, remembered for a second: it is asked on every page of the organisation's site."""

import threading
import time
from typing import Any

from django.utils import timezone

from chat import queries
from helplines.models import Line

FRESH_SECONDS = 1.0
MOST = 5000


class Statuses:
    """What `queries.line_status` said less than a second ago, by organisation, line and language."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int, str], tuple[float, dict[str, Any]]] = {}
        self.guard = threading.Lock()

    def of(self, line: Line, language: str) -> dict[str, Any]:
        """Needs the organisation's scope."""
        key = (line.organisation_id, line.pk, language)
        made, status = self.known.get(key, (0.0, {}))
        if not status or time.monotonic() - made > FRESH_SECONDS:
            status = queries.line_status(line, language, timezone.now())
            with self.guard:
                if len(self.known) >= MOST:
                    self.known.clear()
                self.known[key] = (time.monotonic(), status)
        return status

    def forget(self) -> None:
        self.known.clear()


statuses = Statuses()
