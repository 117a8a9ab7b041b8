"""A line may offer a language when all that the program says to visitors exists in it, and no other."""

import re
from itertools import product
from typing import Any

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from complaints.models import Report
from complaints.models.reports import ReportKind, ReportOutcome, ReportState
from helplines.models import Line
from helplines.tenancy import inside
from tests.factories.complaints import ProcedureFactory
from tests.factories.helplines import LineFactory, OrganisationFactory, PolicyFactory, open_always
from tests.test_language import CATALOGUE, too_long
from tests.test_translations import garbled, is_said
from tests.visitor_words import ROOT, visitor_words

LANGUAGES = [code for code, _name in settings.CONTENT_LANGUAGES]
# The source is English; Dutch has its own test, for visitors and staff together.
OTHERS = ["fr", "de"]
DOORS = ("chat", "frame", "safe", "check", "agreements", "kept", "status")
OF_THE_ORGANISATION = ("complaints", "receipt", "fault", "feedback", "rights")
STRANGE = ("/nowhere/at/all/", "/", "/security/", "/blank/")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / f"locale/{language}/LC_MESSAGES/django.po"))


def test_lines_offer_precisely_the_languages_that_there_are() -> None:
    there = {path.name for path in (ROOT / "locale").iterdir() if "_" not in path.name}

    assert set(LANGUAGES) == {"en", "nl", *OTHERS} == {"en", *there}
    assert [code for code, _name in settings.LANGUAGES] == ["nl", "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_everything_for_visitors_is_said_and_nothing_else(language: str) -> None:
    said = {entry.msgid for entry in catalogue(language) if is_said(entry) and not entry.fuzzy and not entry.obsolete}
    wanted = visitor_words()

    assert len(wanted) > 400
    assert {
        "missing": sorted(wanted - said),
        "for nobody": sorted({e.msgid for e in catalogue(language)} - wanted),
    } == {
        "missing": [],
        "for nobody": [],
    }


def test_everything_for_visitors_is_said_in_dutch() -> None:
    said = {entry.msgid for entry in polib.pofile(str(CATALOGUE)) if is_said(entry)}

    assert sorted(visitor_words() - said) == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_said_is_short_calm_and_names_the_same_values(language: str) -> None:
    texts = [entry.msgstr for entry in catalogue(language)]

    assert [problem for text in texts for problem in too_long(text)] == []
    assert [text for text in texts if "!" in text] == []
    assert garbled(catalogue(language)) == []
    assert catalogue(language).metadata["Language"] == language


def test_the_button_knows_the_same_languages() -> None:
    script = (ROOT / "chat/static/chat/launcher-face.js").read_text()
    words = script[script.index("const WORDS") : script.index("const STYLE")]

    assert re.findall(r"^  (\w\w): {", words, re.MULTILINE) == ["nl", "en", "fr", "de"]


class Missed:
    """Stands where a language would go on to Dutch, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def gettext(self, message: str) -> str:
        self.asked.append(message)
        return message

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one)

    def pgettext(self, _context: str, message: str) -> str:
        return self.gettext(message)


@pytest.fixture
def missed(monkeypatch: Any) -> Missed:
    found = Missed()
    for language in OTHERS:
        monkeypatch.setattr(trans_real.translation(language), "_fallback", found)
    return found


@pytest.fixture
def line() -> Line:
    organisation = OrganisationFactory(languages=["nl", *OTHERS], shows_proof=True, shows_openings=True)
    made = LineFactory(organisation=organisation)
    open_always(made)
    ProcedureFactory(organisation=organisation)
    values = {"queue": True, "reading_along": "told", "silent_minutes": 10, "contact_limit": 4}
    PolicyFactory(organisation=organisation, values=values)
    return made


@pytest.mark.django_db(databases=["default", "keys"])
@pytest.mark.parametrize("language", OTHERS)
def test_no_page_falls_back_to_another_language(line: Line, missed: Missed, language: str) -> None:
    names = {"organisation": line.organisation.slug}
    pages = [reverse(door, kwargs={**names, "line": line.slug}) for door in DOORS]
    pages += [reverse(door, kwargs=names) for door in OF_THE_ORGANISATION]
    answers = {page: Client().get(f"{page}?lang={language}") for page in (*pages, *STRANGE)}

    assert {page: answer.status_code for page, answer in answers.items() if answer.status_code != 200} == {
        STRANGE[0]: 404
    }
    assert sorted(set(missed.asked)) == []
    html = [answer.content.decode() for page, answer in answers.items() if not page.endswith(".json")]
    assert [text[:80] for text in html if f'<html lang="{language}"' not in text] == []


@pytest.mark.django_db(databases=["default", "keys"])
@pytest.mark.parametrize("language", OTHERS)
def test_who_complains_reads_all_of_it_in_their_own_language(line: Line, missed: Missed, language: str) -> None:
    """Also what is said after something was sent, and how a report stands and ended."""
    organisation = line.organisation
    visitor = Client(headers={"origin": settings.ORIGIN})
    pages = {name: f"{reverse(name, args=[organisation.slug])}?lang={language}" for name in OF_THE_ORGANISATION}
    told = {"kind": "complaint", "text": "Trop tard.", "answer": "yes", "contact": "somebody@example.org"}
    code = visitor.post(pages["complaints"], told).context["receipt"]
    visitor.post(pages["complaints"], {})
    seen = []
    for state in ReportState.values:
        for kind, outcome in product(ReportKind.values, ReportOutcome.values):
            with inside(organisation):
                Report.objects.update(state=state, kind=kind, outcome=outcome)
            seen.append(visitor.post(pages["receipt"], {"code": code}).status_code)
            if state != ReportState.CLOSED:
                break
    for more in (
        {"do": "add", "text": "Encore."},
        {"do": "withdraw"},
        {"do": "delete"},
        {"do": "delete", "sure": "1"},
        {},
    ):
        seen.append(visitor.post(pages["receipt"], {"code": code, **more}).status_code)
    for given in ({"q0": ""}, {"q0": "c0"}, {"q3": "Merci."}):
        seen.append(visitor.post(pages["feedback"], given).status_code)
    for given in ({}, {"at": "2026-01-01T10:00", "text": "Blanc."}):
        seen.append(visitor.post(pages["fault"], given).status_code)
    asked = {"right": "access", "text": "Que gardez-vous ?", "contact": "somebody@example.org"}
    for given in ({}, asked):
        seen.append(visitor.post(pages["rights"], given).status_code)

    assert set(seen) == {200}
    assert sorted(set(missed.asked)) == []


@pytest.mark.django_db
def test_a_hole_would_be_noticed(missed: Missed) -> None:
    with translation.override("fr"):
        translation.gettext("Your desk")

    assert missed.asked == ["Your desk"]


@pytest.mark.django_db
def test_browser_of_a_stranger_chooses_and_who_works_here_keeps_a_language_of_staff() -> None:
    def language(**cookies: str) -> str:
        client = Client(headers={"accept-language": "fr-BE,fr;q=0.9"})
        client.cookies.load(cookies)
        return client.get("/nowhere/").content.decode().split('<html lang="')[1][:2]

    assert (language(), language(**{settings.SESSION_COOKIE_NAME: "of somebody"})) == ("fr", "nl")
