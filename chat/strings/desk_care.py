"""Sentences of the desk that look after the counsellor: alerts, clocks, rest."""

from django.utils.translation import gettext as _


def alerts() -> dict[str, str]:
    """Nothing in these tells who waits or what was said: they may stand on a screen that others see."""
    return {
        "notice_title": _("Your desk"),
        "notice_waiting": _("Somebody is waiting."),
        "notice_overdue": _("Somebody has been waiting for some time."),
        "notice_message": _("There is a new message."),
        "notices_default": _("Your browser asks you once. A notification says only that somebody waits or wrote."),
        "notices_granted": _(
            "A notification says only that somebody waits or wrote. It comes when this page is out of sight."
        ),
        "notices_denied": _(
            "Your browser does not let this page show notifications. You can allow them in its settings."
        ),
        "notices_impossible": _("This browser cannot show notifications."),
        "overdue_one": _("{n} visitor has been waiting for long, and nobody took them yet."),
        "overdue_many": _("{n} visitors have been waiting for long, and nobody took them yet."),
    }
