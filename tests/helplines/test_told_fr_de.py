"""What a French or German text may not say otherwise than the policy, and what bothers nobody there (N04)."""

import tomllib
from pathlib import Path

import polib
import pytest

from helplines import policies, policy_words, told_numbers
from helplines.policies import PolicyError, PolicyValues
from helplines.told_de import DE, GERMAN
from helplines.told_fr import FR, FRENCH
from privacy import promised
from privacy.promises import Verdict
from tests.factories.helplines import LineFactory
from tests.helplines import told_texts
from tests.helplines.test_told_numbers import VALUES, publish
from tests.privacy.test_promises import checked

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGES = ("nl", "en", "fr", "de")
HONEST = told_texts.lines(told_texts.FR_HONEST) + told_texts.lines(told_texts.DE_HONEST)
OTHERWISE = told_texts.otherwise(told_texts.FR_OTHERWISE) + told_texts.otherwise(told_texts.DE_OTHERWISE)


def fields(text, language, values=VALUES):
    return [found.field for found in told_numbers.contradictions(text, language, values)]


@pytest.mark.promise("N04")
@pytest.mark.parametrize("text", HONEST)
def test_number_that_is_kept_or_is_no_promise_bothers_nobody_in_a_text_of_any_language(text):
    assert [fields(text, language) for language in LANGUAGES] == [[]] * 4


@pytest.mark.promise("N04")
@pytest.mark.parametrize(
    "text",
    [
        "Onze medewerkers doen maximum 30 chats in 24 uur.",
        "Our volunteers do max 30 chats in 24 hours.",
        "You wait 10 minutes, or you terminate the conversation.",
        "We may block somebody, and the chat is open 24h a day.",
        "The conversation ends at 17 h. Die Antwort steht in 30 Minuten hier.",
        "Le chat ferme à 22 h. Une conversation dure 60 minutes.",
    ],
)
def test_words_that_two_tongues_share_lead_nobody_astray(text):
    """“Max”, “chat” and “in 24” are German too, and German does not know what “medewerkers” are."""
    assert [fields(text, language) for language in LANGUAGES] == [[]] * 4


@pytest.mark.promise("N04", "F01", "F02")
@pytest.mark.parametrize(("text", "field"), OTHERWISE)
def test_number_that_is_not_the_policys_is_found_in_a_text_of_any_language(text, field):
    assert [fields(text, language) for language in LANGUAGES] == [[field]] * 4


@pytest.mark.parametrize(("texts", "least"), [(HONEST, 80), (OTHERWISE, 60)])
def test_tables_are_long_and_say_nothing_twice(texts, least):
    assert len(set(texts)) == len(texts) >= least


@pytest.mark.parametrize(
    ("counting", "word", "number"),
    [(FR, "vingt et un", 21), (FR, "vingt-et-un", 21), (FR, "soixante-dix", 70), (FR, "septante", 70), (FR, "septante-deux", 72),
     (FR, "soixante et onze", 71), (FR, "soixante-dix-neuf", 79), (FR, "quatre-vingts", 80), (FR, "huitante", 80),
     (FR, "quatre-vingt-un", 81), (FR, "nonante-neuf", 99), (FR, "quatre-vingt-dix-neuf", 99), (FR, "dix-sept", 17),
     (DE, "einundzwanzig", 21), (DE, "dreißig", 30), (DE, "dreissig", 30), (DE, "siebzehn", 17), (DE, "neunundneunzig", 99),
     (DE, "anderthalb", 1.5), (DE, "zweieinhalb", 2.5)],
)  # fmt: skip
def test_number_words(counting, word, number):
    assert counting[word] == number


@pytest.mark.parametrize(("tongue", "unit"), [(FRENCH, "mois"), (GERMAN, "Monate")])
def test_every_number_in_words_means_what_its_digits_mean(tongue, unit):
    read = {
        word: [one.number for one in told_numbers.amounts_in(f"… {word} {unit}", tongue)] for word in tongue.counting
    }
    assert read == {word: [number] for word, number in tongue.counting.items()}
    assert set(range(1, 100)) <= set(tongue.counting.values())


@pytest.mark.parametrize(
    ("language", "text", "said", "kept"),
    [
        ("fr", "Nous gardons votre conversation six mois.", "six mois", "12 mois"),
        ("de", "Wir bewahren Ihr Gespräch sechs Monate auf.", "sechs Monate", "12 Monate"),
        ("nl", "We bewaren je gesprek zes maanden.", "zes maanden", "12 maanden"),
        ("en", "We keep your talk for six months.", "six months", "12 months"),
        ("fr", "Un blocage dure 24 heures.", "24 heures", "8 heures"),
        ("de", "Eine Sperre dauert 24 Stunden.", "24 Stunden", "8 Stunden"),
    ],
)
def test_what_is_kept_is_said_in_the_language_of_the_text(language, text, said, kept):
    [found] = told_numbers.contradictions(text, language, VALUES)
    assert (found.said, found.kept) == (said, kept)


def test_one_is_said_as_one():
    assert [told_numbers.kept_said("retention_months", 1, language) for language in LANGUAGES] == [
        "1 maand", "1 month", "1 mois", "1 Monat"
    ]  # fmt: skip


def shipped():
    """What the project itself brings: the words of its two catalogues, and of its made-up organisations in every language."""
    for language in ("fr", "de"):
        for entry in polib.pofile(str(ROOT / f"locale/{language}/LC_MESSAGES/django.po")):
            for said in (entry.msgstr, *entry.msgstr_plural.values()):
                yield language, said
    for path in sorted((ROOT / "config/demo/organisations").glob("*.toml")):
        yield from in_languages(tomllib.loads(path.read_text()))


def in_languages(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in LANGUAGES and isinstance(inner, str):
                yield name, inner
            yield from in_languages(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from in_languages(inner)


def test_nothing_that_the_project_brings_is_refused():
    texts = [(language, said) for language, said in shipped() if said]
    assert len(texts) > 500
    assert {language for language, _said in texts} == set(LANGUAGES)
    assert [(said, found) for language, said in texts for found in fields(said, language, PolicyValues())] == []


def test_made_up_organisations_keep_their_own_texts():
    """Read with the policy of each, and not only with that of the start."""
    read = 0
    for path in sorted((ROOT / "config/demo/organisations").glob("*.toml")):
        seed = tomllib.loads(path.read_text())
        values = policies.parse(seed.get("policy", {}))
        for language, said in in_languages(seed):
            read += 1
            assert (said, fields(said, language, values)) == (said, [])
    assert read > 20


SENTENCES = [
    ("fr", "Bienvenue. Nous gardons votre conversation six mois.", "Nous gardons votre conversation six mois."),
    ("de", "Willkommen. Wir bewahren Ihr Gespräch sechs Monate auf.", "Wir bewahren Ihr Gespräch sechs Monate auf."),
]


@pytest.mark.django_db
@pytest.mark.promise("N04")
@pytest.mark.parametrize(("language", "text", "sentence"), SENTENCES)
def test_policy_is_refused_with_the_sentence_that_contradicts_it(language, text, sentence):
    line = LineFactory(organisation__languages=[language])
    with pytest.raises(PolicyError) as refused:
        publish(line.organisation, retention_months=12, disclaimer={language: text})
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == (f"disclaimer.{language}", "number_not_kept")
    assert sentence in policy_words.problem_said(problem)
    assert publish(line.organisation, retention_months=6, disclaimer={language: text}).number


@pytest.mark.django_db
@pytest.mark.promise("N04")
@pytest.mark.parametrize(("language", "text", "sentence"), SENTENCES)
def test_policy_that_the_text_of_a_line_contradicts_is_refused(language, text, sentence):
    line = LineFactory(farewell={language: text})
    with pytest.raises(PolicyError) as refused:
        publish(line.organisation, retention_months=12)
    assert [(one.field, one.params["sentence"]) for one in refused.value.problems] == [
        (f"farewell.{language}", sentence)
    ]


@pytest.mark.django_db
@pytest.mark.promise("N04")
@pytest.mark.parametrize(("language", "text", "sentence"), SENTENCES)
def test_nightly_check_finds_a_text_that_came_in_another_way(language, text, sentence):
    line = LineFactory()
    publish(line.organisation, retention_months=12)
    assert checked(line.organisation, promised.texts_agree).verdict == Verdict.KEPT
    line.farewell = {language: text}
    line.save()
    assert checked(line.organisation, promised.texts_agree).rows == (f"line:{line.pk}:farewell.{language}",)
