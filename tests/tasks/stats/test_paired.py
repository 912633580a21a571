"""Which method the rule chooses, and the reason where there is no interval."""

import numpy as np
import pytest
from scipy import stats

from tasks.stats.paired import paired_difference
from tasks.stats.score_intervals import bonett_price, tango


def differences(lost, gained, same, half=0):
    return np.array([1.0] * lost + [-1.0] * gained + [0.5] * half + [0.0] * same)


def spread(count, groups):
    """Cluster labels, given to the items in turn."""
    return np.arange(count) % groups


def test_many_differing_items_give_the_t_interval():
    d = differences(40, 20, 140)
    result = paired_difference(d, None)
    theirs = stats.ttest_1samp(d, 0)
    interval = theirs.confidence_interval()
    assert (result.method, result.deff) == ("t", 1.0)
    assert [result.low, result.high] == pytest.approx([interval.low, interval.high], rel=1e-12)
    assert result.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert result.df == pytest.approx(199)
    assert result.standard_error == pytest.approx(result.standard_error_naive)


def test_clusters_give_the_clustered_interval():
    result = paired_difference(differences(120, 0, 280), np.arange(400) // 7)
    t = stats.t.ppf(0.975, result.df)
    assert result.method == "cr2_bm"
    assert result.deff > 1
    assert [result.low, result.high] == pytest.approx(
        [result.estimate - t * result.standard_error, result.estimate + t * result.standard_error]
    )


@pytest.mark.parametrize(
    ("d", "expected"),
    [
        (differences(10, 0, 90), "t"),
        (differences(9, 0, 91), "tango_deff"),
        (differences(0, 0, 100), "tango_deff"),
        (differences(50, 0, 0), "tango_deff"),
        (differences(0, 50, 0), "tango_deff"),
        (differences(5, 0, 91, half=4), "bonett_price_deff"),
        (differences(5, 0, 90, half=5), "t"),
    ],
)
def test_the_method_without_clusters_depends_on_how_many_items_differ(d, expected):
    assert paired_difference(d, None).method == expected


def test_the_sparse_binary_interval_is_tangos_with_students_quantile():
    result = paired_difference(differences(5, 1, 94), None)
    t = stats.t.ppf(0.975, 99)
    assert [result.low, result.high] == [float(limit) for limit in tango(5, 1, 100, t)]
    assert result.p_value == pytest.approx(2 * stats.t.sf(4 / np.sqrt(6), 99))
    assert result.estimate == pytest.approx(0.04)
    assert result.standard_error == pytest.approx((result.high - result.low) / (2 * t))


def test_the_sparse_graded_interval_is_bonett_and_prices():
    d = differences(3, 1, 94, half=2)
    result = paired_difference(d, None)
    limits = bonett_price(d.mean(), np.mean(d**2), 100, stats.t.ppf(0.975, 99))
    assert [result.low, result.high] == pytest.approx([float(limit) for limit in limits])


def test_the_prior_correlation_is_used_where_no_item_differs():
    clusters = np.repeat(np.arange(10), 20)
    result = paired_difference(np.zeros(200), clusters, prior_icc=0.2)
    deff = 1 + 19 * 0.2
    margin = stats.t.ppf(0.975, 9) ** 2 * deff
    assert result.deff == pytest.approx(deff)
    assert result.high == pytest.approx(margin / (200 + margin))
    assert result.low == pytest.approx(-result.high)
    assert (result.estimate, result.p_value) == (0.0, 1.0)
    assert result.standard_error_naive is None


@pytest.mark.parametrize("sign", [1, -1])
def test_the_prior_correlation_is_used_where_every_item_is_lost_or_gained(sign):
    result = paired_difference(np.full(60, sign), np.repeat(np.arange(6), 10))
    assert (result.method, result.estimate) == ("tango_deff", sign)
    assert result.deff == pytest.approx(1.9)
    assert {result.low, result.high} > {sign}
    assert result.high - result.low > 0.1


def test_clusters_with_equal_means_have_an_interval_with_a_width():
    # Every cluster loses exactly half: CR2 is 0 although 100 items differ.
    result = paired_difference(np.tile([1.0, 0.0], 100), np.repeat(np.arange(10), 20))
    assert result.method == "tango_deff"
    assert result.deff == pytest.approx(2.9)
    assert result.high - result.low > 0.1


@pytest.mark.parametrize(
    ("d", "clusters", "reason", "estimate"),
    [
        ([], None, "no_paired_items", None),
        ([], [], "no_paired_items", None),
        ([1], None, "one_item", 1.0),
        ([0.25], ["a"], "one_cluster", 0.25),
        ([1, 0, 0, 1], ["a"] * 4, "one_cluster", 0.5),
        ([0.25] * 20, None, "all_differences_equal", 0.25),
        ([0.9 - 0.6, 0.8 - 0.5] * 10, None, "all_differences_equal", 0.3),
    ],
)
def test_a_result_without_an_interval_has_a_reason(d, clusters, reason, estimate):
    result = paired_difference(d, clusters)
    assert result.reason == reason
    assert result.estimate == (None if estimate is None else pytest.approx(estimate))
    undefined = (result.low, result.high, result.p_value, result.standard_error, result.method)
    assert undefined == (None,) * 5
    assert (result.count_items, result.count_clusters) == (len(d), len(d) if clusters is None else len(set(clusters)))


@pytest.mark.parametrize("groups", [1, 2, 4, 5])
def test_two_to_four_clusters_have_an_interval_and_a_flag(groups):
    result = paired_difference(differences(60, 30, 110), spread(200, groups))
    assert (result.low is None) == (groups == 1)
    assert ("few_clusters" in result.flags) == (groups in {2, 4})


@pytest.mark.parametrize(
    ("clusters_of_lost", "is_flagged"),
    [
        ([0, 1, 2, 3], True),  # four clusters decide
        ([0, 1, 2, 3, 4], False),
        ([0, 0, 0, 0, 0, 1, 2, 3, 4], True),  # five of nine in one
        ([0, 0, 0, 0, 1, 2, 3, 4], False),  # four of eight are not more than half
        ([], True),
    ],
)
def test_few_informative_clusters_have_a_flag(clusters_of_lost, is_flagged):
    clusters = np.concatenate([clusters_of_lost, spread(200, 20)])
    result = paired_difference(differences(len(clusters_of_lost), 0, 200), clusters)
    assert ("few_informative_clusters" in result.flags) == is_flagged


def test_independent_items_have_no_flag():
    assert paired_difference(differences(2, 0, 30), None).flags == ()
    assert paired_difference([1, 0, 0], None).flags == ()


@pytest.mark.parametrize("bad", [[0.1, np.nan], [0.1, None], [1.5], [-2.0], [np.inf], [[0.1]]])
def test_missing_differences_and_differences_out_of_range_are_refused(bad):
    with pytest.raises(ValueError, match=r"differences in \[-1, 1\]"):
        paired_difference(bad, None)
