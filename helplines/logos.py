"""What kind of picture some bytes are, told by how they begin and never by a name (no SVG: it may hold a program)."""

LARGEST = 256 * 1024


def kind_of(data: bytes) -> str | None:
    """The media type of a PNG, JPEG or WebP picture; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None
