"""One web process of a production installation; run as many as there are cores, behind a proxy that does TLS."""

import logging
import os
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

logger = logging.getLogger(__name__)
LATEST = 9.5  # seconds after being told to stop


def end_for_certain() -> None:
    """Python waits for every thread, also for one that waits for a database that hangs: such a process would never end.

    Nothing that was acknowledged is in those threads, and who was not answered tries again elsewhere.
    """
    logger.error("Something did not come to its end in time; it is cut off.")
    os._exit(1)


class Command(BaseCommand):
    help = "Serve pages and sockets with Daphne: small frames, and no list of who came."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        # Twisted wants its reactor chosen before anything else imports one.
        from config.server import QuietServer
        from config.asgi import application  # isort: skip

        from chat.stopping import leave

        async def leave_in_time() -> None:
            last = threading.Timer(LATEST, end_for_certain)
            last.daemon = True
            last.start()
            await leave()

        server = QuietServer(application, host=options["host"], port=options["port"], before_stop=leave_in_time)
        server.run()
        if server.failed:
            raise CommandError(f"Port {options['port']} on {options['host']} cannot be used.")
