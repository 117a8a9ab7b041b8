"""Files in a zip of which every byte is decided by what is in it: no moment, no user, no system. Pure."""

import io
from collections.abc import Iterable
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

# The earliest moment that a zip can tell.
ALWAYS = (1980, 1, 1, 0, 0, 0)
UNIX, READABLE = 3, 0o100644 << 16


def packed(entries: Iterable[tuple[str, bytes]], *, plain: frozenset[str] = frozenset()) -> bytes:
    """These names with their contents, in this order; those in `plain` are not pressed."""
    out = io.BytesIO()
    with ZipFile(out, "w") as file:
        for name, content in entries:
            entry = ZipInfo(name, date_time=ALWAYS)
            entry.create_system, entry.external_attr = UNIX, READABLE
            entry.compress_type = ZIP_STORED if name in plain else ZIP_DEFLATED
            file.writestr(entry, content)
    return out.getvalue()
