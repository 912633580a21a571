"""The nightly monitor: false alarms in a year, and how soon a fall is found. Every night has new answers."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.monitor import (
    ItemSums,
    MonitorRule,
    answer_variance,
    evidence,
    highest_log_evidence,
    level_of_start,
    long_run_factor,
    night_variance,
    wandering,
)
from tests.support.simulated_nights import Nights, log_evidence, share_alarmed
from tests.support.sizes import at_every_size, bounds, replications

LOG_20 = np.log(20.0)
FULL = 10_000


def test_the_evidence_never_exceeds_its_bound():
    rng = np.random.default_rng(1)
    means, variance = 0.7 + 0.05 * rng.standard_normal((200, 40)), rng.uniform(1e-5, 1e-2, 200)
    for tolerance in (0.0, 0.01):
        rule = MonitorRule(tolerance=tolerance)
        assert (evidence(means, variance, rule).log_e <= highest_log_evidence(means, variance, rule) + 1e-3).all()


def rule_of(nights, tolerance):
    return MonitorRule(tolerance=tolerance, count_reference=nights.count_reference)


FALSE = [
    pytest.param(Nights(1, 365, 50, 0.1, shock=0.01), 0.01, id="one-reference-night-shocks"),
    # Hardly any item changes its answer, so the variance of a night rests on one or two of them.
    pytest.param(Nights(1, 365, 50, 0.005), 0.0, id="one-reference-night-no-tolerance"),
    *(
        pytest.param(
            Nights(reference, 365, items, variance, shock=shock),
            tolerance,
            id=f"{reference}-{items}-{variance}-{tolerance}",
            marks=pytest.mark.endurance,
        )
        for reference, items, variance, shock, tolerance in (
            *((r, n, s, 0.0, 0.0) for r in (1, 5) for n in (50, 300) for s in (0.1, 0.03, 0.005)),
            *((1, 300, s, 0.01, 0.01) for s in (0.1, 0.03, 0.005)),
            *((r, 50, 0.005, 0.0, 0.01) for r in (1, 5)),
        )
    ),
]
DETECTED = [
    pytest.param(Nights(5, 10, fall=0.05), 0.0, 0.05, 10, 0.88, id="5-points-after-five-reference-nights"),
    pytest.param(Nights(1, 40, fall=0.05, starts_after=30), 0.0, 0.05, 10, 0.95, id="5-points-after-30-clean-nights"),
    pytest.param(Nights(1, 45, fall=0.05, starts_after=30), 0.01, 0.05, 15, 0.90, id="the-same-with-tolerance"),
    pytest.param(Nights(5, 10, fall=0.07), 0.01, 0.05, 10, 0.93, id="7-points-with-tolerance"),
    pytest.param(Nights(5, 90, fall=0.05, drift_nights=100), 0.0, 0.05, 90, 0.90, id="drift-by-night-90"),
    pytest.param(Nights(5, 20, fall=0.07), 0.01, 0.005, 20, 0.90, id="one-of-ten-series-under-holm"),
    pytest.param(Nights(5, 20, fall=0.07), 0.01, level_of_start(0.05, 10, 1), 20, 0.95, id="first-start-of-ten-series"),
]


@at_every_size
@pytest.mark.parametrize(("nights", "tolerance"), FALSE)
def test_a_year_of_looks_raises_a_false_alarm_in_at_most_5_percent(nights, tolerance):
    _, most = bounds(0.0, 0.05, full=FULL)
    assert share_alarmed(nights, rule_of(nights, tolerance), 1, full=FULL) <= most


@at_every_size
@pytest.mark.parametrize(("nights", "tolerance", "alpha", "within", "share"), DETECTED)
def test_a_fall_is_found_in_time(nights, tolerance, alpha, within, share):
    least, _ = bounds(share, 1.0, full=FULL)
    assert share_alarmed(nights, rule_of(nights, tolerance), 3, full=FULL, within=within, alpha=alpha) >= least


@at_every_size
def test_a_year_of_all_series_and_restarts_raises_a_false_alarm_in_at_most_5_percent():
    """Four series a year, each of them started anew in the middle of the year, at what each start spends."""
    full, count_series, nights = FULL // 10, 4, Nights(5, 178, 50, 0.03, shock=0.01)
    years, rng = replications(full), np.random.default_rng(11)
    is_alarmed = np.zeros(years, dtype=bool)
    for start in (1, 2):
        enough = -np.log(level_of_start(0.05, count_series, start))
        for _ in range(count_series):
            found = log_evidence(nights, years, rule_of(nights, 0.01), rng)
            is_alarmed |= found.max(axis=1) >= enough
    _, most = bounds(0.0, 0.05, full=full)
    assert is_alarmed.mean() <= most


WANDERERS = {
    "wandering for days": (Nights(5, 145, shock=0.023, correlation=0.9), 0.95, 1.0),
    "independent": (Nights(5, 360), 0.0, 0.10),
    "shocks of one night": (Nights(5, 360, shock=0.01), 0.0, 0.10),
    "a lasting fall": (Nights(5, 145, fall=0.1, starts_after=70), 0.0, 0.10),
}


@at_every_size
@pytest.mark.parametrize("name", WANDERERS)
def test_a_level_that_wanders_is_marked_and_no_other(name):
    nights, least, most = WANDERERS[name]
    full = FULL // 10
    wanders = np.zeros(replications(full), dtype=bool)
    log_evidence(nights, wanders.size, rule_of(nights, 0.01), np.random.default_rng(7), wanders)
    least, most = (limit for limit in bounds(least, most, full=full))
    assert least <= wanders.mean() <= most


@pytest.mark.parametrize("level", [0.05, level_of_start(0.05, 10, 3)])
def test_a_larger_fall_never_alarms_later(level):
    """After six nights at 90%, models that answer from the same draws fall to 70, 50 and 0%."""
    rng, count = np.random.default_rng(9), 100
    draws = rng.random((12, count))
    alarms = []
    for right in (0.7, 0.5, 0.0):
        total, means = np.zeros(count), []
        for night, drawn in enumerate(draws):
            answers = (drawn < (0.9 if night < 6 else right)) * 1.0
            total += answers
            means.append(answers.mean())
            if night >= 5:
                known = np.array(means)[np.newaxis]
                spread = np.atleast_1d(answer_variance(ItemSums(np.full(count, night + 1.0), total, total)))
                log_e = evidence(known, night_variance(known, spread, count), MonitorRule()).log_e[0]
                if log_e >= -np.log(level):
                    alarms.append(night)
                    break
    assert len(alarms) == 3
    assert alarms == sorted(alarms, reverse=True)
    assert alarms[0] <= 8


def test_few_nights_and_equal_nights_do_not_wander():
    assert wandering(np.linspace(0.1, 0.9, 9)) is None
    assert wandering(np.full(30, 0.5)) is None


def test_the_long_run_factor_is_that_of_an_autoregression():
    """Of a first-order autoregression with 0.5 the first four correlations sum to 0.9375, so the factor is 2.875."""
    rng = np.random.default_rng(3)
    shocks, level, count = rng.standard_normal(100_000), 0.0, 100_000
    means = np.array([level := 0.5 * level + shock for shock in shocks])
    assert long_run_factor(wandering(means), count) == pytest.approx(2.875, rel=0.03)


def test_a_fall_within_the_tolerance_is_no_evidence():
    means = np.array([[0.8] * 5 + [0.795] * 360])
    assert evidence(means, np.array([1e-5]), MonitorRule()).log_e[0] < LOG_20


def test_neither_the_order_of_series_nor_a_rise_changes_the_evidence():
    rng = np.random.default_rng(5)
    means = 0.7 + 0.02 * rng.standard_normal((4, 30))
    variance = np.full(4, 4e-4)
    found = evidence(means, variance, MonitorRule()).log_e
    assert evidence(means[::-1], variance, MonitorRule()).log_e.tolist() == found[::-1].tolist()
    assert evidence(np.array([[0.5] * 5 + [0.9] * 30]), variance[:1], MonitorRule()).log_e[0] < 0


def test_items_that_never_change_still_have_a_variance():
    sums = ItemSums(np.full(300, 5.0), np.full(300, 5.0), np.full(300, 5.0))
    assert answer_variance(sums) > 0


def test_reference_nights_alone_are_refused():
    with pytest.raises(ValueError, match="5 reference nights"):
        evidence(np.full((1, 5), 0.8), np.array([1e-3]), MonitorRule())
