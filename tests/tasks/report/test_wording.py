import doctest

import pytest

from tasks.report import model_places, wording


@pytest.mark.parametrize("module", [wording, model_places])
def test_the_examples_of_the_docstrings_are_true(module):
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.056, "+5.6"), (-0.0123, "\u22121.2"), (0.0, "0.0"), (-0.0004, "0.0"), (0.0004, "0.0"), (1.0, "+100.0")],
)
def test_differences_are_points_with_one_decimal_and_a_true_minus(value, expected):
    assert wording.signed_points(value) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((0.1, 0.05, 0.15), "+10.0\u00a0[+5.0,\u00a0+15.0]"),
        ((0.1, None, 0.15), "+10.0 [\u2014 (one cluster)]"),
        ((None, None, None), "\u2014 (one cluster)"),
    ],
)
def test_what_is_missing_is_a_dash_with_its_reason(numbers, expected):
    assert wording.with_interval(*numbers, wording.signed_points, "one cluster") == expected


def test_a_missing_reason_is_said_to_be_missing():
    assert wording.stated(None, wording.points) == "\u2014 (no reason was recorded)"


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, "<0.001"), (0.00099, "<0.001"), (0.001, "0.001"), (1.0, "1.000")]
)
def test_small_probabilities_are_only_bounded(value, expected):
    assert wording.probability(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("café 模型", "café 模型"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\x00b", "a⟨U+0000⟩b"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("a\ud800b", "a⟨U+D800⟩b"),
        ("two\nlines", "two lines"),
    ],
)
def test_characters_that_cannot_be_seen_are_spelled_out(text, expected):
    assert wording.visible(text) == expected
