"""Sentences of what lies beside the talk on the desk: canned replies, private notes, advice, and taking a message back."""

from django.utils.translation import gettext as _

Sentences = dict[str, str]


def strings() -> Sentences:
    """In the active language; `{name}` and the like are filled in by the browser."""
    return {**_undo(), **_canned(), **_notes(), **_asking(), **_answering()}


def _undo() -> Sentences:
    return {
        "undo_waiting": _("This message goes in 3 seconds."),
        "undo_button": _("Undo"),
    }


def _canned() -> Sentences:
    return {
        "canned_title": _("Canned replies"),
        "canned_button": _("Canned replies (/)"),
        "canned_search": _("Search canned replies"),
        "canned_close": _("Close"),
        "canned_own": _("Write my own replies"),
        "canned_loading": _("One moment."),
        "canned_offline": _("There is no connection now."),
        "canned_empty": _("There are no canned replies for this line yet."),
        "canned_none": _("Nothing found."),
        "canned_one": _("{n} reply. Enter puts it in your message; nothing is sent yet."),
        "canned_many": _("{n} replies. Enter puts one in your message; nothing is sent yet."),
        "canned_organisation": _("organisation"),
        "canned_line": _("line"),
        "canned_personal": _("mine"),
        "canned_language": _("in {language}"),
    }


def _notes() -> Sentences:
    return {
        "notes_label": _("About {name}"),
        "notes_saving": _("Being saved"),
        "notes_saved": _("Saved at {time}"),
        "notes_offline": _("There is no connection now. Your notes are kept here and saved when it is back."),
        "notes_not_here": _("This talk is no longer yours. What is written here was not saved; you can still copy it."),
        "notes_not_saved": _("This could not be saved. You can still copy it."),
        "notes_clash": _("You wrote something else in another tab:"),
        "notes_clash_said": _("Your notes differ from those in another tab. Choose what to keep; nothing is lost yet."),
        "notes_both": _("Keep both"),
        "notes_mine": _("Keep what is here"),
        "notes_theirs": _("Keep the other"),
    }


def _asking() -> Sentences:
    return {
        "advice_ask_label": _("Your question to colleagues, during the talk with {name}"),
        "advice_ask": _("Ask colleagues"),
        "advice_take_back": _("Take this question back"),
        "advice_no_answer": _("No answer yet."),
        "advice_asked_one": _("{n} colleague sees your question."),
        "advice_asked_many": _("{n} colleagues see your question."),
        "advice_answered": _("A colleague answered your question."),
        "advice_bar_answers": _("{n} new"),
        "advice_names_visitor": _(
            "Not sent, because it tells something of the visitor: {found}. Say it in other words."
        ),
        "advice_found_nickname": _("the name"),
        "advice_found_answer": _("an answer from before the talk"),
        "advice_found_code": _("a code of the talk"),
        "advice_found_quote": _("a piece of the talk itself"),
        "advice_nobody_there": _("No colleague is present on this line now. Your question is still here."),
        "advice_slow_down": _("That was too fast, or too often in this talk. Your text is still here."),
        "advice_too_long": _("The text is too long. Make it shorter."),
        "advice_closed": _("The talk is over. Nothing was asked."),
    }


def _answering() -> Sentences:
    return {
        "advice_new": _("A colleague asks for advice."),
        "advice_bar": _("{n} asks"),
        "advice_from": _("{name}, {line}, {time}"),
        "advice_who": _("{name}, {time}"),
        "advice_you": _("You"),
        "advice_colleague": _("A colleague"),
        "advice_masked": _("We took out an address or a number."),
        "advice_answer_label": _("Your answer to {name}"),
        "advice_answer": _("Answer"),
        "advice_sent": _("Your answer is sent."),
        "advice_sending": _("Being sent"),
        "advice_nothing": _("Write something first."),
        "advice_offline": _("There is no connection now. Try again when it is back."),
        "advice_not_here": _("This question is no longer there."),
        "advice_failed": _("That did not work. Your text is still here; try again."),
    }
