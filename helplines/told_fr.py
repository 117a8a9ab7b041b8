"""How French texts tell numbers and promises, with the seventies to nineties of Belgium and Switzerland (N04): data."""

import re

from helplines.tongue import (
    ANY,
    DAYS,
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

FR_ONES = "un deux trois quatre cinq six sept huit neuf"
FR_TEENS = "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
FR_TENS = "vingt trente quarante cinquante soixante septante"


def french() -> dict[str, float]:
    """Number words with what they mean, 1 to 99, in the old spelling and the new."""
    ones = dict(zip(FR_ONES.split(), range(1, 10), strict=True))
    teens = dict(zip(FR_TEENS.split(), range(10, 20), strict=True))
    found: dict[str, float] = {**ones, **teens, "une": 1}
    tens = dict(zip(FR_TENS.split(), range(20, 80, 10), strict=True)) | {"huitante": 80, "octante": 80, "nonante": 90}
    for ten, value in tens.items():
        found[ten] = value
        found |= {f"{ten}-{word}": value + one for word, one in ones.items() if one > 1}
        found |= {f"{ten}{joint}{one}": value + 1 for joint in (" et ", "-et-") for one in ("un", "une")}
    found |= {f"soixante-{word}": 60 + number for word, number in teens.items()}
    found |= {
        "soixante et onze": 71,
        "soixante-et-onze": 71,
        "quatre-vingts": 80,
        "quatre-vingt": 80,
        "quatre-vingt-une": 81,
    }
    return found | {f"quatre-vingt-{word}": 80 + number for word, number in {**ones, **teens}.items()}


FR_UNITS = {
    "minute": r"minutes?|mins?",
    "quarter": r"quarts? d'heure",
    "hour": r"heures?|h",
    "day": r"jours?|journées?",
    "week": "semaines?",
    "month": "mois",
    "year": r"ans?|années?",
    "time": "fois",
    "talk": r"conversations?|t?chats?|discussions?|entretiens?|échanges?|contacts?",
}
FR_TALK = words("conversations?", r"t?chats?", "discussions?", "entretiens?", "échanges?")
FR_KEPT = words(
    r"conserv\w+", r"gard(?:e[rsz]?|ons|ent|ées?|és?|erons|era)", r"effa[cç]\w+", r"supprim\w+", r"suppression\w*", r"détrui\w+",
    r"stock\w+", r"dispara[iî]\w+", r"enregistr\w+", r"archiv\w+",
)  # fmt: skip
FR_WHAT = any_of(FR_TALK, words("données", "messages?", "tout", r"adresses? ip", "contenus?"))
FR_OTHER = words(
    r"sauvegard\w+", "copies? de .{0,12}", r"back-?\s?ups?", "dossiers?", r"plain\w+", r"réclam\w+", r"newsletters?",
    r"(?:lettres?|bulletins?) d'info\w*", "infolettres?", "rapports?", "inscriptions?", r"candidatur\w+", "cookies?", "témoins?",
    r"demand\w+", r"statisti\w+", "chiffres", "audits?", r"journ(?:al|aux)", "avant", "autrefois", "connexions?", "internet",
    r"e-?mails?", "mails?", "courriels?", r"factur\w+", "comptes?", r"comptab\w+", "dons?", r"évaluation\w*", r"sondage\w*",
    "site", "formulaires?",
)  # fmt: skip
FR_BLOCK = words(r"bloqu(?!eur)\w+", "blocages?")
FR_ANSWERED = words(
    r"contest\w+", r"plain\w+", r"réclam\w+", r"répon\w+", "recours", "objections?", r"publicit\w+", "pubs?"
)
FR_SILENT = words(
    r"silen\w+", "rien", r"inacti\w+", "sans réponse", r"(?:ne|n')\s?(?:répond|réagi|di[st]|écri)\w*", r"aucun\w*",
    r"sans (?:répondre|réagir|écrire)",
)  # fmt: skip
FR_WAITING = words(
    r"attend\w*", "attente", r"occupée?s?", r"patien\w+", "plus tard", "pauses?", "file", "affluence", "monde"
)
FR_AWAY = words(
    r"rev(?:en|ien|iend)\w*", r"retour\w*", r"reconnect\w*", r"repren\w*", r"déconnect\w*", r"coup(?:e|é|ée|ure)s?", r"perd\w*",
    r"interromp\w*", r"retrouv\w+",
)  # fmt: skip
FR_DAY = r"(?:24 ?h?|vingt-quatre)"
FR_PER_DAY = words(
    rf"(?:par|en|dans les|toutes les|chaque|période de) {FR_DAY}", rf"(?<!heures )(?<!h )sur {FR_DAY}", "par jour",
    "chaque jour", "en un jour",
)  # fmt: skip
FR_MOST = words(
    "au plus", "maximum", "max", r"maximal\w*", "(?:pas|jamais) plus de", "jusqu'à", "vous pouvez", "pouvez-vous", "tu peux",
    "peux-tu", "on peut", r"autoris\w+", r"limit\w+",
)  # fmt: skip
FR_COUNSELLOR = words(
    r"conseill\w+", r"bénévol\w+", r"collaborat\w+", r"collègues?", "volontaires?", r"employée?s?", r"écoutante?s?",
    r"intervenante?s?", r"travailleu\w+", "équipes?", r"accompagnant\w*", r"assistante?s?",
)  # fmt: skip
FR_AT_ONCE = words("en même temps", "à la fois", r"simultané\w+", "de front", "en parallèle")
FR_NO_WAY_BACK = words(
    r"e-?mails?", "mails?", "courriels?", r"r?appel\w*", r"(?:re)?contact\w+", r"téléphon\w*", r"écri\w*"
)
FR_BESIDE = words(
    "avant", r"préven\w+", r"prévien\w+", r"annonc\w+", "plus tôt", r"questions?", r"questionnaires?", r"reste\w*"
)
FR = french()
FR_NUMBER = number_of(FR)
FRENCH = Tongue(
    FR,
    frozenset({"un", "une"}),
    amount_of(
        FR,
        FR_UNITS,
        r"(?:(?:une |1 )?demie?[- ])",
        r"(?:[ -]|(?<=\d)(?=h\b|min))",
        r" et demie?\b",
    ),
    (
        Aside(
            ANY,
            before=before(
                rf"\b(?:{FR_NUMBER}) ?(?:à|ou|et|[-–]) ?|\bet |\bil y a (?:\w+ )?|\bdepuis (?:\w+ )?|\bentre "
            ),
        ),
        Aside(ANY, after=after(rf" ?(?:à|ou|et|[-–]) ?(?:{FR_NUMBER})(?:\b|h)")),
        Aside(HOURS | DAYS, after=after(r" ?(?:sur|/) ?(?:\d|sept|vingt)")),
        Aside(
            YEARS, before=before(r"\b(?:moins de|dès|partir de|avez|as|ai|a|âgée?s? de|les|jusqu'à|à|ont|fêtons|nos) ")
        ),
        Aside(YEARS, after=after(r" (?:ou (?:plus|moins)|révolus|et (?:plus|moins)|d'âge|d'expérience|d'existence)\b")),
        # "un jour" is "some day" too, and "une fois que" is "as soon as".
        Aside(
            DAYS,
            before=re.compile(r"(?<!après )(?<!pendant )(?<!durant )(?<!d')(?<!de )$", re.IGNORECASE),
            article=True,
        ),
        Aside(TIMES, after=after(r"(?! (?:par|toutes|en|dans|chaque|sur)\b)"), article=True),
        # "La conversation s'arrête dans une minute" is from now, and no promise.
        Aside(MINUTES, before=before(r"\bdans (?:environ )?")),
        NOTHING_COUNTED,
        # "à 13 heures", "de 9h à 17h", "toutes les 24 heures"; "un blocage de 24 heures" is how long.
        Aside(
            HOURS,
            before=before(
                r"\b(?:à|jusqu'à|dès|vers|avant|par|en|sur|les|chaque|partir de|période de|tranche de|prochaines) "
            ),
            also_half=False,
        ),
        Aside(HOURS, after=after(rf" (?:par jour|quinze|trente|\d)|\s?{FR_DAY}")),
    ),
    {
        "retention_months": About((FR_WHAT, FR_KEPT), FR_OTHER),
        "block_hours": About((FR_BLOCK,), FR_ANSWERED),
        "soft_minutes": About(
            (
                FR_TALK,
                words(
                    r"dur(?:e|ent|era|eront|ée|er)",
                    "prend",
                    "prennent",
                    r"termin(?!at)\w+",
                    r"arrêt\w*",
                    "fin",
                    "finit",
                ),
            ),
            any_of(FR_SILENT, words(r"répon\w+"), FR_WAITING, FR_AWAY, FR_KEPT, FR_BESIDE),
        ),
        "silent_minutes": About(
            (FR_TALK, FR_SILENT, words(r"arrêt\w*", r"termin(?!at)\w+", r"ferm\w+", "fin", "finit", r"clôtur\w+")),
            any_of(FR_WAITING, words("avant")),
        ),
        "rejoin_minutes": About(
            (FR_AWAY, words("dans les", "endéans les?", "en moins de", "pendant", "dans un délai de")),
            any_of(
                FR_WAITING,
                FR_COUNSELLOR,
                FR_NO_WAY_BACK,
                FR_BLOCK,
                FR_KEPT,
                words("de retour", "nous revenons", "reprend", r"rouvr\w+"),
            ),
        ),
        "contact_limit": About((FR_PER_DAY, FR_MOST), FR_COUNSELLOR),
        "capacity": About((FR_COUNSELLOR, FR_AT_ONCE), words("ensemble", "au total", "équipes?", r"tou(?:te)?s")),
    },
)
