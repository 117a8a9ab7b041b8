"""Sentences of the parts that the visitor's page and the counsellor's desk share: <chat-log> and <chat-composer>."""

from django.utils.translation import gettext as _

Strings = dict[str, str | dict[str, str]]


def strings() -> Strings:
    """In the active language; `{name}` and the like are filled in by the browser."""
    return {
        "log_label": _("What was said"),
        "log_to_last": _("To the last message"),
        "log_who": _("{name}, {time}"),
        "log_you": _("You"),
        "log_nameless": _("Counsellor"),
        "log_colleague": _("Colleague"),
        "log_pending": _("Being sent"),
        "log_failed": _("Not sent yet."),
        "log_again": _("Try again"),
        "log_sent": _("Sent"),
        "log_seen": _("Read"),
        "composer_label": _("Your message"),
        "composer_placeholder": _("Write here"),
        "composer_send": _("Send"),
        "composer_left": _("Room for {count} more characters."),
        "composer_too_long": _("This is {count} characters too long. Send it in two parts."),
        "composer_one_too_long": _("This is 1 character too long. Send it in two parts."),
    }
