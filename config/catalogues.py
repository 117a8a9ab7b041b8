"""Translations: `.po` files are what people edit, `.mo` files what the program reads. No gettext tools needed."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(locale: Path = LOCALE) -> list[Path]:
    """Compile each catalogue that changed since it was last compiled; gives those."""
    stale = [source for source in sorted(locale.glob("*/LC_MESSAGES/*.po")) if is_stale(source)]
    for source in stale:
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
    return stale


def is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime
