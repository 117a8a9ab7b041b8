"""What is taken out of a talk before colleagues read a copy of it; rules without Django, values in and values out (F10, G04).

All that may tell who somebody is goes, also what is only taken for a name. The counsellor may put back what names nobody, and
nothing else: an address, a number, a code and what the visitor was called never come back.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from chat.quotes import COMMON, plain
from helplines import personal_marks
from helplines.personal_data import MASK, Known
from helplines.personal_marks import Mark

# An answer of more words is a story; its words are no names.
WORDS_OF_A_NAME = 3
CERTAIN = personal_marks.CERTAIN | {"link", "handle"}
# A word with all that may hang on its letters, also what cannot be seen.
WORD = re.compile(r"\w[\w\u0300-\u036f\u00ad\u200b-\u200d\u2060]*")
MORE: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "link",
        re.compile(
            r"\b(?:https?://|www\.)\S+|(?<![@\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|be|nl|eu|fr|de|io|me|app)\b(?:/\S*)?",
            re.I,
        ),
    ),
    ("handle", re.compile(r"(?<![\w.])@[\w.]{2,}")),
    (
        "number",
        re.compile(
            r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])", re.I
        ),
    ),
)


class Piece(NamedTuple):
    """One message of a copy: whose it is, its words without anybody in them, and their language where that is known."""

    party: str
    text: str
    lang: str = ""


def names_in(nickname: str, answers: Iterable[str], codes: Iterable[str]) -> list[str]:
    """What this talk calls its visitor: the nickname, short answers and codes, without words that everybody uses."""
    short = [answer for answer in answers if len(answer.split()) <= WORDS_OF_A_NAME]
    words = [word for name in (nickname, *short) for word in name.split()]
    return [word for word in (*words, *codes) if len(word) > 1 and word.casefold() not in COMMON]


def marks(text: str, known: Known, names: Collection[str]) -> list[Mark]:
    """All that may tell who somebody is, in the order of the text; nothing overlaps."""
    links = [Mark(kind, *hit.span(), hit[0]) for kind, pattern in MORE for hit in pattern.finditer(text)]
    taken: list[Mark] = []
    for mark in [*links, *otherwise_written(text, names), *personal_marks.marks(text, known, names)]:
        if not any(mark.start < other.end and other.start < mark.end for other in taken):
            taken.append(mark)
    return sorted(taken, key=lambda mark: mark.start)


def otherwise_written(text: str, names: Collection[str]) -> Iterator[Mark]:
    """What the visitor was called, with or without accents, in letters that look alike, or with an s behind it."""
    called = {"".join(plain(name)) for name in names} - {""}
    for hit in WORD.finditer(text):
        bare = "".join(plain(hit[0]))
        if bare in called or (bare.endswith("s") and bare[:-1] in called):
            yield Mark("nickname", *hit.span(), hit[0])


def must_go(text: str, known: Known, names: Collection[str], kept: Collection[str]) -> list[Mark]:
    """What may not stand in a copy; `kept` are words of which the counsellor said that they name nobody."""
    return [mark for mark in marks(text, known, names) if mark.kind in CERTAIN or mark.text not in kept]


def struck(text: str, known: Known, names: Collection[str], kept: Collection[str] = ()) -> str:
    """The text with a mark in the place of each of them, and of what only shows once its neighbour is gone ("An@0499")."""
    found = must_go(text, known, names, kept)
    while found:
        for mark in reversed(found):
            text = text[: mark.start] + MASK + text[mark.end :]
        # Each time fewer other letters are left than before, so this comes to its end.
        found = [mark for mark in must_go(text, known, names, kept) if MASK not in mark.text]
    return text


def doubtful(texts: Iterable[str], known: Known, names: Collection[str]) -> list[str]:
    """The words that are only taken for somebody's, each once: of these a counsellor may say that they name nobody."""
    found = [mark.text for text in texts for mark in marks(text, known, names) if mark.kind not in CERTAIN]
    return list(dict.fromkeys(found))
