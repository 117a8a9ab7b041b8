"""The words of numbers and promises in the languages in which visitors are told of them, for `helplines.told_numbers` (N04).

Here are those of Dutch and English, and what a language consists of; French and German have modules of their own.
"""

import re
from typing import NamedTuple


class Topic(NamedTuple):
    """What a sentence must be about, and what it must not be about, to speak of one value of the policy."""

    field: str
    placeholder: str
    # How many of the value's own unit are in each unit of a text.
    units: dict[str, float]
    needs: tuple[re.Pattern[str], ...]
    shuns: re.Pattern[str]


class Tongue(NamedTuple):
    """A language as far as a promise needs it: its numbers with their units, when they are no promise, and its topics."""

    counting: dict[str, float]
    # Words that say one, or only that there is some: "a talk".
    articles: frozenset[str]
    units: tuple[str, ...]
    amount: re.Pattern[str]
    # What stands before a number that is one end of a range, or before or after a time of the clock or an age.
    range_before: re.Pattern[str]
    clock_before: re.Pattern[str]
    clock_after: re.Pattern[str]
    age_before: re.Pattern[str]
    age_after: re.Pattern[str]
    # "an hour and a half": what after a unit adds half of it.
    and_half: re.Pattern[str]
    topics: tuple[Topic, ...]
    # How a unit is said, by language.
    said: dict[str, dict[str, str]]


NEVER = r"(?!)"


def tongue(
    *,
    counting: dict[str, float],
    articles: str,
    units: dict[str, str],
    halves: str,
    between: str,
    no_start: str,
    clock_before: str,
    clock_after: str,
    age_after: str,
    topics: tuple[Topic, ...],
    said: dict[str, dict[str, str]],
    age_before: str = NEVER,
    and_half: str = NEVER,
    apart: str = "[ -]",
) -> Tongue:
    """`apart` is what stands between a number and its unit; `halves` has a group `half` for half of a unit."""
    number = r"\d{1,4}|" + "|".join(sorted(map(re.escape, counting), key=len, reverse=True))
    unit = "|".join(f"(?P<{name}>{pattern})" for name, pattern in units.items())
    return Tongue(
        counting,
        frozenset(articles.split()),
        tuple(units),
        re.compile(rf"(?<![\w.,:/+-])(?:{halves}|(?P<number>{number}){apart})(?P<unit>{unit})\b", re.IGNORECASE),
        re.compile(rf"(?:\b(?:{number}) ?(?:{between}) ?|\b(?:{no_start}) )$", re.IGNORECASE),
        re.compile(rf"\b(?:{clock_before})\s$", re.IGNORECASE),
        re.compile(rf"^(?:{clock_after})", re.IGNORECASE),
        re.compile(rf"\b(?:{age_before})\s$", re.IGNORECASE),
        re.compile(rf"^(?:{age_after})", re.IGNORECASE),
        re.compile(rf"^(?:{and_half})", re.IGNORECASE),
        topics,
        said,
    )


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
    "nl": {"month": "maanden", "hour": "uur", "talk": "gesprekken", "minute": "minuten"},
    "en": {"month": "months", "hour": "hours", "talk": "talks", "minute": "minutes"},
}
# One of the two is seldom without a word of the other: a text of either is read in both.
DUTCH_AND_ENGLISH = tongue(
    counting=COUNTING,
    articles="een a an",
    units=UNITS,
    halves=r"(?:een |1 )?(?P<half>half(?: an| a)?|halve) ?",
    # "5 tot 10 minuten" is no single number, and "twee en een half jaar" is not half a year.
    between=r"tot|à|of|to|or|and|en|[-–]",
    no_start=r"en|and",
    # "om 8 uur", "van 13 uur tot 17 uur": a time of the clock; "per 24 uur": what a number of times is counted in.
    clock_before=r"om|tot|vanaf|van|tussen|rond|at|from|until|till|by|between|per|in|elke|every",
    clock_after=r"\s(?:per dag|a day|per day|op 24|op een dag)\b",
    age_after=r"\s(?:oud|old|of age|of jonger|of ouder|or older|or younger)\b",
    topics=TOPICS,
    said=SAID,
)
