"""The nightly monitor: false alarms in a year, and how soon a fall is found. Items answer anew every night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from tasks.stats.monitor import ItemSums, MonitorRule, answer_variance, evidence, night_variance

LOG_20 = np.log(20.0)


@dataclass(frozen=True)
class Nights:
    """Beta item levels with the given mean variance p (1 - p) within items; what happens from which night on."""

    count_reference: int
    count_monitored: int
    count_items: int = 300
    item_variance: float = 0.1
    fall: float = 0.0
    starts_after: int = 0
    drift_nights: int = 0
    shock: float = 0.0


def log_evidence(nights, count_series, rule, rng):
    """Log evidence [count_series, monitored nights]."""
    size = (count_series, nights.count_items)
    # Beta(a, a c): mean 0.7; E[p (1 - p)] = 0.21 (1 - icc), so the correlation sets the variance within items.
    concentration = 1 / (1 - nights.item_variance / 0.21) - 1
    level = rng.beta(0.7 * concentration, 0.3 * concentration, size=size).astype(np.float32)
    total = np.zeros(size)
    means = np.zeros((count_series, nights.count_reference + nights.count_monitored))
    found = np.full((count_series, nights.count_monitored), -np.inf)
    for night in range(means.shape[1]):
        monitored = night - nights.count_reference
        lost = fall_on(nights, monitored) + rng.normal(0, nights.shock, (count_series, 1)) * (nights.shock > 0)
        answers = rng.random(size, dtype=np.float32) < level - shifted(level, lost)
        total += answers
        means[:, night] = answers.mean(axis=1)
        if monitored >= 0:
            sums = ItemSums(np.full(nights.count_items, night + 1.0), total, total)
            variance = night_variance(means[:, : night + 1], answer_variance(sums), nights.count_items)
            found[:, monitored] = evidence(means[:, : night + 1], variance, rule).log_e
    return found


def fall_on(nights, monitored):
    if monitored < nights.starts_after:
        return 0.0
    if nights.drift_nights:
        return nights.fall * min((monitored + 1) / nights.drift_nights, 1.0)
    return nights.fall


def shifted(level, lost):
    """What each item loses so that the mean loses ``lost``: items at 0 or 1 give least."""
    room = level * (1 - level)
    return np.asarray(lost / room.mean(axis=1, keepdims=True) * room, dtype=np.float32)


def share_alarmed(nights, count_series, rule, seed, *, within=None, alpha=0.05):
    found = log_evidence(nights, count_series, rule, np.random.default_rng(seed))
    last = nights.starts_after + within if within else found.shape[1]
    return float((found[:, :last].max(axis=1) >= np.log(1 / alpha)).mean())


def rule_of(nights, tolerance):
    return MonitorRule(tolerance=tolerance, count_reference=nights.count_reference)


FALSE = [
    pytest.param(Nights(1, 365, 50, 0.1, shock=0.01), 0.01, id="one-reference-night-shocks"),
    pytest.param(Nights(1, 365, 50, 0.03), 0.0, id="one-reference-night-no-tolerance"),
]
# Fifty items of which hardly one changes its answer: the variance of a night rests on one or two items, and 7 to 8% of
# years raise a false alarm without a tolerance. With the default tolerance of a point 1% do.
_TOO_FEW = pytest.mark.xfail(strict=True, reason="50 items, variance 0.005, tolerance 0: 7 to 8% of years alarm")
FALSE_FULL = [
    pytest.param(
        Nights(reference, 365, items, variance, shock=shock),
        tolerance,
        id=f"{reference}-{items}-{variance}-{tolerance}",
        marks=[_TOO_FEW] if (items, variance, tolerance) == (50, 0.005, 0.0) else [],
    )
    for reference, items, variance, shock, tolerance in (
        *((r, n, s, 0.0, 0.0) for r in (1, 5) for n in (50, 300) for s in (0.1, 0.03, 0.005)),
        *((1, 300, s, 0.01, 0.01) for s in (0.1, 0.03, 0.005)),
        *((r, 50, 0.005, 0.0, 0.01) for r in (1, 5)),
    )
]
DETECTED = [
    pytest.param(Nights(5, 10, fall=0.05), 0.0, 0.05, 10, 0.88, id="5-points-after-five-reference-nights"),
    pytest.param(Nights(1, 40, fall=0.05, starts_after=30), 0.0, 0.05, 10, 0.95, id="5-points-after-30-clean-nights"),
    pytest.param(Nights(1, 45, fall=0.05, starts_after=30), 0.01, 0.05, 15, 0.90, id="the-same-with-tolerance"),
    pytest.param(Nights(5, 10, fall=0.07), 0.01, 0.05, 10, 0.93, id="7-points-with-tolerance"),
    pytest.param(Nights(5, 90, fall=0.05, drift_nights=100), 0.0, 0.05, 90, 0.90, id="drift-by-night-90"),
    pytest.param(Nights(5, 20, fall=0.07), 0.01, 0.005, 20, 0.90, id="one-of-ten-series-under-holm"),
]


@pytest.mark.parametrize(("nights", "tolerance"), FALSE)
def test_a_year_of_looks_raises_few_false_alarms(nights, tolerance):
    assert share_alarmed(nights, 150, rule_of(nights, tolerance), 1) <= 0.055


@pytest.mark.accept
@pytest.mark.parametrize(("nights", "tolerance"), FALSE_FULL)
def test_a_year_of_looks_raises_few_false_alarms_in_every_setting(nights, tolerance):
    assert share_alarmed(nights, 1_000, rule_of(nights, tolerance), 2) <= 0.05


@pytest.mark.parametrize(("nights", "tolerance", "alpha", "within", "share"), DETECTED)
def test_a_fall_is_found_in_time(nights, tolerance, alpha, within, share):
    rule = rule_of(nights, tolerance)
    count = 2_000 if nights.count_monitored <= 20 else 500
    assert share_alarmed(nights, count, rule, 3, within=within, alpha=alpha) >= share - 0.005


@pytest.mark.accept
@pytest.mark.parametrize(("nights", "tolerance", "alpha", "within", "share"), DETECTED)
def test_a_fall_is_found_in_time_in_a_larger_simulation(nights, tolerance, alpha, within, share):
    assert share_alarmed(nights, 5_000, rule_of(nights, tolerance), 4, within=within, alpha=alpha) >= share


def test_a_fall_within_the_tolerance_is_none():
    means = np.array([[0.8] * 5 + [0.795] * 360])
    assert evidence(means, np.array([1e-5]), MonitorRule()).log_e[0] < LOG_20


def test_order_of_series_and_a_rise_do_not_matter():
    rng = np.random.default_rng(5)
    means = 0.7 + 0.02 * rng.standard_normal((4, 30))
    variance = np.full(4, 4e-4)
    found = evidence(means, variance, MonitorRule()).log_e
    assert evidence(means[::-1], variance, MonitorRule()).log_e.tolist() == found[::-1].tolist()
    assert evidence(np.array([[0.5] * 5 + [0.9] * 30]), variance[:1], MonitorRule()).log_e[0] < 0


def test_items_that_never_change_leave_a_variance():
    sums = ItemSums(np.full(300, 5.0), np.full(300, 5.0), np.full(300, 5.0))
    assert answer_variance(sums) > 0


def test_reference_nights_alone_are_no_evidence():
    with pytest.raises(ValueError, match="5 reference nights"):
        evidence(np.full((1, 5), 0.8), np.array([1e-3]), MonitorRule())
