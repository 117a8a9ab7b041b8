"""Sentences of the registration form at the desk."""

from django.utils.translation import gettext as _


def strings() -> dict[str, str]:
    """In the active language; `{name}` and the like are filled in by the browser."""
    return {**_form(), **_saving(), **_marks()}


def _form() -> dict[str, str]:
    return {
        "choose": _("Choose"),
        "needed": _("(needed)"),
        "missing": _("Fill this in."),
        "wrong": _("This cannot be. Fill it in again."),
        "search": _("Search and choose"),
        "nothing_found": _("Nothing found."),
        "found_one": _("{n} found. Enter chooses it."),
        "found_many": _("{n} found. Enter chooses one."),
        "main": _("{label} (counts first)"),
        "remove": _("Remove {label}"),
        "length_so_far": _("{line}, {moment}, {n} minutes so far"),
        "length": _("{line}, {moment}, {n} minutes"),
        "h_hour": _("{hour} o'clock"),
        "night": _("at night"),
        "morning": _("in the morning"),
        "afternoon": _("in the afternoon"),
        "evening": _("in the evening"),
        "letters_left": _("{n} characters left"),
    }


def _saving() -> dict[str, str]:
    return {
        "saving": _("Being saved"),
        "saved": _("Saved in this talk. Nobody else sees it yet."),
        "offline": _("There is no connection now. What you filled in is still here."),
        "not_here": _("This talk is no longer yours, or it is gone. Nothing was saved."),
        "too_long": _("The text is too long. Make it shorter."),
        "year_closed": _("The figures of that year are fixed. This is not counted any more."),
        "failed": _("That did not work. What you filled in is still here; try again."),
        "save_next": _("Save and next"),
        "save_hint": _("Ctrl + Enter. From then on nothing ties it to this talk or to you."),
        "after_end": _("You can finish this when the talk is over. It is saved meanwhile."),
        "done": _("Registered. It is on its way to the other registrations, and nobody can tell which one it is."),
        "incomplete": _("Not saved yet. Look at what is marked."),
        "nothing_asked": _("Nothing is registered on this line."),
        "left_one": _("{n} talk is not registered yet."),
        "left_many": _("{n} talks are not registered yet."),
        "loading": _("One moment."),
    }


def _marks() -> dict[str, str]:
    return {
        "marks_title": _("This may tell who somebody is. F8 removes the first."),
        "mark_remove": _("Remove “{text}” ({kind})"),
        "mark_keep": _("“{text}” is no name"),
        "kind_nickname": _("the visitor's name"),
        "kind_email": _("e-mail address"),
        "kind_account": _("account number"),
        "kind_national": _("national number"),
        "kind_birth": _("date"),
        "kind_address": _("address"),
        "kind_number": _("telephone number"),
        "kind_name": _("perhaps a name"),
    }
