"""A judge corrected by people: unbiased for any judge; its interval covers and is no wider than that of the labels."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.prediction_powered import prediction_powered_mean
from tests.support.sizes import at_every_size, bounds, replications

FULL = 8_000


def drawn(rng, *, count, count_others, rate, false_positive, false_negative, count_clusters=None):
    size = count + count_others
    clusters = None if count_clusters is None else rng.integers(0, count_clusters, size)
    chance = rate if clusters is None else rng.beta(9 * rate, 9 * (1 - rate), count_clusters)[clusters]
    people = (rng.random(size) < chance).astype(float)
    judge = np.where(people == 1, rng.random(size) >= false_negative, rng.random(size) < false_positive).astype(float)
    return people, judge, clusters


def test_with_weight_1_the_estimator_is_the_published_one():
    """Angelopoulos et al. 2023: the mean of f on the others minus the mean error on the labelled; variances add up."""
    rng = np.random.default_rng(1)
    people, judge, _ = drawn(rng, count=80, count_others=400, rate=0.4, false_positive=0.2, false_negative=0.1)
    found = prediction_powered_mean(people[:80], judge[:80], judge[80:], weight=1.0)
    errors = judge[:80] - people[:80]
    assert found.estimate == pytest.approx(judge[80:].mean() - errors.mean(), abs=1e-12)
    variance = judge[80:].var(ddof=1) / 400 + errors.var(ddof=1) / 80
    assert found.standard_error == pytest.approx(np.sqrt(variance), abs=1e-12)


def test_with_weight_0_the_estimator_is_the_mean_of_the_labels():
    rng = np.random.default_rng(2)
    people = rng.random(50)
    found = prediction_powered_mean(people, np.ones(50), np.ones(500))
    assert (found.weight, found.estimate) == (0.0, pytest.approx(people.mean()))
    assert found.standard_error == pytest.approx(people.std(ddof=1) / np.sqrt(50), abs=1e-12)


def test_a_perfect_judge_counts_as_much_as_people():
    rng = np.random.default_rng(3)
    values = rng.random(1_000)
    found = prediction_powered_mean(values[:100], values[:100], values[100:])
    assert found.weight == pytest.approx(0.9, abs=0.12)
    assert found.standard_error == pytest.approx(values.std() / np.sqrt(1_000), rel=0.15)


@pytest.mark.parametrize(
    ("count", "others", "constant", "reason"),
    [
        (9, 100, False, "few_labels"),
        (20, 0, False, "all_labelled"),
        (20, 100, True, "no_variance"),
        (0, 0, False, "few_labels"),
    ],
)
def test_what_is_undefined_says_why(count, others, constant, reason):
    people = np.ones(count) if constant else np.arange(count) % 2
    found = prediction_powered_mean(people, people, np.ones(others))
    assert (found.estimate, found.low, found.standard_error, found.reason) == (None, None, None, reason)


def test_changing_all_signs_mirrors_the_result():
    rng = np.random.default_rng(4)
    people, judge, others = rng.normal(size=60), rng.normal(size=60), rng.normal(size=300)
    judge += people
    found, mirrored = prediction_powered_mean(people, judge, others), prediction_powered_mean(-people, -judge, -others)
    assert (mirrored.estimate, mirrored.low) == (pytest.approx(-found.estimate), pytest.approx(-found.high))


@at_every_size
@pytest.mark.parametrize(
    ("count", "count_others", "rate", "false_positive", "false_negative", "count_clusters"),
    [(50, 500, 0.3, 0.1, 0.1, None), (100, 1_000, 0.5, 0.05, 0.05, None), (50, 500, 0.5, 0.5, 0.5, None),
     (100, 300, 0.3, 0.3, 0.0, None), (100, 1_000, 0.5, 0.05, 0.05, 30), (200, 600, 0.5, 0.1, 0.1, 100)],
)  # fmt: skip
def test_the_interval_covers_and_is_no_wider_than_that_of_the_labels(
    count, count_others, rate, false_positive, false_negative, count_clusters
):
    rng = np.random.default_rng(5)
    covered, errors, judge_errors, widths = 0, [], [], []
    for _ in range(replications(FULL)):
        people, judge, clusters = drawn(
            rng,
            count=count,
            count_others=count_others,
            rate=rate,
            false_positive=false_positive,
            false_negative=false_negative,
            count_clusters=count_clusters,
        )
        parts = None if clusters is None else (clusters[:count], clusters[count:])
        found = prediction_powered_mean(people[:count], judge[:count], judge[count:], parts)
        covered += found.low <= rate <= found.high
        errors.append(found.estimate - rate)
        judge_errors.append(found.judge_only - rate)
        widths.append(found.standard_error / found.people_only_standard_error)
    least, most = bounds(0.93, 0.97, full=FULL)
    assert least <= covered / replications(FULL) <= most
    # The tuned weight leaves a bias of about 1 over the number of labels, which is small beside the standard error.
    assert abs(np.mean(errors)) < 0.3 * np.std(errors)
    if false_positive != false_negative:
        assert abs(np.mean(judge_errors)) > 0.15  # the bias that is corrected
    assert np.mean(widths) < 1.005
