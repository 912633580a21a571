import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tasks.stats.mean import mean_score


def test_many_right_and_many_wrong_answers_give_the_t_interval():
    values = np.array([1.0] * 60 + [0.0] * 40)
    result = mean_score(values, None)
    interval = stats.ttest_1samp(values, 0).confidence_interval()
    assert result.method == "t"
    assert [result.low, result.high] == pytest.approx([interval.low, interval.high])
    assert (result.p_value, result.count_discordant) == (None, None)


@pytest.mark.parametrize(("successes", "method"), [(9, "wilson_deff"), (10, "t"), (90, "t"), (91, "wilson_deff")])
def test_few_right_or_few_wrong_answers_give_the_score_interval(successes, method):
    assert mean_score([1.0] * successes + [0.0] * (100 - successes), None).method == method


@pytest.mark.parametrize("successes", [0, 3, 97, 100])
def test_the_score_interval_is_wilsons(successes):
    result = mean_score([1.0] * successes + [0.0] * (100 - successes), None)
    alpha = 2 * stats.norm.sf(stats.t.ppf(0.975, 99))  # Wilson at Student's quantile
    expected = proportion_confint(successes, 100, alpha=alpha, method="wilson")
    assert [result.low, result.high] == pytest.approx(expected, abs=1e-12)


def test_a_perfect_score_in_clusters_uses_the_prior_correlation():
    together = mean_score(np.ones(100), np.repeat(np.arange(10), 10))
    apart = mean_score(np.ones(100), None)
    assert (together.deff, together.high, together.estimate) == (pytest.approx(1.9), 1.0, 1.0)
    assert together.low < apart.low


def test_few_failures_use_at_least_the_prior_design_effect():
    # One failure in each of six clusters looks less than independent.
    values = np.ones(200)
    values[[5, 25, 45, 65, 85, 105]] = 0
    assert mean_score(values, np.repeat(np.arange(10), 20)).deff == pytest.approx(1 + 19 * 0.1)


def test_graded_scores_near_0_have_the_interval_of_binary_ones_with_their_mean():
    graded = mean_score([0.25] * 20 + [0.0] * 80, None)
    binary = mean_score([1.0] * 5 + [0.0] * 95, None)
    assert [graded.low, graded.high] == pytest.approx([binary.low, binary.high])


def test_graded_scores_have_the_standard_error_of_their_own_spread():
    grades = np.array([1.0] * 181 + [0.75] * 16 + [0.25] * 3)
    found = mean_score(grades, None)
    assert found.standard_error == pytest.approx(grades.std(ddof=1) / np.sqrt(grades.size))
    assert found.standard_error == pytest.approx(0.0079, abs=5e-5)
    assert found.method == "wilson_deff"


def test_equal_graded_scores_have_an_interval():
    result = mean_score([0.5] * 100, None)
    assert result.low < 0.5 < result.high


@pytest.mark.parametrize(
    ("values", "clusters", "reason"),
    [([], None, "no_items"), ([1], None, "one_item"), ([1, 0, 1], ["a"] * 3, "one_cluster")],
)
def test_a_result_without_an_interval_has_a_reason(values, clusters, reason):
    result = mean_score(values, clusters)
    assert (result.reason, result.low, result.high, result.standard_error) == (reason, None, None, None)


@pytest.mark.parametrize("bad", [[-0.1], [1.1], [0.5, None], [np.nan]])
def test_missing_scores_and_scores_out_of_range_are_refused(bad):
    with pytest.raises(ValueError, match=r"scores in \[0, 1\]"):
        mean_score(bad, None)
