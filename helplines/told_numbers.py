"""Numbers in an organisation's own texts that differ from what its policy promises (N04).

Pure, and careful: a sentence counts only where it names its subject ("your talk"), what happens to it ("is deleted") and a number
with a unit ("6 months"), and where no number in it is that of the policy. Clock times, telephone numbers and ages have no such
company. A text is read as one of its language; one in Dutch or English as both. What it says in a third language is not read.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from helplines import wording
from helplines.told_words import DUTCH_AND_ENGLISH, Tongue, Topic
from helplines.told_words_de import GERMAN
from helplines.told_words_fr import FRENCH

# What visitors read beside the policy, by what it stands in.
OF_ORGANISATION, OF_LINE = ("about", "secrecy"), ("opening", "busy", "closed", "farewell")


class Amount(NamedTuple):
    """A number as a text says it: so many of a unit that it can be compared in, and the words."""

    number: float
    unit: str
    words: str


class Contradiction(NamedTuple):
    """One sentence that says another number than the policy."""

    field: str
    sentence: str
    said: str
    kept: str


SENTENCES = re.compile(r"(?<=[.?!])\s+(?=[^a-z\d\s])|\n\s*\n|\n(?=\s*[-*•])")

TONGUES = {"nl": DUTCH_AND_ENGLISH, "en": DUTCH_AND_ENGLISH, "fr": FRENCH, "de": GERMAN}
IN = {"retention_months": "month", "block_hours": "hour", "contact_limit": "talk", "capacity": "talk"}


def contradictions(text: str, language: str, values: Any) -> Iterator[Contradiction]:
    """The sentences of a text that say another number than these values of a policy (attributes by name)."""
    tongue = TONGUES.get(language, DUTCH_AND_ENGLISH)
    for sentence in SENTENCES.split(text):
        bare, told = wording.BRACES.sub("…", sentence), wording.used(sentence)
        amounts = list(amounts_in(" ".join(bare.split()), tongue))
        for topic in tongue.topics if amounts else ():
            found = [(one.number * topic.units[one.unit], one) for one in amounts if one.unit in topic.units]
            kept = getattr(values, topic.field)
            if not found or topic.placeholder in told or any(number == kept for number, _one in found):
                continue
            if is_about(topic, bare):
                yield Contradiction(
                    topic.field, sentence.strip(), found[0][1].words, kept_said(topic.field, kept, language)
                )


def is_about(topic: Topic, sentence: str) -> bool:
    flat = " ".join(sentence.split())
    return all(need.search(flat) for need in topic.needs) and not topic.shuns.search(flat)


def amounts_in(sentence: str, tongue: Tongue = DUTCH_AND_ENGLISH) -> Iterator[Amount]:
    """Each number with its unit, apart from ranges, ages and times of the clock."""
    for match in tongue.amount.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        unit = next(name for name in tongue.units if match[name])
        if tongue.range_before.search(before) or (
            unit == "talk" and (match["number"] or "").lower() in tongue.articles
        ):
            continue
        if unit == "year" and (tongue.age_before.search(before) or tongue.age_after.search(after)):
            continue
        if unit == "hour" and (
            tongue.clock_after.search(after) or (tongue.clock_before.search(before) and not match["half"])
        ):
            continue
        number = 0.5 if match["half"] else number_of(match["number"], tongue)
        more = tongue.and_half.search(after)
        yield Amount(number + 0.5 if more else number, unit, match[0] + (more[0] if more else ""))


def number_of(word: str, tongue: Tongue) -> float:
    return float(word) if word.isdecimal() else tongue.counting[word.lower()]


def kept_said(field: str, kept: int | None, language: str) -> str:
    """The value of the policy in the language of the text; without a limit there is none to say."""
    if kept is None:
        return "–"
    said = TONGUES.get(language, DUTCH_AND_ENGLISH).said
    return f"{kept} {said.get(language, said[next(iter(said))])[IN.get(field, 'minute')]}"
