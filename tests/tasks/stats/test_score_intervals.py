import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tasks.stats.score_intervals import bonett_price, tango, tango_statistic, wilson

Z = stats.norm.ppf(0.975)


@st.composite
def tables(draw):
    n = draw(st.integers(1, 400))
    b = draw(st.integers(0, n))
    return b, draw(st.integers(0, n - b)), n


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ((1, 7, 21), (-0.517, -0.026)),  # airway hyper-responsiveness, Fagerland, Lydersen and Laake
        ((40, 20, 160), (0.0309, 0.2181)),
        ((5, 0, 100), (0.0112, 0.1118)),
    ],
)
def test_tango_gives_the_published_limits(table, expected):
    digits = 3 if table[2] == 21 else 4
    assert [round(float(limit), digits) for limit in tango(*table, Z)] == list(expected)


@pytest.mark.parametrize("n", [5, 30, 300, 1000])
def test_tango_has_a_known_width_where_no_pair_differs(n):
    margin = Z**2 / (n + Z**2)
    assert [float(limit) for limit in tango(0, 0, n, Z)] == pytest.approx([-margin, margin], abs=1e-12)


@pytest.mark.parametrize("n", [1, 5, 300])
def test_tango_has_a_known_width_where_every_pair_differs_alike(n):
    inner = (n - Z**2) / (n + Z**2)
    assert [float(limit) for limit in tango(n, 0, n, Z)] == pytest.approx([inner, 1.0], abs=1e-12)
    assert [float(limit) for limit in tango(0, n, n, Z)] == pytest.approx([-1.0, -inner], abs=1e-12)


@given(tables())
def test_tangos_statistic_against_0_is_mcnemars(table):
    b, c, n = table
    expected = (b - c) / np.sqrt(b + c) if b + c else 0.0
    assert float(tango_statistic(b, c, n, 0.0)) == pytest.approx(expected, abs=1e-9)


@given(tables(), st.floats(0.5, 6))
def test_tangos_limits_are_where_the_statistic_reaches_the_critical_value(table, critical):
    low, high = (float(limit) for limit in tango(*table, critical))
    estimate = (table[0] - table[1]) / table[2]
    assert -1 <= low <= estimate <= high <= 1
    assert low < high
    for limit, expected in ((low, critical), (high, -critical)):
        if abs(limit) < 1 - 1e-9:
            assert float(tango_statistic(*table, limit)) == pytest.approx(expected, rel=1e-5, abs=1e-5)


@given(tables())
def test_tangos_statistic_falls_as_the_hypothesis_rises(table):
    values = tango_statistic(*table, np.linspace(-0.999, 0.999, 201))
    assert np.all(np.diff(values) <= 1e-9)


@given(tables())
def test_swapping_the_models_mirrors_tangos_interval(table):
    b, c, n = table
    low, high = tango(b, c, n, Z)
    swapped_low, swapped_high = tango(c, b, n, Z)
    assert [float(swapped_low), float(swapped_high)] == pytest.approx([-float(high), -float(low)], abs=1e-9)


def test_tangos_interval_of_arrays_is_that_of_each_element():
    b, c, n = np.array([1, 40, 0]), np.array([7, 20, 0]), np.array([21, 160, 30])
    low, high = tango(b, c, n, Z)
    for row in range(3):
        assert (low[row], high[row]) == tuple(float(limit) for limit in tango(b[row], c[row], n[row], Z))


def test_bonett_and_price_add_one_difference_of_each_sign():
    differences = [1.0] * 5 + [-1.0] * 2 + [0.5] * 3 + [0.0] * 40
    padded = np.array([*differences, 1.0, -1.0])
    margin = Z * padded.std() / np.sqrt(padded.size)
    values = np.array(differences)
    low, high = bonett_price(values.mean(), np.mean(values**2), values.size, Z)
    assert [float(low), float(high)] == pytest.approx([padded.mean() - margin, padded.mean() + margin])


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0.5, 1e5), st.floats(0.1, 13))
def test_bonett_and_prices_interval_contains_the_mean_and_has_a_width(mean, share, n, critical):
    mean_square = mean**2 + share * (1 - mean**2)
    low, high = (float(limit) for limit in bonett_price(mean, mean_square, n, critical))
    assert -1 <= low <= mean <= high <= 1
    assert low < high


@pytest.mark.parametrize(("successes", "n"), [(0, 30), (1, 30), (15, 30), (30, 30), (499, 500)])
def test_wilson_is_that_of_statsmodels(successes, n):
    expected = proportion_confint(successes, n, method="wilson")
    assert [float(limit) for limit in wilson(successes / n, n, Z)] == pytest.approx(expected, abs=1e-12)
