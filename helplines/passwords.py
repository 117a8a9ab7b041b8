"""What a password may be: long, unknown to attackers, and not made of names that anybody would try (O04).

Source: NIST SP 800-63B, 3.1.1.2. So there is no rule about kinds of signs, and no password has to be changed in time.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from helplines.models import Membership, Staff
from helplines.one_form import normalised
from helplines.tenancy import across_organisations

SHORTEST, LONGEST = 12, 1000
FEWEST_SIGNS = 5
# So many letters must be left when every name is taken out.
OWN_LETTERS = 6
ROWS = (
    "0123456789",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiop",
    "qwertyuiop",
    "qwertzuiop",
    "qsdfghjklm",
)
PRODUCT = "toeverlaat"
HASHED = re.compile(rb"[0-9A-Fa-f]{40}\b")
OTHER_HASHED = re.compile(rb"(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{56,})\b")
# Of a list up to so many bytes every line is looked at, of a longer one some lines at so many places.
READ_WHOLE, PLACES, LINES_EACH = 64 * 1024 * 1024, 2000, 5


class Rule:
    """What Django asks of each: to say no, and to say beforehand when. Each looks at a password as it is stored: normalised."""

    def validate(self, password: str, user: Any = None) -> None:
        raise NotImplementedError

    def get_help_text(self) -> str:
        return ""


class LongEnough(Rule):
    """A length that nobody tries out, and one that hashing can bear (security goal G6)."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(normalised(password)) < SHORTEST:
            words = gettext("This password is too short. Use at least %(least)s characters.")
            raise ValidationError(words % {"least": SHORTEST}, code="short")
        if max(len(password), len(normalised(password))) > LONGEST:
            words = gettext("This password is too long. Use at most %(most)s characters.")
            raise ValidationError(words % {"most": LONGEST}, code="long")

    def get_help_text(self) -> str:
        words = gettext("At least %(least)s characters. Four words that have nothing to do with each other work well.")
        return words % {"least": SHORTEST}


class NotPredictable(Rule):
    """No few signs over and over, no row of the keyboard."""

    def validate(self, password: str, user: Any = None) -> None:
        small = normalised(password).casefold()
        in_a_row = any(small in each * 9 or small in each[::-1] * 9 for each in ROWS)
        if len(set(small)) < FEWEST_SIGNS or in_a_row:
            words = gettext("This password is easy to guess: it is the same few signs, or a row of the keyboard.")
            raise ValidationError(words, code="predictable")


class NotOfNames(Rule):
    """No password of little more than the names of the person, the organisation or this program."""

    def validate(self, password: str, user: Any = None) -> None:
        small = rest = normalised(password).casefold()
        for name in sorted(names_around(user), key=len, reverse=True):
            rest = rest.replace(name, " ")
        if rest != small and sum(sign.isalpha() for sign in rest) < OWN_LETTERS:
            words = gettext("This password is made of your name, or that of your organisation. Choose other words.")
            raise ValidationError(words, code="names")


class NotBreached(Rule):
    """No password that stands in the list of leaked ones, where the installation has such a list."""

    def validate(self, password: str, user: Any = None) -> None:
        path = settings.BREACHED_PASSWORDS_FILE
        if path and any(is_listed(Path(path), form) for form in {password, normalised(password)}):
            words = gettext("This password leaked somewhere and is known to attackers. Choose another one.")
            raise ValidationError(words, code="breached")


def names_around(user: Any) -> set[str]:
    """Words that anybody would try who knows whose account it is."""
    if not isinstance(user, Staff):
        return {PRODUCT}
    given = [user.username, user.first_name, user.last_name, *user.email.split("@"), *user.organisation_names]
    if user.pk:
        # A person may work for several organisations: the name of none will do.
        with across_organisations():
            rows = Membership.objects.of(user).values_list("organisation__name", "organisation__slug")
            given += [name for row in rows for name in row]
    return {PRODUCT, *parts(given)}


def parts(names: Iterable[str]) -> set[str]:
    """Each name, without its spaces too, and each word of it that is long enough to mean something."""
    small = [name.casefold().strip() for name in names]
    words = {word for name in small for word in re.split(r"[\W_]+", name)}
    return {word for word in {*small, *(re.sub(r"[\W_]+", "", name) for name in small), *words} if len(word) > 2}


def is_listed(path: Path, password: str) -> bool:
    """Whether a sorted file has this password, or its SHA-1, as a line; a few dozen reads, however long the file."""
    with path.open("rb") as file:
        read = reading_of(file)
        if read is hash_in:
            digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
            return has_line(file, digest, read)
        wanted = {password.encode(), password.lower().encode()}
        return any(has_line(file, each, read) for each in wanted)


def hash_in(line: bytes) -> bytes:
    return line[:40].upper()


def word_in(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")


def reading_of(file: IO[bytes]) -> Callable[[bytes], bytes]:
    """How the lines of a list are read: its first line tells whether it is one of hashes."""
    file.seek(0)
    return hash_in if HASHED.match(file.readline()) else word_in


def fault_of_list(path: Path) -> str:
    """What makes words of this list stay unfound, or nothing (for the operator, in English).

    Searching by halves misses words in silence where lines stand out of order. A short list is read whole; of a long one, which
    may be tens of gigabytes, so many places as well as its beginning: what is not sorted at all is found, a single line is not.
    Raises OSError.
    """
    with path.open("rb") as file:
        read = reading_of(file)
        file.seek(0)
        if OTHER_HASHED.match(file.readline()):
            return "its lines are hashes, but not of SHA-1 (40 hexadecimal signs)"
        size = file.seek(0, 2)
        step = 0 if size <= READ_WHOLE else size // PLACES
        before, at = b"", 0
        while at < size:
            file.seek(at)
            if at and step:
                file.readline()
            for _line in range(LINES_EACH if step else size):
                where = file.tell()
                line = file.readline()
                if not line:
                    break
                if read is hash_in and not HASHED.match(line):
                    return f"the line at byte {where} is no SHA-1 (40 hexadecimal signs), as its first line is"
                if read(line) < before:
                    return f"the line at byte {where} stands out of order; sort it by its bytes: LC_ALL=C sort -u"
                before = read(line)
            at = max(at + step, file.tell()) if step else size
    return ""


def has_line(file: IO[bytes], wanted: bytes, read: Callable[[bytes], bytes]) -> bool:
    """Search by halves: `low` and `high` bound where the line begins."""
    low, high = 0, file.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        file.seek(max(middle - 1, 0))
        if middle:
            file.readline()
        line = file.readline()
        found = read(line)
        if line and found == wanted:
            return True
        if line and found < wanted:
            low = file.tell()
        else:
            high = middle
    return False
