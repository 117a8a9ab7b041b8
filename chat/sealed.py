"""What of a conversation is sealed, and the place to which each piece is bound."""

from dataclasses import dataclass

import msgspec

from chat.models import Conversation, Message
from privacy import sealing


@dataclass(frozen=True, slots=True)
class Contents:
    """Seals and opens the contents of one conversation."""

    key: bytes
    organisation_id: int
    code: str

    @classmethod
    def of(cls, conversation: Conversation, key: bytes) -> "Contents":
        return cls(key, conversation.organisation_id, conversation.code)

    def place(self, seq: int, field: str) -> bytes:
        return sealing.place(self.organisation_id, self.code, seq, field)

    def seal(self, name: str | int, field: str, text: str) -> bytes:
        """Seal a text of this talk that is no message: `name` tells two of one kind apart."""
        return sealing.seal(self.key, text.encode(), sealing.place(self.organisation_id, self.code, name, field))

    def unseal(self, name: str | int, field: str, sealed: bytes | memoryview) -> str:
        return sealing.unseal(self.key, sealed, sealing.place(self.organisation_id, self.code, name, field)).decode()

    def seal_text(self, seq: int, text: str) -> bytes:
        return sealing.seal(self.key, text.encode(), self.place(seq, "text"))

    def text(self, message: Message) -> str:
        return sealing.unseal(self.key, message.text, self.place(message.seq, "text")).decode()

    def seal_beside(self, row: str, field: str, text: str) -> bytes | None:
        """A text that belongs to another row about this talk, by that row's own code."""
        return sealing.seal(self.key, text.encode(), self.place_beside(row, field)) if text else None

    def beside(self, row: str, field: str, sealed: bytes | memoryview | None) -> str:
        return "" if sealed is None else sealing.unseal(self.key, sealed, self.place_beside(row, field)).decode()

    def place_beside(self, row: str, field: str) -> bytes:
        return sealing.place(self.organisation_id, self.code, row, field)

    def seal_nickname(self, nickname: str) -> bytes | None:
        return sealing.seal(self.key, nickname.encode(), self.place(0, "nickname")) if nickname else None

    def nickname(self, conversation: Conversation) -> str | None:
        if conversation.nickname is None:
            return None
        return sealing.unseal(self.key, conversation.nickname, self.place(0, "nickname")).decode()

    def seal_answers(self, answers: list[dict[str, str]]) -> bytes | None:
        """Answers as `[{"label": …, "value": …}]`, in the words of the policy that asked."""
        return sealing.seal(self.key, msgspec.json.encode(answers), self.place(0, "answers")) if answers else None

    def answers(self, conversation: Conversation) -> list[dict[str, str]]:
        if conversation.answers is None:
            return []
        plain = sealing.unseal(self.key, conversation.answers, self.place(0, "answers"))
        return msgspec.json.decode(plain, type=list[dict[str, str]])
