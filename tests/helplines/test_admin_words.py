"""The administration in Dutch: our own words where those of the stock admin are stiff."""

import re

import pytest
from django.test import Client

from tests.helplines.admin_rooms import House, at, house

pytestmark = pytest.mark.django_db
NO_MAIL = "django.core.mail.backends.console.EmailBackend"
STIFF = re.compile(
    r"\b(Weet u|U kunt|Selecteer|geselecteerd\w* \w+ (wilt|verwijderen)|objecten|Opslaan|Broodkruimels)\b"
)


@pytest.fixture
def ours() -> House:
    return house("Ours")


@pytest.fixture
def client(ours: House) -> Client:
    client = Client(headers={"accept-language": "nl"})
    client.force_login(ours.admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_no_page_speaks_the_stiff_dutch_of_the_stock_admin(client, ours):
    found = {}
    for name, row in ours.rows.items():
        pages = [at(name, "changelist"), at(name, "change", row.pk), at(name, "add"), at(name, "delete", row.pk)]
        for page in pages:
            answer = client.get(page)
            words = re.sub(r"<(script|head)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
            if answer.status_code == 200 and (hit := STIFF.search(words)):
                found[page] = hit[0]
    assert found == {}


def test_who_chose_no_row_hears_it_plainly(client):
    page = client.post(
        at("branch", "changelist"), {"action": "delete_selected", "index": "0"}, follow=True
    ).content.decode()
    assert "Kies eerst een of meer rijen. Er is niets gewijzigd." in page


def test_list_is_named_after_what_is_in_it(client, ours):
    titles = [client.get(at(name, "changelist")).context["title"] for name in ("policy", "line", "membership")]
    assert titles == ["Versies van het beleid", "Lijnen", "Rollen van medewerkers"]


def test_button_of_an_invitation_says_what_it_does(client, ours, settings):
    with_mail = client.get(at("invitation", "add")).content.decode()
    settings.EMAIL_BACKEND = NO_MAIL
    without = client.get(at("invitation", "add")).content.decode()
    assert ("Verstuur de uitnodiging" in with_mail, "Maak de link" in without) == (True, True)
    assert ["Bewaren" in page for page in (with_mail, without)] == [False, False]


def test_agreement_is_read_as_text(client, ours):
    page = client.get(at("confidentialityagreement", "change", ours.rows["confidentialityagreement"].pk))
    words = page.content.decode()
    assert ("NL: Ik zwijg over wat ik hoor." in words, "{&quot;nl&quot;" in words) == (True, False)


def test_row_of_hours_is_added_in_plain_words(client, ours):
    page = client.get(at("line", "change", ours.line.pk)).content.decode()
    assert "Nog een rij: Openingstijd" in page
