from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.reliability import measured_reliability, self_difference
from tests.support.sizes import at_every_size, bounds, replications

FULL = 4_000


def test_variance_components_are_those_of_the_analysis_of_variance():
    rng = np.random.default_rng(11)
    answers = (rng.random((40, 5)) < rng.random(40)[:, None]).astype(float)
    result = measured_reliability(answers.ravel(), np.repeat(np.arange(40), 5), None)
    within = answers.var(axis=1, ddof=1).mean()
    assert result.within.estimate == pytest.approx(within)
    assert result.between == pytest.approx(answers.mean(axis=1).var(ddof=1) - within / 5)
    assert result.noise_sd == pytest.approx((2 * within / 5 / 40) ** 0.5)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_change_a_bit(seed):
    rng = np.random.default_rng(seed)
    value, item, order = (rng.random(150) < 0.6).astype(float), np.arange(150) // 3, rng.permutation(150)
    found, shuffled = (
        (
            measured_reliability(value[rows], item[rows], None),
            self_difference(value[rows], item[rows], None, rng=np.random.default_rng(1)),
        )
        for rows in (np.arange(150), order)
    )
    assert found == shuffled


@pytest.mark.parametrize(
    ("value", "item", "reason"),
    [
        ([], [], "no_items"),
        ([1, 0], ["a", "b"], "one_repeat"),
        ([1, 1, 0, 0], ["a", "a", "b", "b"], "answers_never_vary"),
    ],
)
def test_an_unknown_reliability_has_a_reason(value, item, reason):
    result = measured_reliability(value, item, None)
    assert (result.noise_sd, result.noise_floor, result.reason) == (None, None, reason)


@at_every_size
def test_a_model_differs_from_itself_in_3_to_7_percent():
    rng, item = np.random.default_rng(1), np.repeat(np.arange(100), 4)
    count_held = 0
    for _ in range(replications(FULL)):
        chance = np.repeat(rng.beta(1, 1, 100), 4)
        result = self_difference(rng.random(400) < chance, item, None, rng=rng)
        count_held += result.low <= 0 <= result.high
    least, most = bounds(0.93, 0.97, full=FULL)
    assert least <= count_held / replications(FULL) <= most
