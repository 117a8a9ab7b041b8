"""Numbers in an organisation's own texts that differ from what its policy promises (N04).

Pure, and careful: a sentence counts only where it names its subject ("your talk"), what happens to it ("is deleted") and a number
with a unit ("6 months"), and where no number in it is that of the policy. Clock times, telephone numbers and ages have no such
company. Dutch and English are read; what a sentence says in another language is not.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from helplines import wording

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
    """What a sentence must be about, and what it must not be about, to speak of one value of the policy."""

    field: str
    placeholder: str
    # How many of the value's own unit are in each unit of a text.
    units: dict[str, float]
    needs: tuple[re.Pattern[str], ...]
    shuns: re.Pattern[str]


def words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


# The names of numbers, 1 to 99.
NL = "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien"
NL_TENS = "twintig dertig veertig vijftig zestig zeventig tachtig negentig"
EN = (
    "one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def counting() -> dict[str, float]:
    """Number words with what they mean, in both languages."""
    found: dict[str, float] = {"één": 1, "a": 1, "an": 1, "half": 0.5, "anderhalf": 1.5, "anderhalve": 1.5}
    for small, tens, joined in ((NL, NL_TENS, "{unit}en{ten}"), (EN, EN_TENS, "{ten}-{unit}")):
        ones = dict(zip(small.split(), range(1, 20), strict=True))
        found |= ones
        for place, ten in enumerate(tens.split(), start=2):
            found[ten] = place * 10
            for unit, one in list(ones.items())[:9]:
                word = joined.format(unit=unit, ten=ten)
                found[word.replace("eeen", "eeën").replace("ieen", "ieën")] = place * 10 + one
    return found


COUNTING = counting()
UNITS = {
    "minute": r"minuten|minuut|minutes?|min",
    "quarter": r"kwartier(?:en)?",
    "hour": r"uren|uur|hours?",
    "day": r"dagen|dag|days?",
    "week": r"weken|week|weeks?",
    "month": r"maanden|maand|months?",
    "year": r"jaren|jaar|years?",
    "time": r"keren|keer|maal|times?",
    "talk": r"gesprekken|gesprek|contacten|contact|chats?|talks?|conversations?|contacts",
}
NUMBER = r"\d{1,4}|" + "|".join(sorted(COUNTING, key=len, reverse=True))
AMOUNT = re.compile(
    rf"(?<![\w.,:/+-])(?:(?:een |1 )?(?P<half>half(?: an| a)?|halve) ?|(?P<number>{NUMBER})[ -])"
    rf"(?P<unit>{'|'.join(f'(?P<{name}>{pattern})' for name, pattern in UNITS.items())})\b",
    re.IGNORECASE,
)
# "5 tot 10 minuten" is no single number, and "twee en een half jaar" is not half a year.
RANGE = re.compile(rf"(?:\b(?:{NUMBER}) ?(?:tot|à|of|to|or|and|en|[-–]) ?|\ben |\band )$", re.IGNORECASE)
# "om 8 uur", "van 13 uur tot 17 uur": a time of the clock; "per 24 uur": what a number of times is counted in.
CLOCK = re.compile(
    r"\b(?:om|tot|vanaf|van|tussen|rond|at|from|until|till|by|between|per|in|elke|every)\s$", re.IGNORECASE
)
ROUND_THE_CLOCK = re.compile(r"^\s(?:per dag|a day|per day|op 24|op een dag)\b", re.IGNORECASE)
OLD = re.compile(r"^\s(?:oud|old|of age|of jonger|of ouder|or older|or younger)\b", re.IGNORECASE)
SENTENCES = re.compile(r"(?<=[.?!])\s+(?=[^a-z\d\s])|\n\s*\n|\n(?=\s*[-*•])")

TALK = words(r"gesprek\w*", r"chat\w*", "talks?", "conversations?")
KEPT = words(
    r"bewa\w+", r"gewist", "wissen", r"(?:ge)?verwijder\w*", r"vernieti\w+", "weg",
    "keep", "kept", "stored?", r"delet\w+", r"eras\w+", r"destroy\w*", "removed?", "gone",
)  # fmt: skip
WHAT_IS_KEPT = words(
    r"gesprek\w*", r"chat\w*", r"gegevens", r"berichten", "alles", r"ip-?\s?adres\w*",
    "talks?", "conversations?", r"messages?", "data", "everything", r"ip\saddress(?:es)?",
)  # fmt: skip
OTHER_DATA = words(
    r"back-?\s?ups?", r"reservekopie\w*", r"dossier\w*", r"klacht\w*", r"complain\w*", r"nieuwsbrief", "newsletter",
    r"registrati\w+", r"registration\w*", r"verslag\w*", "reports?", r"sollicitatie\w*", r"cookies?", r"verzoek\w*", "vraagt",
    r"requests?", "ask", r"statisti\w+", r"cijfers", "figures", r"audit\w*", r"logboek\w*", "before", "vroeger", "geleden", "ago",
    "verbinding", "connection", "internet", r"e-?mails?",
)  # fmt: skip
BLOCK = words(r"blok\w*", r"geblokkeerd", r"block\w*")
LASTS = words("duurt", "duren", "lasts?", r"afrond\w*", r"rond\w*", "takes", r"end", "ends", "stopt", "eindigt")
SILENT = words(
    r"stil\w*", r"silen\w+", "niets", "nothing", "reageert", r"antwoord\w*", r"answer\w*", r"respond\w*", r"reply"
)
WAITING = words(r"wacht\w*", r"wait\w*", r"druk\w*", r"bezet", "busy", "later", "straks", "pauze", "break")
AWAY = words(
    r"terug\w*", r"come back", r"coming back", "return", r"rejoin\w*", r"reconnect\w*", r"wegval\w*", r"drops? out", "opnieuw",
    "weer verder",
)  # fmt: skip
PER_DAY = words(
    r"per 24", r"in 24", r"per dag", r"per etmaal", r"each day", r"a day", r"per day", r"elke 24", r"every 24"
)
AT_ONCE = words("tegelijk", "tegelijkertijd", r"at the same time", r"at once")
MOST = words(
    "hoogstens", "maximaal", "maximum", r"max", r"ten hoogste", r"niet meer dan", r"at most", r"no more than", r"up to",
    r"je kan", r"je kunt", r"kun je", r"kan je", r"je mag", r"mag je", r"u kunt", r"u kan", r"kunt u", r"u mag",
    r"you can", r"you may",
)  # fmt: skip
COUNSELLOR = words(r"hulpverlen\w+", r"medewerk\w+", r"vrijwillig\w+", r"counsell?ors?", r"volunteers?", r"collega\w*")
NO_WAY_BACK = words(r"e-?mail\w*", r"bel\w*", r"call\w*", r"schrijf\w*")
AD_BLOCKERS = words(r"ad-?block\w*", r"advert\w*")
ENDS = words("stopt", "eindigt", "sluit", "ends?", "stops?", "closes?")


def any_of(*patterns: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile("|".join(pattern.pattern for pattern in patterns), re.IGNORECASE)


MINUTES = {"minute": 1.0, "quarter": 15.0, "hour": 60.0}
HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0}
# No number of days or weeks is ever a number of calendar months.
MONTHS = {"month": 1.0, "year": 12.0, "week": 0.001, "day": 0.0001}
TIMES = {"time": 1.0, "talk": 1.0}
NOT_HOW_LONG = any_of(SILENT, WAITING, AWAY, KEPT)
NOT_BACK = any_of(WAITING, COUNSELLOR, NO_WAY_BACK)
TOPICS = (
    Topic("retention_months", "retention", MONTHS, (WHAT_IS_KEPT, KEPT), OTHER_DATA),
    Topic("block_hours", "block_hours", HOURS, (BLOCK,), AD_BLOCKERS),
    Topic("soft_minutes", "soft_minutes", MINUTES, (TALK, LASTS), NOT_HOW_LONG),
    Topic("silent_minutes", "", MINUTES, (TALK, SILENT, ENDS), WAITING),
    Topic("rejoin_minutes", "rejoin_minutes", MINUTES, (AWAY, words("binnen", "within")), NOT_BACK),
    Topic("contact_limit", "contact_limit", TIMES, (PER_DAY, MOST), COUNSELLOR),
    Topic("capacity", "", {"talk": 1.0}, (COUNSELLOR, AT_ONCE), words("samen", "together")),
)
SAID = {
    "retention_months": ("maanden", "months"),
    "block_hours": ("uur", "hours"),
    "contact_limit": ("gesprekken", "talks"),
    "capacity": ("gesprekken", "talks"),
}


def contradictions(text: str, language: str, values: Any) -> Iterator[Contradiction]:
    """The sentences of a text that say another number than these values of a policy (attributes by name)."""
    for sentence in SENTENCES.split(text):
        bare, told = wording.BRACES.sub("…", sentence), wording.used(sentence)
        amounts = list(amounts_in(" ".join(bare.split())))
        for topic in TOPICS if amounts else ():
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


def amounts_in(sentence: str) -> Iterator[Amount]:
    """Each number with its unit, apart from ranges, ages and times of the clock."""
    for match in AMOUNT.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        unit = next(name for name in UNITS if match[name])
        if RANGE.search(before) or (unit == "year" and OLD.search(after)):
            continue
        if unit == "hour" and (ROUND_THE_CLOCK.search(after) or (CLOCK.search(before) and not match["half"])):
            continue
        yield Amount(0.5 if match["half"] else number_of(match["number"]), unit, match[0])


def number_of(word: str) -> float:
    return float(word) if word.isdecimal() else COUNTING[word.lower()]


def kept_said(field: str, kept: int | None, language: str) -> str:
    """The value of the policy in the language of the text; without a limit there is none to say."""
    if kept is None:
        return "–"
    dutch, english = SAID.get(field, ("minuten", "minutes"))
    return f"{kept} {dutch if language == 'nl' else english}"
