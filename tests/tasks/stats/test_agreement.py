"""Agreement of two raters: equal to that of statsmodels, with an interval that covers and always has a width."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from tasks.stats.agreement import agreement
from tests.support.sizes import at_every_size, bounds, replications

FULL = 6_000


def table(first, second, count_classes):
    counts = np.zeros((count_classes, count_classes))
    np.add.at(counts, (first, second), 1)
    return counts


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count_classes", [2, 3, 5])
def test_kappa_and_its_standard_error_are_those_of_statsmodels(seed, count_classes):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, count_classes, 300)
    second = np.where(rng.random(300) < 0.7, first, rng.integers(0, count_classes, 300))
    ours, theirs = agreement(first, second).kappa, cohens_kappa(table(first, second, count_classes))
    assert ours.estimate == pytest.approx(theirs.kappa, abs=1e-12)
    # Theirs divides by n, ours by n - 1.
    assert ours.standard_error * np.sqrt(299 / 300) == pytest.approx(theirs.std_kappa, abs=1e-12)


def test_names_of_classes_and_order_of_rows_and_raters_do_not_matter():
    rng = np.random.default_rng(5)
    first, second = rng.integers(0, 3, 80), rng.integers(0, 3, 80)
    names, order = np.array(["z", "a", "m"]), rng.permutation(80)
    found = agreement(first, second).kappa
    for other in (
        agreement(names[first], names[second]),
        agreement(first[order], second[order]),
        agreement(second, first),
    ):
        assert other.kappa.estimate == pytest.approx(found.estimate, abs=1e-12)
        assert other.kappa.standard_error == pytest.approx(found.standard_error, abs=1e-12)


def test_perfect_agreement_has_an_interval_with_a_width():
    found = agreement(["a", "b"] * 15, ["a", "b"] * 15)
    assert (found.kappa.estimate, found.kappa.high) == (1.0, 1.0)
    assert 0.7 < found.kappa.low < 0.9


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [([], [], "no_items"), (["a"] * 9, ["a"] * 9, "one_class"), (["a"], ["b"], "one_item")],
)
def test_what_is_undefined_says_why(first, second, reason):
    found = agreement(first, second).kappa
    assert (found.estimate, found.low, found.standard_error, found.reason) == (None, None, None, reason)


def test_repeating_every_rating_in_its_cluster_does_not_narrow_the_interval():
    rng = np.random.default_rng(6)
    first = rng.integers(0, 2, 200)
    second = np.where(rng.random(200) < 0.8, first, 1 - first)
    alone = agreement(first, second).kappa
    twice = agreement(np.repeat(first, 2), np.repeat(second, 2), np.repeat(np.arange(200), 2)).kappa
    assert twice.estimate == pytest.approx(alone.estimate)
    assert twice.standard_error == pytest.approx(alone.standard_error)


@at_every_size
@pytest.mark.parametrize(
    ("error", "count", "shares", "count_clusters"),
    [(0.2, 100, (0.3, 0.7), None), (0.1, 200, (0.7, 0.2, 0.1), None), (0.1, 200, (0.9, 0.1), None),
     (0.02, 100, (0.5, 0.5), None), (0.1, 300, (0.7, 0.2, 0.1), 30)],
)  # fmt: skip
def test_the_interval_of_kappa_covers_at_least_93_percent(error, count, shares, count_clusters):
    rng = np.random.default_rng(7)
    shares = np.array(shares)
    given = shares * (1 - error) + (1 - shares) * error / (shares.size - 1)
    chance = float(shares @ given)
    true = (1 - error - chance) / (1 - chance)
    count_covered = 0
    for _ in range(replications(FULL)):
        clusters = None if count_clusters is None else rng.integers(0, count_clusters, count)
        rate = error if clusters is None else rng.beta(9 * error, 9 * (1 - error), count_clusters)[clusters]
        people = rng.choice(shares.size, count, p=shares)
        wrong = (people + rng.integers(1, shares.size, count)) % shares.size
        found = agreement(np.where(rng.random(count) < rate, wrong, people), people, clusters).kappa
        count_covered += found.low <= true <= found.high
    least, _ = bounds(0.93, 1.0, full=FULL)
    assert count_covered / replications(FULL) >= least
