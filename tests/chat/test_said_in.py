"""What an organisation wrote, or somebody said, carries its own language where that is another one (WCAG 3.1.2)."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from chat.wire import LANGUAGES
from helplines.models import Line
from tests.chat.sockets import talk
from tests.factories.helplines import LineFactory, OrganisationFactory, PolicyFactory, open_always

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
QUESTION = {
    "key": "age", "kind": "choice", "label": {"nl": "Hoe oud ben je?", "en": "How old are you?"},
    "why": {"nl": "Voor hulp die past", "en": "For help that fits"},
    "choices": [{"key": "young", "label": {"nl": "Jong", "en": "Young"}}, {"key": "old", "label": {"nl": "Oud", "en": "Old"}}],
}  # fmt: skip


def a_line(**texts: dict[str, str]) -> Line:
    organisation = OrganisationFactory(languages=["nl", "en"], about={"nl": "Wij zijn er", "en": "We are here"})
    made = LineFactory(organisation=organisation)
    open_always(made)
    values = {
        "greeting": {"nl": "Welkom bij ons", **texts},
        "disclaimer": {"nl": "Dit blijft hier"},
        "questions": [QUESTION],
    }
    PolicyFactory(organisation=organisation, values=values)
    return made


def read(line: Line, door: str, language: str) -> str:
    return Client().get(f"/{line.organisation.slug}/{line.slug}/{door}?lang={language}").content.decode()


def language_of(page: str, words: str) -> str | None:
    """The `lang` of the nearest element around these words that has one."""
    before = page[: page.index(words)]
    open_tags: list[tuple[str, str | None]] = []
    for closing, name, rest in re.findall(r"<(/?)([a-z0-9]+)((?:\s[^<>]*)?)>", before):
        if closing:
            while open_tags and open_tags.pop()[0] != name:
                pass
        elif name not in {"meta", "link", "input", "br", "img"}:
            found = re.search(r'\slang="([^"]*)"', rest)
            open_tags.append((name, found[1] if found else None))
    return next((spoken for _name, spoken in reversed(open_tags) if spoken is not None), None)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_is_in_the_language_that_was_chosen(language: str) -> None:
    page = read(a_line(), "", language)
    assert language_of(page, "<h1") == language


def test_text_that_is_only_in_another_language_says_so() -> None:
    page = read(a_line(), "", "en")
    assert [language_of(page, words) for words in ("Welkom bij ons", "Dit blijft hier", "We are here")] == [
        "nl",
        "nl",
        "en",
    ]
    assert [language_of(page, words) for words in ("How old are you?", "For help that fits", "Young")] == ["en"] * 3


def test_text_in_the_language_of_the_page_is_in_that_language() -> None:
    page = read(a_line(en="Welcome with us"), "", "en")
    assert language_of(page, "Welcome with us") == "en"
    assert "Welkom bij ons" not in page


def test_words_about_how_the_line_is_say_their_language_on_the_page_and_for_the_button() -> None:
    line = a_line()
    line.closed, line.button = {"nl": "Wij zijn er niet"}, {"nl": "Praat met ons", "en": "Talk with us"}
    line.save()
    # In the head stands what the script reads.
    body = read(line, "", "en").partition("<body")[2]
    assert language_of(body, "Wij zijn er niet") == "nl"
    told = Client().get(f"/{line.organisation.slug}/{line.slug}/status.json?lang=en").json()
    assert (told["text"], told["said_in"]) == ("Wij zijn er niet", {"text": "nl", "button": "en"})


def test_statement_of_privacy_says_in_which_language_its_text_is() -> None:
    page = read(a_line(), "privacy/", "en")
    assert (language_of(page, "Dit blijft hier"), language_of(page, "<h1")) == ("nl", "en")


@pytest.mark.asyncio
@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
@pytest.mark.usefixtures("live")
async def test_message_in_another_language_than_the_talk_says_so_at_once_and_later() -> None:
    async with talk() as (_line, client, counsellor, started):
        code = started["code"]
        for text, more in (("Hello", {"lang": "en"}), ("Dag", {})):
            await counsellor.say("say", talk=code, id=str(uuid4()), text=text, **more)
            said = await client.hear("said", text=text)
            assert said.get("lang") == more.get("lang")
            await counsellor.hear("stored")
        await client.say("since", seq=1)
        await counsellor.say("since", talk=code, seq=1)
        for reader in (client, counsellor):
            messages = (await reader.hear("history"))["messages"]
            assert [(one["text"], one.get("lang")) for one in messages] == [("Hello", "en"), ("Dag", None)]


@pytest.mark.asyncio
@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    "lang", ["", "e", "english", "en ", 'en"', "EN", "en-\u0000", 7, "es", "en-GB", "enfr", "en|fr"]
)
async def test_what_is_no_language_is_malformed(lang: object) -> None:
    async with talk() as (_line, client, counsellor, started):
        await counsellor.say("say", talk=started["code"], id=str(uuid4()), text="Hello", lang=lang)
        await counsellor.hear("refused", why="malformed")
        await client.say("say", id=str(uuid4()), text="Hello", lang="en")
        await client.hear("refused", why="malformed")


def test_frames_take_the_languages_in_which_organisations_write() -> None:
    assert set(LANGUAGES) == {code for code, _name in settings.CONTENT_LANGUAGES}
