import numpy as np
import pytest
from scipy import stats

from tasks.stats.unpaired import PublishedMean, unpaired_difference


def test_the_unpaired_difference_is_welchs():
    rng = np.random.default_rng(11)
    first, second = rng.normal(0.6, 0.2, 80), rng.normal(0.5, 0.4, 50)
    sides = [PublishedMean(x.mean(), x.std(ddof=1) / x.size**0.5, x.size) for x in (first, second)]
    ours, theirs = unpaired_difference(*sides), stats.ttest_ind(first, second, equal_var=False)
    interval = theirs.confidence_interval()
    assert ours.df == pytest.approx(theirs.df)
    assert [ours.p_value, ours.low, ours.high] == pytest.approx([theirs.pvalue, interval.low, interval.high])


def test_without_counts_of_items_the_limits_are_normal():
    result = unpaired_difference(PublishedMean(0.6, 0.03, None), PublishedMean(0.5, 0.04, None))
    assert (result.high - result.estimate) / 0.05 == pytest.approx(stats.norm.ppf(0.975))
    assert result.df is None


@pytest.mark.parametrize("error", [None, 0.0, float("nan")])
def test_a_side_without_a_standard_error_leaves_a_difference_without_limits(error):
    result = unpaired_difference(PublishedMean(0.6, 0.03, 10), PublishedMean(0.5, error, 10))
    assert (result.low, result.p_value, result.method, result.reason) == (None, None, None, "no_standard_error")
    assert result.estimate == pytest.approx(0.1)
