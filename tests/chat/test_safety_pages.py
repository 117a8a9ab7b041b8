"""The pages around the talk: what they say, in whose words, and what they leave behind (A07, A12, A15)."""

import html

import pytest
from django.test import Client
from django.utils import translation

from tests.chat.loaded import STATIC, TEMPLATES
from tests.factories.helplines import BranchFactory, LineFactory

pytestmark = pytest.mark.django_db


def ask(line, end="", **headers):
    return Client().get(f"/{line.organisation.slug}/{line.slug}/{end}", headers=headers)


def test_any_site_may_read_that_a_line_does_not_exist():
    line = LineFactory()
    there = ask(line, "status.json")
    line.slug = "nowhere"
    absent = ask(line, "status.json")
    assert (there.status_code, there["Access-Control-Allow-Origin"]) == (200, "*")
    assert (absent.status_code, absent["Access-Control-Allow-Origin"]) == (404, "*")
    assert absent["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in absent.headers


@pytest.mark.promise("A15")
@pytest.mark.parametrize("end", ["", "frame/"])
def test_tab_names_nobody_unless_the_line_wants_it(end):
    line = LineFactory(name="Bijzondere Lijn")
    assert "<title>Information</title>" in ask(line, end, **{"accept-language": "en"}).content.decode()
    line.neutral_title = False
    line.save()
    assert "<title>Bijzondere Lijn</title>" in ask(line, end).content.decode()


@pytest.mark.promise("A15")
@pytest.mark.parametrize("end", ["", "frame/"])
def test_pages_are_kept_nowhere_and_tell_nobody_where_somebody_came_from(end):
    answer = ask(LineFactory(), end)
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_exit_leads_to_the_page_of_the_organisations_choice():
    line = LineFactory()
    assert 'href="http://127.0.0.1:8000/blank/?lang=nl"' in ask(line).content.decode()
    line.organisation.exit_url = "https://weer.example.org/"
    line.organisation.save()
    assert 'href="https://weer.example.org/"' in ask(line).content.decode()


@pytest.mark.promise("A15")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", ["Veilig chatten", "Je browser onthoudt in de geschiedenis dat je hier was.", "Je internetbedrijf"]),
        ("en", ["Chat safely", "Your browser remembers in its history", "Your internet provider"]),
    ],
)
def test_advice_is_honest_about_what_we_cannot_do(language, told):
    line = LineFactory()
    answer = ask(line, f"safe/?lang={language}")
    page = answer.content.decode()
    assert [words for words in told if words not in page] == []
    assert f'<html lang="{language}">' in page
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    for end in ("", "frame/"):
        assert (
            f'href="/{line.organisation.slug}/{line.slug}/safe/?lang={language}"'
            in ask(line, f"{end}?lang={language}").content.decode()
        )


@pytest.mark.promise("A07", "A12")
def test_old_browser_finds_the_other_ways_without_any_script():
    """All of it is in the page: a script only shows it."""
    line = LineFactory()
    BranchFactory(organisation=line.organisation, name="Noord", email="noord@example.org", telephone="02 000 00 00")
    page = ask(line).content.decode()
    for start, end in (("<noscript>", "</noscript>"), ("data-old hidden>", "step__status")):
        part = page.partition(start)[2].partition(end)[0]
        assert 'href="mailto:noord@example.org"' in part
        assert 'href="tel:020000000"' in part


def test_script_for_old_browsers_is_old_itself():
    source = (STATIC / "visitor-old.js").read_text()
    assert [new for new in ("=>", "const ", "let ", "`", "?.", "import ", "class ") if new in source] == []
    assert 'type="module"' not in ask(LineFactory()).content.decode().partition("visitor-old.js")[0].rpartition("<")[2]


@pytest.mark.promise("A15")
@pytest.mark.parametrize(
    "name", ["visitor.html", *(path.name for path in (TEMPLATES / "chat/parts").glob("visitor_*"))]
)
def test_question_on_top_of_everything_has_the_way_out_in_it(name):
    """Whatever lies under an open dialog cannot be pressed, the button that is always in sight too."""
    path = next(path for path in (TEMPLATES / "chat").rglob(name))
    dialogs = path.read_text().split("<dialog")[1:]
    assert [dialog for dialog in dialogs if "data-exit" not in dialog.partition("</dialog>")[0]] == []


# What a quick exit cannot do: no way past the page before, and no hand in the browser's history.
LIMITS = (
    "With Back in your browser nobody comes to the talk. They may come to the page before it, such as the website with "
    "our button.",
    "Your browser remembers in its history that you were here. You can erase that.",
)


@pytest.mark.promise("A15")
@pytest.mark.parametrize("language", ["nl", "en", "fr", "de"])
def test_page_about_safety_says_in_each_language_what_a_quick_exit_cannot_do(language):
    line = LineFactory(languages=[language], organisation__languages=[language])
    page = html.unescape(ask(line, "safe/").content.decode())
    with translation.override(language):
        said = [translation.gettext(limit) for limit in LIMITS]
    assert [sentence for sentence in said if sentence not in page] == []
    assert len({*said, *LIMITS}) == (2 if language == "en" else 4)
