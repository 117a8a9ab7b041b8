"""What becomes anonymous goes in shuffled lots: who has all the data and every key cannot tell whose it was (goal L1)."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from helplines.tenancy import inside
from privacy import keys, registry, retention, sealing, shuffled
from privacy.models import ConversationKey, Lot, Waiting
from privacy.shuffled import LEAST, LONGEST, Store
from privacy.tasks import move_every_lot
from tests.factories.helplines import OrganisationFactory
from tests.threads import at_once

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
# All of goal L1's ten thousand with SOAK=1; so many show the same.
MANY = 10_000 if os.environ.get("SOAK") else 300
pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(monkeypatch):
    """What the store got, lot by lot."""
    lots: list[list[bytes]] = []
    monkeypatch.setattr(shuffled, "_stores", {})
    shuffled.sign_in(Store("answers", lambda _organisation_id, payloads: lots.append(payloads)))
    return lots


@pytest.fixture
def organisation():
    return OrganisationFactory()


def put(organisation, *payloads, now=NOON):
    for payload in payloads:
        shuffled.put(organisation_id=organisation.pk, store="answers", payload=payload, now=now)


def move(organisation):
    return shuffled.move(organisation_id=organisation.pk, store="answers")


def numbers(count, first=0):
    return [b"%05d" % number for number in range(first, first + count)]


def on_the_disk(organisation):
    """What waits, opened with every key, in the order in which the database keeps it."""
    with inside(organisation):
        lot = Lot.objects.get(organisation=organisation)
        key = keys.conversation_key(organisation.pk, lot.code)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT id, sealed FROM privacy_waiting ORDER BY ctid")
            else:
                cursor.execute("SELECT id, sealed FROM privacy_waiting ORDER BY rowid")
            rows = [(str(pk), sealing.unseal(key, sealed, shuffled.place_of(lot))) for pk, sealed in cursor]
    return rows


def matched(order, truth):
    """How many an attacker names rightly who takes this order for that in which people came."""
    return sum(found == came for found, came in zip(order, truth, strict=True))


def test_fewer_than_enough_wait(kept, organisation):
    put(organisation, *numbers(LEAST - 1))
    assert (move(organisation), kept, shuffled.waiting(organisation.pk, "answers")) == (0, [], LEAST - 1)


def test_enough_go_together_and_nothing_stays(kept, organisation, django_capture_on_commit_callbacks):
    put(organisation, *numbers(LEAST))
    with django_capture_on_commit_callbacks(execute=True):
        assert move(organisation) == LEAST
    assert [sorted(lot) for lot in kept] == [numbers(LEAST)]
    with inside(organisation):
        left = [Lot.objects.count(), Waiting.objects.count(), ConversationKey.objects.filter(what="lot").count()]
    assert (left, move(organisation)) == ([0, 0, 0], 0)


def test_every_lot_has_a_key_of_its_own(kept, organisation, django_capture_on_commit_callbacks):
    put(organisation, b"first")
    with inside(organisation):
        first = Lot.objects.get().code
    put(organisation, *numbers(LEAST))
    with django_capture_on_commit_callbacks(execute=True):
        move(organisation)
    put(organisation, b"next")
    with inside(organisation):
        assert (Lot.objects.get().code == first, keys.stored(organisation.pk, "lot")) == (
            False,
            {Lot.objects.get().code},
        )


def test_organisations_wait_apart(kept, organisation):
    other = OrganisationFactory()
    put(organisation, *numbers(LEAST - 1))
    put(other, *numbers(LEAST - 1))
    assert (move(organisation), move(other), kept) == (0, 0, [])


@pytest.mark.promise("G07", "F14")
def test_attacker_with_every_key_matches_nobody_better_than_by_chance(kept, organisation):
    """By id and by place on the disk while they wait; by the order in which the store gets them; by size."""
    said = numbers(MANY)
    by_id = by_place = looked = 0
    sizes = set()
    for first in range(0, MANY, LEAST):
        put(organisation, *said[first : first + LEAST])
        if first % 50 == 0:
            there, looked = on_the_disk(organisation), looked + LEAST
            by_place += matched([text for _id, text in there], said[first : first + LEAST])
            by_id += matched([text for _id, text in sorted(there)], said[first : first + LEAST])
            with inside(organisation):
                sizes |= {len(bytes(row)) for row in Waiting.objects.values_list("sealed", flat=True)}
        move(organisation)
    by_order = matched([text for lot in kept for text in lot], said)
    # One in ten is chance; five deviations above it never happen.
    assert by_order <= MANY / LEAST + 5 * (MANY * 0.09) ** 0.5
    assert max(by_id, by_place) <= looked / LEAST + 5 * (looked * 0.09) ** 0.5
    assert (len(kept), len(sizes)) == (MANY // LEAST, 1)


@pytest.mark.parametrize("attack", ["place on the disk", "order in the store"])
def test_without_the_shuffle_the_same_attacker_matches_them_all(kept, organisation, monkeypatch, attack):
    monkeypatch.setattr(shuffled.chance, "shuffle", lambda rows: None)
    put(organisation, *numbers(LEAST))
    if attack == "place on the disk":
        assert matched([text for _id, text in on_the_disk(organisation)], numbers(LEAST)) == LEAST
    else:
        with monkeypatch.context() as patch:
            # The database itself gives rows in no order of ours.
            patch.setattr(shuffled, "opened", lambda lot: [text for _id, text in on_the_disk(organisation)])
            move(organisation)
        assert matched(kept[0], numbers(LEAST)) == LEAST


def test_store_that_hides_nobody_is_refused():
    with pytest.raises(ValueError, match="wait for 10"):
        shuffled.sign_in(Store("few", lambda _organisation_id, _payloads: None, least=LEAST - 1))


def test_store_that_fails_keeps_the_lot(organisation, monkeypatch):
    def fail(_organisation_id, _payloads):
        raise RuntimeError

    monkeypatch.setattr(shuffled, "_stores", {"answers": Store("answers", fail)})
    put(organisation, *numbers(LEAST))
    with pytest.raises(RuntimeError):
        move(organisation)
    assert shuffled.waiting(organisation.pk, "answers") == LEAST


def test_one_that_cannot_be_opened_holds_nobody_up(kept, organisation):
    put(organisation, *numbers(LEAST + 1))
    with inside(organisation):
        broken = Waiting.objects.first()
        flipped = bytes([*bytes(broken.sealed)[:-1], bytes(broken.sealed)[-1] ^ 1])
        assert Waiting.objects.filter(pk=broken.pk).update(sealed=flipped) == 1
    assert (move(organisation), len(kept[0])) == (LEAST, LEAST)


def test_what_never_becomes_enough_goes_after_a_year(kept, organisation, django_capture_on_commit_callbacks):
    put(organisation, b"alone")
    one, last = retention.round_of(organisation.pk, "lots"), NOON + LONGEST
    assert (one.due(last - timedelta(days=1)), one.due(last)) == (0, 1)
    with django_capture_on_commit_callbacks(execute=True):
        one.erase(last)
    with inside(organisation):
        assert [Lot.objects.count(), Waiting.objects.count(), len(keys.stored(organisation.pk, "lot"))] == [0, 0, 0]


def test_key_of_a_job_that_was_killed_after_its_commit_is_destroyed(kept, organisation):
    """The lot is gone, its key is not: the next sweep a day later finds it."""
    put(organisation, b"one")
    with inside(organisation):
        Lot.objects.all().delete()
    one = retention.round_of(organisation.pk, "lots")
    assert (one.due(NOON), one.erase(NOON + timedelta(days=2)), keys.stored(organisation.pk, "lot")) == (0, 1, set())


def test_lot_without_its_key_makes_room_for_a_new_one(kept, organisation):
    put(organisation, *numbers(3))
    keys.destroy(organisation.pk, list(keys.stored(organisation.pk, "lot")))
    assert move(organisation) == 0
    put(organisation, b"next")
    assert [text for _id, text in on_the_disk(organisation)] == [b"next"]


def test_replay_takes_lots_without_keys_and_keys_without_lots(kept, organisation):
    put(organisation, *numbers(3))
    keys.destroy(organisation.pk, list(keys.stored(organisation.pk, "lot")))
    keys.new_conversation_key(organisation.pk, "lone", what="lot", expires_at=NOON)
    keys.new_conversation_key(organisation.pk, "talk")
    assert registry.eraser("lots").replay(organisation.pk) == 2
    with inside(organisation):
        left = (Lot.objects.count(), keys.stored(organisation.pk, "lot"), keys.stored(organisation.pk))
    assert left == (0, set(), {"talk"})


def test_beat_moves_every_lot_that_is_full(kept, organisation, done):
    put(organisation, *numbers(LEAST))
    put(OrganisationFactory(), *numbers(2))
    with done():
        move_every_lot()
    assert [sorted(lot) for lot in kept] == [numbers(LEAST)]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_there(kept, organisation):
    outcomes = at_once(lambda payload: put(organisation, payload), numbers(16))
    assert (outcomes, sorted(text for _id, text in on_the_disk(organisation))) == ([None] * 16, numbers(16))


@pytest.mark.django_db(transaction=True)
def test_two_jobs_move_a_lot_once(kept, organisation):
    put(organisation, *numbers(LEAST))
    assert sorted(at_once(lambda _number: move(organisation), [1, 2, 3])) == [0, 0, LEAST]
    assert len(kept) == 1
