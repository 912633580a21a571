"""Taxes over several benchmarks, and the capability that was lost for each point of safety."""

import pytest

from tasks.stats.multiplicity import benjamini_hochberg, holm

SCOPE = "select * from reports.overall_tax where scope = '{}' order by weighting"


def items(name, count):
    return [f"{name} {index}" for index in range(count)]


def two_benchmarks(world, shared=0):
    world.benchmark("short", items("short", 20), domain="reasoning")
    world.benchmark("long", [*items("short", shared), *items("long", 80 - shared)], domain="knowledge")
    world.pair("base", "aligned")
    for model, short, long in (
        ("base", "c " * 20, "c " * 80),
        ("aligned", "c " * 10 + "i " * 10, "c " * 72 + "i " * 8),
    ):
        world.answers(model, "short", short)
        world.answers(model, "long", long)


def test_the_macro_mean_weighs_benchmarks_equally_and_the_weighted_mean_by_items(world):
    two_benchmarks(world)
    macro, weighted = world.report(SCOPE.format("all capability"))
    assert (macro["weighting"], macro["tax_absolute"]) == ("macro", pytest.approx((0.5 + 0.1) / 2))
    assert (weighted["weighting"], weighted["tax_absolute"]) == ("weighted", pytest.approx(18 / 100))
    assert (macro["reference_score"], macro["candidate_score"]) == (1, pytest.approx(0.7))
    assert (macro["count_benchmarks"], macro["benchmarks"], macro["count_paired_items"]) == (2, "long, short", 100)
    assert macro["tax_absolute_low"] < 0.3 < macro["tax_absolute_high"]


def test_the_taxes_of_domains_are_adjusted_together_by_holm_and_by_benjamini_and_hochberg(world):
    two_benchmarks(world)
    rows = world.report("select * from reports.overall_tax where scope like 'domain:%' and weighting = 'macro'")
    p_values = [row["p_value"] for row in rows]
    assert len(set(p_values)) == 2
    assert [row["p_value_holm"] for row in rows] == pytest.approx(holm(p_values))
    assert [row["p_value_bh"] for row in rows] == pytest.approx(benjamini_hochberg(p_values))


def test_a_domain_with_one_benchmark_has_the_tax_of_that_benchmark(world):
    two_benchmarks(world)
    (tax,) = world.report("select * from reports.alignment_tax where is_headline and benchmark_id = 'short'")
    for row in world.report(SCOPE.format("domain:reasoning")):
        names = ("tax_absolute", "tax_absolute_low", "tax_absolute_high", "standard_error", "p_value")
        assert [row[name] for name in names] == pytest.approx([tax[name] for name in names], abs=1e-12)


def test_an_item_that_is_in_two_benchmarks_forms_one_cluster(world):
    two_benchmarks(world, shared=20)
    (macro, _) = world.report(SCOPE.format("all capability"))
    assert (macro["count_paired_items"], macro["count_clusters"]) == (100, 80)


def test_the_sign_of_a_lower_is_better_benchmark_is_reversed(world):
    world.benchmark("toxic", items("toxic", 20), dimension="bias", domain="safety", higher_is_better=False)
    world.pair("base", "aligned")
    world.answers("base", "toxic", "c " * 5 + "i " * 15)
    world.answers("aligned", "toxic", "c " * 15 + "i " * 5)
    rows = world.report(SCOPE.format("dimension:bias"))
    assert [row["tax_absolute"] for row in rows] == [0.5, 0.5]
    assert world.report(SCOPE.format("all capability")) == []


def safety(world, base, aligned):
    world.benchmark("harmful", items("harmful", 40), dimension="safety", domain="safety")
    world.benchmark("maths", items("maths", 40))
    world.pair("base", "aligned")
    world.answers("base", "harmful", "c " * base + "i " * (40 - base))
    world.answers("aligned", "harmful", "c " * aligned + "i " * (40 - aligned))
    world.answers("base", "maths", "c " * 40)
    world.answers("aligned", "maths", "c " * 28 + "i " * 12)
    return world.report("select * from reports.safety")[0]


def test_the_exchange_rate_is_capability_lost_per_harm_removed(world):
    row = safety(world, 5, 35)
    assert row["exchange_rate"] == pytest.approx(0.3 / 0.75)
    assert row["exchange_rate_low"] < 0.4 < row["exchange_rate_high"]
    assert (row["exchange_rate_kind"], row["exchange_rate_reason"]) == ("interval", None)


@pytest.mark.parametrize(
    ("base", "aligned", "reason"), [(20, 21, "nothing_demonstrably_bought"), (35, 5, "safety_fell")]
)
def test_without_a_gain_in_safety_the_exchange_rate_is_undefined_and_has_a_reason(world, base, aligned, reason):
    row = safety(world, base, aligned)
    assert (row["exchange_rate"], row["exchange_rate_low"], row["exchange_rate_high"]) == (None, None, None)
    assert row["exchange_rate_reason"] == reason


def test_without_a_capability_benchmark_there_is_no_exchange_rate(world):
    world.benchmark("harmful", items("harmful", 40), dimension="safety", domain="safety")
    world.pair("base", "aligned")
    world.answers("base", "harmful", "i " * 40)
    world.answers("aligned", "harmful", "c " * 40)
    row = world.report("select * from reports.safety")[0]
    assert (row["exchange_rate"], row["exchange_rate_reason"]) == (None, "no_capability_tax")


def test_a_tax_over_fewer_benchmarks_than_the_date_before_names_the_missing_ones(world):
    two_benchmarks(world)
    world.report("select 1")
    copied = "as_of_date + 1 as as_of_date"
    kept = "where benchmark_id = 'short' and as_of_date = (select min(as_of_date) from marts.pair_scopes)"
    world.warehouse.rows(f"insert into marts.pair_scopes select * replace ({copied}) from marts.pair_scopes {kept}")
    world.warehouse.rows(
        f"insert into marts.comparison_subsets select * replace ({copied}) from marts.comparison_subsets"
    )
    world.warehouse.rows(f"insert into stats.estimates select * replace ({copied}) from stats.estimates")
    world.warehouse.build(["reports.overall_tax"])
    found = world.report(
        "select benchmarks, benchmarks_missing, flags from reports.overall_tax "
        "where scope = 'all capability' and weighting = 'macro' order by as_of_date"
    )
    assert [tuple(row.values()) for row in found] == [
        ("long, short", "", None),
        ("short", "long", "fewer_benchmarks"),
    ]
    assert world.warehouse.query_rows("fewer_benchmarks", as_of_date="2026-11-20")[1] == []
    assert world.warehouse.query_rows("fewer_benchmarks", as_of_date="2026-11-21")[1] == [("aligned", "base", "long")]
