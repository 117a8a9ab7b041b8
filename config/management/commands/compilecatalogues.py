"""Compile the translations without gettext's own tools."""

from typing import Any

from django.core.management.base import BaseCommand

from config.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Compile the .po files that changed; works without the gettext tools."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for source in compile_catalogues():
            self.stdout.write(f"compiled {source}")
