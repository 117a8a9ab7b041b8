"""The secret of a second step belongs to its person: moved to somebody else, it opens nothing."""

from importlib import import_module

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from privacy import factors
from tests.factories.helplines import MembershipFactory
from tests.helplines.factors import code_of, sign_in, with_app

pytestmark = pytest.mark.django_db
SHOW = "/account/second-step/sign-in/"
TOTP, CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
migration = import_module("privacy.migrations.0004_factors_of_their_person")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-20T12:00:05Z", tick=False) as clock:
        yield clock


def stored(staff, kind=TOTP):
    return Authenticator.objects.filter(user=staff, type=kind).values_list("data", flat=True).get()


def write(staff, data, kind=TOTP):
    """As somebody who can write in the database, past the program."""
    Authenticator.objects.filter(user=staff, type=kind).update(data=data)


def opens(staff, secret):
    """Whether the code of this app signs this person in."""
    return sign_in(staff).post(SHOW, {"code": code_of(secret)}).status_code == 302


@pytest.mark.promise("O03")
def test_code_of_ones_own_app_signs_in():
    staff = MembershipFactory().staff
    assert opens(staff, with_app(staff))


@pytest.mark.promise("O03")
def test_secrets_that_change_places_open_nothing_for_either():
    victim, attacker = MembershipFactory().staff, MembershipFactory().staff
    theirs, own = with_app(victim), with_app(attacker)
    one, other = stored(victim), stored(attacker)
    write(victim, other)
    write(attacker, one)
    assert [opens(victim, own), opens(victim, theirs), opens(attacker, theirs), opens(attacker, own)] == [False] * 4
    write(victim, one)
    assert opens(victim, theirs)


def test_spare_codes_that_change_places_open_nothing():
    victim, attacker = MembershipFactory().staff, MembershipFactory().staff
    with_app(victim)
    with_app(attacker)
    own = RecoveryCodes(Authenticator.objects.get(user=attacker, type=CODES)).generate_codes()
    write(victim, stored(attacker, CODES), CODES)
    assert sign_in(victim).post(SHOW, {"code": own[0]}).status_code == 200
    assert sign_in(attacker).post(SHOW, {"code": own[0]}).status_code == 302


def test_secret_that_still_waits_for_its_person_is_no_secret_in_a_row():
    """Somebody who sets up an app has such a one in their session, and knows what is in it."""
    victim, own = MembershipFactory().staff, "JBSWY3DPEHPK3PXP"
    with_app(victim)
    write(victim, {"secret": factors.seal(own)})
    assert not opens(victim, own)


def test_who_writes_another_name_on_a_secret_opens_nothing():
    victim, attacker = MembershipFactory().staff, MembershipFactory().staff
    with_app(victim)
    own = with_app(attacker)
    renamed = stored(attacker)["secret"].replace(f"for:{attacker.pk}:", f"for:{victim.pk}:")
    write(victim, {"secret": renamed})
    assert not opens(victim, own)


def test_person_hears_what_to_do_when_their_secret_opens_no_more(caplog):
    staff = MembershipFactory().staff
    secret = with_app(staff)
    write(staff, {"secret": "nonsense"})
    page = sign_in(staff).post(SHOW, {"code": code_of(secret)})
    assert "Ask your administrator to take it away" in page.content.decode()
    assert f"The secret of the second step of person {staff.pk} is not theirs." in caplog.messages


def test_secret_whose_master_key_is_gone_opens_nothing():
    staff = MembershipFactory().staff
    with_app(staff)
    row = Authenticator.objects.get(user=staff, type=TOTP)
    with override_settings(MASTER_KEYS="other:" + "A" * 43 + "="), pytest.raises(ValidationError):
        factors.SealedFactors().decrypt(row.data["secret"])


def test_row_that_is_stored_again_keeps_its_secret():
    staff = MembershipFactory().staff
    secret = with_app(staff)
    Authenticator.objects.get(user=staff, type=TOTP).save()
    Authenticator.objects.only("data").get(user=staff, type=TOTP).record_usage()
    assert opens(staff, secret)


# What was sealed before secrets had a person


def loosened(staff):
    """As the release before this one stored it."""
    migration.loosen(apps_before(), None)
    return stored(staff)


def apps_before():
    """Models as a migration sees them: without our hooks."""

    return MigrationLoader(connection).project_state([("privacy", "0004_factors_of_their_person")]).apps


def test_migration_binds_what_was_there_and_back():
    staff = MembershipFactory().staff
    secret = with_app(staff)
    before = loosened(staff)
    assert (before["secret"].count(":"), opens(staff, secret)) == (1, False)
    migration.bind(apps_before(), None)
    assert stored(staff)["secret"].startswith(f"for:{staff.pk}:totp:secret:")
    assert opens(staff, secret)


def test_migration_leaves_what_no_key_opens_and_goes_on(caplog):
    lost, kept = MembershipFactory().staff, MembershipFactory().staff
    with_app(lost)
    secret = with_app(kept)
    loosened(kept)
    write(lost, {"secret": "gone:AAAA"})
    migration.bind(apps_before(), None)
    assert (stored(lost), opens(kept, secret)) == ({"secret": "gone:AAAA"}, True)
    assert f"person {lost.pk} " in caplog.text
