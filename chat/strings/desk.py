"""Sentences of the counsellor's desk."""

from django.utils.translation import gettext as _

from chat.strings import desk_care, desk_hands, desk_tools, shared


def strings() -> shared.Strings:
    """In the active language; `{name}` and the like are filled in by the browser."""
    return {
        **shared.strings(),
        **_shared_parts(),
        **_strip(),
        **_lists(),
        **_talk(),
        **_known(),
        **_empty(),
        **_problems(),
        **desk_care.strings(),
        **desk_hands.hands(),
        **desk_hands.consent(),
        **desk_tools.strings(),
    }


def _shared_parts() -> shared.Strings:
    """What the shared parts say differently here."""
    return {
        "log_label_with": _("What was said with {name}"),
        "composer_label_with": _("Your message to {name}"),
        "system": {
            "joined": _("The talk began at {time}"),
            "joined_again": _("{name} went on with the visitor at {time}"),
            "joined_again_nameless": _("Somebody went on with the visitor at {time}"),
            "left": _("The visitor left at {time}"),
            "passed": _("A colleague took the talk on at {time}. The visitor agreed."),
            "passed_on": _("The visitor went to another line at {time}, as agreed."),
            "taken_back": _("A coordinator let somebody else go on at {time}."),
            "taken_over": _("The talk was taken over at {time}."),
            "reads_along": _("A mentor reads along since {time}."),
            "reads_no_more": _("Since {time} the mentor no longer reads along."),
            "requeued": _("The connection of the counsellor was lost at {time}. The visitor waited again."),
        },
    }


def _strip() -> shared.Strings:
    return {
        "link_connecting": _("Connecting"),
        "link_online": _("Connected"),
        "link_offline": _("No connection, trying again"),
        "link_stopped": _("Not connected"),
        "line_open": _("open"),
        "line_busy": _("busy"),
        "line_paused": _("paused"),
        "line_closed": _("closed"),
        "room": _("{talks} of {capacity}"),
        "room_full": _("{talks} of {capacity}, full"),
    }


def _lists() -> shared.Strings:
    return {
        "visitor": _("Visitor"),
        "visitor_marked": _("Visitor {mark}"),
        "waiting_one": _("{n} visitor is waiting."),
        "waiting_many": _("{n} visitors are waiting."),
        "unread_one": _("{n} new"),
        "unread_many": _("{n} new"),
        "say_unread_one": _("{n} new message."),
        "say_unread_many": _("{n} new messages."),
        "minutes": _("{n} min"),
        "mark_over": _("over"),
        "mark_dropped": _("connection lost"),
        "mark_back": _("was in a talk, goes first"),
        "bar_waiting": _("{n} waiting"),
        "bar_unread": _("{n} new"),
        "hint_not_present": _("Set yourself to Present to take a visitor."),
        "hint_no_room": _("You have as many talks as you can take. End one first."),
        "hint_nobody_waiting": _("Nobody is waiting now."),
        "hint_offline": _("There is no connection now. You can take a visitor when it is back."),
        "hint_taking": _("One moment."),
    }


def _talk() -> shared.Strings:
    return {
        "visitor_here": _("Visitor is here"),
        "typing": _("{name} is writing"),
        "visitor_dropped": _("Visitor's connection is lost"),
        "clock": _("{n} min"),
        "clock_near": _("{n} min, {left} min left"),
        "clock_over": _("{n} min, {over} min over time"),
        "end_talk": _("End talk"),
        "end_title": _("End the talk with {name}?"),
        "dismiss": _("Remove from desk"),
        "composer_over": _("The talk is over. This text was not sent; you can still copy it."),
        "over_by_visitor": _("The visitor ended this talk. You can read it until you remove it from your desk."),
        "over_exit": _("The visitor has gone away. You can read this talk until you remove it from your desk."),
        "over_by_you": _("You ended this talk. You can read it until you remove it from your desk."),
        "over_not_back": _(
            "The visitor did not come back in time. You can read the talk until you remove it from your desk."
        ),
        "over_lost": _(
            "Your connection was gone for too long. The visitor waits for a colleague, before everybody else. "
            "You can read the talk until you remove it from your desk."
        ),
        "over": _("This talk is over. You can read it until you remove it from your desk."),
        "talk_offline": _("There is no connection now. What you send goes as soon as it is back."),
        "talk_dropped": _("The visitor's connection is lost. They see what you write when they are back."),
    }


def _known() -> shared.Strings:
    return {
        "known_line": _("Line"),
        "known_language": _("Language"),
        "known_started": _("Started"),
        "known_started_value": _("{time}, waited {waited}"),
        "known_length": _("Usual length"),
        "known_contact": _("How often"),
        "known_contact_value": _("Talk number {n} in 24 hours"),
    }


def _empty() -> shared.Strings:
    """Without a talk on the screen: what happens next."""
    return {
        "empty_connecting_title": _("Connecting"),
        "empty_connecting_text": _("Your talks appear as soon as there is a connection."),
        "empty_away_title": _("You are away"),
        "empty_away_text": _("Choose Present when you are ready. From then on visitors can reach you."),
        "empty_pause_title": _("You have a pause"),
        "empty_pause_text": _("Nobody comes to you now. Choose Present when you want to go on."),
        "empty_present_title": _("Nobody is waiting"),
        "empty_present_text": _("A new visitor appears in the list. Nothing starts before you take them."),
        "empty_waiting_title": _("Somebody is waiting"),
        "empty_waiting_text": _("Choose Take the next to begin with the one who waits longest."),
    }


def _problems() -> shared.Strings:
    return {
        "refused_closed": _("The talk was just over. Your text was not sent; it is still here."),
        "refused_not_here": _("This talk is no longer yours. Your text was not sent; it is still here."),
        "refused_too_long": _("The text is too long. Send it in two parts."),
        "refused_empty": _("There was no text to send."),
        "refused_other": _("Your text could not be sent; it is still here. Try again."),
        "refused_cannot_block": _("This visitor cannot be blocked. End the talk as misuse."),
        "refused_taken": _("A colleague was first."),
        "refused_slow_down": _("That was too fast for us. Try again in a second."),
        "refused_unlogged": _(
            "This is not shown now, because we cannot note that you saw it. Your running talks go on. Try again later."
        ),
        "refused_broken": _("That did not work, on our side. Nothing changed. Try again."),
        "refused_offline": _("There is no connection now. The talk goes on. Try again when the connection is back."),
        "barrier_sign_in": _(
            "You are no longer signed in, or may not be here. After half a minute your talks go to a colleague. Sign in again."
        ),
        "barrier_sign_in_link": _("Sign in"),
        "barrier_stopped": _("The desk lost its connection and could not get it back. Load the page again."),
        "barrier_reload_link": _("Load again"),
    }
