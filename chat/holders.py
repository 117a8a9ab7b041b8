"""What chat holds about people, as it is signed in at `privacy.registry`."""

from chat import blocks, copies, newcomers, retention
from privacy.registry import Eraser, Holding, Kind, sign_in

ERASERS = [
    Eraser(
        name="talks",
        due=retention.due,
        prepare=retention.shut,
        erase=retention.erase,
        replay=retention.replay,
        chunk=retention.CHUNK,
    ),
    Eraser(name="contacts", due=newcomers.due, erase=newcomers.erase),
    Eraser(name="copies", due=copies.due, erase=copies.erase),
    Eraser(name="blocks", due=blocks.due, erase=blocks.erase),
]


def of_talk(model: str, lasts: str = "the months of the policy, after the talk ended") -> Holding:
    return Holding(model=model, kind=Kind.TALK, clock="chat.Conversation.ended_at", lasts=lasts, eraser="talks")


HOLDINGS = [
    of_talk("chat.Conversation"),
    of_talk("chat.Message"),
    of_talk("chat.Note"),
    of_talk("chat.Handover"),
    of_talk("chat.Advice", "until the talk ends"),
    of_talk("chat.AdviceAnswer", "until the talk ends"),
    of_talk("chat.Silence"),
    of_talk("chat.Reading"),
    of_talk("chat.Whisper", "until nobody reads along any more"),
    of_talk("chat.LegalHold", "until its talk goes, or it is released"),
    of_talk("privacy.SealedIdentity"),
    of_talk("privacy.OpeningConsent"),
    of_talk("privacy.OpeningRequest", "as long as its talk; what was opened only for the minutes of the policy"),
    Holding(
        model="chat.TeamCopy",
        kind=Kind.TALK,
        clock="chat.TeamCopy.gone_at",
        lasts="the days that its maker chose, 30 at most, and never longer than its talk; nobody is in it",
        eraser="copies",
    ),
    Holding(
        model="chat.Block",
        kind=Kind.TALK,
        clock="chat.Block.until",
        lasts="until the block lifts; it names who made it, and of the visitor nothing",
        eraser="blocks",
    ),
    Holding(
        model="chat.Contact",
        kind=Kind.TALK,
        clock="chat.Contact.at",
        lasts="two days; it can be tied to nobody, and to no other visit once the key of its window is destroyed",
        eraser="contacts",
    ),
    Holding(
        model="chat.Presence",
        kind=Kind.WORK,
        clock="chat.Presence.since",
        lasts="one row for each member, written over",
        goes_with="helplines.Membership",
    ),
    Holding(
        model="chat.Rest",
        kind=Kind.WORK,
        clock="chat.Rest.until",
        lasts="until the rest is over",
        goes_with="helplines.Membership",
    ),
]


def hold() -> None:
    sign_in(holdings=HOLDINGS, erasers=ERASERS)
