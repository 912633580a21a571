import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stats.missing import missing_bounds

scores = st.one_of(st.just(float("nan")), st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))
pairs = st.lists(st.tuples(scores, scores), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("reference", "candidate", "low", "high"),
    [
        ([1.0], [0.25], 0.75, 0.75),
        ([None], [0.25], -0.25, 0.75),
        ([0.75], [None], -0.25, 0.75),
        ([None], [None], -1, 1),
        ([1, 1, None, 0], [0, None, 0, 1], 0.0, 0.5),
    ],
)
def test_every_missing_score_takes_its_worst_value(reference, candidate, low, high):
    result = missing_bounds(reference, candidate)
    assert (result.low, result.high) == (low, high)


@given(pairs, st.randoms(use_true_random=False))
def test_any_values_for_the_missing_scores_give_a_tax_within_the_bounds(values, random):
    reference, candidate = np.array(values).T
    result = missing_bounds(reference, candidate)
    filled = [[random.random() if np.isnan(score) else score for score in scores] for scores in (reference, candidate)]
    assert result.low - 1e-12 <= np.mean(filled[0]) - np.mean(filled[1]) <= result.high + 1e-12
    share = (result.count_missing_reference + result.count_missing_candidate) / len(values)
    assert result.high - result.low == pytest.approx(share)


@given(pairs)
def test_swapping_the_models_mirrors_the_bounds(values):
    reference, candidate = np.array(values).T
    ours, theirs = missing_bounds(reference, candidate), missing_bounds(candidate, reference)
    assert [theirs.low, theirs.high] == pytest.approx([-ours.high, -ours.low])


def test_no_items_have_no_bounds():
    result = missing_bounds([], [])
    assert (result.low, result.high, result.count_items) == (None, None, 0)


@pytest.mark.parametrize(("reference", "candidate"), [([1.5], [0]), ([0.5, 0.5], [0.5])])
def test_scores_that_are_no_pairs_or_out_of_range_are_refused(reference, candidate):
    with pytest.raises(ValueError, match="expected"):
        missing_bounds(reference, candidate)
