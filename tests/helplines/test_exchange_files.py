"""Files of a spreadsheet: what is written is read back, and what cannot be read is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helplines.exchange import files
from helplines.exchange.files import Unreadable, tidy

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_rows_come_back_as_they_were(rows):
    kept = [[tidy(cell) for cell in row] for row in rows]
    _head, records = files.read(files.written(["a", "b"], rows))
    assert [record.cells for record in records] == [row for row in kept if any(row)]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+32 2 555", "@SUM(A1)", "-x|y", "'+quoted", "''=x", "+a\\|b", "%x", "|x", "＝1+1", "＠a|b", "'＝x"],
)
def test_formula_is_written_as_text_and_comes_back(cell):
    data = files.written(["a"], [[cell]])
    assert data.decode("utf-8-sig").splitlines()[1].lstrip('"')[0] == "'"
    assert files.read(data)[1][0].cells == [cell]


@pytest.mark.parametrize("cell", [" =1+1", "\t=1+1", "\r@x", "\u00a0+1+1", "\n＝x"])
def test_formula_behind_a_space_is_written_as_text(cell):
    assert files.written(["a"], [[cell]]).decode("utf-8-sig").splitlines()[1].lstrip('"')[0] == "'"


@pytest.mark.parametrize("data", [b"a;b\r\n1;2\r\n", b"a,b\n1,2", b"\xef\xbb\xbfa;b\n1;2\n\n;\n", b'"a";"b"\n"1";"2"'])
def test_each_kind_of_file_is_read(data):
    assert files.read(data) == (["a", "b"], [(2, ["1", "2"])])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        ("naam\ncafé".encode("latin-1"), "not_utf8"),
        ("a;b".encode("utf-16"), "not_utf8"),
        (b"a\n\0", "not_utf8"),
        (b"a\n" + b"x" * 200_000, "not_csv"),
        (b"a\n" + b"x\n" * 501, "too_many"),
        (b"a" * (256 * 1024 + 1), "too_large"),
    ],
)
def test_file_that_cannot_be_read_says_why(data, code):
    with pytest.raises(Unreadable) as problem:
        files.read(data)
    assert problem.value.code == code
