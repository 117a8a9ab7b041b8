"""One web process of a production installation; run as many as there are cores, behind a proxy that does TLS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


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

        server = QuietServer(application, host=options["host"], port=options["port"], before_stop=leave)
        server.run()
        if server.failed:
            raise CommandError(f"Port {options['port']} on {options['host']} cannot be used.")
