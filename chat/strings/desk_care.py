"""Sentences of the desk that look after the counsellor: alerts, clocks, rest."""

from django.utils.translation import gettext as _


def strings() -> dict[str, str]:
    return {**alerts(), **clocks(), **rest(), **silence(), **leaving(), **session()}


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


def clocks() -> dict[str, str]:
    return {
        "since_visitor": _("Visitor wrote {time}"),
        "since_visitor_waits": _("Visitor wrote {time}, your turn"),
        "since_visitor_none": _("Visitor has not written yet"),
        "since_own": _("You wrote {time}"),
        "since_own_none": _("You have not written yet"),
        "since_now": _("just now"),
        "since_minutes": _("{n} min ago"),
        "cue_left": _("About {n} minutes are left for this talk. The visitor is told too."),
        "cue_over": _("The time for this talk is over. Round it off calmly; nobody is cut off."),
        "mark_waits": _("waits {n} min for your answer"),
        "urgent_one": _("{n} waits for your answer"),
        "urgent_many": _("{n} wait for your answer"),
        "line_promised": _("the free place is for who waits"),
    }


def rest() -> dict[str, str]:
    return {
        "rest_title": _("Your pause"),
        "rest_open": _("Nobody comes to you. Come back when you want."),
        "rest_until": _("Until {time}, {n} minutes more. Nobody comes to you."),
        "rest_until_one": _("Until {time}, one minute more. Nobody comes to you."),
        "rest_over": _("The time is over. Come back when you are ready."),
        "rest_returning": _("The time is over. You are present again in a moment."),
        "rest_offer_title": _("After a talk"),
        "rest_offer_text": _("Was it a hard one? You can always take a pause. Nobody asks why, and nobody counts it."),
    }


def session() -> dict[str, str]:
    return {
        "session_ends": _("You are signed out at {time}. Your visitors would then wait for a colleague."),
        "session_stays": _("You stay signed in until {time}."),
        "session_failed": _("That did not work. You are signed out at {time}. Try again."),
    }


def leaving() -> dict[str, str]:
    return {
        "leaving_one": _("You still have {n} talk. Sign out?"),
        "leaving_many": _("You still have {n} talks. Sign out?"),
    }


def silence() -> dict[str, str]:
    return {
        "silence_first": _(
            "The visitor has been silent for long, and is asked to give a sign. Otherwise the talk ends in about {n} minutes."
        ),
        "silence_last": _("The visitor was asked a last time. Without a sign the talk ends in about a minute."),
        "silence_wait": _("Give more time"),
        "silence_never": _("Do not end this talk by itself"),
    }
