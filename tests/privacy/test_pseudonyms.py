"""Marks of who comes again: the same within a window, nothing without the key, nothing once it is destroyed (D06, K4)."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connections

from privacy import keys, pseudonyms, retention
from privacy.models import PseudonymKey
from tests.factories.helplines import OrganisationFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.promise("D06")]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = "203.0.113.7"
SECOND = timedelta(seconds=1)


def marked(organisation_id: int, now: datetime, purpose: str = "contact") -> bytes:
    return pseudonyms.mark(pseudonyms.key_now(organisation_id, purpose, now)[1], ADDRESS)


def test_mark_of_one_window_is_the_same_and_of_the_next_another():
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    first = marked(1, NOON)
    assert marked(1, midnight - SECOND) == first
    assert marked(1, midnight) != first
    assert len(first) == 32


def test_mark_of_another_organisation_or_purpose_is_another():
    assert len({marked(1, NOON), marked(2, NOON), marked(1, NOON, "block")}) == 3


def test_mark_of_parts_is_not_that_of_the_same_letters_parted_otherwise():
    assert pseudonyms.mark(b"k" * 32, "ab", "c") != pseudonyms.mark(b"k" * 32, "a", "bc")


def test_mark_is_made_by_no_key_that_outlives_it():
    """K4: whoever has the data, the settings and even the organisation's key tries all addresses and finds none."""
    found = marked(1, NOON)
    outliving = [settings.SECRET_KEY.encode(), keys.organisation_key(1)[1], *keys.bus_keys()]
    spelt = [ADDRESS.encode(), pseudonyms.sealing.place(ADDRESS)]
    tried = [hmac.new(key, text, hashlib.sha256).digest() for key in outliving for text in spelt]
    tried += [hashlib.sha256(text).digest() for text in spelt]
    assert found not in tried
    # The same search with the right key finds it: the search is one that can succeed.
    right = pseudonyms.key_now(1, "contact", NOON)[1]
    assert found in [hmac.new(right, text, hashlib.sha256).digest() for text in spelt]


def test_key_of_the_window_before_is_there_until_nothing_of_it_counts():
    window, key = pseudonyms.key_now(1, "contact", NOON)
    last = datetime(2026, 11, 24, tzinfo=UTC)
    assert pseudonyms.keys_alive(1, "contact", last - SECOND) == {window: key}
    assert pseudonyms.keys_alive(1, "contact", last) == {}
    assert pseudonyms.keys_alive(2, "contact", NOON) == {}


def test_destroyed_key_comes_never_back():
    before = marked(1, NOON)
    gone_at = datetime(2026, 11, 24, tzinfo=UTC)
    assert (pseudonyms.destroy_due(1, gone_at - SECOND), pseudonyms.due(1, gone_at)) == (0, 1)
    assert (pseudonyms.destroy_due(1, gone_at), pseudonyms.destroy_due(1, gone_at)) == (1, 0)
    assert marked(1, NOON) != before


def test_sweep_of_one_organisation_destroys_its_own_keys():
    ours, other = OrganisationFactory(), OrganisationFactory()
    for organisation in (ours, other):
        pseudonyms.key_now(organisation.pk, "contact", NOON)
    sweep = retention.round_of(ours.pk, "pseudonym-keys")
    assert list(sweep.erase_all(NOON + timedelta(days=2))) == [1]
    assert [pseudonyms.due(one.pk, NOON + timedelta(days=2)) for one in (ours, other)] == [0, 1]


def test_key_that_is_kept_longer_is_never_made_shorter():
    window, key = pseudonyms.key_now(1, "block", NOON)
    assert pseudonyms.keep_until(1, "block", window, NOON + timedelta(days=9))
    assert pseudonyms.keep_until(1, "block", window, NOON + timedelta(days=3))
    assert pseudonyms.keys_alive(1, "block", NOON + timedelta(days=9) - SECOND) == {window: key}
    assert not pseudonyms.keep_until(1, "block", window + 1, NOON)


@pytest.mark.parametrize("night", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_window_is_24_true_hours_in_the_nights_of_the_clock_change(night):
    assert [pseudonyms.window_of(night + timedelta(hours=hour)) for hour in (0, 23, 24)] == [
        pseudonyms.window_of(night),
        pseudonyms.window_of(night),
        pseudonyms.window_of(night) + 1,
    ]


def test_key_lives_in_the_keys_database_and_nowhere_else():
    pseudonyms.key_now(1, "contact", NOON)
    assert "privacy_pseudonymkey" in connections["keys"].introspection.table_names()
    assert "privacy_pseudonymkey" not in connections["default"].introspection.table_names()


def test_key_stands_there_sealed():
    _window, key = pseudonyms.key_now(1, "contact", NOON)
    row = PseudonymKey.objects.with_scope(organisation=1).get()
    assert key not in bytes(row.wrapped)
    assert pseudonyms.opened(row) == key


@pytest.mark.django_db(transaction=True)
def test_first_marks_at_the_same_moment_are_made_with_one_key():
    keys.organisation_key(1)
    assert len(set(at_once(lambda _number: marked(1, NOON), range(8)))) == 1
