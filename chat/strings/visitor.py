"""Sentences of the visitor's page that JavaScript shows; those that stand in the page itself are in its templates."""

from django.utils.translation import gettext as _

from chat.strings import safety, shared
from chat.strings.shared import Strings


def strings() -> Strings:
    """In the active language, for `config.strings`; a test compares the keys with what the scripts use."""
    return {
        **shared.strings(),
        **status(),
        **waiting(),
        **talk(),
        **consent(),
        **ending(),
        **trouble(),
        **safety.strings(),
        "system": system(),
    }


def status() -> Strings:
    """How it is with the line (A03-A06)."""
    return {
        "states": {
            "open": _("Open"),
            "busy": _("Everybody is in a talk"),
            "paused": _("A short break"),
            "closed": _("Closed"),
        },
        # Where the organisation's own words say the rest.
        "busy_word": _("Busy"),
        "reasons": {
            "hours": _("It is outside our opening hours."),
            "holiday": _("We are closed today: it is a public holiday."),
            "exceptional": _("We are closed now because of something unforeseen."),
            "nobody": _("There is nobody here right now."),
        },
        "opens": _("We open again {when}."),
        "busy_queue": _("You can wait for your turn."),
        "busy_no_queue": _("Please come back in a little while."),
        "start": _("Go to the chat"),
        "start_in_queue": _("Wait for my turn"),
    }


def waiting() -> Strings:
    return {
        "waiting_title": _("We look for somebody for you"),
        "connecting": _("We are making the connection."),
        "place_first": _("You are next."),
        "place_one": _("One person is before you."),
        "place_more": _("{count} people are before you."),
        "wait_unknown": _("We do not know how long it will take."),
        "wait_most": _("It will probably take at most {high} minutes."),
        "wait_span": _("It will probably take {low} to {high} minutes."),
        "wait_long": _("It will probably take more than {low} minutes."),
        "closing_left": _(
            "We close in about {minutes} minutes. Is nobody free by then? Then you read here what else helps."
        ),
        "closing_last": _("We close in a moment. Is nobody free by then? Then you read here what else helps."),
        "back_title": _("We look for a colleague for you"),
        "taken_in_queue": _("Somebody else comes for you. You come first."),
        "passed_in_queue": _("You go to another line of ours, as you agreed. You come first."),
        "back_in_queue": _("The counsellor lost the connection. You come first."),
        "stop_title": _("Stop waiting?"),
        "stop_text": _("You lose your place. You can come back whenever the chat is open."),
        "stop_yes": _("Stop waiting"),
        "stop_no": _("Keep waiting"),
    }


def talk() -> Strings:
    return {
        "talk_on": _("your talk is still going on"),
        "wait_on": _("you are still waiting"),
        "with": _("Your talk with {name}"),
        "peer_away": _("The counsellor's line dropped. Stay here: what you write will arrive."),
        "peer_back": _("The counsellor is back."),
        "typing": _("{name} is writing"),
        "cue_before": _("There are about {minutes} minutes left for this talk."),
        "cue_end": _("The time for this talk is over. You do not have to stop at once. Round it off calmly."),
        "offline": _("The line dropped. We try again by ourselves. What you wrote is kept."),
        "unreachable": _("We cannot reach the chat yet. We keep trying. Does it last? Try another network or browser."),
        "unstored": _("Your browser stores nothing. Do not reload this page: that would end the talk."),
        "ask_colleague": _("Do you want to go on with {name}? Your counsellor then leaves this talk."),
        "ask_line": _(
            "Do you want to go on with {name}? That is another line of ours. You then wait a moment, and come first."
        ),
        "ask_body": _("Is it fine that {name} helps you further? This talk ends then."),
        "ask_left": _("You have about {minutes} minutes to answer. Without an answer you stay here."),
        "ask_left_one": _("You have about a minute to answer. Without an answer you stay here."),
        "ask_left_last": _("You have less than a minute to answer. Without an answer you stay here."),
        "agreed": _("Agreed: {name} helps you further."),
        "ask_somebody": _("a colleague"),
        "returned": _("This was not sent. Please try again."),
        "still_first": _(
            "Are you still there? The talk stops in {minutes} minutes. One word or one press and it goes on."
        ),
        "still_last": _("Are you still there? The talk stops in a minute. One word or one press and it goes on."),
        "end_title": _("End the talk?"),
        "end_text": _("The talk stops for both of you. What was said disappears from this screen."),
        "end_yes": _("End the talk"),
        "end_no": _("Go on talking"),
    }


def consent() -> Strings:
    """Whether the address may be opened: asked, answered, and over (E05, E06)."""
    return {
        "consent_ask": _("May {who} see the internet address from which you chat?"),
        "consent_offices": {
            "administrator": _("our administrator"),
            "management": _("our management"),
            "dpo": _("our data protection officer"),
            "provider": _("the provider of this chat"),
        },
        "consent_and": _(" and "),
        "consent_recipients": {
            "counsellor": _("another counsellor"),
            "emergency": _("the emergency services"),
            "surroundings": _("somebody close to you"),
            "care": _("a care organisation"),
            "police": _("the police"),
            "prosecutor": _("the public prosecutor"),
        },
        "consent_left": _("You have about {minutes} minutes to answer. Without an answer nobody sees it."),
        "consent_left_one": _("You have about a minute to answer. Without an answer nobody sees it."),
        "consent_left_last": _("You have less than a minute to answer. Without an answer nobody sees it."),
        "consent_given": _("You said yes. During this talk your address may be opened, for: {recipient}."),
        "consent_ended": {
            "refused": _("You said no. Nobody sees your address. The talk goes on."),
            "withdrawn": _("You took your yes back. Nobody sees your address."),
            "dropped": _("The question about your address is gone. Nobody sees your address."),
            "lapsed": _("The time for this question is over. Nobody sees your address."),
            "ended": _("The question about your address is gone. Nobody sees your address."),
            "used": _("Your address is opened now, as you agreed. Who hears it: {recipient}."),
        },
        "consent_over": _("It was too late for that answer."),
        "consent_again": _("That did not work, on our side. Please try again."),
    }


def ending() -> Strings:
    """The end of a talk, by the reasons of `chat.states.Why`."""
    return {
        "over_title": _("The talk is over"),
        "over_kept": _("The talk is over. This was not sent. You can still copy it."),
        "left_title": _("You have stopped waiting"),
        "thanks": _("Thank you for talking with us."),
        "ended": {
            "left": _("You ended the talk."),
            "exit": _("You ended the talk."),
            "finished": _("The counsellor ended the talk."),
            "referred": _("The counsellor ended the talk. You agreed where you can go next."),
            "no_answer": _("The talk is over, because there was no answer for some time."),
            "misuse": _("The counsellor ended the talk. You can also find help with the numbers on this page."),
            "not_back": _("The talk is over, because the connection was gone for too long."),
            "line_closed": _("The chat closed before somebody was free."),
            "blocked": _(
                "The counsellor ended the talk. You can begin a new one in some hours. Help at once is on this page."
            ),
            "limit": _("You can talk with us again later"),
        },
    }


def trouble() -> Strings:
    return {
        "refused_closed": _("The chat closed before somebody was free. We are sorry that we could not talk with you."),
        "refused_busy": _("Somebody was just before you. Everybody is in a talk now."),
        "limit_title": _("You can talk with us again later"),
        "limit_text": _(
            "You have had as many talks as we can give one person in 24 hours. You can start a new one from {time}."
        ),
        "blocked_title": _("You can talk with us again later"),
        "blocked_text": _("A counsellor has stopped the talks for some time. You can start a new one from {time}."),
        "refused_other": _("Starting did not work. Please try again."),
        "late": _("You were away for more than {minutes} minutes, so the talk has ended. You can start a new one."),
        "unknown": _("Your earlier talk is no longer there. You can start a new one."),
        "too_many_tries": _("There are too many tries just now. Wait a minute and try again."),
        "not_found": _("We found no talk with these two. Look at them once more."),
        "reused_title": _("We have locked this talk"),
        "reused_text": _("This talk was opened from a second place. To keep it safe, nobody can come back to it."),
        "elsewhere_title": _("Your talk is open in another tab"),
        "elsewhere_text": _("Go on in that tab. You can close this one."),
        "broken_title": _("The chat does not work here"),
        "broken_text": _("Try another browser or network. A virus scanner or a firewall may block the connection."),
    }


def system() -> dict[str, str]:
    """The lines of the system in a talk, by the keys that the server sends as their text."""
    return {
        "joined": _("{name} is here."),
        "left": _("You ended the talk."),
        "requeued": _("{name} lost the connection. We look for a colleague."),
        "passed": _("{name} talks with you from here on."),
        "passed_on": _("We look for somebody else for you. You come first."),
        "taken_back": _("Somebody else comes for you. You come first."),
        "taken_over": _("{name} takes the talk over, and talks with you from here on."),
        "reads_along": _("An experienced colleague reads along from here on."),
        "reads_no_more": _("The colleague no longer reads along."),
        "finished": _("{name} ended the talk."),
        "referred": _("{name} ended the talk."),
        "no_answer": _("{name} ended the talk."),
        "misuse": _("{name} ended the talk."),
        "not_back": _("The connection was gone for too long."),
    }
