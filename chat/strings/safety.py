"""Sentences about going away at once and about being away from the screen."""

from django.utils.translation import gettext as _

from chat.strings.shared import Strings


def strings() -> Strings:
    """What the three presses of Shift say, and what a covered screen tells."""
    return {
        "exit_two": _("Press Shift two more times to leave at once."),
        "exit_one": _("Press Shift once more to leave at once."),
        "exit_over": _("You stay on this page."),
        "cover_news": _("There is something new for you."),
    }
