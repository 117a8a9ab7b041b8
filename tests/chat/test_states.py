"""The table of moves."""

import pytest

from chat.states import MOVES, OPEN, OVER, IllegalMoveError, Party, State, Why, move


def test_open_and_over_are_all_states_and_share_none():
    assert set(State) == OPEN | OVER
    assert set() == OPEN & OVER


def test_no_move_leaves_a_state_that_is_over():
    assert [name for name, step in MOVES.items() if step.sources & OVER] == []


def test_every_state_but_the_first_can_be_reached():
    assert {step.target for step in MOVES.values()} == set(State)


@pytest.mark.parametrize(
    ("name", "by", "why"),
    [
        ("claim", Party.VISITOR, None),
        ("claim", Party.COUNSELLOR, Why.LEFT),
        ("close", Party.SYSTEM, Why.FINISHED),
        ("close", Party.COUNSELLOR, None),
        ("close", Party.COUNSELLOR, Why.LINE_CLOSED),
        ("abandon", Party.COUNSELLOR, Why.LEFT),
        ("refuse", Party.VISITOR, Why.LINE_CLOSED),
        ("lapse", Party.COUNSELLOR, Why.NO_ANSWER),
        ("lapse", Party.SYSTEM, Why.LEFT),
        ("resurrect", Party.SYSTEM, None),
    ],
)
def test_a_move_that_the_table_lacks_is_refused(name, by, why):
    with pytest.raises(IllegalMoveError):
        move(name, by=by, why=why)


def test_a_counsellor_closes_for_each_reason_of_the_protocol():
    reasons = [Why.FINISHED, Why.REFERRED, Why.NO_ANSWER, Why.MISUSE]
    assert {move("close", by=Party.COUNSELLOR, why=why).target for why in reasons} == {State.CLOSED}
