"""Whether a question asks who somebody is or where to find them (B03). Pure."""

import re
import unicodedata

# Words that ask who somebody is or where to find them, in nl, en, fr and de, in small letters without accents (B03).
ASKS_WHO = re.compile(
    r"\b("
    r"(?!aangenaam)\w*naam|namen|hoe heet|heet (je|jij|u)|(je|jou|u) (noemen|aanspreken)|\w*adres(sen)?|huisnummer"
    r"|(welke|jouw|je|uw) straat|straat en|waar woon\w*"
    r"|(fore|nick|sur|user)?names?|are you called|call you|\w*address(es)?|(which|what|your) street|street and"
    r"|where do you live"
    r"|noms?|prenoms?|surnoms?|pseudo|pseudonyme|appell?e[sz]|adresses?|quelle rue|ou habit\w*"
    r"|(vor|nach|familien|spitz|ruf|benutzer)?namen?|heisst|heissen|\w*adressen?|anschrift|welche\w? strasse|wo wohn\w*"
    r")\b"
)


def asks(text: str) -> bool:
    return ASKS_WHO.search(plain(text)) is not None


def plain(text: str) -> str:
    """Small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
