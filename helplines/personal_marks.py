"""What in a text may tell who somebody is: where it stands and what it is, so that one key can take it out (G04). Pure.

Careful in the other direction than a redactor: a mark too many costs a key press, one too few may cost somebody their secret. A
capital letter in the midst of a sentence is taken for a name until somebody says that it is none.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from helplines.personal_data import EMAIL, NO_NUMBER, NUMBER, Known


class Mark(NamedTuple):
    """One place: what kind of thing, from where to where, and the words."""

    kind: str
    start: int
    end: int
    text: str


# These are what they are: nobody can say that they are none. Of the others a writer may say so.
CERTAIN = frozenset({"email", "number", "national", "account", "nickname"})
KINDS = ("nickname", "email", "account", "national", "birth", "address", "number", "name")


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
NAME = r"(?:[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:['’-][^\W\d_]+)*)"
PARTICLE = r"(?:van|de|der|den|ter|ten|te|el|al|von|la|le|'t|du|des)"
FULL_NAME = rf"{NAME}(?:\s+(?:{PARTICLE}\s+){{0,3}}{NAME}){{0,3}}"
MONTHS = (
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
    "|january|february|march|may|june|july|august|october"
    "|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    "|januar|februar|märz|juni|juli|oktober|dezember"
)
STREET = (
    "straat|laan|steenweg|weg|plein|dreef|lei|kade|kaai|gracht|singel|dijk|pad|hof|markt|baan|lane|street|road"
    "|straße|strasse"
)
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", EMAIL),
    ("account", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")),
    ("national", re.compile(r"\b\d{2}[.\s]?\d{2}[.\s]?\d{2}[-\s]\d{3}[.\s]\d{2}\b")),
    (
        "birth",
        re.compile(
            rf"\b\d{{1,2}}\s*[-/.]\s*\d{{1,2}}\s*[-/.]\s*(?:19|20)?\d{{2}}\b|\b(?:19|20)\d{{2}}-\d{{1,2}}-\d{{1,2}}\b"
            rf"|\b\d{{1,2}}\s+(?:{MONTHS})\s+(?:19|20)\d{{2}}\b"
            r"|\b(?:geboren|born|née?|geboortejaar|bouwjaar)(?:\s+(?:in|op|on|en))?\s+(?:19|20)\d{2}\b",
            re.IGNORECASE,
        ),
    ),
    (
        "address",
        re.compile(
            rf"\b[^\W\d_][\w'’-]*(?:{STREET})\s+\d{{1,4}}(?:\s?[a-z]\b)?(?!\d)(?:\s+bus\s+\w+)?"
            r"|\b(?:rue|avenue|boulevard|chaussée|place)\s+(?:[^\W\d_]+\s+){1,4}\d{1,4}\b"
            r"|\b\d{1,4},?\s+rue\s+[^\W\d_]+",
            re.IGNORECASE,
        ),
    ),
    ("address", re.compile(rf"\b\d{{4}}\s?[A-Z]{{2}}\b|\b[1-9]\d{{3}}\s+{NAME}\b")),
)
CALLED = re.compile(
    r"\b(?i:heet|heette|heten|genaamd|naam\s+is|roepnaam|noem(?:t|de)?\s+(?:ik|hij|zij|ze|men|haar|hem|zich)|called|named"
    rf"|name\s+is|s['’]appelle|heißt)\s+(?P<name>{WORD}(?:\s+(?:{PARTICLE}\s+){{0,3}}{NAME}){{0,3}})"
)
TITLED = re.compile(
    r"\b(?i:mevrouw|mevr\.?|mw\.?|meneer|mijnheer|dhr\.?|juffrouw|juf|meester|dokter|dr\.|mr\.?|mrs\.?|ms\.?|madame"
    rf"|monsieur|herr|frau|tante|oom|oma|opa|nonkel|zuster|pater)\s+(?P<name>{FULL_NAME})"
)
CAPITAL = re.compile(rf"(?<![\w'’-]){FULL_NAME}(?![\w'’])")
# After these a sentence begins, and a capital tells nothing.
BEGINS = re.compile(r"(?:^|[.!?…:;\n\r\"“”«»•–(\[]|\n\s*[-*])\s*$")
# First names that are often heard, for where a sentence begins with one. Ours: a list of common names, of nobody.
COMMON = listed(
    "aisha ali amina an anna anne anouk arne arthur bart bas bram cas charlotte daan david dirk elif elke ella els "
    "emma erik eva fatima femke finn floor fatma frank geert georges greet guy hanne hans hassan hilde ibrahim ilse "
    "ingrid inge isabel jan jana janne jasper jef jeroen jesse johan joke joris jos julie karel karen karim kevin "
    "khadija koen kris laura lars leen lena lies liesbeth lieve lotte louis luc lucas luna maarten marc maria marie "
    "marijke mark martijn mehmet mia michiel mieke milan mohamed mohammed mustafa naima nathalie niels nina noa noah "
    "noor omar patrick paul peter piet pieter rachid rik robin roel ruben ruth sam samira sanne sara sarah simon "
    "sofie stefan stijn sven thomas tim tine tom veerle vera vincent walter wim wout yasmina younes youssef yusuf "
    "zoë "
)
# Capitals that name no person: days, languages, peoples, feasts, and the regions and large towns of our countries.
NOBODY = listed(
    "ik maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday saturday "
    "sunday i nederlands nederlandse engels engelse frans franse duits duitse vlaams vlaamse belgisch belgische "
    "turks turkse arabisch arabische pools poolse spaans spaanse marokkaans marokkaanse oekraïens oekraïense dutch "
    "english french german belgian flemish kerst kerstmis pasen ramadan sinterklaas nieuwjaar christmas easter god "
    "allah islam bijbel koran antwerpen brussel gent brugge leuven hasselt mechelen aalst kortrijk oostende limburg "
    "vlaanderen wallonië belgië vlaams-brabant oost-vlaanderen west-vlaanderen luik namen henegouwen luxemburg "
    "nederland amsterdam rotterdam utrecht groningen friesland drenthe overijssel gelderland flevoland zeeland "
    "eindhoven haag noord-holland zuid-holland noord-brabant europa europe belgium netherlands brussels ghent "
    "antwerp whatsapp facebook instagram snapchat tiktok discord google youtube netflix messenger teams zoom caw jac "
    "clb ocmw cgg vdab ggz huisarts tele-onthaal awel slachtofferhulp kind jeugdhulp politie "
)


def marks(text: str, known: Known, names: Collection[str] = ()) -> list[Mark]:
    """All that may tell who somebody is, in the order of the text; where two would overlap, the surer one stands.

    `names` are what this very talk called its visitor: they count wherever they stand, with or without a capital.
    """
    taken: list[Mark] = []
    for mark in [*nicknames(text, names), *patterned(text, known), *numbers(text, known), *named(text)]:
        if not any(mark.start < other.end and other.start < mark.end for other in taken):
            taken.append(mark)
    return sorted(taken, key=lambda mark: mark.start)


def must_go(found: Collection[Mark], kept: Collection[str]) -> list[Mark]:
    """What may not be stored: all that is certain, and what the writer did not call harmless (by its words)."""
    return [mark for mark in found if mark.kind in CERTAIN or mark.text not in kept]


def nicknames(text: str, names: Collection[str]) -> Iterator[Mark]:
    parts = {part for name in names for part in (name.strip(), *name.split()) if len(part) > 1}
    for part in sorted(parts, key=len, reverse=True):
        for hit in re.finditer(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE):
            yield Mark("nickname", *hit.span(), hit[0])


def patterned(text: str, known: Known) -> Iterator[Mark]:
    for kind, pattern in PATTERNS:
        for hit in pattern.finditer(text):
            if not (kind == "email" and known.has_email(hit[0])):
                yield Mark(kind, *hit.span(), hit[0])


def numbers(text: str, known: Known) -> Iterator[Mark]:
    for hit in NUMBER.finditer(text):
        if not known.has_number(hit[0]) and not NO_NUMBER.fullmatch(hit[0].strip()):
            yield Mark("number", *hit.span(), hit[0])


def named(text: str) -> Iterator[Mark]:
    """Names by what stands before them, and capitals that no beginning of a sentence explains."""
    for pattern in (CALLED, TITLED):
        for hit in pattern.finditer(text):
            if is_name(hit["name"]) or (pattern is CALLED and hit["name"].casefold() not in NOT_CALLED):
                yield Mark("name", *hit.span("name"), hit["name"])
    for hit in CAPITAL.finditer(text):
        first, _blank, rest = hit[0].partition(" ")
        begins = BEGINS.search(text[: hit.start()]) is not None
        start = hit.end() - len(rest) if rest and first.casefold() in STARTS else hit.start()
        words = text[start : hit.end()]
        if is_name(words) and (not begins or rest or first.casefold() in COMMON):
            yield Mark("name", start, hit.end(), words)


# "Called" is followed by other things than names.
# Small words that often begin a sentence, with a capital that tells nothing of the word after them.
STARTS = listed(
    "aan achter als bij binnen buiten daarna dan dat de deze dit door een en er haar het hij hun in met mijn na naar nadat "
    "naast nu of om onder ook op over samen sinds te tegen terwijl toen tot tussen uit van vandaag vanuit via volgens voor "
    "want wat we wij ze zij zijn zonder about after and at before but by for from her his in my of on our she he the their "
    "they to we with avec chez de du elle il la le les mon pour sa ses son sur un une der die das ein er sie mit von zu "
)
NOT_CALLED = listed("dat het de een zo niet ook dit geen the a an it that so wel ")


def is_name(words: str) -> bool:
    """Whether any of these words could be of a person: no abbreviation, and nothing that we know to be something else."""
    capitals = [word for word in words.split() if word[:1].isupper()]
    return any(word.casefold() not in NOBODY and not (word.isupper() and len(word) > 1) for word in capitals)
