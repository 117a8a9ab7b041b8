"""The way of a report is one table, and its terms are counted from the day that it came (I02)."""

from datetime import UTC, datetime, timedelta

import pytest

from complaints import steps
from complaints.models import ReportKind, ReportOutcome, ReportState
from complaints.steps import Kind, Move, Outcome, State, Terms

CAME = datetime(2026, 11, 1, 9, tzinfo=UTC)
# Everything that may be done; what does not stand here may not.
ALLOWED = {
    ("acknowledge", "received", "acknowledged"),
    ("take", "received", "handling"),
    ("take", "acknowledged", "handling"),
    ("take", "handling", "handling"),
    ("answer", "handling", "answered"),
    ("close", "answered", "closed"),
    ("add", "received", "received"),
    ("add", "acknowledged", "acknowledged"),
    ("add", "handling", "handling"),
    ("add", "answered", "handling"),
}


@pytest.mark.promise("I02")
def test_table_allows_these_moves_and_no_others():
    found = {
        (move.value, state.value, goal.value)
        for move in Move
        for state in State
        if (goal := steps.after(move, state)) is not None
    }
    assert found == ALLOWED


def test_closed_report_never_moves_again():
    assert [steps.after(move, State.CLOSED) for move in Move] == [None] * len(Move)


def test_handler_is_offered_what_the_table_allows_and_no_word_of_the_sender():
    assert [steps.moves_from(state) for state in State] == [
        [Move.ACKNOWLEDGE, Move.TAKE],
        [Move.TAKE],
        [Move.TAKE, Move.ANSWER],
        [Move.CLOSE],
        [],
    ]


@pytest.mark.parametrize(
    ("state", "answered", "days"),
    [
        ("received", None, 7),
        ("acknowledged", None, 42),
        ("handling", 10, 42),
        ("answered", 10, 40),
        ("closed", 10, None),
    ],
)
def test_term_of_a_step(state, answered, days):
    at = CAME + timedelta(days=answered) if answered else None
    expected = CAME + timedelta(days=days) if days else None
    assert Terms(7, 42, 30).due(State(state), CAME, at) == expected


def test_words_for_people_are_those_of_the_table():
    assert [set(ReportState.values), set(ReportKind.values), set(ReportOutcome.values)] == [
        {one.value for one in State},
        {one.value for one in Kind},
        {one.value for one in Outcome},
    ]


def test_every_outcome_fits_one_kind():
    fitting = [outcome for kind in Kind for outcome in steps.OUTCOMES[kind]]
    assert sorted(fitting) == sorted(Outcome)
