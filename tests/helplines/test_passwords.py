"""Which passwords are refused, and that nothing but length and being known is asked (O04)."""

import hashlib
import string

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from helplines import passwords
from helplines.invitations import newcomer
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
