"""The words of numbers and promises in French, as they are said in Belgium too (N04)."""

from helplines.told_words import HOURS, MINUTES, MONTHS, TIMES, Topic, any_of, tongue, words

SMALL = "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
TENS = {
    "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80, "octante": 80,
    "nonante": 90,
}  # fmt: skip


def counting() -> dict[str, float]:
    """The names of 1 to 99; where there is a hyphen there may be a space."""
    ones = dict(zip(SMALL.split(), range(1, 20), strict=True))
    # Some tens count on to nineteen: soixante-dix-sept, quatre-vingt-douze.
    far = {"soixante": 19, "quatre-vingt": 19}
    found: dict[str, float] = {**ones, "quatre-vingts": 80}
    for ten, value in {**TENS, "quatre-vingt": 80}.items():
        found[ten] = value
        for one, number in list(ones.items())[: far.get(ten, 9)]:
            found[f"{ten}-{one}"] = value + number
            if one in ("un", "onze"):
                found[f"{ten} et {one}"] = found[f"{ten}-et-{one}"] = value + number
    found |= {f"{word}e": number for word, number in found.items() if word.endswith("un")}
    return found | {word.replace("-", " "): number for word, number in found.items()}


UNITS = {
    "minute": r"minutes?|min",
    "quarter": r"quarts? d['’]heure",
    "hour": r"heures?|h",
    "day": r"jours?",
    "week": r"semaines?",
    "month": r"mois",
    "year": r"ans?|années?",
    "time": r"fois",
    "talk": r"conversations?|chats?|entretiens?|échanges?|contacts?",
}
TALK = words("conversations?", "chats?", "entretiens?", "échanges?", "discussions?")
KEPT = words(
    r"gard\w+", r"conserv\w+", r"effa[cç]\w+", r"supprim\w+", r"détrui\w+", r"détruit\w*", r"enregistré\w*", r"disparaî\w+",
    r"élimin\w+", r"stock\w+",
)  # fmt: skip
WHAT_IS_KEPT = words(
    "conversations?",
    "chats?",
    "entretiens?",
    "échanges?",
    "discussions?",
    "messages?",
    "données",
    "tout",
    r"adresses? ip",
)
OTHER_DATA = words(
    r"back-?\s?ups?", r"sauvegarde\w*", r"copies? de s\w+", r"dossiers?", r"plaintes?", r"réclamations?", "newsletters?",
    "infolettres?",
    r"lettres? d['’]information", r"rapports?", r"candidatures?", r"cookies?", r"demand\w+", r"statisti\w+", "chiffres",
    r"audit\w*", r"journ(?:al|aux)", "avant", "auparavant", "il y a", "connexion", "internet", r"e-?mails?", "mails?",
    "courriels?", r"inscriptions?",
)  # fmt: skip
BLOCK = words(r"bloqu\w+", r"blocages?")
AD_BLOCKERS = words(r"bloqueurs?", r"ad-?block\w*", r"pub\w*")
LASTS = words("dure", "durent", "durer", "durée", r"termin\w+", "fin", r"s['’]arrête\w*", "finit")
SILENT = words(r"silen\w+", "rien", r"répon\w+", r"réagi\w+", r"écri\w+")
WAITING = words(r"atten\w+", r"occup\w+", "plus tard", "pause", r"patient\w+", "tout à l['’]heure")
AWAY = words(
    r"reven\w+", r"revien\w+", r"retour\w*", r"repren\w+", r"reconnect\w*", r"coup(?:é\w*|ure)", r"interrom\w+", "à nouveau",
    "de nouveau",
)  # fmt: skip
WITHIN = words("dans les", "en moins de", "avant", "endéans", "sous", "délai de")
PER_DAY = words("par 24", "en 24", "sur 24", "par jour", "toutes les 24", "période de 24", "par période")
AT_ONCE = words("en même temps", "à la fois", r"simultané\w*")
MOST = words(
    "au maximum", "maximum", "max", "au plus", "pas plus de", r"jusqu['’]à", "tu peux", "vous pouvez", "peux-tu", "pouvez-vous",
    "tu as droit", "vous avez droit", "on peut",
)  # fmt: skip
COUNSELLOR = words(
    r"conseill\w+", r"intervenant\w*", r"collaborat\w+", r"bénévoles?", r"volontaires?", r"écoutant\w*", r"collègues?",
    r"aidant\w*",
    r"assistant\w*", r"professionnel\w*",
)  # fmt: skip
NO_WAY_BACK = words(r"e-?mails?", "mails?", "courriels?", r"appel\w*", r"téléphon\w*", r"écri\w+")
ENDS = words(r"termin\w+", r"s['’]arrête\w*", "prend fin", "ferme", "finit", r"met fin", r"clos\w*")
# "The talk ends in a minute": now, and no rule.
NOW = words(r"dans (?:une?|\d+)", "encore")
NOT_HOW_LONG = any_of(SILENT, WAITING, AWAY, KEPT, NOW)
NOT_BACK = any_of(WAITING, COUNSELLOR, NO_WAY_BACK)
TOPICS = (
    Topic("retention_months", "retention", MONTHS, (WHAT_IS_KEPT, KEPT), OTHER_DATA),
    Topic("block_hours", "block_hours", HOURS, (BLOCK,), AD_BLOCKERS),
    Topic("soft_minutes", "soft_minutes", MINUTES, (TALK, LASTS), NOT_HOW_LONG),
    Topic("silent_minutes", "", MINUTES, (TALK, SILENT, ENDS), WAITING),
    Topic("rejoin_minutes", "rejoin_minutes", MINUTES, (AWAY, WITHIN), NOT_BACK),
    Topic("contact_limit", "contact_limit", TIMES, (PER_DAY, MOST), COUNSELLOR),
    Topic("capacity", "", {"talk": 1.0}, (COUNSELLOR, AT_ONCE), words("ensemble")),
)
FRENCH = tongue(
    counting=counting(),
    articles="un une",
    units=UNITS,
    halves=r"(?:une |1 )?(?P<half>demi)[ -]",
    and_half=r" et demie?\b",
    apart="[ -]?",
    # "de 5 à 10 minutes", "cinq ou six fois".
    between=r"à|ou|et|au|[-–]",
    no_start=r"cent",
    # "à 13 heures", "de 9h à 17h"; "en 24 heures" is what a number of times is counted in.
    clock_before=r"à|dès|depuis|vers|par|en|sur|et|toutes les|tous les|période de|espace de|jusqu['’]à",
    clock_after=(
        r" ?(?:sur|/) ?(?:24|vingt-quatre)\b| par jour\b| ?\d{0,2} (?:à|et|jusqu['’]à) (?:\d|midi|minuit)| du (?:matin|soir)\b"
    ),
    age_before=r"âgée?s? de|moins de|(?:as|avez|ai|de) plus de|partir de|dès|jeunes de|enfants de|avoir|as|avez|ai|depuis",
    age_after=r" (?:ou plus|et plus|ou moins|et moins|d['’]âge|révolus)\b",
    topics=TOPICS,
    said={"fr": {"month": "mois", "hour": "heures", "talk": "conversations", "minute": "minutes"}},
)
