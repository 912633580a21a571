"""The tax over items and levels, compared with the mean squares of a two-way table, with known ends, and simulated."""

import numpy as np
import pytest
from scipy import special

from tasks.stats.level_variance import LevelVariances
from tasks.stats.levels import t_critical, two_sided_critical
from tasks.stats.overall import OverallSample, cluster_influences
from tasks.stats.random_factor import random_factor_tax
from tests.support.sizes import at_every_size, bounds, replications

COUNT_ITEMS, COUNT_LEVELS = 200, 4


def tidy(table):
    """A table [level, item] as the columns of ``random_factor_tax``; NaN is an item that the level lacks."""
    level, item = np.nonzero(~np.isnan(table))
    return table[level, item], level, np.zeros_like(item), item, item


@pytest.fixture
def table():
    rng = np.random.default_rng(3)
    lost = rng.random((COUNT_LEVELS, COUNT_ITEMS)) < np.array([0.1, 0.2, 0.15, 0.3])[:, np.newaxis]
    return np.where(lost, 1.0, 0.0) - (rng.random((COUNT_LEVELS, COUNT_ITEMS)) < 0.1)


def test_without_clusters_the_pieces_are_the_mean_squares_of_a_two_way_table(table):
    rows, columns, mean = table.mean(axis=1), table.mean(axis=0), table.mean()
    between = COUNT_ITEMS * np.sum((rows - mean) ** 2) / (COUNT_LEVELS - 1)
    of_items = COUNT_LEVELS * np.sum((columns - mean) ** 2) / (COUNT_ITEMS - 1)
    rest = table - rows[:, np.newaxis] - columns + mean
    mixed = np.sum(rest**2) / ((COUNT_LEVELS - 1) * (COUNT_ITEMS - 1))
    variance = (of_items + between - mixed) / table.size
    df = variance**2 / (
        (of_items / table.size) ** 2 / (COUNT_ITEMS - 1) + (between / table.size) ** 2 / (COUNT_LEVELS - 1)
    )
    found = random_factor_tax(*tidy(table))
    assert found.tax.estimate == pytest.approx(mean, abs=1e-14)
    assert found.tax.standard_error**2 == pytest.approx(variance, rel=1e-10)
    assert found.tax.df == pytest.approx(df, rel=1e-10)
    assert found.tax.high - mean == pytest.approx(t_critical(df) * variance**0.5, rel=1e-10)
    assert found.level_sd == pytest.approx(((between - mixed) / COUNT_ITEMS) ** 0.5, rel=1e-10)
    assert found.share_variance_levels == pytest.approx((between - mixed) / table.size / variance, rel=1e-10)
    assert (found.tax.count_items, found.count_levels, found.tax.method) == (COUNT_ITEMS, COUNT_LEVELS, "two_way")


def test_one_level_is_the_tax_of_its_items(table):
    values, level, *places = tidy(table[:1])
    found = random_factor_tax(values, level, *places)
    assert found.tax == OverallSample.of(values, *places).tax(weighting="macro")
    assert (found.count_levels, found.level_sd, found.share_variance_levels) == (1, None, None)


def test_levels_that_answer_alike_add_nothing(table):
    values, _, *places = tidy(table[:1])
    alone = OverallSample.of(values, *places).tax(weighting="macro")
    found = random_factor_tax(*tidy(np.repeat(table[:1], 3, axis=0)))
    assert (found.level_sd, found.share_variance_levels) == (0.0, 0.0)
    assert [found.tax.low, found.tax.high] == pytest.approx([alone.low, alone.high], abs=1e-12)


def test_levels_with_items_of_their_own_are_independent_taxes(table):
    part = np.full((2, 2 * COUNT_ITEMS), np.nan)
    part[0, :COUNT_ITEMS], part[1, COUNT_ITEMS:] = table[0], table[3]
    found = random_factor_tax(*tidy(part))
    taxes = table[0].mean(), table[3].mean()
    assert found.tax.estimate == pytest.approx(np.mean(taxes), abs=1e-14)
    assert found.tax.standard_error**2 == pytest.approx(np.var(taxes, ddof=1) / 2, rel=0.02)


def test_the_tax_is_the_mean_of_the_levels_taxes_where_answers_are_missing(table):
    table[1, :150] = np.nan
    found = random_factor_tax(*tidy(table))
    assert found.tax.estimate == pytest.approx(np.nanmean(table, axis=1).mean(), abs=1e-14)
    assert found.tax.low < found.tax.estimate < found.tax.high
    assert found.tax.count_items == COUNT_ITEMS


def test_rows_in_another_order_give_the_same_bits_and_models_that_change_places_the_negative(table):
    columns = [np.asarray(column) for column in tidy(table)]
    columns[2:4] = columns[4] % 2, columns[4] // 5
    order = np.random.default_rng(1).permutation(columns[0].size)
    found, other = (random_factor_tax(*each) for each in (columns, [column[order] for column in columns]))
    swapped = random_factor_tax(-columns[0], *columns[1:])
    assert found == other
    assert (swapped.tax.low, swapped.tax.high) == (-found.tax.high, -found.tax.low)
    assert swapped.tax.p_value == found.tax.p_value


def test_where_few_items_differ_the_limits_come_from_score_intervals():
    table = np.zeros((3, 100))
    table[0, :2] = table[1, :1] = 1.0
    found = random_factor_tax(*tidy(table))
    assert found.tax.method == "two_way_mover"
    assert found.tax.low < 0 < found.tax.high
    assert found.tax.standard_error > 0
    assert 0.05 < found.tax.p_value < 1
    nothing = random_factor_tax(*tidy(np.zeros((3, 100))))
    assert nothing.tax.low < 0 < nothing.tax.high


def test_the_p_value_is_below_the_level_exactly_where_the_interval_leaves_zero_out():
    table = np.zeros((3, 40))
    table[:, :4] = 1.0
    p_value = random_factor_tax(*tidy(table)).tax.p_value
    just_inside, just_outside = (
        random_factor_tax(*tidy(table), confidence=1 - p_value + step).tax.low for step in (1e-6, -1e-6)
    )
    assert just_inside < 0 < just_outside


def test_an_undefined_error_has_a_reason():
    one_cluster = random_factor_tax([1, 0, 0, 1], [0, 0, 1, 1], [0] * 4, [7] * 4, [1, 2, 1, 2])
    assert (one_cluster.tax.estimate, one_cluster.tax.low, one_cluster.tax.reason) == (0.5, None, "one_cluster")
    assert random_factor_tax([], [], [], [], []).tax.reason == "no_paired_items"


def test_a_level_without_items_of_a_benchmark_is_refused():
    with pytest.raises(ValueError, match="items of every benchmark at every level"):
        random_factor_tax([1, 0, 0], [0, 0, 1], [0, 1, 1], [1, 2, 3], [1, 2, 3])


# ------------------------------------------------------------------------------------------------------ simulation

COUNT_SIMULATED, AT_ONCE = 6_000, 200
TAX = 0.05


def simulated(rng, count, count_levels, level_sd, count_items=500):
    """Differences [count, level, item] of models that share the items' difficulty and, in part, its noise."""
    right = special.expit(1 + rng.normal(0, 1.5, (count, 1, count_items)))
    taxes = rng.normal(TAX, level_sd, (count, count_levels, 1))
    common = rng.random((count, 1, count_items))
    own = rng.random((count, count_levels, count_items))
    noise = np.where(rng.random(own.shape) < 0.6, common, own)
    return (common < right).astype(float) - (noise < right * (1 - taxes / MEAN_RIGHT))


MEAN_RIGHT = float(special.expit(1 + 1.5 * special.ndtri((np.arange(100_000) + 0.5) / 100_000)).mean())


def coverage(count_levels, level_sd, *, has_levels=True):
    """How often the interval contains the tax of all levels and items."""
    rng = np.random.default_rng([count_levels, round(1000 * level_sd)])
    covered, count = 0, replications(COUNT_SIMULATED)
    for start in range(0, count, AT_ONCE):
        d = simulated(rng, min(AT_ONCE, count - start), count_levels, level_sd)
        taxes, count_items = d.mean(axis=-1), d.shape[-1]
        ones = np.ones((taxes.size, count_items, 1))
        influences = cluster_influences(ones, d.reshape(ones.shape), np.ones((taxes.size, 1))).reshape(d.shape)
        df = np.full(len(taxes), count_items - 1.0)
        if count_levels > 1:
            variances = LevelVariances.of(taxes, influences)
            variance = variances.items
            if has_levels:
                variance = variances.items + variances.added.variance
                df = variance**2 / (variances.items**2 / df + variances.added.crossed)
        else:
            variance = (influences[:, 0] ** 2).sum(axis=-1)
        covered += np.sum(np.abs(taxes.mean(axis=1) - TAX) <= two_sided_critical(df) * np.sqrt(variance))
    return covered / count


@at_every_size
@pytest.mark.parametrize(
    ("count_levels", "level_sd", "least", "most"),
    [
        (5, 0.02, 0.93, 0.97),
        (5, 0.05, 0.93, 0.97),
        (5, 0.0, 0.93, 0.975),
        (3, 0.02, 0.92, 0.97),
        (3, 0.05, 0.92, 0.97),
        (3, 0.0, 0.92, 0.975),
    ],
)
def test_the_interval_contains_the_tax_of_the_method(count_levels, level_sd, least, most):
    lowest, highest = bounds(least, most, full=COUNT_SIMULATED)
    assert lowest <= coverage(count_levels, level_sd) <= highest


@at_every_size
def test_one_checkpoint_or_the_items_alone_cover_less():
    assert coverage(1, 0.02) <= bounds(0, 0.86, full=COUNT_SIMULATED)[1]
    assert coverage(5, 0.02, has_levels=False) <= bounds(0, 0.92, full=COUNT_SIMULATED)[1]


COUNT_SPARSE = 1_000


@pytest.mark.endurance
@pytest.mark.parametrize(("count_levels", "tax"), [(3, 0.01), (5, 0.02)])
def test_where_few_items_differ_the_interval_covers(count_levels, tax):
    """At the ceiling models only lose; each checkpoint loses items with a probability of its own."""
    rng, covered, count = np.random.default_rng(count_levels), 0, replications(COUNT_SPARSE)
    for _ in range(count):
        lost = rng.random((count_levels, 60)) < rng.beta(4, 4 / tax - 4, (count_levels, 1))
        found = random_factor_tax(*tidy(lost.astype(float))).tax
        covered += found.low <= tax <= found.high
    assert covered / count >= bounds(0.94, 1.0, full=COUNT_SPARSE)[0]
