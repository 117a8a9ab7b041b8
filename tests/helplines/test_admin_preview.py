"""What an administrator sees beside the form while writing a policy: what visitors will read, by the same code."""

import json
from typing import Any

import pytest
from django.test import Client

from helplines.models import Policy
from helplines.tenancy import across_organisations
from tests.factories.helplines import LineFactory, OpeningHoursFactory
from tests.helplines.admin_rooms import House, house, signed_in
from tests.helplines.policy_room import AGE, filled, page_of, promising_house

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> House:
    return promising_house()


@pytest.fixture
def client(ours: House) -> Client:
    return signed_in(ours.admin)


def look(client: Client, page: str, **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.post(page, filled(client, page, **{"step": "look", **changed})).content)
    return found


@pytest.mark.promise("N04", "A15")
def test_preview_says_what_the_page_of_the_visitor_will_say(client, ours):
    OpeningHoursFactory(line=ours.line, weekday=1)
    changed = {"disclaimer_en": "We are here: {{ hours }}. Told in {{ soft_minutes }}.", "soft_minutes": "45"}
    shown = look(client, page_of(ours), preview_of=f"{ours.line.slug}:en", **changed)["preview"]
    sentence = "We are here: Monday–Tuesday 13:00–17:00. Told in 45 minutes."
    reviewed = client.post(page_of(ours), filled(client, page_of(ours), **changed))
    publish = {name: reviewed.context[name] for name in ("values", "against")}
    client.post(page_of(ours), {"step": "publish", "reason": "So it is", **publish})
    visitor = Client().get(f"/{ours.organisation.slug}/{ours.line.slug}/?lang=en").content.decode()
    for words in (sentence, AGE["label"]["en"], AGE["why"]["en"], "under 18", "not required"):
        assert (words in shown, words in visitor) == (True, True)


def test_preview_holds_the_promises_as_sentences_in_the_language_that_is_looked_at(client, ours):
    shown = look(client, page_of(ours), preview_of=f"{ours.line.slug}:nl", soft_minutes="45")["preview"]
    assert "45 minuten" in shown
    assert "A talk is meant to end" not in shown


@pytest.mark.parametrize(("address", "heading"), [("informal", "Waar je op kan"), ("formal", "Waar u op kunt")])
def test_preview_speaks_as_the_line_does_and_the_page_around_it_says_je(client, ours, address, heading):
    ours.line.form_of_address = address
    with across_organisations():
        ours.line.save()
    shown = look(client, page_of(ours), preview_of=f"{ours.line.slug}:nl", disclaimer_nl="Wij zwijgen.")["preview"]
    page = client.get(page_of(ours), headers={"accept-language": "nl"}).content.decode()
    assert f"{heading} rekenen" in shown
    assert '<div class="preview" lang="nl">' in shown
    assert (" je " in page, " uw " in page) == (True, False)


def test_looking_publishes_nothing(client, ours):
    with across_organisations():
        before = Policy.objects.count()
    look(client, page_of(ours), soft_minutes="45")
    client.post(page_of(ours), filled(client, page_of(ours), step="preview", soft_minutes="45"))
    with across_organisations():
        assert Policy.objects.count() == before


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"soft_minutes": "0"}, {"id_soft_minutes": ["Give a whole number from 5 to 480."]}),
        (
            {"greeting_nl": "Dag {{ naam }}"},
            {"id_greeting": ["NL: We do not know {{ naam }}. Choose a name from the list."]},
        ),
        ({"questions-0-kind": ""}, {"id_questions-0-kind": ["This field is required."]}),
    ],
)
def test_what_is_wrong_comes_back_by_field(client, ours, changed, expected):
    assert look(client, page_of(ours), **changed) == {"preview": "", "errors": expected}


def test_without_a_script_a_button_shows_the_preview_and_keeps_all_that_was_filled_in(client, ours):
    answer = client.post(page_of(ours), filled(client, page_of(ours), step="preview", greeting_nl="Dag en welkom"))
    assert answer.context["form"]["greeting"].value() == ["Dag en welkom", "", "", ""]
    assert answer.context["preview"].greeting == "Dag en welkom"


def test_preview_is_of_own_lines_only(client, ours):
    theirs = house("Theirs")
    elsewhere = look(client, page_of(ours), preview_of=f"{theirs.line.slug}:nl")["preview"]
    places = client.get(page_of(ours)).context["places"]
    assert ({place.line for place in places}, theirs.mark in elsewhere) == ({ours.line}, False)
    for page in (page_of(theirs), page_of(theirs, line=True)):
        assert client.post(page, {"step": "look"}).status_code == 404


def test_preview_needs_the_token_of_the_form(ours):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ours.admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(page_of(ours), {"step": "look"}).status_code == 403


def test_organisation_without_a_chat_line_has_nothing_to_preview_yet(ours):
    with across_organisations():
        ours.line.kind = "telephone"
        ours.line.save()
    assert signed_in(ours.admin).get(page_of(ours)).context["preview"] is None


def test_text_in_a_preview_is_text(client, ours):
    LineFactory(organisation=ours.organisation)
    shown = look(client, page_of(ours), greeting_nl="<script>alert(1)</script>", preview_of=f"{ours.line.slug}:nl")
    assert ("<script>" in shown["preview"], "&lt;script&gt;" in shown["preview"]) == (False, True)
