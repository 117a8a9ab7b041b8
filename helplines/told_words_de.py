"""The words of numbers and promises in German (N04)."""

from helplines.told_words import HOURS, MINUTES, MONTHS, TIMES, Topic, any_of, tongue, words

SMALL = (
    "ein zwei drei vier fünf sechs sieben acht neun zehn "
    "elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"


def counting() -> dict[str, float]:
    """The names of 1 to 99, and of halves beside them."""
    ones = dict(zip(SMALL.split(), range(1, 20), strict=True))
    found: dict[str, float] = {**ones, "anderthalb": 1.5, "eineinhalb": 1.5, "dreiviertel": 0.75}
    found |= {f"ein{ending}": 1 for ending in ("e", "en", "em", "er", "es")}
    found |= {f"{one}einhalb": number + 0.5 for one, number in list(ones.items())[1:9]}
    for place, ten in enumerate(TENS.split(), start=2):
        found[ten] = place * 10
        found |= {f"{one}und{ten}": place * 10 + number for one, number in list(ones.items())[:9]}
    return found | {word.replace("ß", "ss"): number for word, number in found.items()}


UNITS = {
    "minute": r"minuten?|min",
    "quarter": r"viertelstunden?",
    "hour": r"stunden?|std",
    "day": r"tage?n?|tages",
    "week": r"wochen?",
    "month": r"monate?n?|monats",
    "year": r"jahre?n?|jahres",
    # "noch einmal" is no number.
    "time": r"(?<!noch ein)(?<!auf ein)(?<!nicht ein)(?<!erst ein)male?n?",
    "talk": r"gespräche?n?|gesprächs|chats?|kontakte?n?|unterhaltungen",
}
TALK = words(r"gespräch\w*", r"chat\w*", r"unterhaltung\w*")
KEPT = words(
    r"aufbewahr\w*", r"bewahr\w*", r"gespeicher\w*", r"speicher\w*", r"gelösch\w*", r"lösch\w*", r"vernichte\w*", r"entfern\w*",
    r"behalten", "weg", r"verschw[iu]nd\w*",
)  # fmt: skip
WHAT_IS_KEPT = words(
    r"gespräch\w*", r"chat\w*", r"unterhaltung\w*", r"nachrichten?", "daten", "alles", r"ip-?\s?adress\w*"
)
OTHER_DATA = words(
    r"back-?\s?ups?", r"sicherung\w*", r"akten?", r"dossiers?", r"beschwerden?", r"newsletters?", r"rundbrief\w*",
    r"registrier\w*", r"berichte?n?", r"bewerbung\w*",
    r"cookies?", r"anfragen?", r"anträge?n?", "antrag", "bittest", "bitten", r"verlang\w*",
    r"statisti\w+", "zahlen", r"audit\w*", r"protokoll\w*", "vor", "früher", "vorher", r"verbindung\w*", "internet", r"e-?mails?",
    "mails?",
)  # fmt: skip
BLOCK = words(r"block\w*", r"blockier\w*", r"gesperrt\w*", r"sperr\w*")
AD_BLOCKERS = words(r"werb\w*", r"ad-?block\w*")
LASTS = words(r"dauer\w*", "endet", "enden", "läuft", r"beend\w*")
SILENT = words(r"still\w*", r"schweig\w*", "nichts", r"reagier\w*", r"antwort\w*", r"schreib\w*")
WAITING = words(r"wart\w*", "besetzt", "beschäftigt", "später", "pause", "gleich")
AWAY = words(
    r"zurück\w*",
    r"wiederkomm\w*",
    "wieder",
    "erneut",
    r"abgebrochen\w*",
    r"abbr\w+",
    r"bricht",
    r"unterbr\w+",
    r"fortsetz\w*",
)
WITHIN = words("innerhalb", "binnen")
PER_DAY = words("pro 24", "in 24", "binnen 24", "innerhalb von 24", "pro tag", "am tag", "täglich", "je 24", "alle 24")
AT_ONCE = words("gleichzeitig", "zugleich", "zur gleichen zeit", "auf einmal")
MOST = words(
    "höchstens", "maximal", "maximum", "max", "nicht mehr als", "bis zu", "du kannst", "kannst du", "sie können", "können sie",
    "du darfst", "darfst du", "sie dürfen", "dürfen sie", "man kann",
)  # fmt: skip
COUNSELLOR = words(
    r"berater\w*",
    r"beratende\w*",
    r"mitarbeit\w*",
    r"ehrenamtlich\w*",
    r"freiwillig\w*",
    r"kolleg\w*",
    r"fachkr\w+",
    r"helfer\w*",
)
NO_WAY_BACK = words(r"e-?mails?", "mails?", r"anruf\w*", r"ruf\w*", r"telefon\w*", r"schreib\w*")
ENDS = words("endet", "enden", "schließt", "geschlossen", "stoppt", r"beend\w*", "ende")
# "The talk ends in a minute": now, and no rule.
NOW = words(r"in (?:einer|\d+)", "noch")
NOT_HOW_LONG = any_of(SILENT, WAITING, AWAY, KEPT, NOW)
NOT_BACK = any_of(WAITING, COUNSELLOR, NO_WAY_BACK)
TOPICS = (
    Topic("retention_months", "retention", MONTHS, (WHAT_IS_KEPT, KEPT), OTHER_DATA),
    Topic("block_hours", "block_hours", HOURS, (BLOCK,), AD_BLOCKERS),
    Topic("soft_minutes", "soft_minutes", MINUTES, (TALK, LASTS), NOT_HOW_LONG),
    Topic("silent_minutes", "", MINUTES, (TALK, SILENT, ENDS), WAITING),
    Topic("rejoin_minutes", "rejoin_minutes", MINUTES, (AWAY, WITHIN), NOT_BACK),
    Topic("contact_limit", "contact_limit", TIMES, (PER_DAY, MOST), COUNSELLOR),
    Topic("capacity", "", {"talk": 1.0}, (COUNSELLOR, AT_ONCE), words("zusammen", "gemeinsam")),
)
GERMAN = tongue(
    counting=counting(),
    articles="ein eine einen einem einer eines",
    units=UNITS,
    halves=r"(?:eine[mnrs]? |ein |1 )?(?P<half>halbe[mnrs]?) ?",
    # "dreimal", "Dreiviertelstunde".
    apart="[ -]?",
    between=r"bis|oder|und|[-–]",
    no_start=r"und|hundert",
    # Times of the clock are "Uhr", never hours; "in 24 Stunden" is what a number of times is counted in.
    clock_before=r"pro|in|binnen|innerhalb von|zeitraum von|alle|je",
    clock_after=r" (?:am tag|pro tag|täglich)\b",
    age_before=r"ab|unter|über|bis|mit|von|seit",
    age_after=r" (?:alt\w*|oder älter|oder jünger|und älter|und jünger)\b",
    topics=TOPICS,
    said={"de": {"month": "Monate", "hour": "Stunden", "talk": "Gespräche", "minute": "Minuten"}},
)
