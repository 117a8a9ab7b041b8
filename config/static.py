"""Static files of a production installation: names carry a hash of the content, so they may be cached for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrites the imports between our JavaScript modules too."""

    support_js_module_import_aggregation = True
