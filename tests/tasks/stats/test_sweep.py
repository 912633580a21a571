"""Sweeps: is a true curve found where the same items are asked at every strength, and are real ones as published?"""

from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.sweep import (
    BEHAVIOUR_FORMS,
    HELPFULNESS_FORMS,
    Means,
    fit_form,
    fit_sweep,
    optimum,
    small_strength_range,
    sweep_means,
)
from tests.support.published_sweep import steering_sweep
from tests.support.sizes import at_every_size, bounds, replications

FULL = 4_000
STRENGTHS = np.linspace(-1, 1, 11)


def answers(count_runs, count_items, curvature, correlation, rng):
    """Scores [runs, n, R] of items whose difficulty is shared between strengths."""
    shared = rng.standard_normal((count_runs, count_items, 1)) * np.sqrt(correlation)
    own = rng.standard_normal((count_runs, count_items, STRENGTHS.size)) * np.sqrt(1 - correlation)
    return 0.6 + 0.1 * STRENGTHS - curvature * STRENGTHS**2 + 0.3 * (shared + own)


def shares_curved(curvature, correlation, *, count_runs, count_items=300, seed):
    """How often naive item-level AICc and the covariance penalty prefer the parabola to the line."""
    rng = np.random.default_rng(seed)
    naive = penalised = done = 0
    while done < count_runs:
        values = answers(min(100, count_runs - done), count_items, curvature, correlation, rng)
        line, parabola = (penalised_criteria(values, degree) for degree in (1, 2))
        penalised += int((parabola < line).sum())
        naive += naive_choices(values)
        done += len(values)
    return naive / done, penalised / done


def penalised_criteria(values, degree):
    """The covariance penalty of a polynomial, for every run at once."""
    mean = values.mean(axis=1)
    centred = values - mean[:, np.newaxis]
    tangent = np.vander(STRENGTHS, degree + 1)
    hat = tangent @ np.linalg.pinv(tangent)
    misfit = ((mean - mean @ hat) ** 2).sum(axis=1)
    count = values.shape[1]
    return misfit + 2 * np.einsum("rns,st,rnt->r", centred, hat, centred, optimize=True) / count / (count - 1)


@pytest.mark.parametrize(("form", "degree"), [("line", 1), ("parabola", 2)])
def test_the_criterion_of_a_polynomial_is_its_misfit_and_the_covariance_penalty(form, degree):
    values = answers(20, 100, 0.02, 0.6, np.random.default_rng(7))
    ours = [fit_form(form, sweep_means(STRENGTHS, sample, None)).criterion for sample in values]
    assert ours == pytest.approx(penalised_criteria(values, degree), rel=1e-9)


def naive_choices(values):
    """How often AICc prefers the parabola if the 11 n answers count as independent, with pooled residuals."""
    total = values.shape[1] * values.shape[2]
    mean = values.mean(axis=1)
    within = ((values - mean[:, np.newaxis]) ** 2).sum(axis=(1, 2))
    criteria = []
    for degree in (1, 2):
        tangent = np.vander(STRENGTHS, degree + 1)
        misfit = ((mean - mean @ (tangent @ np.linalg.pinv(tangent)).T) ** 2).sum(axis=1) * values.shape[1]
        count = degree + 2
        correction = 2 * count * (count + 1) / (total - count - 1)
        criteria.append(total * np.log((within + misfit) / total) + 2 * count + correction)
    return int((criteria[1] < criteria[0]).sum())


@at_every_size
def test_a_true_curve_is_found_twice_as_often_as_by_naive_item_level_selection():
    count_runs = replications(FULL)
    # Where the truth is a line, both rules choose a parabola in at most about 16% (a chi-square above 2) ...
    lines = [shares_curved(0.0, r, count_runs=count_runs, count_items=100, seed=3) for r in (0.0, 0.9)]
    worst = [max(false) for false in zip(*lines, strict=True)]
    _, most = bounds(0.0, 0.175, full=FULL)
    assert max(worst) <= most
    assert abs(worst[0] - worst[1]) <= 0.02 + (most - 0.175)
    # ... but where items are correlated, as in real sweeps, only the covariance penalty still finds a curve.
    naive, penalised = shares_curved(0.015, 0.9, count_runs=count_runs, seed=4)
    least, _ = bounds(0.4, 1.0, full=FULL)
    assert penalised >= least
    assert penalised >= 2 * naive - 2 * (0.4 - least)


@pytest.mark.parametrize(
    ("form", "curve", "parameters"),
    [
        ("line", lambda r: 0.5 + 0.1 * r, [0.5, 0.1]),
        ("parabola", lambda r: 0.6 + 0.1 * r - 0.2 * r**2, [0.6, 0.1, -0.2]),
        ("tanh", lambda r: (1 + np.tanh(0.8 * r + 0.3)) / 2, [0.8, 0.3]),
        ("bell", lambda r: 0.7 / (1 + 0.5 * (r - 0.25) ** 2), [0.7, 0.5, 0.25]),
    ],
)
def test_each_form_finds_its_own_parameters(form, curve, parameters):
    fit = fit_form(form, Means(STRENGTHS, curve(STRENGTHS), np.eye(11) * 1e-6, 99.0))
    assert fit.parameters == pytest.approx(parameters, abs=1e-5)
    assert fit.largest_residual < 1e-6


def test_concave_flat_and_rising_curves_are_recognised():
    rng = np.random.default_rng(4)
    for curvature, slope, shape in ((0.3, 0.0, "concave"), (0.0, 0.0, "flat"), (0.0, 0.2, "rising")):
        chance = 0.5 + slope * STRENGTHS - curvature * STRENGTHS**2
        values = (rng.random((400, 1)) + 0.1 * rng.standard_normal((400, 11)) < chance).astype(float)
        assert fit_sweep(STRENGTHS, values, None, forms=BEHAVIOUR_FORMS, rng=rng).shape == shape


def test_there_is_no_optimum_where_helpfulness_does_not_bend():
    alignment = Means(STRENGTHS, 0.5 + 0.1 * STRENGTHS, np.eye(11) * 1e-5, 99.0)
    helpfulness = Means(STRENGTHS, 0.6 - 0.01 * STRENGTHS, np.eye(11) * 1e-5, 99.0)
    found = optimum(alignment, helpfulness, 1.0, is_alignment_line=True)
    assert (found.strength.estimate, found.strength.reason) == (None, "no_interior_optimum")


def test_an_optimum_beyond_the_tried_strengths_is_none():
    alignment = Means(STRENGTHS, 0.5 + 0.1 * STRENGTHS, np.eye(11) * 1e-7, 99.0)
    helpfulness = Means(STRENGTHS, 0.6 - 0.01 * STRENGTHS**2, np.eye(11) * 1e-7, 99.0)
    found = optimum(alignment, helpfulness, 1.0, is_alignment_line=True)
    assert (found.strength.estimate, found.is_inside) == (None, False)
    assert found.strength.reason == found.window.reason == "outside_the_tried_strengths"


@pytest.mark.parametrize(("strengths", "count"), [([0, 1, 2], 10), ([0, 1, 2, 2], 10), ([0, 1, 2, 3], 1)])
def test_too_few_strengths_or_items_are_refused(strengths, count):
    with pytest.raises(ValueError, match="expected at least 4 different strengths"):
        sweep_means(strengths, np.ones((count, len(strengths))), None)


def test_the_order_of_items_and_strengths_changes_nothing():
    rng = np.random.default_rng(5)
    values, cluster = rng.random((60, 11)), rng.integers(0, 12, 60)
    items, strengths = rng.permutation(60), rng.permutation(11)
    first = fit_sweep(STRENGTHS, values, cluster, forms=BEHAVIOUR_FORMS, rng=np.random.default_rng(1))
    second = fit_sweep(
        STRENGTHS[strengths], values[np.ix_(items, strengths)], cluster[items],
        forms=BEHAVIOUR_FORMS, rng=np.random.default_rng(1),
    )  # fmt: skip
    assert first.shares == second.shares
    assert first.fits["tanh"].parameters.tobytes() == second.fits["tanh"].parameters.tobytes()


def criteria(strengths, values):
    means = sweep_means(strengths, values, None)
    return {form: 1e4 * fit_form(form, means).criterion for form in ("line", "parabola", "tanh", "bell")}, means


def test_real_steering_moves_behaviour_along_a_line(shared_data):
    strengths, values = steering_sweep(shared_data, "in_distribution")
    found, means = criteria(strengths, values)
    assert found["line"] == pytest.approx(238.36, abs=0.01)
    assert found["tanh"] == pytest.approx(238.59, abs=0.01)
    assert found["parabola"] == pytest.approx(243.57, abs=0.01)
    line = fit_form("line", means)
    assert line.parameters[1] == pytest.approx(0.02565, abs=1e-5)
    assert np.sqrt(line.covariance[1, 1]) == pytest.approx(0.0049, abs=5e-5)
    sweep = fit_sweep(strengths, values, None, forms=BEHAVIOUR_FORMS, rng=np.random.default_rng(1))
    assert (sweep.shown, sweep.shape) == ("line", "rising")
    assert (sweep.vertex.estimate, sweep.vertex.reason) == (None, "curvature_may_be_zero")
    assert small_strength_range(means, is_behaviour=True) == (-3.0, 3.0)


def test_real_steering_bends_truthfulness_with_its_best_strength_below_zero(shared_data):
    strengths, values = steering_sweep(shared_data, "truthful_qa")
    found, means = criteria(strengths, values)
    assert found["parabola"] == pytest.approx(30.54, abs=0.01)
    assert found["line"] == pytest.approx(37.33, abs=0.01)
    sweep = fit_sweep(strengths, values, None, forms=HELPFULNESS_FORMS, rng=np.random.default_rng(1))
    assert (sweep.shown, sweep.shape) == ("parabola", "concave")
    assert sweep.shares["line"] == 0
    assert sweep.vertex.estimate == pytest.approx(-0.381, abs=0.001)
    assert (round(sweep.vertex.low, 2), round(sweep.vertex.high, 2)) == (-0.76, -0.08)
    assert (
        small_strength_range(means, is_behaviour=False) is None
    )  # theory has its peak at 0, and the real one is elsewhere


def test_real_steering_has_a_best_strength_with_limits(shared_data):
    alignment, helpfulness = (
        sweep_means(*steering_sweep(shared_data, kind), None) for kind in ("in_distribution", "truthful_qa")
    )
    found = optimum(alignment, helpfulness, 1.0, is_alignment_line=True)
    assert found.is_inside
    assert found.strength.low < found.strength.estimate < found.strength.high
    assert found.window.estimate == pytest.approx(2 * found.strength.estimate)
