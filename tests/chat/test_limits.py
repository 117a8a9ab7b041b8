"""How much one socket may send, and how many sockets one place may open."""

import pytest

from chat.limits import Bucket, Pace, Room, Seldom


def test_a_burst_passes_and_the_next_one_does_not():
    bucket = Bucket(burst=3, per_second=1)
    assert [bucket.take(100.0) for _ in range(5)] == [True, True, True, False, False]


def test_tokens_come_back_with_time_up_to_the_burst():
    bucket = Bucket(burst=2, per_second=2)
    assert [bucket.take(now) for now in (1.0, 1.0, 1.0, 1.5, 1.5, 60.0, 60.0, 60.0)] == [
        True, True, False, True, False, True, True, False,
    ]  # fmt: skip


def test_patience_ends_after_so_many_over_the_limit():
    bucket = Bucket(burst=1, per_second=1, patience=3)
    taken = [bucket.take(1.0) for _ in range(3)]
    assert (taken, bucket.exhausted) == ([True, False, False], False)
    bucket.take(1.0)
    assert bucket.exhausted


@pytest.mark.parametrize(("per_second", "ends"), [(4, False), (8, False), (50, True)])
def test_patience_ends_with_a_flood_and_never_with_haste(per_second, ends):
    bucket, over = Bucket(burst=20, per_second=3), False
    for number in range(20 * per_second):
        bucket.take(1 + number / per_second)
        over = over or bucket.exhausted
    assert over == ends


def test_seldom_counts_each_kind_by_itself():
    seldom = Seldom(2.5)
    assert [seldom.may("a", 0), seldom.may("a", 2.4), seldom.may("b", 2.4), seldom.may("a", 2.5)] == [
        True, False, True, True,
    ]  # fmt: skip


def test_a_room_is_full_for_one_name_only_and_forgets_who_left():
    room = Room()
    assert [room.enter("a", 2), room.enter("a", 2), room.enter("a", 2), room.enter("b", 2)] == [True, True, False, True]
    room.leave("a")
    assert room.enter("a", 2)
    for name in ("a", "a", "b"):
        room.leave(name)
    assert room.inside == {}


def test_a_pace_counts_each_name_by_the_minute():
    pace = Pace()
    assert [pace.may("a", 2, 1.0) for _ in range(3)] == [True, True, False]
    assert [pace.may("b", 2, 1.0), pace.may("a", 2, 31.0), pace.may("a", 2, 32.0)] == [True, True, False]
