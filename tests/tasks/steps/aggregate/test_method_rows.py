"""Methods that were trained several times, from answers to the report."""

import numpy as np
import pytest

from tasks.stats.overall import OverallSample
from tasks.stats.random_factor import random_factor_tax

TAXES = "select * from reports.method_tax order by scope, benchmark_id, attack, subset"
BASE = {"one": "c " * 30 + "i " * 10, "two": "c " * 35 + "i " * 5}
SEEDS = {
    "dpo-1": {"one": "c " * 20 + "i " * 20, "two": "i " * 3 + "c " * 32 + "i " * 5},
    "dpo-2": {"one": "i " * 5 + "c " * 25 + "i " * 10, "two": "c " * 20 + "i " * 20},
    "dpo-3": {"one": "i " * 8 + "c " * 25 + "i " * 7, "two": "i " * 2 + "c " * 30 + "i " * 8},
}


def model(world, name, *, replicate_of=None, method="dpo"):
    texts = ("model_version", "family", "provider", "endpoint", "api", "model_name", "parameters_json")
    facts = {"is_simulated": False, "method": method, "replicate_of": replicate_of}
    world.add("raw.models", run_id="run", model_id=name, **dict.fromkeys(texts, "x"), **facts)


def seeds(world, *, answers=SEEDS, bases=("base",), **facts):
    """Three checkpoints of one method, on two benchmarks of 40 items; ``facts`` are of the first benchmark."""
    for name, items in BASE.items():
        world.benchmark(name, [f"{name} {index}" for index in range(40)], **(facts if name == "one" else {}))
        for base in bases:
            world.answers(base, name, items)
    for base in bases:
        model(world, base, replicate_of=None if base == bases[0] else bases[0])
    for place, (name, of_benchmark) in enumerate(answers.items()):
        model(world, name, replicate_of=None if name == "dpo-1" else "dpo-1")
        world.pair(bases[place % len(bases)], name)
        for benchmark, outcomes in of_benchmark.items():
            world.answers(name, benchmark, outcomes)


def right(benchmarks=("one", "two"), answers=SEEDS):
    """The tax from the answers by the function, whose formulas are tested elsewhere."""
    rows = [
        (reference == "c", candidate == "c", name, benchmark, index)
        for name, of_benchmark in answers.items()
        for benchmark in benchmarks
        for index, (reference, candidate) in enumerate(
            zip(BASE[benchmark].split(), of_benchmark[benchmark].split(), strict=True)
        )
        if candidate != "-"
    ]
    reference, candidate, level, benchmark, item = zip(*rows, strict=True)
    items = [f"{one}{two}" for one, two in zip(benchmark, item, strict=True)]
    return random_factor_tax(np.subtract(reference, candidate, dtype=float), level, benchmark, items, items)


def limits(row):
    return [row["tax_absolute"], row["tax_absolute_low"], row["tax_absolute_high"], row["standard_error"]]


def test_seeds_and_items_are_samples_over_all_capability_and_on_each_benchmark(world):
    seeds(world)
    rows = world.report(TAXES)
    assert [(row["scope"], row["benchmark_id"], row["count_benchmarks"]) for row in rows] == [
        ("all capability", None, 2),
        ("benchmark", "one", 1),
        ("benchmark", "two", 1),
    ]
    for row, benchmarks in zip(rows, (("one", "two"), ("one",), ("two",)), strict=True):
        found = right(benchmarks)
        tax = found.tax
        assert limits(row) == pytest.approx([tax.estimate, tax.low, tax.high, tax.standard_error])
        assert row["seed_sd"] == pytest.approx(found.level_sd)
        assert row["share_variance_seeds"] == pytest.approx(found.share_variance_levels)
        assert (row["count_seeds"], row["checkpoints"]) == (3, "dpo-1, dpo-2, dpo-3")
        assert (row["se_method"], row["count_items"]) == (tax.method, 40 * len(benchmarks))
        assert row["tax_absolute"] < row["tax_at_most"] < row["tax_absolute_high"]
        assert (row["reference_model_id"], row["candidate_model_id"], row["method"]) == ("base", "dpo-1", "dpo")
    (mean,) = world.report("select avg(tax_absolute) as tax from reports.overall_tax where scope = 'all capability'")
    assert rows[0]["tax_absolute"] == pytest.approx(mean["tax"])


def test_whole_benchmarks_are_one_family_of_tests_and_all_capability_another(world):
    seeds(world)
    whole, *benchmarks = world.report(TAXES)
    assert (whole["p_value_holm"], whole["count_tests_holm"]) == (pytest.approx(whole["p_value"]), 1)
    small, large = sorted(benchmarks, key=lambda row: row["p_value"])
    assert [row["count_tests_holm"] for row in benchmarks] == [2, 2]
    assert small["p_value_holm"] == pytest.approx(2 * small["p_value"])
    assert large["p_value_holm"] == pytest.approx(max(2 * small["p_value"], large["p_value"]))
    assert [row["is_significant"] for row in (whole, *benchmarks)] == [
        row["p_value_holm"] < 0.05 for row in (whole, *benchmarks)
    ]


def test_one_checkpoint_has_its_own_tax_and_no_limits_for_the_method(world):
    seeds(world, answers={"dpo-1": SEEDS["dpo-1"]})
    (row,) = world.report(TAXES)
    (alone,) = world.report("select * from reports.overall_tax where scope = 'all capability' and weighting = 'macro'")
    assert (row["count_seeds"], row["reason"]) == (1, "one_checkpoint")
    assert limits(row) == [alone["tax_absolute"], None, None, None]
    assert (row["method_id"], row["seed_sd"], row["count_benchmarks"]) == (alone["pair_id"], None, 2)
    assert (row["p_value_holm"], row["is_significant"]) == (None, False)


def test_the_tax_is_the_mean_of_the_checkpoints_taxes_where_answers_are_missing(world):
    answers = SEEDS | {"dpo-2": {**SEEDS["dpo-2"], "one": "- " * 15 + "c " * 15 + "i " * 10}}
    seeds(world, answers=answers)
    row = world.report(TAXES)[1]
    (mean,) = world.report("select avg(tax_absolute) as tax from reports.alignment_tax where benchmark_id = 'one'")
    tax = right(("one",), answers).tax
    assert limits(row) == pytest.approx([tax.estimate, tax.low, tax.high, tax.standard_error])
    assert row["tax_absolute"] == pytest.approx(mean["tax"])


def test_a_checkpoint_that_lacks_a_benchmark_is_left_out_of_the_mean_over_benchmarks(world):
    seeds(world, answers=SEEDS | {"dpo-3": {"one": SEEDS["dpo-3"]["one"]}})
    whole, one, two = world.report(TAXES)
    two_seeds = right(answers={name: SEEDS[name] for name in ("dpo-1", "dpo-2")}).tax
    assert limits(whole) == pytest.approx([two_seeds.estimate, two_seeds.low, two_seeds.high, two_seeds.standard_error])
    assert [row["count_seeds"] for row in (whole, one, two)] == [2, 3, 2]
    assert [row["flags"] for row in (whole, one, two)] == [
        "fewer_checkpoints, two_checkpoints",
        None,
        "fewer_checkpoints, two_checkpoints",
    ]


def test_a_benchmark_that_one_checkpoint_alone_answered_is_left_out(world):
    one = {name: {"one": of_benchmark["one"]} for name, of_benchmark in SEEDS.items()}
    seeds(world, answers=one | {"dpo-2": SEEDS["dpo-2"]})
    whole, _, two = world.report(TAXES)
    assert (whole["count_seeds"], whole["count_benchmarks"], whole["flags"]) == (3, 1, None)
    assert limits(whole)[0] == pytest.approx(right(("one",)).tax.estimate)
    # One checkpoint on a benchmark: its own tax, without limits.
    assert (two["count_seeds"], two["reason"], two["tax_absolute_low"]) == (1, "one_checkpoint", None)


def test_a_subset_has_its_own_tax_and_a_loss_is_positive_where_less_is_better(world):
    subsets = ["early"] * 20 + ["late"] * 20
    seeds(world, subsets=subsets, clusters=subsets[:20] + [str(n) for n in range(20)], higher_is_better=False)
    rows = {(row["benchmark_id"], row["subset"]): row for row in world.report(TAXES)}
    early, late, whole = (rows["one", subset]["tax_absolute"] for subset in ("early", "late", "all"))
    assert (early + late) / 2 == pytest.approx(whole) == pytest.approx(-right(("one",)).tax.estimate)
    assert rows["one", "early"]["tax_absolute_low"] is not None


def test_each_checkpoint_may_have_a_base_of_its_own(world):
    seeds(world, bases=("base", "base-2", "base-3"))
    whole, *_ = world.report(TAXES)
    assert (whole["reference_model_id"], whole["count_seeds"]) == ("base", 3)
    assert limits(whole)[0] == pytest.approx(right().tax.estimate)


def test_checkpoints_some_of_which_share_a_base_have_no_common_tax(world):
    seeds(world, bases=("base", "base-2"))
    whole, *_ = world.report(TAXES)
    assert (whole["tax_absolute"], whole["reason"]) == (None, "some_references_are_shared")


def test_models_without_replicates_are_methods_of_their_own(world):
    for name, items in BASE.items():
        world.benchmark(name, [f"{name} {index}" for index in range(40)])
        world.answers("base", name, items)
    for name, of_benchmark in SEEDS.items():
        world.pair("base", name)
        for benchmark, outcomes in of_benchmark.items():
            world.answers(name, benchmark, outcomes)
    rows = world.report(TAXES)
    assert {(row["candidate_model_id"], row["reason"]) for row in rows} == {(name, "one_checkpoint") for name in SEEDS}


def test_the_statistic_of_one_checkpoint_is_its_own(world):
    seeds(world, answers={"dpo-1": SEEDS["dpo-1"], "dpo-2": SEEDS["dpo-1"]})
    whole, *_ = world.report(TAXES)
    one = [outcome == "c" for name in BASE for outcome in BASE[name].split()]
    other = [outcome == "c" for name in BASE for outcome in SEEDS["dpo-1"][name].split()]
    kinds = ["one"] * 40 + ["two"] * 40
    alone = OverallSample.of(np.subtract(one, other, dtype=float), kinds, range(80), range(80)).tax(weighting="macro")
    assert (whole["seed_sd"], whole["share_variance_seeds"]) == (0.0, 0.0)
    assert limits(whole)[:3] == pytest.approx([alone.estimate, alone.low, alone.high], abs=1e-9)
