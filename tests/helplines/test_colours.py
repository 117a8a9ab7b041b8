import pytest
from hypothesis import given
from hypothesis import strategies as st

from helplines.colours import contrast, nearest_readable

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
    ],
)
def test_contrast_is_as_wcag_defines_it(one, other, ratio):
    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == ratio


@given(colours)
def test_nearest_readable_colour_is_readable_and_leaves_a_readable_one_alone(colour):
    found = nearest_readable(colour, 4.5)
    assert contrast(found, "#ffffff") >= 4.5
    if contrast(colour, "#ffffff") >= 4.5:
        assert found == colour
