"""How Dutch and English texts tell numbers and promises (N04): data. Their words do not lead each other astray."""

from helplines.tongue import (
    ANY,
    DAYS,
    HOURS,
    MINUTES,
    NOTHING_COUNTED,
    YEARS,
    About,
    Aside,
    Tongue,
    after,
    amount_of,
    any_of,
    before,
    number_of,
    words,
)

NL = "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien"
NL_TENS = "twintig dertig veertig vijftig zestig zeventig tachtig negentig"
EN = (
    "one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def dutch_and_english() -> dict[str, float]:
    """Number words with what they mean, 1 to 99."""
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


NL_EN_UNITS = {
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
    r"gesprek\w*", r"chat\w*", "gegevens", "berichten", "alles", r"ip-?\s?adres\w*",
    "talks?", "conversations?", "messages?", "data", "everything", r"ip\saddress(?:es)?",
)  # fmt: skip
OTHER_DATA = words(
    r"back-?\s?ups?", r"reservekopie\w*", r"dossier\w*", r"klacht\w*", r"complain\w*", "nieuwsbrief", "newsletter",
    r"registrati\w+", r"registration\w*", r"verslag\w*", "reports?", r"sollicitatie\w*", "cookies?", r"verzoek\w*", "vraagt",
    "requests?", "ask", r"statisti\w+", "cijfers", "figures", r"audit\w*", r"logboek\w*", "before", "vroeger", "geleden", "ago",
    "verbinding", "connection", "internet", "e-?mails?",
)  # fmt: skip
BLOCK = words(r"blok\w*", "geblokkeerd", r"block\w*")
LASTS = words("duurt", "duren", "lasts?", r"afrond\w*", r"rond\w*", "takes", "end", "ends", "stopt", "eindigt")
SILENT = words(
    r"stil\w*", r"silen\w+", "niets", "nothing", "reageert", r"antwoord\w*", r"answer\w*", r"respond\w*", "reply"
)
WAITING = words(r"wacht\w*", r"wait\w*", r"druk\w*", "bezet", "busy", "later", "straks", "pauze", "break")
AWAY = words(
    r"terug\w*", "come back", "coming back", "return", r"rejoin\w*", r"reconnect\w*", r"wegval\w*", "drops? out", "opnieuw",
    "weer verder",
)  # fmt: skip
PER_DAY = words("per 24", "in 24", "per dag", "per etmaal", "each day", "a day", "per day", "elke 24", "every 24")
AT_ONCE = words("tegelijk", "tegelijkertijd", "at the same time", "at once")
MOST = words(
    "hoogstens", "maximaal", "maximum", "max", "ten hoogste", "niet meer dan", "at most", "no more than", "up to",
    "je kan", "je kunt", "kun je", "kan je", "je mag", "mag je", "u kunt", "u kan", "kunt u", "u mag", "you can", "you may",
)  # fmt: skip
COUNSELLOR = words(r"hulpverlen\w+", r"medewerk\w+", r"vrijwillig\w+", r"counsell?ors?", "volunteers?", r"collega\w*")
NO_WAY_BACK = words(r"e-?mail\w*", r"bel\w*", r"call\w*", r"schrijf\w*")
NL_EN = dutch_and_english()
DUTCH_AND_ENGLISH = Tongue(
    NL_EN,
    frozenset({"een", "a", "an"}),
    amount_of(NL_EN, NL_EN_UNITS, r"(?:een |1 )?(?:half(?: an| a)?|halve) ?", "[ -]"),
    (
        # "5 tot 10 minuten" is no single number, and "twee en een half jaar" is not half a year.
        Aside(ANY, before=before(rf"\b(?:{number_of(NL_EN)}) ?(?:tot|à|of|to|or|and|en|[-–]) ?|\ben |\band ")),
        Aside(YEARS, after=after(r"\s(?:oud|old|of age|of jonger|of ouder|or older|or younger)\b")),
        # "om 8 uur", "van 13 uur tot 17 uur"; "per 24 uur" is what a number of times is counted in.
        Aside(
            HOURS,
            before=before(r"\b(?:om|tot|vanaf|van|tussen|rond|at|from|until|till|by|between|per|in|elke|every)\s"),
            also_half=False,
        ),
        # "The talk ends in a minute" is from now, and no promise.
        Aside(MINUTES, before=before(r"\b(?:in|over) (?:about |ongeveer )?")),
        Aside(HOURS, after=after(r"\s(?:per dag|a day|per day|op 24|op een dag)\b")),
        # "24 hours a day", "three times a day".
        Aside(DAYS, before=before(r"\b(?:\d+ ?h|hours|minutes|times|once|twice) "), article=True),
        NOTHING_COUNTED,
    ),
    {
        "retention_months": About((WHAT_IS_KEPT, KEPT), OTHER_DATA),
        "block_hours": About((BLOCK,), words(r"ad-?block\w*", r"advert\w*")),
        "soft_minutes": About((TALK, LASTS), any_of(SILENT, WAITING, AWAY, KEPT)),
        "silent_minutes": About(
            (TALK, SILENT, words("stopt", "eindigt", "sluit", "ends?", "stops?", "closes?")), WAITING
        ),
        "rejoin_minutes": About((AWAY, words("binnen", "within")), any_of(WAITING, COUNSELLOR, NO_WAY_BACK)),
        "contact_limit": About((PER_DAY, MOST), COUNSELLOR),
        "capacity": About((COUNSELLOR, AT_ONCE), words("samen", "together")),
    },
)
