"""Taxes that are surely below an acceptable one, and the numbers that depend on how many taxes are tested together."""

import numpy as np
import pytest

from tasks.settings import AnalysisSettings
from tasks.stats.identified import imbens_manski, loss_at_most
from tasks.stats.levels import ONE_SIDED
from tasks.stats.overall import OverallSample
from tasks.stats.paired import paired_difference
from tasks.stats.power import minimum_detectable

TAXES = "select * from reports.alignment_tax where is_headline order by benchmark_id"
MACRO = "select * from reports.overall_tax where scope = 'all capability' and weighting = 'macro'"


def outcomes(lost, gained, count, missing=0):
    """Answers of both models: some lost, some gained, the rest right; the candidate's last ones missing."""
    kept = count - lost - gained
    base = "c " * lost + "i " * gained + "c " * kept
    return base, "i " * lost + "c " * gained + "c " * (kept - missing) + "- " * missing


def differences(lost, gained, count, missing=0):
    """The largest possible differences of the same answers."""
    return np.array([1.0] * lost + [-1.0] * gained + [0.0] * (count - lost - gained - missing) + [1.0] * missing)


def filled(world, **benchmarks):
    world.pair("base", "aligned")
    for name, counts in benchmarks.items():
        world.benchmark(name, [f"{name} {index}" for index in range(counts[2])])
        for model, text in zip(("base", "aligned"), outcomes(*counts), strict=True):
            world.answers(model, name, text)


def test_the_upper_limit_of_a_tax_is_that_of_the_two_sided_90_percent_interval(world):
    filled(world, dense=(20, 20, 200), sparse=(1, 0, 200))
    dense, sparse = world.report(TAXES)
    expected = [paired_difference(differences(*c), None, confidence=ONE_SIDED) for c in ((20, 20, 200), (1, 0, 200))]
    assert [dense["tax_at_most"], sparse["tax_at_most"]] == pytest.approx([found.high for found in expected])
    assert expected[0].high == pytest.approx(1.652547 * expected[0].standard_error, rel=1e-4)
    assert [(row["margin"], row["is_below_margin"]) for row in (dense, sparse)] == [(0.03, False), (0.03, True)]
    (macro,) = world.report(MACRO)
    assert macro["tax_absolute"] < macro["tax_at_most"] < macro["tax_absolute_high"]
    assert (macro["is_below_margin"], macro["is_every_benchmark_below_margin"]) == (False, False)


def test_the_claim_over_all_benchmarks_holds_where_each_is_below_its_own_margin(world):
    filled(world, first=(1, 0, 200), second=(20, 20, 200))
    world.report("select 1")
    world.rebuild(AnalysisSettings(margin=0.08))
    (macro,) = world.report(MACRO)
    assert (macro["margin"], macro["is_below_margin"], macro["is_every_benchmark_below_margin"]) == (0.08, True, True)
    world.rebuild(AnalysisSettings(margin=0.08), {"second": 0.01})
    (macro,) = world.report(MACRO)
    assert (macro["is_below_margin"], macro["is_every_benchmark_below_margin"]) == (True, False)
    assert [row["margin"] for row in world.report(TAXES)] == [0.08, 0.01]


def test_an_unknown_limit_leaves_the_claim_unknown(world):
    filled(world, known=(1, 0, 200), one_item=(0, 0, 1))
    world.report("select 1")
    world.rebuild(AnalysisSettings(margin=0.5))
    (macro,) = world.report(MACRO)
    assert macro["is_every_benchmark_below_margin"] is None
    assert (macro["tax_at_most"], macro["is_below_margin"], macro["reason"]) == (None, None, "one_cluster")
    world.rebuild(AnalysisSettings(margin=0.001))
    assert world.report(MACRO)[0]["is_every_benchmark_below_margin"] is False


def test_missing_answers_are_at_their_worst_in_every_limit(world):
    filled(world, first=(30, 10, 200, 20), second=(30, 10, 200))
    first, second = world.report(TAXES)
    assert first["tax_at_most"] == pytest.approx(
        paired_difference(differences(30, 10, 200, 20), None, confidence=ONE_SIDED).high
    )
    assert (first["is_significant"], first["is_significant_whatever_is_missing"]) == (True, True)
    assert second["tax_absolute_high"] == second["identified_high"]
    (macro,) = world.report(MACRO)
    highest = np.concatenate([differences(30, 10, 200, 20), differences(30, 10, 200)])
    lowest = np.concatenate([differences(30, 10, 180), np.zeros(20), differences(30, 10, 200)])
    lower, upper = (
        OverallSample.of(d, [0] * 200 + [1] * 200, range(400), range(400)).tax(weighting="macro")
        for d in (lowest, highest)
    )
    assert [macro["identified_low"], macro["identified_high"]] == pytest.approx(
        imbens_manski(lower, upper, confidence=0.95), abs=1e-9
    )
    assert macro["tax_absolute_high"] < macro["tax_at_most"] < macro["identified_high"]
    assert macro["is_significant_whatever_is_missing"] is True


def test_a_star_that_missing_answers_could_take_away_is_told_apart(world):
    filled(world, lost=(30, 5, 200, 40))
    world.benchmark("gained", [f"gained {index}" for index in range(200)])
    base, aligned = outcomes(30, 5, 200, 0)
    world.answers("base", "gained", aligned)
    world.answers("aligned", "gained", base[:-80] + "- " * 40)
    gained, lost = world.report(TAXES)
    assert (gained["is_significant"], gained["is_significant_whatever_is_missing"]) == (True, False)
    assert (lost["is_significant"], lost["is_significant_whatever_is_missing"]) == (True, True)
    assert gained["tax_absolute"] < 0 < lost["tax_absolute"]


def test_where_less_is_better_the_limit_is_that_of_the_loss(world):
    world.benchmark("errors", [f"e {index}" for index in range(100)], higher_is_better=False)
    world.pair("base", "aligned")
    world.answers("base", "errors", "i " * 80 + "c " * 20)
    world.answers("aligned", "errors", "i " * 60 + "c " * 40)
    (row,) = world.report(TAXES)
    assert row["tax_absolute"] == pytest.approx(-0.2)
    assert row["tax_at_most"] == pytest.approx(loss_at_most([1.0] * 20 + [0.0] * 80, [0.0] * 100, None))
    assert loss_at_most([0.0, 0.0], [1.0, 1.0], None, is_turned=True) == pytest.approx(1.0)


def test_the_detectable_tax_is_at_the_level_of_the_first_step_of_holm(world):
    filled(world, first=(20, 20, 200), second=(30, 10, 200), third=(1, 0, 200))
    for row in world.report(TAXES):
        expected = minimum_detectable(row["standard_error"], row["degrees_of_freedom"], alpha=0.05 / 3)
        assert row["minimum_detectable_tax"] == pytest.approx(expected)
        assert (row["count_tests_holm"], row["holm_family"]) == (3, "benchmarks, tax, family")
    (macro,) = world.report(MACRO)
    expected = minimum_detectable(macro["standard_error"], macro["degrees_of_freedom"])
    assert macro["minimum_detectable_tax"] == pytest.approx(expected)
    assert (macro["count_tests_holm"], macro["holm_family"]) == (1, "all capability, macro, tax, family")
