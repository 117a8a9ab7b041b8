"""The frames of the wire as types; `docs/protocol.md` says what they mean.

A client's frame is decoded strictly: an unknown action or key, a missing key or a wrong type is `malformed`.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

FRAME_BYTES = 32 * 1024
TEXT_LENGTH = 4000
NOTE_LENGTH = 4000
ADVICE_LENGTH = 1000
ANSWER_LENGTH = 1000
# What for: one or two sentences, that somebody in trouble reads before a yes or a no.
PURPOSE_LENGTH = 200

# What a code is made of; anything else (a NUL, which PostgreSQL refuses) never reaches the database.
Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A[A-Za-z0-9_-]+\Z")]
Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Language = Annotated[str, Meta(min_length=2, max_length=8)]
# Those in which organisations write (CONTENT_LANGUAGES); nothing else ever stands in HTML's `lang`.
LANGUAGES = ("nl", "fr", "de", "en")
Lang = Annotated[str, Meta(pattern=rf"\A({'|'.join(LANGUAGES)})\Z")]
Answer = Annotated[str, Meta(max_length=ANSWER_LENGTH)]
# A secret of a tab, by which limits and blocks know that it comes again.
Token = Annotated[str, Meta(min_length=16, max_length=64, pattern=r"\A[A-Za-z0-9_-]+\Z")]
Key = Annotated[str, Meta(min_length=1, max_length=40)]


class Frame(msgspec.Struct, tag_field="do", tag=str.lower, forbid_unknown_fields=True):
    """What a client wants."""


class Ping(Frame):
    pass


class Start(Frame):
    language: Language
    answers: Annotated[dict[Key, Answer], Meta(max_length=20)] = {}
    token: Token | None = None


class Resume(Frame):
    code: Code
    secret: Annotated[str, Meta(min_length=1, max_length=80)]
    since: Seq = 0


class Rejoin(Frame):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    code: Annotated[str, Meta(min_length=1, max_length=40)]


class Keep(Frame):
    pass


class Leave(Frame):
    """The visitor ends the talk; by the quick exit, they are gone already."""

    exit: bool = False


class Hello(Frame):
    pass


class VisitorSay(Frame, tag="say"):
    id: UUID
    text: str


class VisitorSince(Frame, tag="since"):
    seq: Seq


class VisitorSeen(Frame, tag="seen"):
    seq: Seq


class Here(Frame):
    pass


class Presence(Frame):
    """What a counsellor says of themselves; a pause may have an end, and the desk may come back by itself then."""

    state: Literal["present", "pause", "away"]
    minutes: Annotated[int, Meta(ge=1, le=120)] | None = None
    returns: bool = False


class Still(Frame):
    """A visitor who was silent is there."""


class Wait(Frame):
    """A counsellor gives a silent visitor more time, or all the time there is."""

    talk: Code
    never: bool = False


class Take(Frame):
    line: Annotated[str, Meta(max_length=40)] | None = None


class Open(Frame):
    talk: Code
    since: Seq = 0


class VisitorTyping(Frame, tag="typing"):
    pass


class DeskTyping(Frame, tag="typing"):
    talk: Code


class DeskSay(Frame, tag="say"):
    """`lang` where the text is in another language than the talk."""

    talk: Code
    id: UUID
    text: str
    lang: Lang | None = None


class DeskSince(Frame, tag="since"):
    talk: Code
    seq: Seq


class DeskSeen(Frame, tag="seen"):
    talk: Code
    seq: Seq


# A note to a colleague, a reason, the name of an outside body: short texts that are sealed like what is said.
ShortText = Annotated[str, Meta(max_length=500)]


class Transfer(Frame):
    talk: Code
    how: Literal["colleague", "line", "body"]
    to: Annotated[str, Meta(min_length=1, max_length=120)]
    note: ShortText = ""
    agreement: ShortText = ""


class Accept(Frame):
    handover: Code


class Decline(Frame):
    handover: Code
    note: ShortText = ""


class Withdraw(Frame):
    handover: Code


class Takeover(Frame):
    talk: Code
    why: ShortText


class Agree(Frame):
    handover: Code


class Disagree(Frame):
    handover: Code


class Consent(Frame):
    """Whether the visitor of this talk can be asked to let their address be opened, and how that stands."""

    talk: Code


class AskConsent(Frame, tag="ask_consent"):
    talk: Code
    recipient: Code
    purpose: Annotated[str, Meta(max_length=PURPOSE_LENGTH)]


class DropConsent(Frame, tag="drop_consent"):
    talk: Code
    consent: Code


class Allow(Frame):
    consent: Code


class Deny(Frame):
    consent: Code


class Retract(Frame):
    """The visitor takes their yes back."""

    consent: Code


class Follow(Frame):
    """A mentor begins to read along with a talk of a colleague; for training or for quality, and for nothing else."""

    talk: Code
    why: Literal["training", "quality"]


class Unfollow(Frame):
    pass


class Along(Frame):
    """What was said in the talk that this mentor reads along with."""

    talk: Code
    seq: Seq = 0


class Whispers(Frame):
    talk: Code


class SayWhisper(Frame, tag="whisper"):
    talk: Code
    id: UUID
    text: Annotated[str, Meta(max_length=ADVICE_LENGTH)]


class Close(Frame):
    talk: Code
    why: Literal["finished", "referred", "no_answer", "misuse"]


class Block(Frame):
    """A counsellor ends a talk, and its visitor may not begin another for the hours of the policy."""

    talk: Code
    why: Literal["threats", "abuse", "sexual", "pestering"]


class Replies(Frame):
    talk: Code


class Note(Frame):
    talk: Code


class WriteNote(Frame, tag="write_note"):
    talk: Code
    text: str
    version: Seq


class Advice(Frame):
    pass


class Ask(Frame):
    talk: Code
    id: UUID
    text: str


class Advise(Frame):
    advice: UUID
    id: UUID
    text: str


class TakeBack(Frame, tag="take_back"):
    advice: UUID


VisitorHandingFrame = Agree | Disagree | Allow | Deny | Retract
VisitorTalkFrame = Leave | Still | VisitorSay | VisitorSince | VisitorSeen | VisitorTyping
VisitorFrame = Ping | Start | Resume | Rejoin | Keep | VisitorTalkFrame | VisitorHandingFrame
DeskTool = Replies | Note | WriteNote | Advice | Ask | Advise | TakeBack
DeskHandingFrame = Transfer | Accept | Decline | Withdraw | Takeover | Consent | AskConsent | DropConsent
DeskAlongFrame = Follow | Unfollow | Along | Whispers | SayWhisper
DeskTalkFrame = Open | DeskSay | DeskSince | DeskSeen | DeskTyping | Wait | Close | Block
DeskFrame = Ping | Hello | Here | Presence | Take | DeskTalkFrame | DeskTool | DeskHandingFrame | DeskAlongFrame

visitor_decoder: msgspec.json.Decoder[VisitorFrame] = msgspec.json.Decoder(VisitorFrame)
desk_decoder: msgspec.json.Decoder[DeskFrame] = msgspec.json.Decoder(DeskFrame)
_encoder = msgspec.json.Encoder()


class RefusedError(Exception):
    """Something that cannot be done, as one word of the protocol; `extra` goes into the frame beside it."""

    def __init__(self, why: str, **extra: Any) -> None:
        super().__init__(why)
        self.why = why
        self.extra = extra


def decode(decoder: msgspec.json.Decoder[Any], text: str) -> Any:
    """A client's frame; raises RefusedError("malformed")."""
    if len(text) > FRAME_BYTES or len(text.encode("utf-8", "surrogatepass")) > FRAME_BYTES:
        raise RefusedError("malformed")
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise RefusedError("malformed") from None


def glimpse(text: str) -> tuple[str | None, str | None]:
    """The action and the id of a frame that could not be decoded, as far as they can be seen, for the answer."""
    try:
        frame = msgspec.json.decode(text[:FRAME_BYTES])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None, None
    if not isinstance(frame, dict):
        return None, None
    do, key = frame.get("do"), frame.get("id")
    return (do[:20] if isinstance(do, str) else None), (key[:40] if isinstance(key, str) else None)


def encode(frame: dict[str, Any]) -> str:
    return _encoder.encode(frame).decode()


def said_text(text: str) -> str:
    """A text as it is stored: its ends trimmed; raises RefusedError for 0 or more than 4000 characters."""
    trimmed = text.strip()
    if not trimmed:
        raise RefusedError("empty")
    if len(trimmed) > TEXT_LENGTH:
        raise RefusedError("too_long")
    return trimmed
