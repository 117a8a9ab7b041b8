"""Numbers in an organisation's own texts that differ from what its policy promises (N04).

Pure, and careful: a sentence counts only where it names its subject ("your talk"), what happens to it ("is deleted") and a number
with a unit ("6 months"), and where no number in it is that of the policy. Clock times, telephone numbers and ages have no such
company. Dutch, English, French and German are read, each sentence first in the language of its text; in another one too, for an
English sentence can stand in a Dutch text, but never with words of two tongues together.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from helplines import wording
from helplines.told_words import SAID, TONGUES
from helplines.tongue import Aside, Tongue

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


class Topic(NamedTuple):
    """One value of the policy that a sentence can speak of, and what it counts."""

    field: str
    placeholder: str
    # How many of the value's own unit are in each unit of a text.
    units: dict[str, float]
    counts: str = ""


MINUTES = {"minute": 1.0, "quarter": 15.0, "hour": 60.0}
HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0}
# No number of days or weeks is ever a number of calendar months.
MONTHS = {"month": 1.0, "year": 12.0, "week": 0.001, "day": 0.0001}
TOPICS = (
    Topic("retention_months", "retention", MONTHS, "months"),
    Topic("block_hours", "block_hours", HOURS, "hours"),
    Topic("soft_minutes", "soft_minutes", MINUTES),
    Topic("silent_minutes", "", MINUTES),
    Topic("rejoin_minutes", "rejoin_minutes", MINUTES),
    Topic("contact_limit", "contact_limit", {"time": 1.0, "talk": 1.0}, "talks"),
    Topic("capacity", "", {"talk": 1.0}, "talks"),
)
UNITS = ("minute", "quarter", "hour", "day", "week", "month", "year", "time", "talk")
ALL = tuple({id(tongue): tongue for tongue in TONGUES.values()}.values())
COUNTS = {topic.field: topic.counts for topic in TOPICS}
SENTENCES = re.compile(r"(?<=[.?!])\s+(?=[^a-z\d\s])|\n\s*\n|\n(?=\s*[-*•])")
# So far around a number its company is looked for; a whole text for each of its numbers would take long.
NEAR = 60
# A point after these, or after one letter, ends no sentence: "z. B. Gespräche", "p. ex. Une", "max. Zwei".
SHORT = re.compile(r"(?:^|[\s(])(?:[^\W\dh]|ex|ca|env|max|bzw|ggf|inkl|evtl|bijv|resp)\.$", re.IGNORECASE)


def contradictions(text: str, language: str, values: Any) -> Iterator[Contradiction]:
    """The sentences of a text that say another number than these values of a policy (attributes by name)."""
    own = TONGUES.get(language, TONGUES["en"])
    order = [own, *(tongue for tongue in ALL if tongue is not own)]
    for sentence in sentences(text):
        bare, told = flat(wording.BRACES.sub("…", sentence)), wording.used(sentence)
        read = [(tongue, list(amounts_in(bare, tongue))) for tongue in order]
        for topic in TOPICS:
            kept = getattr(values, topic.field)
            said = None if topic.placeholder in told else told_otherwise(topic, bare, kept, read)
            if said:
                yield Contradiction(topic.field, sentence.strip(), said, kept_said(topic.field, kept, language))


def told_otherwise(
    topic: Topic, sentence: str, kept: int | None, read: list[tuple[Tongue, list[Amount]]]
) -> str | None:
    """The words of a number that is not the one kept, in the first tongue in which the sentence is about this."""
    for tongue, amounts in read:
        found = [(one.number * topic.units[one.unit], one.words) for one in amounts if one.unit in topic.units]
        if found and is_about(topic, sentence, tongue):
            return None if any(number == kept for number, _words in found) else found[0][1]
    return None


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, each with the abbreviations in it."""
    begun = ""
    for part in SENTENCES.split(text):
        begun = f"{begun} {part}" if begun else part
        if not SHORT.search(part):
            yield begun
            begun = ""
    if begun:
        yield begun


def flat(sentence: str) -> str:
    """On one line, with one kind of blank and of apostrophe."""
    return " ".join(sentence.replace("’", "'").split())


def is_about(topic: Topic, sentence: str, tongue: Tongue) -> bool:
    about = tongue.topics[topic.field]
    return all(need.search(sentence) for need in about.needs) and not about.shuns.search(sentence)


def amounts_in(sentence: str, tongue: Tongue) -> Iterator[Amount]:
    """Each number with its unit, apart from ranges, ages, times of the clock and what else is no promise."""
    for match in tongue.amount.finditer(sentence):
        unit = next(name for name in UNITS if match[name])
        if not any(is_aside(aside, match, unit, tongue) for aside in tongue.asides):
            number = 0.5 if match["half"] else number_of(match["number"], tongue)
            yield Amount(number + (0.5 if match["plus"] else 0), unit, match[0])


def is_aside(aside: Aside, match: re.Match[str], unit: str, tongue: Tongue) -> bool:
    if (aside.units and unit not in aside.units) or (match["half"] and not aside.also_half):
        return False
    if aside.article and (match["number"] or "").lower() not in tongue.articles:
        return False
    before = match.string[max(0, match.start() - NEAR) : match.start()]
    after = match.string[match.end() : match.end() + NEAR]
    return not (aside.before and not aside.before.search(before)) and not (
        aside.after and not aside.after.search(after)
    )


def number_of(word: str, tongue: Tongue) -> float:
    return float(word) if word.isdecimal() else tongue.counting[word.lower()]


def kept_said(field: str, kept: int | None, language: str) -> str:
    """The value of the policy in the language of the text; without a limit there is none to say."""
    if kept is None:
        return "–"
    one, more = SAID.get(language, SAID["en"])[COUNTS[field]]
    return f"{kept} {one if kept == 1 else more}"
