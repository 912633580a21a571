"""What several wordings of an instruction do to scores, taxes and their intervals, from answers to tables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.settings import AnalysisSettings
from tasks.stats.paired import paired_difference

ITEMS = 60
TAXES = "select * from reports.alignment_tax where is_headline order by benchmark_id"
MACRO = "select * from reports.overall_tax where scope = 'all capability' and weighting = 'macro'"
PASSED = "select metric, score from reports.metric_scores where benchmark_id = 'coding' order by metric"
RELIABILITY = "select * from reports.reliability"


def values_of(seed, rates, repeats=2):
    """Right and wrong answers [n, T, repeats] of a model that is right at a rate of each wording."""
    return (np.random.default_rng(seed).random((ITEMS, len(rates), repeats)) < np.array(rates)[:, None]).astype(int)


BASE, ALIGNED = values_of(1, [0.8, 0.7, 0.8]), values_of(2, [0.7, 0.3, 0.6])
D = BASE.mean(axis=2) - ALIGNED.mean(axis=2)


def outcomes(values):
    return " ".join("".join("ic"[right] for right in item.ravel()) for item in values)


@pytest.fixture(scope="module")
def built(shared_world):
    """The rows of the three reports without and with the wordings in the intervals."""
    reports, world = (TAXES, MACRO, RELIABILITY, PASSED), filled(shared_world)
    world.benchmark("coding", [f"task {index}" for index in range(4)], domain="coding", metric="pass_at_1")
    world.answers("base", "coding", "ciiicc " * 4, wordings=3)
    without = [world.report(sql) for sql in reports]
    world.rebuild(AnalysisSettings(include_prompt_variance=True))
    return without, [world.report(sql) for sql in reports]


def filled(world, aligned=None):
    world.pair("base", "aligned")
    world.benchmark("worded", [f"worded {index}" for index in range(ITEMS)])
    world.benchmark("plain", [f"plain {index}" for index in range(ITEMS)])
    world.answers("base", "worded", outcomes(BASE), wordings=3)
    world.answers("aligned", "worded", aligned or outcomes(ALIGNED), wordings=3)
    world.answers("base", "plain", "c " * ITEMS)
    world.answers("aligned", "plain", "c " * 45 + "i " * (ITEMS - 45))
    return world


def component(values):
    """The variance between columns of a two-way table without replication, by its mean squares."""
    residuals = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    mean_square = (residuals**2).sum() / ((len(values) - 1) * (values.shape[1] - 1))
    return values.mean(axis=0).var(ddof=1) - mean_square / len(values)


def expected_limits(confidence):
    """Limits of the tax of D over items and wordings."""
    items = paired_difference(D.mean(axis=1), None)
    variance = items.standard_error**2 + component(D) / 3
    df = variance**2 / (items.standard_error**4 / items.df + (D.mean(axis=0).var(ddof=1) / 3) ** 2 / 2)
    return stats.t.interval(confidence, df, D.mean(), variance**0.5)


@pytest.mark.parametrize("state", [0, 1])
def test_the_components_of_scores_and_of_the_tax_are_reported(built, state):
    (plain, worded), _, reliability, _ = built[state]
    rows = {(row["model_id"], row["benchmark_id"]): row for row in reliability}
    for model, values in (("base", BASE), ("aligned", ALIGNED)):
        found = max(component(values.mean(axis=2)), 0)
        assert rows[model, "worded"]["variance_wordings"] == pytest.approx(found, abs=1e-9)
        assert rows[model, "plain"]["variance_wordings"] is None
    assert rows["aligned", "worded"]["tax_variance_wordings"] == pytest.approx(component(D))
    assert rows["base", "worded"]["tax_variance_wordings"] is None
    assert (plain["variance_wordings"], worded["variance_wordings"]) == (None, pytest.approx(component(D)))


def test_an_interval_holds_the_wordings_where_the_user_asks(built):
    (plain, worded), (same, held) = built[0][0], built[1][0]
    items = paired_difference(D.mean(axis=1), None)
    assert [worded[name] for name in ("tax_absolute", "tax_absolute_low", "se_method")] == [
        pytest.approx(D.mean()),
        pytest.approx(items.low),
        items.method,
    ]
    adjusted = {"p_value_holm", "p_value_bh"}
    assert {key: same[key] for key in same.keys() - adjusted} == {key: plain[key] for key in plain.keys() - adjusted}
    limits = [held[f"tax_absolute_{end}"] for end in ("low", "high")]
    assert limits == pytest.approx(expected_limits(0.95))
    assert [held[f"identified_{end}"] for end in ("low", "high")] == pytest.approx(limits)
    assert held["tax_at_most"] == pytest.approx(expected_limits(0.9)[1])
    assert (held["tax_absolute"], held["se_method"]) == (worded["tax_absolute"], f"{items.method}_wordings")
    assert held["p_value"] > worded["p_value"]


def test_a_macro_interval_holds_the_wordings_of_its_benchmarks(built):
    (before,), (after,) = built[0][1], built[1][1]
    own = component(D) / 3 / 4
    variance = before["standard_error"] ** 2 + own
    assert after["standard_error"] == pytest.approx(variance**0.5)
    crossed = (D.mean(axis=0).var(ddof=1) / 3 / 4) ** 2 / 2
    df = variance**2 / (before["standard_error"] ** 4 / before["degrees_of_freedom"] + crossed)
    limits = stats.t.interval(0.95, df, before["tax_absolute"], variance**0.5)
    assert [after["tax_absolute_low"], after["tax_absolute_high"]] == pytest.approx(limits)
    assert [after["identified_low"], after["identified_high"]] == pytest.approx(limits)
    assert (before["se_method"], after["se_method"]) == ("cr2_bm", "cr2_bm_wordings")
    assert before["tax_at_most"] < after["tax_at_most"] < after["tax_absolute_high"]


def test_pass_at_k_is_the_mean_over_wordings_and_k_counts_the_programs_of_one_wording(built):
    passed = {row["metric"]: row["score"] for row in built[0][3]}
    assert passed == {"pass_at_1": pytest.approx((0.5 + 0 + 1) / 3), "pass_at_2": pytest.approx((1 + 0 + 1) / 3)}


def test_an_item_without_an_answer_under_a_wording_does_not_count_in_the_component(world):
    first, *others = outcomes(ALIGNED).split()
    filled(world, aligned=" ".join([first[:2] + "--" + first[4:], *others]))
    worded = world.report(TAXES)[1]
    assert worded["count_paired_items"] == ITEMS
    assert worded["variance_wordings"] == pytest.approx(component(D[1:]))
