"""The page on which holders make, compare, retire and follow their keys."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from helplines.models import Role
from helplines.tenancy import across_organisations
from privacy import key_files
from privacy.models import AuditEntry, Holder
from tests.factories.helplines import MembershipFactory, OrganisationFactory, PolicyFactory
from tests.factories.vault import holder, identity_of, opened
from tests.privacy.test_vault import ADDRESS, begin, room

pytestmark = pytest.mark.django_db
PHRASE = "five words that hold well"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """Little work for each passphrase."""
    monkeypatch.setattr(key_files, "MEMORY", 8192)
    monkeypatch.setattr(key_files, "OPERATIONS", 1)


def signed_in(role=Role.ADMINISTRATOR, organisation=None):
    member = MembershipFactory(role=role, **({"organisation": organisation} if organisation else {}))
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.staff, backend=BACKEND)
    return client, member


def page_of(member):
    return f"/keys/{member.organisation.slug}/"


def asked(office="administrator", **otherwise):
    return {"step": "make", "office": office, "passphrase": PHRASE, "again": PHRASE, "sure": "on", **otherwise}


def keys_there():
    with across_organisations():
        return list(Holder.objects.order_by("pk"))


@pytest.mark.promise("D02")
def test_key_is_made_and_its_file_is_handed_out_once():
    client, member = signed_in()
    answer = client.post(page_of(member), asked())
    [made] = keys_there()
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="key-{member.organisation.slug}-administrator-{made.name}.json"'
    )
    assert "no-store" in answer.headers["Cache-Control"]
    assert json.loads(answer.content)["fingerprint"] == made.fingerprint
    assert key_files.read(answer.content, PHRASE).told["office"] == "administrator"
    page = client.get(page_of(member)).content.decode()
    assert page.count(made.fingerprint) == 1
    with across_organisations():
        entry = AuditEntry.objects.get(event="key-made")
    assert (entry.who, entry.what, entry.role) == (member.staff_id, made.name, "administrator")


@pytest.mark.promise("D03")
@pytest.mark.parametrize(
    ("role", "office"),
    [
        (Role.MANAGER, "dpo"),
        (Role.DPO, "management"),
        (Role.ADMINISTRATOR, "provider"),
        (Role.MANAGER, "administrator"),
    ],
)
def test_nobody_makes_a_key_of_an_office_that_is_not_theirs(role, office):
    client, member = signed_in(role)
    answer = client.post(page_of(member), asked(office))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert keys_there() == []


@pytest.mark.parametrize(
    "wrong",
    [{"passphrase": "short", "again": "short"}, {"again": PHRASE + "s"}, {"sure": ""}],
    ids=["weak", "not the same", "not sure"],
)
def test_form_that_is_not_right_makes_no_key_and_shows_no_passphrase(wrong):
    client, member = signed_in()
    page = client.post(page_of(member), asked(**wrong)).content.decode()
    assert keys_there() == []
    assert page.count('class="field__error"') == 1
    assert PHRASE not in page


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.AUDITOR])
def test_page_is_not_there_for_who_keeps_no_key(role):
    client, member = signed_in(role)
    assert client.get(page_of(member)).status_code == 404


@pytest.mark.parametrize("step", ["make", "retire", "follow"])
def test_every_step_asks_the_second_step_again(step, monkeypatch):
    client, member = signed_in()
    found, _private = holder(member.organisation)
    monkeypatch.setattr("helplines.second_factor.is_fresh", lambda request: False)
    answer = client.post(page_of(member), asked(step=step, key=found.name))
    assert (answer.status_code, answer.headers["Location"].startswith("/account/")) == (302, True)
    assert [key.retired_at for key in keys_there()] == [None]


def test_key_of_ones_own_office_is_taken_out_of_use_and_no_other():
    client, member = signed_in(Role.MANAGER)
    own, _private = holder(member.organisation, "management")
    other, _private = holder(member.organisation, "dpo")
    foreign, _private = holder(OrganisationFactory(), "management")
    for found in (own, other, foreign):
        client.post(page_of(member), {"step": "retire", "key": found.name})
    assert [key.name for key in keys_there() if key.retired_at is None] == [other.name, foreign.name]


def test_new_key_follows_an_old_one_from_the_page():
    line, _none = room()
    client, member = signed_in(organisation=line.organisation)
    old = client.post(page_of(member), asked()).content
    conversation = begin(line)
    client.post(page_of(member), {"step": "retire", "key": keys_there()[0].name})
    new = client.post(page_of(member), asked()).content
    form = {"step": "follow", "file": SimpleUploadedFile("key.json", old), "old_passphrase": PHRASE}
    page = client.post(page_of(member), form, follow=True).content.decode()
    assert "1 address now opens with the keys in use" in page
    assert opened(identity_of(conversation), key_files.read(new, PHRASE).private) == ADDRESS


def test_file_that_does_not_open_is_told():
    client, member = signed_in()
    form = {"step": "follow", "file": SimpleUploadedFile("key.json", b"{}"), "old_passphrase": PHRASE}
    page = client.post(page_of(member), form).content.decode()
    assert "This file does not open with this passphrase." in page


@pytest.mark.promise("D02", "D03")
def test_lacking_key_is_told_on_the_page_and_among_the_promises():
    client, member = signed_in(Role.DPO)
    PolicyFactory(organisation=member.organisation, values={"identity_holders": "management-dpo"})
    holder(member.organisation, "dpo")
    told = "for a key is missing of: management."
    assert "A key is missing of: management." in client.get(page_of(member)).content.decode()
    assert told in client.get(f"/promises/{member.organisation.slug}/").content.decode()
    holder(member.organisation, "management")
    assert "A key is missing" not in client.get(page_of(member)).content.decode()
    assert told not in client.get(f"/promises/{member.organisation.slug}/").content.decode()
