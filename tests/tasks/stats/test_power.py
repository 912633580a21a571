import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from tasks.stats.clustered import ClusterSums, cluster_variance
from tasks.stats.levels import ONE_SIDED
from tasks.stats.overall import overall_intervals
from tasks.stats.paired import paired_intervals
from tasks.stats.power import (
    PlannedItems,
    VarianceComponents,
    design_standard_error,
    detection_power,
    items_for_margin,
    items_needed,
    minimum_detectable,
    minimum_detectable_design,
    pilot_components,
)
from tests.support.clustered_counts import clustered_counts, equal_sizes, paired_sums, stacked_sums
from tests.support.sizes import at_every_size, bounds, replications

FULL = 20_000
MARGIN = 8_000
BLOCK = 400  # samples simulated together, so that they fit into memory


@pytest.mark.parametrize("df", [3, 12, 30, 300])
def test_minimum_detectable_is_that_of_statsmodels(df):
    expected = TTestPower().solve_power(nobs=df + 1, alpha=0.05, power=0.8) * np.sqrt(df + 1)
    assert minimum_detectable(0.01, df) == pytest.approx(0.01 * expected, rel=1e-5)


@pytest.mark.parametrize(("df", "tolerance"), [(12, 0.002), (100, 0.001)])
def test_minimum_detectable_is_nearly_the_sum_of_quantiles(df, tolerance):
    factor = stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)
    assert minimum_detectable(0.01, df) == pytest.approx(0.01 * factor, rel=tolerance)


def test_few_clusters_need_more_than_the_sum_of_quantiles():
    assert round(minimum_detectable(0.01, 3), 4) == 0.0426


@pytest.mark.parametrize(("standard_error", "df"), [(None, 5.0), (0.1, None), (None, None)])
def test_a_design_without_a_standard_error_has_no_detectable_tax(standard_error, df):
    assert minimum_detectable(standard_error, df) is None


@pytest.mark.parametrize("df", [1.0, 1.5, 30.0, 1e5])
@pytest.mark.parametrize("alpha", [0.05, 0.0005])
def test_power_rises_steadily_to_1(df, alpha):
    powers = [detection_power(shift, df, alpha=alpha) for shift in np.linspace(0, 100, 1001)]
    assert powers[0] == pytest.approx(alpha, abs=1e-5)
    assert np.all(np.diff(powers) >= -1e-12)
    assert detection_power(1e9, df, alpha=alpha) == pytest.approx(1)


def test_power_is_the_same_in_both_directions():
    assert detection_power(-2.5, 10) == detection_power(2.5, 10)


@pytest.mark.parametrize(
    ("sizes", "icc", "discordance", "points"),
    [
        ([1] * 100, 0, 0.10, 8.6),
        ([1] * 100, 0, 0.25, 13.6),
        ([1] * 300, 0, 0.10, 5.1),
        ([1] * 300, 0, 0.25, 8.0),
        ([1] * 1000, 0, 0.10, 2.8),
        ([1] * 1000, 0, 0.25, 4.4),
    ],
)
def test_a_design_without_clusters_detects_the_simulated_tax(sizes, icc, discordance, points):
    detectable = minimum_detectable_design(PlannedItems(sizes, discordance=discordance, icc=icc))
    assert round(100 * detectable, 1) == pytest.approx(points, abs=0.051)


@pytest.mark.parametrize("design", [{"icc": 0.0}, {"icc": 0.2}])
def test_the_detectable_tax_of_a_design_allows_for_its_own_smaller_variance(design):
    planned = PlannedItems([5] * 40, discordance=0.2, **design)
    plain = minimum_detectable(*design_standard_error(planned))
    assert 0.9 * plain < minimum_detectable_design(planned) < plain


def test_the_standard_error_follows_from_discordance_and_clusters():
    sizes = [10, 20, 30]
    nt = (100 + 400 + 900) / 60
    standard_error, df = design_standard_error(PlannedItems(sizes, discordance=0.25, icc=0.1))
    assert standard_error == pytest.approx(np.sqrt((1 + (nt - 1) * 0.1) * 0.25 / 60))
    assert 1 < df < 2


def test_repeats_shrink_only_the_variance_of_single_answers():
    once = VarianceComponents(0.05, 0.1, 0.06)
    four = VarianceComponents(0.05, 0.1, 0.06, repeats_reference=4, repeats_candidate=2)
    for components, within in ((once, 0.16), (four, 0.1 / 4 + 0.06 / 2)):
        standard_error, _ = design_standard_error(PlannedItems([10] * 30, components=components, icc=0.1))
        assert standard_error == pytest.approx(np.sqrt((1.9 * 0.05 + within) / 300))


@pytest.mark.parametrize("sizes", [[], [1], [50], [0, 50]])
def test_a_design_of_one_cluster_has_no_standard_error(sizes):
    planned = PlannedItems(sizes, discordance=0.2)
    assert design_standard_error(planned) == (None, None)
    assert minimum_detectable_design(planned) is None


@pytest.mark.parametrize(
    "variance", [{}, {"discordance": 1.2}, {"discordance": 0.1, "components": VarianceComponents(1, 1, 1)}]
)
def test_exactly_one_source_of_variance_is_needed(variance):
    with pytest.raises(ValueError, match="expected"):
        design_standard_error(PlannedItems([5, 5], **variance))


@at_every_size
@pytest.mark.parametrize(("count", "discordance"), [(300, 0.25), (1000, 0.25), (1000, 0.1)])
def test_a_design_without_clusters_has_the_stated_power(count, discordance):
    tax = minimum_detectable_design(PlannedItems([1] * count, discordance=discordance))
    rng = np.random.default_rng(7)
    lost = (discordance + tax) / 2
    b, c, _ = rng.multinomial(count, [lost, lost - tax, 1 - discordance], size=replications(FULL)).T
    mean = (b - c) / count
    error = np.sqrt(((b + c) / count - mean**2) / (count - 1))
    least, most = bounds(0.79, 0.84, full=FULL)
    assert least <= np.mean(np.abs(mean / error) > stats.t.ppf(0.975, count - 1)) <= most


@at_every_size
@pytest.mark.parametrize(
    ("groups", "size", "icc", "discordance", "least", "most"),
    [
        pytest.param(30, 17, 0.1, 0.25, 0.77, 0.83, id="30-clusters"),
        pytest.param(100, 10, 0.1, 0.25, 0.77, 0.83, id="100-clusters"),
        pytest.param(40, 25, 0.05, 0.10, 0.77, 0.83, id="40-clusters-sparse"),
        pytest.param(10, 50, 0.05, 0.25, 0.78, 1.0, id="10-clusters"),
        pytest.param(5, 100, 0.05, 0.10, 0.78, 1.0, id="5-clusters-sparse"),
    ],
)
def test_a_clustered_design_has_the_stated_power(groups, size, icc, discordance, least, most):
    rng = np.random.default_rng(2)
    tax = minimum_detectable_design(PlannedItems([size] * groups, discordance=discordance, icc=icc))
    differing = max(discordance, tax)
    cells = ((differing + tax) / 2, (differing - tax) / 2, 1 - differing)
    counts = clustered_counts(cells, equal_sizes(replications(FULL), groups, size), rng, icc)
    found = paired_intervals(paired_sums(counts, (1, -1, 0)))
    least, most = bounds(least, most, full=FULL)
    assert least <= np.mean(found.p_value < 0.05) <= most


@at_every_size
@pytest.mark.parametrize("repeats", [1, 4])
def test_a_design_with_repeats_has_the_stated_power(repeats):
    rng, groups, size, icc, count = np.random.default_rng(3), 30, 10, 0.1, replications(FULL)
    components = VarianceComponents(0.05, 0.15, 0.15, repeats, repeats)
    tax = minimum_detectable_design(PlannedItems([size] * groups, components=components, icc=icc))
    shared = rng.standard_normal((count, groups, 1)) * np.sqrt(icc * 0.05)
    own = rng.standard_normal((count, groups, size)) * np.sqrt((1 - icc) * 0.05 + 0.3 / repeats)
    values = tax + shared + own
    variance = cluster_variance(
        ClusterSums(np.full(values.shape[:2], 10.0), values.sum(axis=-1), (values**2).sum(axis=(1, 2)))
    )
    power = np.mean(np.abs(variance.mean) / np.sqrt(variance.cr2) > stats.t.ppf(0.975, variance.df))
    least, most = bounds(0.78, 0.82, full=FULL)
    assert least <= power <= most


@pytest.mark.parametrize("design", [{"discordance": 0.2}, {"components": VarianceComponents(0.1, 0.05, 0.05, 2, 2)}])
@pytest.mark.parametrize("sizes", [[1] * 10, [5] * 8, [2, 9, 4]])
def test_items_needed_are_the_fewest_that_detect_the_tax(design, sizes):
    count = items_needed(0.05, PlannedItems(sizes, **design))
    clusters = np.resize(sizes, 10_000)
    enough = int(np.searchsorted(np.cumsum(clusters), count)) + 1
    assert np.cumsum(clusters)[enough - 1] == count
    assert minimum_detectable_design(PlannedItems(clusters[:enough], **design)) <= 0.05 + 1e-9
    assert minimum_detectable_design(PlannedItems(clusters[: enough - 1], **design)) > 0.05


def test_no_number_of_items_is_stated_for_a_tiny_tax_or_without_clusters():
    assert items_needed(1e-5, PlannedItems([1, 1], discordance=0.5)) is None
    assert items_needed(0.05, PlannedItems([], discordance=0.5)) is None


def test_a_pilot_with_repeats_splits_the_variance():
    rng = np.random.default_rng(4)
    level = rng.normal(0, np.sqrt(0.05), 4_000)
    values = np.clip(level + rng.normal(0, np.sqrt((0.1 + 0.06) / 3), 4_000), -1, 1)
    pilot = pilot_components(values, None, within=(0.1, 0.06), repeats=(3, 3))
    assert pilot.components.between_items == pytest.approx(0.05, rel=0.1)


def test_a_pilot_with_clusters_finds_their_correlation():
    rng = np.random.default_rng(5)
    cluster = np.repeat(np.arange(300), 10)
    values = np.clip(rng.normal(0, 0.15, 300)[cluster] + rng.normal(0, 0.2, 3_000), -1, 1)
    assert pilot_components(values, cluster).icc == pytest.approx(0.15**2 / (0.15**2 + 0.2**2), abs=0.06)


@pytest.mark.parametrize("difference", [[], [1.0], [0.0] * 20])
def test_a_pilot_without_variation_is_none(difference):
    assert pilot_components(difference, None) is None


def share_below(shape, margin, seed, count):
    """Share of samples in which the mean over benchmarks of (clusters, size, discordance) is surely below the margin.

    Each benchmark has equally many losses as gains, so the true tax is 0.
    """
    rng, parts = np.random.default_rng(seed), []
    for clusters, size, discordance in shape:
        cells = (discordance / 2, discordance / 2, 1 - discordance)
        parts.append(clustered_counts(cells, equal_sizes(count, clusters, size), rng))
    high = overall_intervals(stacked_sums(parts), weighting="macro", confidence=ONE_SIDED, has_p_value=False).high
    return float((high < margin).mean())


@at_every_size
@pytest.mark.parametrize(
    ("margin", "shape"),
    [
        pytest.param(0.03, [(1, 0.2)], id="independent-items"),
        pytest.param(0.05, [(1, 0.1)], id="a-wider-margin"),
        pytest.param(0.02, [(1, 0.4)], id="a-narrow-margin"),
        pytest.param(0.05, [(10, 0.2)], id="clusters"),
        pytest.param(0.03, [(1, 0.2)] * 4, id="the-mean-of-four"),
        pytest.param(0.03, [(1, 0.3), (5, 0.2), (10, 0.1)], id="the-mean-of-three-with-clusters"),
    ],
)
def test_the_items_for_a_margin_show_it_four_times_in_five(margin, shape):
    planned = [PlannedItems([size] * 20, discordance=discordance) for size, discordance in shape]
    count = items_for_margin(margin, *planned)
    grown = [(len(items.grown_to(count).sizes), *part) for items, part in zip(planned, shape, strict=True)]
    replicated = replications(MARGIN)
    shares = [share_below(grown, margin, block, min(BLOCK, replicated)) for block in range(-(-replicated // BLOCK))]
    least, most = bounds(0.76, 0.84, full=MARGIN)
    assert least <= float(np.mean(shares)) <= most


@at_every_size
@pytest.mark.parametrize("size", [1, 5])
def test_the_items_for_a_margin_from_pilots_show_it_four_times_in_five(size):
    """Each pilot has 500 items in clusters; over pilots the power is the stated one."""
    rng, cells, pilots = np.random.default_rng(6), (0.1, 0.1, 0.8), replications(400)
    shares = []
    for seed in range(pilots):
        counts = clustered_counts(cells, equal_sizes(1, 500 // size, size), rng)[0].astype(int)
        values = np.concatenate([np.repeat([1, -1, 0], row) for row in counts])
        pilot = pilot_components(values, np.repeat(np.arange(500 // size), size))
        planned = PlannedItems([size] * 20, components=pilot.components, icc=pilot.icc)
        groups = len(planned.grown_to(items_for_margin(0.05, planned)).sizes)
        shares.append(share_below([(groups, size, 0.2)], 0.05, seed, 50))
    least, most = bounds(0.76, 0.84, full=400 * 20)
    assert least <= float(np.mean(shares)) <= most
