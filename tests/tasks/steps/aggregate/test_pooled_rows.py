"""The taxes of a family, pulled towards their mean."""

import numpy as np
import pytest

from tasks.stats.levels import NORMAL_CRITICAL, t_critical
from tasks.stats.partial_pooling import partial_pooling, shared_correlation

POOLED = "select * from reports.pooled_tax order by benchmark_id, candidate_model_id"
# Right answers of the base and of two aligned models on 40 items of each benchmark.
ANSWERS = {
    "one": ("c " * 30 + "i " * 10, "c " * 20 + "i " * 20, "i " * 5 + "c " * 25 + "i " * 10),
    "two": ("c " * 35 + "i " * 5, "i " * 3 + "c " * 32 + "i " * 5, "c " * 30 + "i " * 10),
    "three": ("c " * 20 + "i " * 20, "c " * 18 + "i " * 22, "i " * 10 + "c " * 15 + "i " * 15),
}
MODELS = ("base", "first", "second")
LIMITS = ("mean_tax_low", "mean_tax_high", "tau", "tau_low", "tau_high", "new_benchmark_low", "new_benchmark_high")
GROUP = ("mean_tax", *LIMITS, "count_taxes")


def family(world, *benchmarks, candidates=MODELS[1:], **facts):
    for name in benchmarks:
        world.benchmark(name, [f"{name} {index}" for index in range(40)], **facts)
        for model, outcomes in zip(MODELS, ANSWERS[name], strict=True):
            if model == "base" or model in candidates:
                world.answers(model, name, outcomes)
    for candidate in candidates:
        world.pair("base", candidate)


def differences(name):
    base, *aligned = (np.array([letter == "c" for letter in text.split()], dtype=float) for text in ANSWERS[name])
    return [base - answers for answers in aligned]


def test_every_tax_of_a_family_is_pulled_with_its_own_error_and_the_correlation_of_its_benchmark(world):
    family(world, *ANSWERS)
    rows = world.report(POOLED)
    names = sorted(ANSWERS)
    shared = [
        shared_correlation(np.concatenate(differences(name)), np.tile(np.arange(40), 2), np.repeat([0, 1], 40))
        for name in names
    ]
    assert [row["benchmark_id"] for row in rows] == list(np.repeat(names, 2))
    taxes = np.array([found.mean() for name in names for found in differences(name)])
    assert [row["tax_absolute"] for row in rows] == pytest.approx(taxes)
    errors = np.array([row["standard_error"] for row in rows])
    # Where few items differ the interval is a score interval, whose error is larger than the sample's.
    sampled = np.array([(np.var(found, ddof=1) / 40) ** 0.5 for name in names for found in differences(name)])
    is_score = errors / sampled > 1.001
    assert set(is_score) == {True, False}
    used = np.where(is_score, errors, errors * t_critical(39) / NORMAL_CRITICAL)
    right = partial_pooling(taxes, used, sampled, np.repeat(np.arange(3), 2), np.array(shared))
    assert [row["tax_pooled"] for row in rows] == pytest.approx(right.tax)
    assert [row["tax_pooled_low"] for row in rows] == pytest.approx(right.low)
    assert [row["tax_pooled_high"] for row in rows] == pytest.approx(right.high)
    (of_all,) = {tuple(row[name] for name in GROUP) for row in rows}
    groups = [[limits.estimate, limits.low, limits.high] for limits in (right.mean, right.tau, right.new_benchmark)]
    assert of_all == pytest.approx([*groups[0], *groups[1], *groups[2][1:], 6])


def test_two_taxes_are_too_few_and_say_so(world):
    family(world, "one", "two", candidates=["first"])
    rows = world.report(POOLED)
    found = [(row["tax_pooled"], row["tau"], row["count_taxes"], row["reason"]) for row in rows]
    assert found == [(None, None, 2, "fewer_than_3_taxes")] * 2
    assert [row["tax_absolute"] for row in rows] == pytest.approx([0.25, 0.075])


def test_a_tax_without_a_standard_error_is_not_pooled_and_says_why(world):
    family(world, *ANSWERS)
    world.benchmark("whole", ["whole 0", "whole 1"], clusters=["same", "same"])
    world.answers("base", "whole", "c c")
    world.answers("first", "whole", "c i")
    *rest, row = world.report(POOLED)
    assert (row["benchmark_id"], row["tax_pooled"], row["reason"], row["count_taxes"]) == (
        "whole",
        None,
        "one_cluster",
        6,
    )
    assert all(row["reason"] is None and row["tax_pooled"] is not None for row in rest)


def test_with_one_benchmark_nothing_is_said_of_another(world):
    family(world, "one")
    world.pair("first", "second")
    world.pair("second", "first")
    rows = world.report(POOLED)
    assert len(rows) == 4
    assert all(row["tau"] is not None and row["new_benchmark_low"] is None for row in rows)


def test_safety_is_not_pooled_with_capability_and_more_is_always_a_loss(world):
    family(world, "one", "two", higher_is_better=False, metric="error")
    family(world, "three", candidates=["first", "second"], dimension="safety")
    rows = world.report(POOLED)
    assert {row["benchmark_id"] for row in rows} == {"one", "two"}
    assert [row["tax_absolute"] for row in rows] == pytest.approx([-0.25, -0.125, -0.075, -0.125])


def test_groups_are_never_mixed(world):
    family(world, "one", "two")
    world.pair("base", "first", kind="version")
    counts = {row["kind"]: row["count_taxes"] for row in world.report(POOLED)}
    assert counts == {"tax": 4, "version": 2}
