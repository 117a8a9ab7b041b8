"""Sentences of the page where a visitor, or the helpline's support, sees what works and what is blocked (A14)."""

from django.utils.translation import gettext as _

from chat.strings import safety
from chat.strings.shared import Strings


def strings() -> Strings:
    """In the active language; `{…}` is filled in by the browser."""
    return {
        **safety.strings(),
        "marks": {
            "checking": _("We are looking"),
            "works": _("Works"),
            "care": _("Not quite right"),
            "blocked": _("Does not work"),
        },
        "all_works": _("Everything works. You can chat here."),
        "spare_works": _("You can chat here. One connection is blocked, so the chat takes another one by itself."),
        "mostly_works": _("You can chat here. One thing is not quite right: read below what you can do."),
        "nothing_works": _("You cannot chat here now. Read below what you can do."),
        "milliseconds": _("{count} ms"),
        "clock_off": _("Your clock is {count} minutes off."),
        "copied": _("Copied."),
        "copy_yourself": _("Copying did not work. Select the text and copy it yourself."),
    }
