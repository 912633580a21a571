import pytest

from tasks.report.significance import Significance, change_in_words, significance_of
from tasks.report.tax_comparisons import TAXES


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, Significance.TAX),
        ({"tax_absolute": -0.05}, Significance.WINDFALL),
        ({"is_significant": False}, Significance.OPEN),
        ({"is_significant": None}, Significance.OPEN),
        ({"tax_absolute_low": None}, Significance.NO_INTERVAL),
        ({"tax_absolute_high": float("inf")}, Significance.NO_INTERVAL),
        ({"tax_absolute": float("nan")}, Significance.NO_ESTIMATE),
    ],
)
def test_a_tax_is_called_significant_only_with_an_interval(make_frames, row, expected):
    (printable,) = make_frames(alignment_tax=[row]).rows([TAXES])["alignment_tax"]
    assert significance_of(printable) is expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "better"),
        ({"higher_is_better": False}, "worse"),
        ({"is_significant": False}, "not significant"),
        ({"change_low": None}, "no interval"),
        ({"change": None}, "no estimate"),
    ],
)
def test_a_change_is_better_or_worse_only_where_it_is_significant(row, expected):
    change = {"change": 0.71, "change_low": 0.61, "change_high": 0.79, "is_significant": True, "higher_is_better": True}
    assert change_in_words(change | row) == expected
