from pathlib import Path

import pytest
from scipy import stats

from tasks.stats.levels import ALPHA, CONFIDENCE, NORMAL_CRITICAL, t_critical, t_limits


def test_confidence_and_alpha_add_up_to_1():
    assert CONFIDENCE + ALPHA == 1


def test_the_normal_quantile_is_that_of_scipy_to_seven_digits():
    assert pytest.approx(stats.norm.ppf(1 - ALPHA / 2), abs=5e-7) == NORMAL_CRITICAL


@pytest.mark.parametrize("df", [1.0, 12.5, 1e6])
def test_t_limits_are_those_of_scipy(df):
    low, high, p_value = t_limits(0.3, 0.2, df)
    assert [low, high] == pytest.approx(stats.t.interval(0.95, df, 0.3, 0.2))
    assert p_value == pytest.approx(2 * stats.t.sf(1.5, df))
    assert (high - 0.3) / 0.2 == pytest.approx(t_critical(df))


def test_the_level_of_the_warehouse_is_that_of_the_statistics():
    macros = (Path(__file__).parents[3] / "warehouse" / "models" / "macros.sql").read_text()
    assert f"p_value < {ALPHA}," in macros
