"""The project itself as an app, for its checks and commands, and the files that it serves."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    name = "config"
    default = True

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers the system checks


class OurFiles(StaticFilesConfig):
    """Collects what our pages load. htmx's extensions are not among it, and they name files that are not there."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "hx-*.js"]
