"""Every file that comes out or goes in: that of another organisation is not there, whoever asks (O10, goals A4, A5).

No table keeps a file on disk. A view that hands out a file, or a form that takes one in, and is not listed here fails a test.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client

from helplines import second_factor
from helplines.exchange import tables
from helplines.models import Role
from privacy import heads
from registration.models import Purpose
from tests.isolation.knock import BACKEND, digest, undone
from tests.isolation.world import CANARY, House

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.isolation.urls")]
ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "helplines", "privacy", "chat", "registration", "complaints")
ABSENT = 999_999
PHRASE = "four words without a bond"


class Asked(NamedTuple):
    """One way to a file: the address, and what is posted there (None: it is opened)."""

    address: str
    posted: dict[str, Any] | None = None


# How the file of an organisation is asked; of None, one that is not there.
Way = Callable[[House | None], Asked]


def slug_of(home: House | None) -> str:
    return home.organisation.slug if home else "absentia"


def key_of(home: House | None, row: str = "organisation") -> int:
    return home.rows[row].pk if home else ABSENT


def whole_policy(home: House | None) -> Asked:
    return Asked(f"/admin/helplines/policy/publish/{key_of(home)}/", {"step": "file"})


def report_taken(home: House | None) -> Asked:
    number = home.rows["download"].number if home else ABSENT
    return Asked(f"/reports/{slug_of(home)}/files/{number}/", {"purpose": Purpose.ANNUAL.value})


# By the function that writes the file; the roles of a person for whom it opens.
OUT: dict[str, tuple[str, Way]] = {
    "helplines.admin.exchanging.file_of": (
        Role.ADMINISTRATOR,
        lambda home: Asked(f"/admin/exchange/{key_of(home)}/{tables.tables()[0].slug}/file/"),
    ),
    "helplines.admin.publishing.download": (Role.ADMINISTRATOR, whole_policy),
    "privacy.key_views.make": (
        Role.ADMINISTRATOR,
        lambda home: Asked(
            f"/keys/{slug_of(home)}/",
            {"step": "make", "office": "administrator", "passphrase": PHRASE, "again": PHRASE, "sure": "on"},
        ),
    ),
    "privacy.views.as_file": (Role.ADMINISTRATOR, lambda home: Asked(f"/audit/{slug_of(home)}/?file=1")),
    "registration.admin.trees.answer": (
        Role.ADMINISTRATOR,
        lambda home: Asked(f"/admin/registration/tree/{key_of(home, 'tree')}/csv/"),
    ),
    "registration.views.auditor.as_file": (Role.ADMINISTRATOR, report_taken),
}
# These are there for everybody: an image on a page for visitors.
FOR_EVERYBODY = {"chat.views.embed.logo"}
# Forms that take a file in, each read at once and kept nowhere as a file; and where one of another organisation is refused.
IN: dict[str, Way] = {
    "helplines.admin.exchanging.FileForm": lambda home: Asked(
        f"/admin/exchange/{key_of(home)}/{tables.tables()[0].slug}/", {"step": "look"}
    ),
    "helplines.admin.organisation.OrganisationForm": lambda home: Asked(
        f"/admin/helplines/organisation/{key_of(home)}/change/", {}
    ),
    "privacy.key_views.FollowForm": lambda home: Asked(f"/keys/{slug_of(home)}/", {"step": "follow"}),
    "privacy.opening_views.AgreeForm": lambda home: Asked(
        f"/opening/{slug_of(home)}/of/{home.rows['openingrequest'].code if home else 'absentia'}/", {"step": "agree"}
    ),
    "registration.admin.trees.TreeFileForm": lambda home: Asked(
        f"/admin/registration/tree/{key_of(home, 'tree')}/file/", {}
    ),
}


def definitions() -> Iterator[tuple[str, ast.stmt]]:
    """Every function and class of the program by its full name, methods by that of their own."""
    for path in sorted(
        found for app in APPS for found in (ROOT / app).rglob("*.py") if "migrations" not in found.parts
    ):
        text = path.read_text()
        if "FileField" in text or "Content-Disposition" in text:
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    yield f"{module}.{node.name}", node


def with_text(kind: type[ast.stmt], word: str) -> set[str]:
    return {name for name, node in definitions() if isinstance(node, kind) and word in ast.unparse(node)}


def asked(home: House, role: str, way: Asked, uploaded: bool = False) -> Any:
    client = Client(raise_request_exception=False)
    client.force_login(home.people[role], backend=BACKEND)
    if way.posted is None:
        return client.get(way.address)
    more = {"file": SimpleUploadedFile("a.csv", b"code;parent\n")} if uploaded else {}
    return client.post(way.address, {**way.posted, **more})


def test_no_table_keeps_files() -> None:
    kept = [
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, models.FileField | models.FilePathField)
    ]
    assert kept == []


def test_every_file_that_comes_out_is_tried_here() -> None:
    assert with_text(ast.FunctionDef, "Content-Disposition") == {*OUT, *FOR_EVERYBODY}


def test_every_form_that_takes_a_file_is_tried_here() -> None:
    assert with_text(ast.ClassDef, "forms.FileField(") == set(IN)


@pytest.mark.promise("O10")
def test_file_opens_for_its_own_organisation_and_is_not_there_for_another(houses: dict[str, House]) -> None:
    ours, theirs = houses["alpha"], houses["bravo"]
    for name, (role, way) in OUT.items():
        before = digest(ours)
        with undone():
            own = asked(ours, role, way(ours))
            text = own.content.decode(errors="replace")
        assert (own.status_code, "attachment" in own.headers.get("Content-Disposition", "")) == (200, True), name
        assert {found[2] for found in CANARY.finditer(f"{text} {own.headers}")} <= {"alpha"}, name
        with undone():
            foreign, absent = asked(ours, role, way(theirs)), asked(ours, role, way(None))
            assert digest(ours) == before, name
        assert (foreign.status_code, absent.status_code) == (404, 404) or is_turned_away(foreign, absent), name
        assert "Content-Disposition" not in foreign.headers, name


def is_turned_away(foreign: Any, absent: Any) -> bool:
    """The stock admin leads to its own start page what is not there."""
    return (foreign.status_code, foreign.url) == (absent.status_code, absent.url) == (302, "/admin/")


@pytest.mark.promise("O03", "O07")
@pytest.mark.parametrize("name", sorted(OUT))
def test_file_that_comes_out_asks_the_second_step_again(
    houses: dict[str, House], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Who signed in an hour ago shows it first (G5); until then there is no file."""
    monkeypatch.setattr(second_factor, "is_fresh", lambda request: False)
    role, way = OUT[name]
    answer = asked(houses["alpha"], role, way(houses["alpha"]))
    assert (answer.status_code, "Content-Disposition" in answer.headers) == (302, False)
    assert answer.url.startswith("/account/")


@pytest.mark.promise("O10")
def test_file_for_another_organisation_is_not_taken_in(houses: dict[str, House]) -> None:
    ours, theirs = houses["alpha"], houses["bravo"]
    for name, way in IN.items():
        with undone():
            before = digest(ours)
            own = asked(ours, Role.ADMINISTRATOR, way(ours), uploaded=True)
            foreign = asked(ours, Role.ADMINISTRATOR, way(theirs), uploaded=True)
            absent = asked(ours, Role.ADMINISTRATOR, way(None), uploaded=True)
            assert digest(ours) == before, name
        assert own.status_code in {200, 302}, name
        assert (foreign.status_code, absent.status_code) == (404, 404) or is_turned_away(foreign, absent), name


@pytest.mark.promise("O10")
def test_signed_ends_of_two_logs_are_in_two_files(houses: dict[str, House], tmp_path: Path) -> None:
    numbers = {name: home.organisation.pk for name, home in houses.items()}
    for number in numbers.values():
        heads.keep(tmp_path, number)
    for number in numbers.values():
        kept = [head for head in heads.read(heads.file_of(tmp_path, number)) if head is not None]
        assert {head.organisation for head in kept} == {number}
    assert len(list(tmp_path.iterdir())) == len(houses)
