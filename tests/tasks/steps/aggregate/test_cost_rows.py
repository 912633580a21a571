"""The costs of alignment other than capability: measured usage, unknown usage and declared costs."""

import pytest

COST = "select * from reports.cost_tax order by measure"


def items(count):
    return [f"item {index}" for index in range(count)]


def used(count, factor, **fixed):
    rows = []
    for index in range(count):
        size = 100 + 7 * (index % 13)
        row = {
            "tokens_input": size,
            "tokens_output": int(size * factor),
            "latency_ms": size * factor * (1 + index % 3 / 10),
            "cost_usd": size * factor / 1e5,
        }
        rows.append(row | fixed)
    return rows


def compared(world, base, aligned, count=120):
    world.benchmark("b", items(count))
    world.pair("base", "aligned")
    world.answers("base", "b", "c " * 100 + "i " * (count - 100), usage=base)
    world.answers("aligned", "b", "c " * 50 + "i " * (count - 50), usage=aligned)
    return {row["measure"]: row for row in world.report(COST)}


def test_equal_token_counts_give_a_ratio_of_1_without_an_interval(world):
    rows = compared(world, used(120, 1), used(120, 2))
    row = rows["tokens_input"]
    assert (row["ratio"], row["ratio_low"], row["reason"]) == (1, None, "all_ratios_equal")


def test_ratios_of_time_and_money_have_intervals(world):
    aligned = used(120, 2)
    aligned[0]["latency_ms"] *= 9
    aligned[1]["cost_usd"] *= 3
    rows = compared(world, used(120, 1), aligned)
    for measure in ("latency_ms", "cost_usd", "cost_per_right_answer_usd"):
        assert rows[measure]["ratio_low"] < rows[measure]["ratio"] < rows[measure]["ratio_high"], measure
    assert rows["latency_median_ms"]["ratio"] == pytest.approx(2, rel=0.01)
    # An answer costs twice as much, and half as many answers are right.
    assert rows["cost_per_right_answer_usd"]["ratio"] == pytest.approx(4, rel=0.03)
    assert rows["cost_usd"]["candidate_value"] / rows["cost_usd"]["reference_value"] == pytest.approx(
        rows["cost_usd"]["ratio"]
    )


def test_usage_that_was_not_reported_is_unknown_rather_than_0(world):
    unreported = [row | {"tokens_input": 0, "tokens_output": 0, "cost_usd": 0.0} for row in used(120, 2)]
    rows = compared(world, used(120, 1), unreported)
    for measure in ("tokens_input", "tokens_output", "cost_usd", "cost_per_right_answer_usd"):
        row = rows[measure]
        known = (
            row["ratio"],
            row["ratio_low"],
            row["reference_value"],
            row["candidate_value"],
            row["count_known_pairs"],
        )
        assert (known, row["reason"]) == ((None, None, None, None, 0), "usage_unknown"), measure
    assert rows["latency_ms"]["ratio"] == pytest.approx(2)


@pytest.mark.parametrize("silent", [("reference",), ("candidate",), ("reference", "candidate")])
def test_a_side_that_reported_nothing_leaves_every_measure_unknown(world, silent):
    nothing = {"tokens_input": 0, "tokens_output": 0, "cost_usd": None, "latency_ms": None}
    sides = {"reference": used(120, 1), "candidate": used(120, 2)}
    rows = compared(
        world, *([row | nothing for row in sides[side]] if side in silent else sides[side] for side in sides)
    )
    assert {(row["ratio"], row["count_known_pairs"], row["reason"]) for row in rows.values()} == {
        (None, 0, "usage_unknown")
    }
    assert len(rows) == 7


def test_money_without_a_price_is_said_to_lack_the_price_and_not_the_usage(world):
    rows = compared(world, used(120, 1), used(120, 2, cost_usd=None))
    for measure in ("cost_usd", "cost_per_right_answer_usd"):
        assert (rows[measure]["ratio"], rows[measure]["reason"]) == (None, "price_unknown")
    assert rows["tokens_output"]["ratio"] == pytest.approx(2, rel=0.02)


def test_pairs_with_usage_on_one_side_only_are_left_out_of_the_count_of_known_pairs(world):
    aligned = used(120, 2)
    for row in aligned[:30]:
        row["latency_ms"] = None
    row = compared(world, used(120, 1), aligned)["latency_ms"]
    assert row["count_known_pairs"] == 90


def test_a_quantile_of_few_pairs_has_no_limits(world):
    world.benchmark("b", items(50))
    world.pair("base", "aligned")
    world.answers("base", "b", "c " * 50, usage=used(50, 1))
    world.answers("aligned", "b", "c " * 50, usage=used(50, 2))
    (row,) = [row for row in world.report(COST) if row["measure"] == "latency_p95_ms"]
    assert (row["ratio_low"], row["reason"]) == (None, "fewer_than_100_pairs")


def test_declared_development_and_deployment_costs_are_reported_with_the_measured_ones(world):
    world.add("raw.model_costs", run_id="run", model_id="base", hours=1000.0, cost_usd=None, ready_date="2026-01-01")
    world.add("raw.model_costs", run_id="run", model_id="aligned", hours=120.0, cost_usd=5e3, ready_date="2026-03-02")
    rows = compared(world, used(120, 1), used(120, 2))
    assert {row["tax"] for row in rows.values()} == {"performance", "development", "time_to_deployment"}
    hours, money, days = (rows[name] for name in ("development_hours", "development_usd", "days_to_deployment"))
    assert (hours["ratio"], hours["reason"], hours["benchmark_id"]) == (0.12, "declared_not_measured", None)
    assert (money["candidate_value"], money["ratio"]) == (5000, None)
    assert (days["difference"], days["ratio"]) == (60, None)
