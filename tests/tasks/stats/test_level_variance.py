"""The variance between wordings is found, an interval that holds it covers, and its p-value agrees with it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy import special

from tasks.stats.level_variance import AddedVariance, LevelVariances, level_variances, widened
from tasks.stats.overall import OverallSample
from tasks.stats.paired import paired_difference
from tests.support.sizes import at_every_size, bounds, replications

FULL = 2_000
TAX = 0.05


def drawn(rng, wordings, spread, *, items=300, clusters=None, base=0.7):
    """Differences [n, T] of two models: items are hard for both, and each wording moves each model on its own."""
    shifts = rng.normal(0, spread / 2**0.5, (2, 1, wordings))
    rates = np.clip(np.array([base, base - TAX]).reshape(2, 1, 1) + shifts, 0.001, 0.999)
    group = np.arange(items) % (clusters or items)
    shared = (0.1**0.5 * rng.normal(size=items)[group] + 0.5**0.5 * rng.normal(size=items))[:, np.newaxis]
    own = 0.25**0.5 * rng.normal(size=(2, items, 1)) + 0.15**0.5 * rng.normal(size=(2, items, wordings))
    right = (shared + own < special.ndtri(rates)).astype(float)
    return right[0] - right[1], group


def of_one(d, group):
    """The tax with its interval, wordings included."""
    items = partial(paired_difference, d.mean(axis=1), group)
    return widened(items, level_variances(d, group).added)


@at_every_size
@pytest.mark.parametrize("wordings", [3, 5])
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.05])
def test_the_interval_covers_the_tax_over_all_wordings(wordings, spread):
    rng, covered = np.random.default_rng([wordings, round(spread * 100)]), 0
    for _ in range(replications(FULL)):
        found = of_one(*drawn(rng, wordings, spread, clusters=100))
        covered += found.low <= TAX <= found.high
    # Without a variance between wordings the estimate of one widens the interval now and then.
    least, most = bounds(0.93 if wordings == 5 else 0.92, 0.97 if spread else 0.98, full=FULL)
    assert least <= covered / replications(FULL) <= most


@at_every_size
def test_the_interval_of_a_macro_tax_covers_with_five_wordings_of_each_benchmark():
    rng, covered, full = np.random.default_rng(8), 0, 1_000
    for _ in range(replications(full)):
        benchmarks = [drawn(rng, 5, spread, items=items)[0] for spread, items in ((0.05, 300), (0.03, 150))]
        d = np.concatenate([values.mean(axis=1) for values in benchmarks])
        places = np.repeat([0, 1], [300, 150]), np.arange(450), np.arange(450)
        added = AddedVariance.weighted((0.5, level_variances(values, None)) for values in benchmarks)
        found = widened(partial(OverallSample.of(d, *places).tax, weighting="macro"), added)
        covered += found.low <= TAX <= found.high
    least, most = bounds(0.93, 0.97, full=full)
    assert least <= covered / replications(full) <= most


def test_an_interval_of_the_items_alone_does_not_cover_where_wordings_matter():
    rng, covered = np.random.default_rng(3), 0
    for _ in range(200):
        d, group = drawn(rng, 3, 0.05)
        found = paired_difference(d.mean(axis=1), group)
        covered += found.low <= TAX <= found.high
    assert covered / 200 < 0.85


@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_the_variance_of_wordings_is_that_of_the_wordings_alone(spread):
    rng = np.random.default_rng(5)
    found = []
    for _ in range(400):
        level = rng.uniform(0.2, 0.8, 200)[:, None] + rng.normal(0, spread, 5)
        found.append(level_variances((rng.random((200, 5)) < level).astype(float), None).between.item())
    # Truncation at 0 adds a little where there is no variance: the noise of a mean is 0.001 there.
    assert np.mean(found) == pytest.approx(spread**2, abs=0.0004)


def test_the_pieces_are_those_of_a_two_way_analysis_of_variance():
    """Without clusters: MS_wordings = n s^2, and the residual mean square is n S V_mixed."""
    d, _ = drawn(np.random.default_rng(1), 4, 0.05, items=60)
    found = level_variances(d, None)
    residuals = d - d.mean(axis=1, keepdims=True) - d.mean(axis=0) + d.mean()
    mean_square = (residuals**2).sum() / (59 * 3)
    assert found.mixed.item() * 60 * 4 == pytest.approx(mean_square)
    assert found.between.item() == pytest.approx(max(d.mean(axis=0).var(ddof=1) - mean_square / 60, 0))
    assert found.items.item() == pytest.approx(paired_difference(d.mean(axis=1), None).standard_error ** 2)


@pytest.mark.parametrize(
    ("value", "cluster", "reason"),
    [
        ([[1.0], [0.0]], None, "one_wording"),
        ([[1.0, 0.0]], None, "one_item"),
        ([[1, 0], [0, 1]], [1, 1], "one_cluster"),
    ],
)
def test_a_variance_of_wordings_that_nothing_shows_has_a_reason(value, cluster, reason):
    assert level_variances(value, cluster) == reason


SPARSE = np.array([[1, 1, 1], [1, 0, 1], *[[0, 0, 0]] * 98], dtype=float)


@pytest.mark.parametrize("d", [SPARSE, drawn(np.random.default_rng(2), 3, 0.05)[0]], ids=["sparse", "dense"])
@pytest.mark.parametrize(
    "part", [level_variances(SPARSE, None), LevelVariances(*np.array([[0.1], [4], [1]]) * 1e-4, 3)]
)
def test_a_widened_interval_contains_the_items_interval_and_its_p_value_agrees_with_it(d, part):
    items = partial(paired_difference, d.mean(axis=1), None)
    added = part.added
    found = widened(items, added)
    assert found.low <= items().low < items().high <= found.high
    assert (found.method, found.df <= items().df) == (f"{items().method}_wordings", True)
    at_the_edge = widened(items, added, confidence=1 - found.p_value)
    assert min(abs(at_the_edge.low), abs(at_the_edge.high)) < 1e-6


def test_nothing_is_added_without_wordings():
    items = partial(paired_difference, SPARSE.mean(axis=1), None)
    assert AddedVariance.weighted([]) is None
    assert widened(items, None) == items()


def test_an_interval_that_is_unknown_stays_unknown():
    one_cluster = partial(paired_difference, [1.0, 0.0], [1, 1])
    added = level_variances(SPARSE, None).added
    assert widened(one_cluster, added) == one_cluster()
