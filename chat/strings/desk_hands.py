"""Sentences of the desk about talks that change hands."""

from django.utils.translation import gettext as _

from chat.strings.shared import Strings
from helplines.policy_words import SOME_OF


def hands() -> Strings:
    return {
        **left(),
        "colleague_room": _("room for {n}"),
        "colleague_full": _("no room"),
        "colleague_pause": _("is on a break"),
        "guided_about": _("{name}, {line}, since {time}"),
        "guided_take": _("Take over"),
        "guided_read": _("Read along"),
        "along_title": _("You read along with {name}"),
        "along_told": _("visitor and counsellor were told"),
        "along_untold": _("the counsellor sees it; the visitor read beforehand that it happens"),
        "along_card": _("You read along with {name}, {line}."),
        "along_log": _("What is said in the talk that you read along with"),
        "whisper_who": _("{name} reads along."),
        "whisper_label": _("Whisper to {name}"),
        "whisper_send": _("Whisper"),
        "whisper_list": _("What was whispered"),
        "whisper_bar": _("{n} whispered"),
        "about_readers": _("{name} reads along"),
        "transfer_no_colleague": _("No colleague has room now."),
        "transfer_no_line": _("Nobody is there on another line now."),
        "hand_ask": _("{name} asks whether you take on a talk of {line}. It began at {time}."),
        "hand_wait_visitor": _("You said yes. Now the visitor is asked."),
        "hand_note": _("Note: {note}"),
        "hand_accept": _("Take it on"),
        "hand_decline": _("Not now"),
        "hand_why_not": _("Why not, for your colleague (you need not say)"),
        "hand_asked": _("You asked {name} to take on the talk with {visitor}. We wait for an answer."),
        "hand_offered": _("{visitor} is asked now: do they want to go on with {name}?"),
        "hand_withdraw": _("Take the question back"),
        "hand_declined": _("{name} cannot take on the talk with {visitor}."),
        "hand_refused": _("{visitor} wants to stay with you."),
        "hand_expired": _("There was no answer in time. The talk with {visitor} stays with you."),
        "hand_void": _("The talk with {visitor} could not be handed over."),
        "hand_taken_over": _("A mentor took over the talk with {visitor}."),
        "hand_taken_back": _("A coordinator lets somebody else go on with {visitor}."),
        "hand_close": _("Close"),
        "hand_pending": _("You asked already. Take that question back first."),
        "hand_not_there": _("They cannot take on a talk just now. Choose somebody else."),
        "hand_over": _("This question was answered already, or is too old."),
        "hand_not_present": _("Set yourself to Present first."),
        "lost_waiting": _(
            "Your connection was lost at {time}. The visitor of {line} waits for a colleague, before everybody else."
        ),
        "lost_colleague": _("Your connection was lost at {time}. A colleague went on with the visitor of {line}."),
        "lost_over": _("Your connection was lost at {time}. The talk of {line} is over now."),
        "over_passed": _(
            "This talk was handed over, as agreed. You can read what you had until you remove it from your desk."
        ),
        "over_referred": _("The visitor goes to {name}."),
        "over_agreed": _("You agreed: {agreement}"),
        "over_taken_back": _(
            "A coordinator lets somebody else go on with this talk. "
            "You can read what you had until you remove it from your desk."
        ),
        "over_taken_over": _(
            "A mentor took this talk over. You can read what you had until you remove it from your desk."
        ),
    }


def left() -> Strings:
    """How long a question stands before it lapses."""
    return {
        "hand_left": _("The question stands for about {n} minutes more."),
        "hand_left_one": _("The question stands for about a minute more."),
        "hand_left_half": _("The question stands for about half a minute more."),
        "hand_left_last": _("The question stands for a few seconds more."),
    }


def consent() -> Strings:
    """The visitor's yes to opening their address, as the desk tells of it (E05, E06)."""
    return {
        "consent_recipients": {name: str(word) for name, word in SOME_OF["opening_recipients"].items()},
        "consent_states": {
            "asked": _("{visitor} is asked now whether the address may be opened for: {recipient}."),
            "given": _(
                "{visitor} said yes at {time}. The address may be opened for: {recipient}. "
                "This counts while the talk goes on; so do not end it before."
            ),
            "refused": _("{visitor} does not want the address to be opened."),
            "withdrawn": _("{visitor} took the yes back. The address stays closed."),
            "dropped": _("The question about the address is taken back."),
            "lapsed": _("{visitor} did not answer in time. The address stays closed."),
            "ended": _("The question about the address is over. The address stays closed."),
            "used": _("The address is opened, for: {recipient}. The visitor was told so."),
        },
        "consent_open": _("Ask to open it"),
        "new_tab": _("(opens a new tab)"),
        "consent_code": _("Who may ask to open it needs the code of this talk: {code}"),
        "consent_drop": _("It is needed no more"),
        "consent_pending": _("There is a question before the visitor already, or a yes stands."),
        "consent_enough": _("The visitor was asked twice. Nobody asks again in this talk."),
        "consent_too_soon": _("Give the visitor some rest. You can ask once more from {time}."),
    }
