"""Whether a text carries over what was said in a talk, or who said it; rules without Django, values in and values out (C09)."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from chat.rejoin import plain_code

RUN_WORDS, RUN_CHARACTERS = 5, 25
STEP = (RUN_CHARACTERS + 1) // 2
# A whole message of so many words is a quote by itself.
WHOLE_MESSAGE = 3
# Too common to say who somebody is: as a whole answer, or as one word of a nickname.
COMMON = {
    "ja", "nee", "misschien", "weet", "niet", "geen", "een", "het", "de", "der", "den", "van", "voor", "met", "bij",
    "uit", "naar", "dit", "dat", "wie", "wat", "ik", "jij", "hij", "zij", "wij", "je", "me", "mij", "yes", "no",
    "maybe", "not", "none", "the", "and", "for", "with", "from", "this", "that", "who", "what", "you", "she", "they",
    "one", "oui", "non", "peut", "etre", "pas", "les", "des", "une", "pour", "avec", "nein", "vielleicht", "nicht",
    "kein", "die", "das", "und", "ich", "mit",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What one talk holds of its visitor, opened for a moment to compare with."""

    nickname: str = ""
    answers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = field(default=(), repr=False)


class Letters(dict[int, str]):
    """What becomes of each letter; looked up once."""

    def __missing__(self, number: int) -> str:
        entry = chr(number)
        is_unseen = unicodedata.combining(entry) or unicodedata.category(entry) == "Cf"
        becomes = "" if is_unseen else entry if entry.isalnum() else " "
        # Alphabets are small; somebody who writes all of Unicode fills no memory.
        if len(self) < 10_000:
            self[number] = becomes
        return becomes


LETTERS = Letters()


def plain(text: str) -> list[str]:
    """The words of a text in small letters, without accents, signs and what cannot be seen."""
    return unicodedata.normalize("NFKD", text).casefold().translate(LETTERS).split()


def carried_over(text: str, talk: Said) -> list[str]:
    """What of the talk stands in the text: `nickname`, `answer`, `code`, `quote`; an empty list when nothing does."""
    words = plain(text)
    checks = {
        "nickname": names(words, talk.nickname),
        "answer": any(answers(words, entry) for entry in talk.answers),
        "code": any(has_code(words, code) for code in talk.codes),
        "quote": quotes(text, talk.texts) or quotes(text, talk.answers),
    }
    return [name for name, found in checks.items() if found]


def stands_in(part: list[str], words: list[str]) -> bool:
    """Whether these words stand in that order in the text."""
    size = len(part)
    return size > 0 and any(words[start : start + size] == part for start in range(len(words) - size + 1))


def names(words: list[str], nickname: str) -> bool:
    """The nickname as a whole, or a word of it that is not a common one; also with an s behind it. One letter names nobody."""
    called = plain(nickname)
    telling = {word for word in called if len(word) > 2 and word not in COMMON}
    if any(word in telling or (word.endswith("s") and word[:-1] in telling) for word in words):
        return True
    return len("".join(called)) > 1 and not (set(called) & telling) and stands_in(called, words)


def answers(words: list[str], answer: str) -> bool:
    """An answer as it was given or chosen; yes, no and single letters tell nothing."""
    given = plain(answer)
    is_common = all(word in COMMON or (len(word) == 1 and word.isalpha()) for word in given)
    return not is_common and stands_in(given, words)


def has_code(words: list[str], code: str) -> bool:
    """A code, also where it is written with other spaces, dashes or capitals."""
    bare = "".join(plain(code))
    written = "".join(words)
    return bool(bare) and (bare in written or plain_code(bare) in plain_code(written))


def quotes(text: str, messages: Iterable[str]) -> bool:
    """A run of five words or of 25 characters in common with a message, or a whole short message on a line of its own."""
    words = plain(text)
    asked = " ".join(words)
    runs = {tuple(words[start : start + RUN_WORDS]) for start in range(len(words) - RUN_WORDS + 1)}
    pieces = [Pieces(asked), Pieces("".join(words))]
    whole = {" ".join(plain(line)) for line in text.splitlines()} | {asked}
    return any(is_quoted(plain(message), runs, pieces, whole) for message in messages)


class Pieces:
    """The runs of characters of a question, to look for in long texts.

    A run of 25 in common covers one of the pieces of 13 that begin at 0, 13, 26, …: only those are looked up.
    """

    def __init__(self, text: str) -> None:
        self.long = every(text, RUN_CHARACTERS)
        self.short = every(text, STEP) if self.long else set()

    def stand_in(self, text: str) -> bool:
        return any(
            text[start : start + STEP] in self.short and self.is_around(text, start)
            for start in range(0, len(text) - STEP + 1, STEP)
        )

    def is_around(self, text: str, start: int) -> bool:
        first = max(0, start + STEP - RUN_CHARACTERS)
        return any(text[begin : begin + RUN_CHARACTERS] in self.long for begin in range(first, start + 1))


def every(text: str, size: int) -> set[str]:
    return {text[start : start + size] for start in range(len(text) - size + 1)}


def is_quoted(words: list[str], runs: set[tuple[str, ...]], pieces: list[Pieces], whole: set[str]) -> bool:
    if len(words) >= WHOLE_MESSAGE and " ".join(words) in whole:
        return True
    if any(tuple(words[start : start + RUN_WORDS]) in runs for start in range(len(words) - RUN_WORDS + 1)):
        return True
    # With and without the spaces, against both: who joins words up changes nothing.
    return any(entry.stand_in(joined) for joined in (" ".join(words), "".join(words)) for entry in pieces)
