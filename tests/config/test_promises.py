"""The list of promises is whole, and a mark in a test is found."""

from pathlib import Path

from tests import promises


def test_list_holds_every_promise_once() -> None:
    found = promises.rows()
    lines = [line for line in promises.ROWS.read_text().splitlines() if line and not line.startswith("#")]
    assert (len(found), len(lines)) == (135, 135)
    assert list(found) == sorted(found)


def test_marks_are_found_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        'import pytest\n\n@pytest.mark.promise("A01", "A02")\ndef test_one():\n    assert True\n\n\n'
        "def test_two():\n    assert True\n"
    )
    assert promises.shown(tmp_path) == {"A01": ["test_it.py::test_one"], "A02": ["test_it.py::test_one"]}


def test_no_test_marks_a_promise_that_is_not_there() -> None:
    assert set(promises.shown()) - set(promises.rows()) == set()
