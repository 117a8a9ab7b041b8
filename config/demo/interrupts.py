"""Ctrl-C while the demo starts: it always ends it, also where Python lets no exception out."""

import signal
from types import FrameType, TracebackType
from typing import Any, Self


class Interrupts:
    """Within it an interrupt counts as soon as a step is done, if not at once.

    Python raises KeyboardInterrupt wherever it happens to be; in a finaliser or the callback of a weak reference it then only
    says "Exception ignored" and goes on. Afterwards the handler that was there before is there again: the server's own is put
    in place only of Python's.
    """

    came = False

    def __enter__(self) -> Self:
        self.before: Any = signal.signal(signal.SIGINT, self.hear)
        return self

    def hear(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raises KeyboardInterrupt if there was one, heard or lost."""
        if self.came:
            raise KeyboardInterrupt

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self.before)
        if kind is None:
            self.check()
