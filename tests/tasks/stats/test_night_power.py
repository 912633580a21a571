"""The items that a plan asks for are watched by the monitor itself, with answers to single items."""

from __future__ import annotations

import pytest

from tasks.stats.monitor import MonitorRule
from tasks.stats.night_power import Watch, items_for_nights
from tests.support.simulated_nights import Nights, share_alarmed
from tests.support.sizes import at_every_size, bounds

FULL = 4_000


def watch(count_series, count_nights, fall, count_reference=5):
    return Watch(count_nights, fall, MonitorRule(0.05 / (2 * count_series), 0.01, count_reference))


@at_every_size
@pytest.mark.parametrize(
    ("watched", "item_variance"),
    [
        pytest.param(watch(1, 10, 0.05), 0.1, id="one-series-10-nights"),
        pytest.param(watch(6, 30, 0.05), 0.1, id="six-series-30-nights"),
        pytest.param(watch(20, 30, 0.07), 0.1, id="twenty-series-a-large-fall"),
        pytest.param(watch(6, 30, 0.05), 0.06, id="answers-that-vary-less"),
        pytest.param(watch(6, 20, 0.05, 10), 0.15, id="ten-reference-nights"),
    ],
)
def test_the_monitor_sees_the_fall_four_times_in_five(watched, item_variance):
    count = items_for_nights(item_variance, watched)
    nights = Nights(watched.rule.count_reference, watched.count_nights, count, item_variance, watched.fall)
    share = share_alarmed(nights, watched.rule, 5, full=FULL, alpha=watched.rule.alpha)
    least, most = bounds(0.76, 0.84, full=FULL)
    assert least <= share <= most


def test_more_nights_a_larger_fall_and_fewer_series_need_fewer_items():
    counts = [
        items_for_nights(0.1, wanted)
        for wanted in (watch(1, 30, 0.1), watch(1, 30, 0.05), watch(6, 30, 0.05), watch(6, 10, 0.05))
    ]
    assert counts == sorted(counts)
    assert len(set(counts)) == 4


def test_no_number_of_items_is_stated_for_a_fall_that_a_million_would_not_show():
    assert items_for_nights(0.1, watch(1, 1, 0.0101)) is None


def test_a_fall_within_the_tolerance_is_refused():
    with pytest.raises(ValueError, match=r"above the tolerance 0\.01"):
        items_for_nights(0.1, watch(1, 30, 0.01))
