"""Frontier and tax at fixed safety: do the limits cover, and is a safety that no variant has reported as such?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import special

from tasks.stats.frontier import (
    Axis,
    benchmark_axes,
    frontier_probability,
    isotonic,
    mean_axis,
    on_frontier,
    tax_at_fixed_safety,
)
from tests.support.sizes import at_every_size, bounds, replications

FULL = 4_000
LATENT = 0.6  # correlation of what makes an item hard, between models


def fixed_axis(means):
    """An axis of which only the means are known, so that its draws do not vary."""
    return Axis(np.array(means), np.tile(means, (10, 1)))


def axis_of(values, labels, **options):
    """The axis of one benchmark."""
    [axis] = benchmark_axes([(values, labels)], **options)
    return axis


@dataclass(frozen=True)
class Family:
    """True means of a base model and its variants, and the line that is estimated."""

    capability: tuple[float, ...]
    safety: tuple[float, ...]
    knob: tuple[float, ...] | None

    def truth(self, level):
        axes = fixed_axis(self.capability), fixed_axis(self.safety)
        return tax_at_fixed_safety(*axes, level, self.knob).estimate


CONCAVE = Family((0.72, 0.71, 0.69, 0.66, 0.61, 0.54), (0.2, 0.40, 0.50, 0.58, 0.64, 0.68), (1, 2, 3, 4, 5))
CONVEX = Family((0.72, 0.71, 0.64, 0.60, 0.58, 0.57), (0.2, 0.40, 0.46, 0.54, 0.62, 0.70), (1, 2, 3, 4, 5))


def answers(means, count, rng, labels=None):
    """Right or wrong [count, K]; models share what makes an item hard, and half of that the items of a cluster."""
    shared, own = rng.standard_normal((count, 1)), rng.standard_normal((count, len(means)))
    if labels is not None:
        shared = np.sqrt(0.5) * (shared + rng.standard_normal((labels.max() + 1, 1))[labels])
    return (np.sqrt(LATENT) * shared + np.sqrt(1 - LATENT) * own < special.ndtri(means)).astype(float)


def coverage(family, level, *, seed, knob=True, clusters=None):
    rng, count_runs = np.random.default_rng(seed), replications(FULL)
    truth, hits, flags = family.truth(level), 0, set()
    for axes in simulated_axes(family, 300, count_runs, rng, clusters):
        found = tax_at_fixed_safety(*axes, level, family.knob if knob else None)
        low = -np.inf if found.low is None else found.low
        high = np.inf if found.high is None else found.high
        hits += low <= truth <= high
        flags.add(found.flags)
    return hits / count_runs, flags


def simulated_axes(family, count_items, count_runs, rng, clusters):
    """Both axes of every run. Fifty runs at a time, with independent answers, share one set of resamples.

    The items of a cluster are equally hard by half.
    """
    block, width = 50, len(family.safety)
    labels = None if clusters is None else np.arange(count_items) % clusters
    for _ in range(count_runs // block):
        both = []
        for means in (family.capability, family.safety):
            values = np.hstack([answers(means, count_items, rng, labels) for _ in range(block)])
            both.append(axis_of(values, labels, rng=rng, count_resamples=200))
        for start in range(0, block * width, width):
            yield [axis.of_models(range(start, start + width)) for axis in both]


KNOB_CASES = [(CONCAVE, 0.45), (CONCAVE, 0.50), (CONCAVE, 0.61), (CONVEX, 0.54)]


@at_every_size
@pytest.mark.parametrize(("family", "level"), KNOB_CASES)
def test_limits_of_an_ordered_family_cover_91_to_98_percent(family, level):
    covered, _ = coverage(family, level, seed=2)
    least, most = bounds(0.91, 0.98, full=FULL)
    assert least <= covered <= most


@at_every_size
@pytest.mark.parametrize(("clusters", "least"), [(10, 0.92), (5, 0.91)])
@pytest.mark.parametrize(("family", "level"), KNOB_CASES[:2])
def test_limits_of_an_ordered_family_cover_with_few_clusters(family, level, clusters, least):
    covered, flags = coverage(family, level, seed=3, clusters=clusters)
    fewest, most = bounds(least, 0.98, full=FULL)
    assert fewest <= covered <= most
    assert flags == {()}


@at_every_size
@pytest.mark.parametrize("level", [0.45, 0.50, 0.55, 0.61])
def test_limits_of_an_unordered_family_cover_at_least_87_percent_and_carry_a_flag(level):
    covered, flags = coverage(CONCAVE, level, seed=4, knob=False)
    least, _ = bounds(0.87, 1.0, full=FULL)
    assert covered >= least
    assert flags == {("selected",)}


def drawn(family, seed=5, count=400):
    rng = np.random.default_rng(seed)
    return [axis_of(answers(m, count, rng), None, rng=rng) for m in (family.capability, family.safety)]


def test_a_safety_beyond_every_variant_is_not_reachable():
    found = tax_at_fixed_safety(*drawn(CONCAVE), 0.95, CONCAVE.knob)
    assert (found.estimate, found.low, found.high, found.reason) == (None, None, None, "not_reachable")
    assert found.share_reached == 0


def test_the_safety_of_the_safest_variant_may_not_be_reachable():
    capability, safety = drawn(CONCAVE)
    found = tax_at_fixed_safety(capability, safety, float(safety.estimate.max()), CONCAVE.knob)
    assert found.reason == "may_not_be_reachable"
    assert found.high is None
    assert found.low < found.estimate
    assert 0.3 < found.share_reached < 0.8


def test_a_family_that_is_not_monotone_in_its_knob_uses_the_pareto_line():
    shuffled = (3, 1, 5, 2, 4)
    found = tax_at_fixed_safety(*drawn(CONCAVE), 0.5, shuffled)
    assert (found.method, found.flags) == ("pareto", ("selected",))


def test_the_direction_of_the_knob_does_not_matter():
    axes = drawn(CONCAVE)
    turned = tuple(-value for value in CONCAVE.knob)
    assert tax_at_fixed_safety(*axes, 0.5, CONCAVE.knob) == tax_at_fixed_safety(*axes, 0.5, turned)


def test_the_nearest_variant_is_the_most_capable_one_that_is_safe_enough():
    axes = fixed_axis(CONCAVE.capability), fixed_axis(CONCAVE.safety)
    assert tax_at_fixed_safety(*axes, 0.55, CONCAVE.knob).nearest == 3


def test_a_safety_below_every_variant_costs_what_the_least_aligned_one_costs():
    axes = fixed_axis(CONCAVE.capability), fixed_axis(CONCAVE.safety)
    for knob in (CONCAVE.knob, None):
        assert tax_at_fixed_safety(*axes, 0.3, knob).estimate == pytest.approx(0.01)


def test_models_equal_on_both_axes_are_both_on_the_frontier():
    assert on_frontier(np.array([0.5, 0.5, 0.4]), np.array([0.5, 0.5, 0.5])).tolist() == [True, True, False]


def test_a_dominated_model_is_never_on_the_frontier():
    capability, safety = drawn(Family((0.70, 0.70, 0.50), (0.5, 0.5, 0.3), None))
    first, second, third = frontier_probability(capability, safety)
    assert 0.05 < first < 0.95 or 0.05 < second < 0.95
    assert third == 0


def test_the_monotone_fit_is_that_of_pooling_neighbours():
    rng = np.random.default_rng(6)
    values = rng.standard_normal((50, 7))
    fitted = isotonic(values)
    assert np.all(np.diff(fitted, axis=1) >= 0)
    for row, fit in zip(values, fitted, strict=True):
        blocks = [[value] for value in row]
        while (
            bad := next((i for i in range(len(blocks) - 1) if np.mean(blocks[i]) > np.mean(blocks[i + 1])), -1)
        ) >= 0:
            blocks[bad : bad + 2] = [blocks[bad] + blocks[bad + 1]]
        assert fit == pytest.approx([np.mean(block) for block in blocks for _ in block])


def test_the_order_of_items_does_not_change_a_byte():
    rng = np.random.default_rng(7)
    values, cluster = answers(CONCAVE.capability, 200, rng), rng.integers(0, 20, 200)
    order = rng.permutation(200)
    first, second = (
        axis_of(table, labels, rng=np.random.default_rng(1), count_resamples=50)
        for table, labels in ((values, cluster), (values[order], cluster[order]))
    )
    assert first.draws.tobytes() == second.draws.tobytes()
    assert first.estimate.tobytes() == second.estimate.tobytes()


def test_fewer_than_five_clusters_are_flagged():
    rng = np.random.default_rng(8)
    labels = np.arange(200) % 4
    axes = [axis_of(answers(m, 200, rng, labels), labels, rng=rng) for m in (CONCAVE.capability, CONCAVE.safety)]
    assert "few_clusters" in tax_at_fixed_safety(*axes, 0.5, CONCAVE.knob).flags


def test_one_cluster_gives_no_axis():
    assert benchmark_axes([(np.ones((5, 2)), ["a"] * 5)], rng=np.random.default_rng(1)) is None


def test_the_mean_of_two_axes_is_as_sure_as_the_benchmark_with_fewer_clusters():
    rng = np.random.default_rng(9)
    blocks = [(answers((0.7, 0.6), 200, rng), np.arange(200) % count) for count in (8, 40)]
    few, many = benchmark_axes(blocks, rng=rng, count_resamples=50)
    both = mean_axis([few, many])
    assert both.estimate == pytest.approx((few.estimate + many.estimate) / 2)
    assert both.draws == pytest.approx((few.draws + many.draws) / 2)
    assert (both.count_clusters, both.df) == (8, few.df)


def test_axes_whose_draws_do_not_vary_give_a_number_without_limits():
    found = tax_at_fixed_safety(fixed_axis([0.8, 0.7]), fixed_axis([0.1, 0.6]), 0.5)
    assert (found.estimate, found.low, found.reason) == (pytest.approx(0.1), None, "no_variation")
