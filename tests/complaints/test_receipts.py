"""The receipt code: nobody guesses it, and however somebody types it, it is the same one (goal D1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import receipts


def test_two_codes_are_never_alike_and_each_has_a_hundred_bits():
    codes = {receipts.new() for _one in range(2000)}
    assert len(codes) == 2000
    assert {len(code.replace("-", "")) for code in codes} == {20}
    assert len(receipts.ALPHABET) == 32
    assert set("".join(codes)) - {"-"} == set(receipts.ALPHABET)


@given(st.builds(receipts.new), st.sampled_from(["", " ", "  "]), st.booleans())
def test_code_is_known_however_it_is_typed(code, gap, small):
    written = gap.join(code.replace("-", gap or "-"))
    assert receipts.normal(written.lower() if small else written) == code


def test_letters_that_look_alike_are_taken_for_what_they_look_like():
    assert receipts.normal("OOOOO-IIIII-LLLLL-00000") == "00000-11111-11111-00000"


@pytest.mark.parametrize("written", ["", "7QK2M", "7QK2M-X0B9D-4TR8A-VNE3!", "7QK2M-X0B9D-4TR8A-VNE31-A", "é" * 20])
def test_what_is_no_code_is_none(written):
    assert receipts.normal(written) == ""
