"""Up to which message one socket was told everything."""

from typing import Any


class Reached:
    """The last number of the messages without a gap that went to a socket."""

    __slots__ = ("seq",)

    def __init__(self) -> None:
        self.seq = 0

    def note(self, frame: dict[str, Any]) -> None:
        """Look at a frame that goes to the socket; one with a gap before it changes nothing."""
        if frame["kind"] == "history":
            for message in frame["messages"]:
                self.one(message["seq"])
        elif frame["kind"] in {"said", "stored"}:
            self.one(frame["seq"])

    def one(self, seq: int) -> None:
        if seq == self.seq + 1:
            self.seq = seq
