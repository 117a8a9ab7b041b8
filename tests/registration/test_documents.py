"""Reports as documents: their periods, and that a table fits its heads."""

from datetime import date

import pytest

from registration.documents import Cell, Offer, Progress, Row, Sheet, Span, spans_of


@pytest.mark.parametrize(
    ("name", "first", "last", "months"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), 1),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), 1),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), 3),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), 12),
    ],
)
def test_span_is_read_from_its_name(name, first, last, months):
    span = Span.named(name)
    assert (span.name, span.first, span.last, len(span.months)) == (name, first, last, months)


@pytest.mark.parametrize(
    "name", ["", "26", "2026-13", "2026-00", "2026-Q5", "2026-02-01", "2026-1", "0000", "9999-12 "]
)
def test_span_refuses_what_is_no_whole_period(name):
    with pytest.raises(ValueError, match=f"^{name}$"):
        Span.named(name)


def test_spans_are_offered_once_all_their_months_are_there():
    months = {date(2026, month, 1) for month in (2, 4, 5, 6, 7)}
    assert [span.name for span in spans_of(months)] == [
        "2026-07",
        "2026-Q2",
        "2026-06",
        "2026-05",
        "2026-04",
        "2026-02",
    ]
    year = {date(2025, month, 1) for month in range(1, 13)}
    assert next(spans_of(year)).name == "2025"


def test_cell_is_there_or_hidden():
    assert (Cell(10).count, Cell(None, hidden=True).count) == (10, None)
    for count, hidden in ((3, True), (None, False)):
        with pytest.raises(ValueError, match="hidden"):
            Cell(count, hidden)


def test_sheet_refuses_a_row_that_does_not_fit():
    row = Row(("Antwerp",), (Cell(10),))
    assert Sheet("regions", "Regions", "", ("Region", "Contacts"), 1, (row,)).rows == (row,)
    with pytest.raises(ValueError, match="regions"):
        Sheet("regions", "Regions", "", ("Region", "Age", "Contacts"), 2, (row,))


def test_offer_and_progress_tell_from_when_to_when():
    offer = Offer("contacts", "Contacts", "", (Span.named("2026-02"), Span.named("2025-Q4")), ())
    assert (offer.first, offer.last) == (date(2025, 10, 1), date(2026, 2, 28))
    assert Offer("contacts", "Contacts", "", (), ()).first is None
    assert [Progress(done, 3).is_done for done in (2, 3)] == [False, True]
