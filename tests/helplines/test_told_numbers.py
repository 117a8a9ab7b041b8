"""A text cannot state a number that is not the policy's, and a number that is no promise bothers nobody (N04)."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from helplines import policies, policy_words, service, told_numbers
from helplines.policies import PolicyError, PolicyValues, Question
from helplines.told_nl_en import DUTCH_AND_ENGLISH as NL_EN
from tests.factories.helplines import LineFactory

VALUES = PolicyValues(
    retention_months=12,
    rejoin_minutes=5,
    block_hours=8,
    soft_minutes=60,
    silent_minutes=20,
    contact_limit=4,
    capacity=2,
)


def fields(text, values=VALUES):
    return [found.field for found in told_numbers.contradictions(text, "nl", values)]


@pytest.mark.promise("N04", "F01", "F02")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We bewaren je gesprek 6 maanden.", ["retention_months"]),
        ("We bewaren je gesprek een half jaar.", ["retention_months"]),
        ("Na zes maanden is je gesprek weg.", ["retention_months"]),
        ("Je gegevens worden na anderhalf jaar vernietigd.", ["retention_months"]),
        ("Everything is deleted after half a year.", ["retention_months"]),
        ("We keep your talk for eighteen months.", ["retention_months"]),
        ("We keep your messages for 30 days.", ["retention_months"]),
        ("Het gesprek wordt max. 6 maanden bewaard.", ["retention_months"]),
        ("Na een blokkering kan je na 24 uur terugkomen.", ["block_hours"]),
        ("We can block you for two days.", ["block_hours"]),
        ("Een gesprek duurt ongeveer drie kwartier.", ["soft_minutes"]),
        ("A talk lasts half an hour.", ["soft_minutes"]),
        ("Het gesprek stopt als je 10 minuten stil bent.", ["silent_minutes"]),
        ("Kom binnen tien minuten terug met dezelfde naam.", ["rejoin_minutes"]),
        ("You can come back within 15 minutes.", ["rejoin_minutes"]),
        ("Je kunt hoogstens vijf keer per 24 uur met ons praten.", ["contact_limit"]),
        ("You may have at most 3 talks in 24 hours.", ["contact_limit"]),
        ("Een hulpverlener heeft 3 gesprekken tegelijk.", ["capacity"]),
    ],
)
def test_number_that_is_not_the_policys_is_found(text, expected):
    assert fields(text) == expected


@pytest.mark.promise("N04")
@pytest.mark.parametrize(
    "text",
    [
        "We bewaren je gesprek 12 maanden.",
        "We bewaren je gesprek een jaar.",
        "Na twaalf maanden is alles weg.",
        "Je gesprek blijft {{ retention }} bewaard, en een back-up 7 dagen.",
        "Back-ups van je gesprek bewaren we 7 dagen.",
        "Een klacht over een gesprek bewaren we 2 jaar.",
        "Na je verzoek wissen we je gesprek binnen 1 maand.",
        "Een gesprek duurt een uur.",
        "Een gesprek duurt 60 minuten.",
        "A talk lasts one hour.",
        "Er is chat van 13 uur tot 17 uur, en het gesprek eindigt om 17 uur.",
        "De chat is open van 13.00 tot 17.00 uur.",
        "Wie meer dan 4 keer per 24 uur komt, kunnen we blokkeren.",
        "We kunnen iemand blokkeren, en we zijn er 24 uur per dag.",
        "Bel 112 of 0800 12 345.",
        "Je bent 16 jaar oud of ouder? Dan kan je hier een gesprek beginnen.",
        "Wij praten al 40 jaar met jongeren.",
        "We praten 40 keer per dag met iemand.",
        "Het is druk: kom over 10 minuten terug.",
        "Je wacht 10 minuten en dan begint je gesprek.",
        "Een gesprek duurt 45 tot 75 minuten.",
        "Twee en een half jaar geleden is een gesprek weggegaan.",
        "Valt het gesprek weg? Kom binnen vijf minuten terug.",
        "Je kunt 4 keer per dag met ons praten.",
        "Een blokkering duurt acht uur.",
        "Een hulpverlener heeft twee gesprekken tegelijk.",
        "We antwoorden op je e-mail binnen 3 dagen.",
        "Je gesprek is vertrouwelijk. Alles over 6 maanden school vind je elders.",
    ],
)
def test_number_that_is_no_promise_or_is_kept_bothers_nobody(text):
    assert fields(text) == []


@given(st.integers(1, 120), st.integers(1, 120))
def test_months_are_refused_exactly_when_they_differ(said, kept):
    found = fields(f"We bewaren je gesprek {said} maanden.", PolicyValues(retention_months=kept))
    assert found == ([] if said == kept else ["retention_months"])


@given(st.sampled_from(sorted(set(NL_EN.counting) - {"half", "a", "an", "anderhalf", "anderhalve"})))
def test_number_in_words_means_what_its_digits_mean(word):
    digits = int(NL_EN.counting[word])
    read = [list(told_numbers.amounts_in(f"na {said} maanden", NL_EN)) for said in (word, str(digits))]
    assert [(one.number, one.unit) for (one,) in read] == [(digits, "month")] * 2


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    assert all(found.sentence for found in told_numbers.contradictions(text, "nl", VALUES))


@given(st.text(alphabet="0123456789 +/.-()", max_size=60))
def test_telephone_numbers_are_no_promise(number):
    assert fields(f"We bewaren je gesprek niet voor altijd. Bel {number}.") == []


@pytest.mark.parametrize(
    ("word", "number"),
    [("eenentwintig", 21), ("tweeëntwintig", 22), ("drieënzestig", 63), ("vierentwintig", 24), ("forty-five", 45)],
)  # fmt: skip
def test_compound_number_words(word, number):
    assert NL_EN.counting[word] == number


@pytest.mark.promise("N04")
def test_policy_that_a_text_contradicts_is_refused_with_the_sentence():
    raw = {"retention_months": 12, "disclaimer": {"nl": "Je bent welkom. We bewaren je gesprek een half jaar."}}
    with pytest.raises(PolicyError) as refused:
        policies.parse(raw)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("disclaimer.nl", "number_not_kept")
    with translation.override("en"):
        said = policy_words.problem_said(problem)
    assert said == (
        "NL: “We bewaren je gesprek een half jaar.” says een half jaar, and your promise says 12 maanden. "
        "Make them the same, or let the program fill it in."
    )
    assert policies.parse({**raw, "retention_months": 6}).retention_months == 6


def test_why_of_a_question_is_read_too():
    why = {"en": "We keep your messages for 3 months."}
    values = PolicyValues(questions=(Question("q", "text", {"en": "Where?"}, why),))
    assert [(one.field, one.code) for one in policies.numbers_unkept(values)] == [
        ("questions.0.why.en", "number_not_kept")
    ]


def test_limit_in_a_text_without_a_limit_in_the_policy():
    found = list(told_numbers.contradictions("You may have at most 3 talks in 24 hours.", "en", PolicyValues()))
    assert [(one.field, one.said, one.kept) for one in found] == [("contact_limit", "3 talks", "–")]


@pytest.mark.promise("N04")
@pytest.mark.django_db
def test_promise_cannot_be_made_otherwise_under_a_text_or_a_line():
    """The organisation's text says 6 months: neither it nor a line of it can keep talks for 3."""
    line = LineFactory()
    texts = {"disclaimer": {"nl": "We bewaren je gesprek 6 maanden."}}
    kept = {"organisation": line.organisation, "reason": "Test", "author": None}
    service.publish_policy(values=texts, **kept)
    with pytest.raises(PolicyError) as refused:
        service.publish_policy(values={"retention_months": 3}, line=line, **kept)
    assert [(one.code, one.params["sentence"]) for one in refused.value.problems] == [
        ("number_not_kept", "We bewaren je gesprek 6 maanden.")
    ]


def publish(organisation, line=None, **values):
    return service.publish_policy(organisation=organisation, line=line, values=values, reason="The board", author=None)


@pytest.mark.django_db
@pytest.mark.promise("N04")
@pytest.mark.parametrize(
    ("owner", "name"), [("organisation", "about"), ("organisation", "secrecy"), ("line", "farewell"), ("line", "busy")]
)
def test_policy_that_a_text_beside_it_contradicts_is_refused_with_the_sentence(owner, name):
    said = {"nl": "Welkom. We bewaren je gesprek zes maanden."}
    line = LineFactory(**{name if owner == "line" else f"organisation__{name}": said})
    with pytest.raises(PolicyError) as refused:
        publish(line.organisation, retention_months=5)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == (f"{name}.nl", "number_not_kept")
    assert "We bewaren je gesprek zes maanden." in policy_words.problem_said(problem)
    assert publish(line.organisation, retention_months=6).number


@pytest.mark.django_db
@pytest.mark.promise("N04")
def test_what_a_line_does_otherwise_is_held_to_its_own_texts_alone():
    line = LineFactory(farewell={"nl": "Een blokkering duurt acht uur."})
    other = LineFactory(organisation=line.organisation)
    publish(line.organisation, block_hours=8)
    assert publish(line.organisation, other, block_hours=4).line == other
    with pytest.raises(PolicyError):
        publish(line.organisation, line, block_hours=4)
    publish(line.organisation, other, block_hours=8)
    with pytest.raises(PolicyError) as refused:
        publish(line.organisation, block_hours=4)
    assert [(one.field, one.params["line"]) for one in refused.value.problems] == [("farewell.nl", line.name)]
