"""How German texts tell numbers and promises (N04): data."""

from helplines.told_nl_en import COUNSELLOR
from helplines.tongue import (
    ANY,
    HOURS,
    MINUTES,
    NOTHING_COUNTED,
    TIMES,
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

DE_ONES = "ein zwei drei vier fünf sechs sieben acht neun"
DE_TEENS = "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
DE_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"


def german() -> dict[str, float]:
    """Number words with what they mean, 1 to 99, and those that end in a half."""
    ones = dict(zip(DE_ONES.split(), range(1, 10), strict=True))
    found: dict[str, float] = {**ones, **dict(zip(DE_TEENS.split(), range(10, 20), strict=True)), "zwo": 2}
    found |= dict.fromkeys(("eine", "einen", "einem", "einer", "eines", "eins"), 1)
    for value, ten in enumerate(DE_TENS.split(), start=2):
        found |= {ten: value * 10, **{f"{word}und{ten}": value * 10 + one for word, one in ones.items()}}
    found |= {word.replace("dreißig", "dreissig"): value for word, value in found.items() if "dreißig" in word}
    found |= {"anderthalb": 1.5, **{f"{word}einhalb": one + 0.5 for word, one in ones.items()}}
    return found


DE_UNITS = {
    "minute": r"minuten?|minütig\w*|min",
    "quarter": r"viertel ?stunden?",
    "hour": r"stunden?|stündig\w*|std",
    "day": r"tage?n?|tägig\w*",
    "week": r"wochen?|wöchig\w*",
    "month": r"monate?n?|monats|monatig\w*",
    "year": r"jahre?n?|jahres",
    "time": "mal",
    "talk": r"gespräche?n?|chats?|unterhaltungen|kontakte?n?",
}
DE_TALK = words(r"gespräch\w*", r"chats?", r"unterhaltung\w*", r"beratungsgespräch\w*", r"chatgespräch\w*")
DE_KEPT = words(
    r"(?:auf)?(?:ge|zu)?bewahr\w+", r"(?:ge)?lösch\w+", r"(?:ge)?speicher\w+", r"vernichte\w*", r"entfern\w+", "weg",
    "behalten", "behält", "aufgehoben", r"aufbewahrung\w*",
)  # fmt: skip
DE_WHAT = any_of(DE_TALK, words(r"\w*daten", "nachrichten", "alles", r"ip-?\s?adress\w*", r"gesprächs\w+"))
DE_OTHER = words(
    r"back-?\s?ups?", r"sicherung\w*", r"sicherheits\w+", "dossiers?", r"\w*akten?", r"beschwer\w+", r"newsletter\w*",
    r"rundbrief\w*", r"registrier\w+", r"\w*bericht\w*", r"bewerb\w+", r"\w*cookies?", r"antr[aä]g\w*", r"anfrag\w*",
    r"verlang\w+",     r"wunsch\w*", "bitten", r"statisti\w+", "zahlen", r"audit\w*",
    r"\w*protokoll\w*", "früher", "vorher", r"\w*verbindung\w*",
    r"internet\w*", r"e-?mails?", "mails?", r"\w*kont(?:o|en)", r"spende\w*", r"rechnung\w*", r"umfrag\w*", r"website\w*",
    r"formular\w*", r"anmelde\w*", r"anmeldung\w*",
)  # fmt: skip
DE_BLOCK = words(r"\w*block\w*", r"geblockt", r"\w*sperr\w*")
DE_ANSWERED = words(
    r"beschwer\w*", r"wider(?:sprech|spruch|spr)\w*", r"antwort\w*", r"anfecht\w*", r"einspr[uü]ch\w*", r"\w*werb\w+",
    r"ad-?block\w*", r"bildschirm\w*", r"tastensperr\w*",
)  # fmt: skip
DE_SILENT = words(
    "still", r"schweig\w*", "stille", "nichts", r"inaktiv\w*", r"ohne (?:antwort|reaktion|nachricht)\w*",
    r"nicht(?:s)? (?:mehr )?(?:antwort|reagier|schreib|meld|sag)\w*", r"kein\w* (?:antwort|reaktion|nachricht)\w*",
)  # fmt: skip
DE_WAITING = words(r"\w*wart\w*", r"besetzt", r"beschäftigt", "später", "gleich", r"pausen?", r"geduld\w*", "viel los")
DE_AWAY = words(
    r"zurück\w*",
    r"wieder\w*",
    "erneut",
    "getrennt",
    r"unterbroch\w+",
    r"abgebroch\w+",
    r"abbr[ie]ch\w*",
    r"neu verb\w+",
    "reißt",
)
DE_DAY = r"(?:24|vierundzwanzig)"
DE_PER_DAY = words(
    rf"(?:pro|in|je|alle|binnen|innerhalb von) {DE_DAY}",
    "pro tag",
    "am tag",
    r"täglich\w*",
    "jeden tag",
    "an einem tag",
)
DE_MOST = words(
    "höchstens", r"maximal\w*", "maximum", "max", r"nicht (?:mehr|öfter|häufiger) als", "bis zu", "sie können", "können sie",
    "du kannst", "kannst du", "man kann", "sie dürfen", "dürfen sie", "du darfst", "darfst du",
)  # fmt: skip
DE_COUNSELLOR = words(
    r"berater\w*", r"mitarbeite\w+", r"freiwillig\w*", r"ehrenamt\w*", r"kolleg\w*", r"fach(?:kr|pers|leut)\w+", r"helfer\w*",
    r"\w*team\w*",
)  # fmt: skip
DE_AT_ONCE = words("gleichzeitig", "zugleich", "auf einmal", "parallel", r"zur (?:selben|gleichen) zeit")
DE_NO_WAY_BACK = words(r"e-?mails?", "mails?", r"\w*anruf\w*", r"\w*telefon\w*", r"schreib\w*", r"rufen", "melden")
DE_BESIDE = words(
    r"vor (?:dem|der|einem|ende)",
    "vorher",
    "zuvor",
    "bevor",
    "früher",
    r"\w*ankünd\w*",
    r"frage\w*",
    r"noch",
    r"rest\w*",
)
DE = german()
DE_NUMBER = number_of(DE)
GERMAN = Tongue(
    DE,
    frozenset({"ein", "eine", "einen", "einem", "einer", "eines"}),
    amount_of(
        DE,
        DE_UNITS,
        r"(?:(?:ein(?:e[nmrs]?)? |1 )?halbe?[nmrs]?[ -]?)",
        r"(?:[ -]?)",
    ),
    (
        Aside(
            ANY,
            before=before(
                rf"\b(?:{DE_NUMBER})-? ?(?:bis|oder|und|[-–]) ?|\bund |\bseit (?:\w+ )?|\bvor (?:\w+ )?|\bzwischen "
            ),
        ),
        Aside(ANY, after=after(rf" ?(?:bis|oder|und|[-–]) ?(?:{DE_NUMBER})\b|-(?!sperr|block|frist|grenz|limit)\w")),
        Aside(YEARS, before=before(r"\b(?:unter|ab|bis|mit|über|(?:älter|jünger) als|sind|bist|bin|von) ")),
        Aside(YEARS, after=after(r" (?:alt|oder (?:älter|jünger)|und (?:älter|jünger)|erfahrung|lang für)\b")),
        # "pro 24 Stunden" is what a number of times is counted in, "24 Stunden am Tag" when somebody is there.
        Aside(
            HOURS,
            before=before(r"\b(?:pro|in|je|alle|binnen|innerhalb(?: von)?|letzten|ersten|um|ab|rund) "),
            also_half=False,
        ),
        Aside(HOURS, after=after(r" (?:am tag|pro tag|täglich)\b")),
        # "noch einmal" counts nothing.
        Aside(TIMES, before=before(r"\b(?:noch|auf|erst|nicht|schon|wieder|immer|das|dieses|jedes|zum) ")),
        # "Das Gespräch endet in einer Minute" is from now, and no promise.
        Aside(MINUTES, before=before(r"\bin (?:etwa |ungefähr )?")),
        NOTHING_COUNTED,
    ),
    {
        "retention_months": About((DE_WHAT, DE_KEPT), DE_OTHER),
        "block_hours": About((DE_BLOCK,), DE_ANSWERED),
        "soft_minutes": About(
            (DE_TALK, words(r"\w*dauer\w*", "endet", "enden", "beendet", "beenden", r"schlie(?:ß|ss)\w*")),
            any_of(DE_SILENT, words(r"antwort\w*"), DE_WAITING, DE_AWAY, DE_KEPT, DE_BESIDE),
        ),
        "silent_minutes": About(
            (
                DE_TALK,
                DE_SILENT,
                words("endet", "enden", "beendet", "beenden", r"schlie(?:ß|ss)\w*", "geschlossen", "stoppt"),
            ),
            DE_WAITING,
        ),
        "rejoin_minutes": About(
            (DE_AWAY, words("innerhalb", "binnen")),
            any_of(
                DE_WAITING,
                DE_COUNSELLOR,
                DE_NO_WAY_BACK,
                DE_BLOCK,
                DE_KEPT,
                words(r"wir (?:sind|kommen|melden)", "geöffnet"),
            ),
        ),
        # "Max", "chats" and "in 24" are Dutch and English too.
        "contact_limit": About((DE_PER_DAY, DE_MOST), any_of(DE_COUNSELLOR, COUNSELLOR)),
        "capacity": About(
            (DE_COUNSELLOR, DE_AT_ONCE), words("zusammen", "insgesamt", "miteinander", r"gemeinsam\w*", r"\w*team\w*")
        ),
    },
)
