"""Daphne with small frames, no list of who came, and no name of its own."""

from collections.abc import Callable
from typing import Any

from daphne.server import Server

LARGEST_FRAME = 64 * 1024


class QuietServer(Server):  # type: ignore[misc]
    """Serves one address; what is too big is refused at the door (security goal H1), and nobody is logged."""

    def __init__(self, application: Any, *, host: str, port: int, when_ready: Callable[[], None] | None = None) -> None:
        super().__init__(
            application,
            endpoints=[f"tcp:{port}:interface={host}"],
            action_logger=None,
            http_timeout=120,
            websocket_max_message_size=LARGEST_FRAME,
            websocket_max_frame_size=LARGEST_FRAME,
            application_close_timeout=2,
            ready_callable=when_ready,
            server_name="",
            verbosity=0,
        )
        self.failed = False

    def listen_error(self, failure: Any) -> None:
        self.failed = True
        super().listen_error(failure)
