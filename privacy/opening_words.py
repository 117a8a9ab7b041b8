"""The words of requests to open an identity: what was said to the visitor, what an order names, and why something is refused."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from helplines.policy_words import SOME_OF
from privacy.models import OpeningRequest

GROUNDS = SOME_OF["opening_grounds"]
RECIPIENTS = SOME_OF["opening_recipients"]
DISCUSSED: Mapping[str, Any] = {
    "agreed": _("The visitor agrees"),
    "tried": _("We tried to talk about it, and the visitor does not agree"),
    "impossible": _("It was not possible to talk about it"),
}
ORDER: Mapping[str, Any] = {
    "authority": _("Who gives the order, such as which public prosecutor's office"),
    "person": _("The name of who signed it"),
    "reference": _("Its reference"),
    "date": _("Its date"),
    "article": _("The article of the law"),
    "data": _("Which data it asks for, and of which period"),
}
REFUSALS: Mapping[str, Any] = {
    "asker": _("By your promises, who asks this may not ask it, or not any more."),
    "ground": _("Your promises know no such ground. Nothing is opened."),
    "recipient": _("By your promises nobody like this may be told."),
    "discussed": _("Say whether you talked about it with the visitor first."),
    "order": _("Fill in everything that stands on the order. Its date is not after today."),
    "consent": _(
        "No yes of the visitor stands for this. It counts only while the talk goes on, for what was asked, and until the "
        "visitor takes it back. Nothing is opened."
    ),
    "no_approver": _(
        "Nobody who must agree can be reached: somebody or a key is missing. Nothing was asked. An alarm went out to your "
        "organisation; call an administrator."
    ),
    "another_open": _("Somebody asked this for this talk already, and it waits for a decision."),
    "gone": _("This was decided already, or it is too late for it."),
    "damaged": _("Something in this request was changed. It opens nothing."),
    "approver_gone": _("Somebody who agreed has that role no longer. Nothing is opened; ask it again."),
    "not_you": _("It is not your turn to decide about this."),
    "same_person": _("This takes different people, each with a key of their own: not one who asked or agreed already."),
    "same_device": _("Somebody asked or agreed in this same browser. Use a device of your own."),
    "keys": _("This is not a key of the office whose turn it is."),
    "late_key": _("This key came after the talk, or another follows it. Use one that was there when the talk began."),
    "unreadable": _("This file does not open with this passphrase."),
    "elsewhere": _("It is visible only in the browser in which it was opened."),
}


def said(row: OpeningRequest) -> Iterator[tuple[Any, Any]]:
    """What a request says of itself, without what was written with it: name and value."""
    yield _("What is asked"), row.get_kind_display()
    yield _("Ground"), GROUNDS.get(row.ground, row.ground)
    yield _("Who will be told"), RECIPIENTS.get(row.recipient, row.recipient)
    if row.discussed:
        yield _("Talked about it first"), DISCUSSED.get(row.discussed, row.discussed)
