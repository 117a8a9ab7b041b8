"""Signing in and out, second steps, roles, policies and files are in the log of every organisation that they touch (M3)."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction
from django.test import Client
from django.urls import reverse

from helplines import invitations, proposals, second_factor, service
from helplines.exchange import service as exchange
from helplines.exchange.tables import table
from helplines.models import Invitation, Role
from helplines.tenancy import inside
from helplines.witness import AuditUnavailable
from tests.factories.helplines import (
    PASSWORD,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
)
from tests.helplines.factors import code_of, with_app
from tests.helplines.factors import sign_in as with_app_signed_in
from tests.logged import logged, take_the_pen

pytestmark = pytest.mark.django_db
SIGN_IN = "account_login"


def sign_in(client, staff, password=PASSWORD):
    return client.post(reverse(SIGN_IN), {"login": staff.username, "password": password})


@pytest.mark.promise("O09")
def test_signing_in_and_out_is_told_where_somebody_has_a_role(client: Client):
    here = MembershipFactory(role=Role.COUNSELLOR)
    there = MembershipFactory(staff=here.staff, role=Role.DPO)
    elsewhere = OrganisationFactory()
    sign_in(client, here.staff)
    client.post(reverse("account_logout"))
    told = [
        [(row.event, row.who, row.role) for row in logged(each, "signed-in", "signed-out")]
        for each in (here.organisation, there.organisation, elsewhere)
    ]
    person = here.staff_id
    assert told == [
        [("signed-in", person, "counsellor"), ("signed-out", person, "counsellor")],
        [("signed-in", person, "dpo"), ("signed-out", person, "dpo")],
        [],
    ]


def test_the_operator_is_seen_by_every_organisation(client: Client):
    first, second = OrganisationFactory(), OrganisationFactory()
    operator = StaffFactory(is_superuser=True)
    sign_in(client, operator)
    assert [[row.role for row in logged(each, "signed-in")] for each in (first, second)] == [["operator"]] * 2


def test_nobody_gets_in_when_the_log_is_down(client: Client, monkeypatch):
    member = MembershipFactory()
    take_the_pen(monkeypatch)
    assert sign_in(client, member.staff).status_code == 503
    monkeypatch.undo()
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("start")).status_code == 302


def test_everybody_gets_out_when_the_log_is_down(client: Client, monkeypatch):
    member = MembershipFactory()
    sign_in(client, member.staff)
    take_the_pen(monkeypatch)
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_lock_is_told_once(client: Client):
    member = MembershipFactory()
    for _try in range(9):
        sign_in(client, member.staff, password="wrong")
        client.post(reverse(SIGN_IN), {"login": "nobody-here", "password": "wrong"})
    [entry] = logged(member.organisation)
    assert (entry.event, entry.who, entry.what) == ("sign-in-locked", None, f"person:{member.staff_id}")


def test_second_step_taken_away_is_told_with_by_whom():
    member = MembershipFactory()
    administrator = MembershipFactory(organisation=member.organisation, role=Role.ADMINISTRATOR).staff
    Authenticator.objects.create(user=member.staff, type="totp", data={})
    second_factor.reset(staff=member.staff, by=administrator)
    _added, *told = [(row.event, row.who, row.what, row.why) for row in logged(member.organisation)]
    of = f"person:{member.staff_id}"
    assert told == [
        ("second-step-changed", administrator.pk, of, "reset"),
        ("session-ended", administrator.pk, of, "everywhere"),
    ]


def test_second_step_stays_when_the_log_is_down(monkeypatch):
    member = MembershipFactory()
    Authenticator.objects.create(user=member.staff, type="totp", data={})
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        second_factor.reset(staff=member.staff, by=None)
    assert Authenticator.objects.filter(user=member.staff).count() == 1


def test_policy_is_not_published_when_the_log_is_down(monkeypatch):
    organisation, author = OrganisationFactory(), StaffFactory()
    given = {"organisation": organisation, "values": {}, "reason": "why not", "author": author}
    version = service.publish_policy(**given)
    [entry] = logged(organisation)
    assert (entry.event, entry.who, entry.what) == ("policy-published", author.pk, f"policy:{version.pk}")
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        service.publish_policy(**given)
    assert newest(organisation) == version.pk


def newest(organisation):
    with inside(organisation):
        return proposals.newest_version(organisation)


def test_file_is_told_and_not_made_when_the_log_is_down(monkeypatch):
    organisation, person = OrganisationFactory(), StaffFactory()
    exchange.export(organisation=organisation, table=table("hours"), by=person)
    assert [(row.event, row.who, row.what) for row in logged(organisation)] == [("exported", person.pk, "list:hours")]
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        exchange.export(organisation=organisation, table=table("hours"), by=person)


def signed_in_with_app(member):
    """Who just showed their second step, so that every page about it opens."""
    return with_app_signed_in(member.staff, with_app(member.staff))


def factors_of(staff):
    return sorted(Authenticator.objects.filter(user=staff).values_list("pk", "type"))


def key_of(client):
    """The key that the page to set an app up offers."""
    return client.get(reverse("mfa_activate_totp")).context["form"].secret


def set_up(member):
    client = with_app_signed_in(member.staff)
    return client, "mfa_activate_totp", {"code": code_of(key_of(client))}


def take_down(member):
    return signed_in_with_app(member), "mfa_deactivate_totp", {}


def new_codes(member):
    return signed_in_with_app(member), "mfa_generate_recovery_codes", {}


CHANGED = [
    (set_up, ["added:recovery_codes", "added:totp"]),
    (take_down, ["removed:recovery_codes", "removed:totp"]),
    (new_codes, ["added:recovery_codes", "removed:recovery_codes"]),
]


@pytest.mark.promise("O09")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("begin", "said"), CHANGED)
def test_second_step_is_changed_and_told_by_the_person_itself(begin, said):
    member = MembershipFactory()
    client, page, form = begin(member)
    before, known = factors_of(member.staff), len(logged(member.organisation, "second-step-changed"))
    assert client.post(reverse(page), form).status_code == 302
    assert factors_of(member.staff) != before
    told = logged(member.organisation, "second-step-changed")[known:]
    assert sorted(entry.why for entry in told) == said
    assert {(entry.who, entry.what) for entry in told} == {(member.staff_id, "")}


@pytest.mark.promise("O09")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begin", [begin for begin, _said in CHANGED])
def test_second_step_stays_as_it_was_when_the_log_is_down(begin, monkeypatch):
    """Really committed or not: allauth tells its own signals after COMMIT."""
    member = MembershipFactory()
    client, page, form = begin(member)
    before = factors_of(member.staff)
    take_the_pen(monkeypatch)
    assert client.post(reverse(page), form).status_code == 503
    assert factors_of(member.staff) == before


@pytest.mark.django_db(transaction=True)
def test_passkey_stays_when_the_log_is_down(monkeypatch, settings):
    settings.MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
    member = MembershipFactory()
    key = Authenticator.objects.create(user=member.staff, type="webauthn", data={"name": "key", "credential": {}})
    client = signed_in_with_app(member)
    page = reverse("mfa_remove_webauthn", args=[key.pk])
    take_the_pen(monkeypatch)
    assert client.post(page).status_code == 503
    assert Authenticator.objects.filter(pk=key.pk).exists()
    monkeypatch.undo()
    assert client.post(page).status_code == 302
    assert logged(member.organisation, "second-step-changed")[-1].why == "removed:webauthn"


def test_passkey_is_not_added_when_the_log_is_down(monkeypatch):
    member = MembershipFactory()
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable), transaction.atomic():
        WebAuthn.add(member.staff, "key", {})
    assert factors_of(member.staff) == []


def test_using_a_second_step_is_no_change():
    member = MembershipFactory()
    signed_in_with_app(member)
    assert [entry.why for entry in logged(member.organisation, "second-step-changed")] == [
        "added:totp",
        "added:recovery_codes",
    ]


def test_withdrawn_invitation_is_told_with_by_whom(monkeypatch):
    invitation, administrator = InvitationFactory(), StaffFactory()
    organisation = invitation.organisation
    invitations.withdraw([invitation], by=administrator)
    told = [(row.event, row.who, row.what, row.why) for row in logged(organisation)]
    assert told == [("invitation-withdrawn", administrator.pk, f"invitation:{invitation.pk}", "withdrawn")]
    another = InvitationFactory(organisation=organisation)
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        invitations.withdraw([another], by=administrator)
    with inside(organisation):
        assert list(Invitation.objects.values_list("pk", flat=True)) == [another.pk]


def test_invitation_that_a_newer_one_follows_is_told():
    earlier, administrator = InvitationFactory(), StaffFactory()
    newer = InvitationFactory.build(organisation=earlier.organisation, email=earlier.email.upper())
    what = f"invitation:{earlier.pk}"
    invitations.invite(invitation=newer, lines=[], by=administrator)
    assert [(row.event, row.what, row.why) for row in logged(earlier.organisation)] == [
        ("invitation-withdrawn", what, "followed"),
        ("invited", f"invitation:{newer.pk}", "counsellor"),
    ]
