"""Static files of a production installation: names carry a hash of the content, so they may be cached for ever."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from chat.slim import slim
from helplines import pinning

_EXTENSION, _IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
# A type in a comment, `import("./x.js").Type`, loads nothing; two modules may name each other's types.
_LATER = r"""(?P<matched>import\(["'](?P<url>[^"']+)["']\)(?!\.(?-i:[A-Z])))"""


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrites the imports between our JavaScript modules too."""

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = _EXTENSION, (*_IMPORTS[:-1], (_LATER, _IMPORTS[-1][1]))
    # A module's name is known once those of all that it imports are: as many passes as the longest chain of imports.
    max_post_process_passes = 20

    def post_process(self, *args: Any, **options: Any) -> Iterator[Any]:
        """The button that sites may fix is laid beside those of earlier releases, which stay."""
        yield from super().post_process(*args, **options)
        if not options.get("dry_run"):
            pinning.keep()

    def _save(self, name: str, content: Any) -> str:
        """Our own scripts and style sheets leave their comments behind: a telephone has no use for them."""
        if name.startswith("chat/") and name.endswith((".js", ".css")):
            content.seek(0)
            content = ContentFile(slim(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved
