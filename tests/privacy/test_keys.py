"""The key hierarchy: every level opens only what is its own, and a destroyed key is the end of what it sealed."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connections
from django.test import override_settings
from django_scopes.exceptions import ScopeError

from helplines.tenancy import across_organisations
from privacy import keys
from privacy.models import ConversationKey, OrganisationKey

pytestmark = pytest.mark.django_db


def encoded(byte: int, name: str = "new") -> str:
    return f"{name}:{base64.b64encode(bytes([byte]) * 32).decode()}"


def test_conversation_key_is_the_one_that_was_made():
    made = keys.new_conversation_key(1, "talk")
    assert keys.conversation_key(1, "talk") == made
    assert len(made) == 32


def test_a_second_key_for_a_conversation_is_refused():
    keys.new_conversation_key(1, "talk")
    with pytest.raises(ValueError, match="has a key"):
        keys.new_conversation_key(1, "talk")


def test_another_organisation_does_not_get_the_key():
    keys.new_conversation_key(1, "talk")
    with pytest.raises(keys.KeyGoneError):
        keys.conversation_key(2, "talk")


def test_destroyed_keys_are_gone_and_the_others_stay():
    for code in ("one", "two", "three"):
        keys.new_conversation_key(1, code)
    assert keys.destroy(1, ["one", "two"]) == 2
    assert set(keys.conversation_keys(1, ["one", "two", "three"])) == {"three"}


def test_destroying_reaches_no_other_organisation():
    keys.new_conversation_key(1, "talk")
    assert keys.destroy(2, ["talk"]) == 0
    assert keys.conversation_key(1, "talk")


def test_an_expiry_never_moves_later():
    keys.new_conversation_key(1, "talk")
    first = datetime(2026, 11, 21, tzinfo=UTC)
    for moment in (first, first + timedelta(days=9), first - timedelta(days=1)):
        keys.let_expire(1, {"talk": moment})
    with across_organisations():
        assert ConversationKey.objects.get().expires_at == first - timedelta(days=1)


def test_keys_stand_in_a_database_of_their_own():
    with across_organisations():
        assert ConversationKey.objects.all().db == "keys"
        assert OrganisationKey.objects.all().db == "keys"
    assert "privacy_conversationkey" not in connections["default"].introspection.table_names()
    assert "chat_conversation" not in connections["keys"].introspection.table_names()


def test_an_unscoped_look_raises():
    with pytest.raises(ScopeError):
        ConversationKey.objects.count()


def test_wrapped_keys_do_not_hold_the_keys():
    made = keys.new_conversation_key(1, "talk")
    _version, organisation_key = keys.organisation_key(1)
    with across_organisations():
        stored = bytes(ConversationKey.objects.get().wrapped) + bytes(OrganisationKey.objects.get().wrapped)
    assert made not in stored
    assert organisation_key not in stored


@pytest.mark.parametrize(
    "text", ["", "nonsense", "a:short", "a:" + "!" * 44, ":" + base64.b64encode(bytes(32)).decode()]
)
def test_malformed_master_keys_are_refused(text):
    with override_settings(MASTER_KEYS=text), pytest.raises(keys.MasterKeyError):
        keys.check_master_keys()


def test_a_wrong_master_key_is_told_and_makes_nothing_new():
    keys.new_conversation_key(1, "talk")
    with override_settings(MASTER_KEYS=encoded(7, "test")), pytest.raises(keys.MasterKeyError, match="not the one"):
        keys.check_master_keys()
    with across_organisations():
        assert OrganisationKey.objects.count() == 1


def test_a_missing_master_key_is_named():
    keys.new_conversation_key(1, "talk")
    with override_settings(MASTER_KEYS=encoded(7)), pytest.raises(keys.MasterKeyError, match="'test'"):
        keys.check_master_keys()


def test_a_newer_master_key_beside_the_old_one_opens_everything(settings):
    made = keys.new_conversation_key(1, "talk")
    settings.MASTER_KEYS = f"{encoded(7)},{settings.MASTER_KEYS}"
    keys.check_master_keys()
    assert keys.conversation_key(1, "talk") == made
    assert keys.master_keys().newest == "new"


def test_master_keys_do_not_show_themselves():
    assert base64.b64encode(bytes(range(32))).decode() not in repr(keys.master_keys())
    assert repr(bytes(range(32))) not in repr(keys.master_keys())


def test_fingerprints_differ_by_organisation_and_purpose():
    prints = {
        keys.fingerprint(1, "a", "secret"),
        keys.fingerprint(2, "a", "secret"),
        keys.fingerprint(1, "b", "secret"),
    }
    assert len(prints) == 3
    assert keys.fingerprint(1, "a", "secret") in prints


@pytest.mark.promise("F01", "F02", "F03")
@pytest.mark.parametrize(("seconds", "readable"), [(-1, True), (0, False), (1, False)])
def test_a_talk_is_unreadable_from_the_instant_it_expires(seconds, readable):
    keys.new_conversation_key(1, "talk")
    moment = datetime(2026, 12, 1, 12, tzinfo=UTC)
    keys.let_expire(1, {"talk": moment})
    with time_machine.travel(moment + timedelta(seconds=seconds), tick=False):
        assert set(keys.conversation_keys(1, ["talk"])) == ({"talk"} if readable else set())


@pytest.mark.promise("F13")
def test_expired_keys_are_destroyed_and_no_others():
    moment = datetime(2026, 12, 1, 12, tzinfo=UTC)
    for organisation, code in ((1, "due"), (1, "open"), (1, "later"), (2, "elsewhere")):
        keys.new_conversation_key(organisation, code)
    keys.let_expire(1, {"due": moment})
    keys.let_expire(1, {"later": moment + timedelta(seconds=1)})
    keys.let_expire(2, {"elsewhere": moment})
    assert [keys.destroy_expired(1, moment) for _twice in range(2)] == [1, 0]
    with across_organisations():
        assert set(ConversationKey.objects.values_list("conversation", flat=True)) == {"open", "later", "elsewhere"}
