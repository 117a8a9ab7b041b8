"""Which passwords are refused, and that nothing but length and being known is asked (O04)."""

import hashlib
import random
import string

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from helplines import hashers, passwords
from helplines.invitations import newcomer
from helplines.one_form import normalised
from tests.factories.helplines import InvitationFactory, MembershipFactory, OrganisationFactory

pytestmark = pytest.mark.promise("O04")
WORDS = sorted(["correct horse battery", "hond kat paard koe", "zomerzomer2026", "ééns was er eens"], key=str.encode)


def faults(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [entry.code for entry in error.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    [
        "vier woorden zonder zin",
        "83920174650192",
        "ZONDERKLEINELETTERS",
        "  spaties vooraan",
        "🐎🔋🧷🐈🌧️ genoeg tekens",
        "xk" * 3 + "7 a" * 300,
    ],
)
def test_password_of_any_signs_is_fine(password):
    assert faults(password) == []


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("elf tekens.", "short"),
        ("lang " * 201, "long"),
        ("aaaaaaaaaaaaaaa", "predictable"),
        ("abababababababab", "predictable"),
        ("123456789012", "predictable"),
        ("098765432109", "predictable"),
        ("AzertyuiopAzerty", "predictable"),
        ("Toeverlaat2026!", "names"),
    ],
)
def test_password_is_refused(password, fault):
    assert fault in faults(password)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Havenlicht-2026", ["names"]),
        ("Antwerpen12345!", ["names"]),
        ("robin.vos.2026", ["names"]),
        ("robin@example.org", ["names"]),
        ("robin zag een uil bij de haven", []),
    ],
)
def test_password_of_names_is_refused(password, found):
    organisation = OrganisationFactory(name="Havenlicht Antwerpen", slug="haven")
    member = MembershipFactory(
        organisation=organisation, staff__username="robin", staff__first_name="Robin", staff__last_name="Vos"
    )
    assert faults(password, member.staff) == found


@pytest.mark.django_db
def test_password_of_names_is_refused_of_who_is_invited():
    invitation = InvitationFactory(organisation=OrganisationFactory(name="Havenlicht", slug="haven"))
    assert faults("havenlicht 2026", newcomer(invitation, "robin")) == ["names"]


@pytest.fixture(params=["words", "hashes", "hashes with counts"])
def listed(request, tmp_path, settings):
    lines = WORDS
    if request.param != "words":
        lines = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in WORDS)
    if request.param.endswith("counts"):
        lines = [f"{line}:{number * 7}" for number, line in enumerate(lines)]
    path = tmp_path / "breached.txt"
    path.write_bytes("\r\n".join(lines).encode())
    settings.BREACHED_PASSWORDS_FILE = str(path)


@pytest.mark.parametrize("word", WORDS)
def test_breached_password_is_refused(listed, word):
    assert faults(word) == ["breached"]


@pytest.mark.parametrize(
    "word", ["aardig onbekend woord", "niemand kent dit", "zzz en nog meer zzz", "correct horse batter"]
)
def test_other_password_is_not(listed, word):
    assert faults(word) == []


def test_capitals_do_not_hide_a_breached_word(tmp_path):
    path = tmp_path / "breached.txt"
    path.write_text("zomerzomer2026\n")
    assert passwords.is_listed(path, "ZomerZomer2026")


@given(st.sets(st.text(string.ascii_letters + "é", min_size=1, max_size=9), max_size=40), st.text(max_size=5))
def test_every_line_is_found_and_nothing_else(tmp_path_factory, words, other):
    path = tmp_path_factory.mktemp("list") / "words"
    lines = sorted(word.encode() for word in words)
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with path.open("rb") as file:
        found = {line for line in lines if passwords.has_line(file, line, lambda line: line.rstrip(b"\n"))}
        assert found == set(lines)
        wanted = other.encode("utf-8", "ignore")
        stands = passwords.has_line(file, wanted, lambda line: line.rstrip(b"\n"))
    assert stands == (wanted in lines)


# Typed on another device
@pytest.mark.promise("O04")
@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("één paard en koe", "e\u0301e\u0301n paard en koe"),
        ("drie hele paarden", "drie hele\u00a0paarden"),
        ("ﬁets en paard", "fiets en paard"),
    ],
)
def test_password_is_the_same_however_a_device_sends_its_signs(stored, typed):
    made = hashers.InTurn()
    for one, other in ((stored, typed), (typed, stored)):
        assert made.verify(other, made.encode(one, "salt", 10))
    assert not made.verify(typed + "x", made.encode(stored, "salt", 10))


def test_password_that_was_stored_as_it_was_typed_opens_still():
    typed = "e\u0301e\u0301n paard en koe"
    before = PBKDF2PasswordHasher().encode(typed, "salt", 10)
    assert hashers.InTurn().verify(typed, before)
    assert not hashers.InTurn().verify("één paard en koe!", before)


@pytest.mark.parametrize(("typed", "count"), [("een paard en koe", 1), ("e\u0301e\u0301n paard en koe", 2)])
def test_a_check_takes_the_same_whoever_it_is(monkeypatch, typed, count):
    """G3: for nobody (a password is made, and thrown away), for a wrong one and for the right one."""
    made, hashed, turns = hashers.InTurn(), hashers.InTurn.hashed, []
    monkeypatch.setattr(hashers.InTurn, "hashed", lambda *given: turns.append(given[1]) or hashed(*given))
    for work in (
        lambda: made.encode(typed, "salt", 10),
        lambda: made.verify(typed, PBKDF2PasswordHasher().encode("something else", "salt", 10)),
        lambda: made.verify(typed, PBKDF2PasswordHasher().encode(normalised(typed), "salt", 10)),
        lambda: made.verify(typed, PBKDF2PasswordHasher().encode(typed, "salt", 10)),
    ):
        turns.clear()
        work()
        assert len(turns) == count


def test_length_is_that_of_what_is_stored():
    assert faults("e\u0301" * 6 + "abcde") == ["short"]
    assert "short" not in faults("ﬃ" * 3 + "abc")
    assert faults("ﷺ" * 60 + "abcdefgh") == ["long"]


def test_breached_word_is_found_however_it_is_typed(tmp_path, settings):
    path = tmp_path / "breached.txt"
    path.write_text("ééns was er eens\n")
    settings.BREACHED_PASSWORDS_FILE = str(path)
    assert faults("e\u0301e\u0301ns was er eens") == ["breached"]


# A list in which words would not be found
def written(tmp_path, lines):
    path = tmp_path / "list.txt"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


DIGESTS = sorted(
    hashlib.sha1(b"%d" % number, usedforsecurity=False).hexdigest().upper().encode() for number in range(3000)
)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [b"een"],
        [b"Een", b"Twee", b"een"],
        DIGESTS,
        [line.lower() for line in DIGESTS],
        [line + b":7\r" for line in DIGESTS],
    ],
    ids=["empty", "one", "by bytes", "hashes", "small letters", "counts"],
)
@pytest.mark.parametrize("whole", [10**9, 0], ids=["whole", "by places"])
def test_list_that_is_sorted_has_no_fault(tmp_path, monkeypatch, lines, whole):
    monkeypatch.setattr(passwords, "READ_WHOLE", whole)
    assert passwords.fault_of_list(written(tmp_path, lines)) == ""


def test_one_line_out_of_order_is_found_in_a_list_that_is_read_whole(tmp_path):
    lines = [*DIGESTS[:2000], DIGESTS[5], *DIGESTS[2000:]]
    path = written(tmp_path, lines)
    assert f"line at byte {2000 * 41} " in passwords.fault_of_list(path)
    assert "LC_ALL=C sort" in passwords.fault_of_list(path)


@pytest.mark.parametrize("order", ["reversed", "shuffled", "as people sort"])
def test_list_that_is_not_sorted_at_all_is_found_at_a_few_places(tmp_path, monkeypatch, order):
    monkeypatch.setattr(passwords, "READ_WHOLE", 0)
    monkeypatch.setattr(passwords, "PLACES", 20)
    words = [b"%s%d" % (word, number) for number in range(700) for word in (b"Appel", b"appel", b"Zon")]
    lines = {
        "reversed": sorted(words, reverse=True),
        "shuffled": random.Random(3).sample(words, len(words)),
        "as people sort": sorted(words, key=bytes.lower),
    }[order]
    assert "out of order" in passwords.fault_of_list(written(tmp_path, lines))


def test_list_of_other_hashes_is_refused(tmp_path):
    for name in ("md5", "sha256"):
        digest = hashlib.new(name, b"x", usedforsecurity=False).hexdigest().upper().encode()
        assert "not of SHA-1" in passwords.fault_of_list(written(tmp_path, [digest + b":3"]))
    assert "is no SHA-1" in passwords.fault_of_list(written(tmp_path, [*DIGESTS, b"zomerzomer2026"]))
