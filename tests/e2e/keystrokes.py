"""How long a person takes by keyboard, reckoned and not timed: the keystroke-level model of Card, Moran and Newell (1980).

A key takes who is no typist by trade 0.28 s; before each choice goes 1.35 s of thought. What the machine takes is not in it:
no page here lets anybody wait for an answer before the last key.
"""

from dataclasses import dataclass

from playwright.sync_api import Page

KEY, THOUGHT = 0.28, 1.35


def seconds(keys: int, thoughts: int) -> float:
    return round(keys * KEY + thoughts * THOUGHT, 2)


@dataclass
class Hands:
    """Presses real keys and counts them; a key that is held down with another counts as one more."""

    page: Page
    keys: int = 0
    thoughts: int = 0

    def think(self) -> None:
        """Make up one's mind: what goes here."""
        self.thoughts += 1

    def press(self, key: str) -> None:
        self.keys += len(key.split("+"))
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Capitals take the Shift key too."""
        self.keys += len(text) + sum(letter.isupper() for letter in text)
        self.page.keyboard.type(text)

    @property
    def seconds(self) -> float:
        return seconds(self.keys, self.thoughts)
