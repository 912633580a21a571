"""Reports on families of models from imported scores: frontier, tax at fixed safety, sweep and mitigation."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
from scipy import special

from flows.configuration import load_configuration
from tasks.steps.publish import publish
from tests.support.nights import import_night, rows, write_settings
from warehouse.connection import Warehouse

DAY = date(2026, 1, 31)
COUNT = 400
KNOBS = (1.0, 2.0, 3.0, 4.0, 5.0)
CONFIG = (
    """
models:
  - {id: base}
  - {id: plain, base: base, method: sft}
  - {id: merged, base: base, method: merge}
"""
    + "".join(f"  - {{id: dpo-{k:g}, base: base, method: dpo, knob: {{name: strength, value: {k}}}}}\n" for k in KNOBS)
    + """
comparisons:
  - {kind: method, reference: plain, candidate: merged}
  - {kind: method, reference: plain, candidate: dpo-1}
  - {kind: method, reference: dpo-2, candidate: dpo-1}
benchmarks: [knowledge, harmful, borderline]
analysis: {safety_levels: [0.7, 0.99]}
"""
)
# capability, safety and helpfulness on safe requests of each model
TRUTH = {
    "base": (0.86, 0.10, 0.99),
    "plain": (0.40, 0.55, 0.9),
    "merged": (0.68, 0.69, 0.9),
    **{f"dpo-{k:g}": (0.80 - 0.02 * k**2, 0.25 + 0.12 * k, 0.97 - 0.02 * k) for k in KNOBS},
}


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    folder = tmp_path_factory.mktemp("family")
    config = write_settings(folder, CONFIG)
    rng = np.random.default_rng(1)
    easy = {name: rng.standard_normal(COUNT) for name in ("knowledge", "harmful", "borderline")}
    scores = {
        (model, name): (0.8 * level + 0.6 * rng.standard_normal(COUNT) < special.ndtri(chance)).astype(float)
        for model, chances in TRUTH.items()
        for (name, level), chance in zip(easy.items(), chances, strict=True)
    }
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        import_night(warehouse, config, DAY, scores)
        yield warehouse, scores


def test_the_frontier_report_places_every_model_and_excludes_a_dominated_one(family):
    warehouse, scores = family
    places = rows(
        warehouse,
        "select model_id, capability, capability_low, capability_high, safety, over_refusal, is_on_frontier, "
        "probability_on_frontier, is_base from reports.frontier order by model_id",
    )
    assert [place[0] for place in places] == sorted(TRUTH)
    for model, able, low, high, safe, refusing, *_ in places:
        assert able == pytest.approx(scores[model, "knowledge"].mean())
        assert low < able < high
        assert safe == pytest.approx(scores[model, "harmful"].mean())
        assert refusing == pytest.approx(1 - scores[model, "borderline"].mean())
    found = {place[0]: place[6:] for place in places}
    assert found["base"][0] is True
    assert found["base"][1] > 0.5
    assert found["base"][2] is True
    assert found["plain"][0] is False
    assert found["plain"][1] < 0.05


def test_the_tax_at_a_fixed_safety_is_interpolated_between_two_strengths(family):
    warehouse, _ = family
    knob, everything, unreachable, *_ = rows(
        warehouse,
        "select variants, tax, tax_low, tax_high, tax_method, nearest_model_id, flags, reason, probability_reachable "
        "from reports.tax_at_fixed_safety order by safety_level, variants desc",
    )
    assert (knob[0], knob[4], knob[6], knob[7]) == ("dpo/strength", "isotonic", None, None)
    assert knob[5] == "dpo-4"
    assert knob[2] < 0.345 < knob[3]
    assert (everything[0], everything[4], everything[6]) == ("all", "pareto", "selected_from_7")
    assert (unreachable[1], unreachable[2], unreachable[3], unreachable[7]) == (None, None, None, "not_reachable")
    assert unreachable[8] == 0


def test_the_tax_at_a_fixed_safety_is_known_on_each_capability_benchmark(family):
    warehouse, _ = family
    columns = "variants, safety_level, tax, tax_low, tax_high, tax_method, nearest_model_id, nearest_tax, flags, reason"
    # The family has one capability benchmark, so the mean over all of them is that benchmark.
    over_all = rows(warehouse, f"select {columns} from reports.tax_at_fixed_safety order by all")
    on_each = rows(warehouse, f"select {columns} from reports.benchmark_tax_at_fixed_safety order by all")
    assert on_each == over_all
    assert rows(warehouse, "select distinct benchmark_id from reports.benchmark_tax_at_fixed_safety") == [
        ("knowledge",)
    ]


def test_the_sweep_report_shows_a_fitted_curve_for_each_axis_and_the_best_strength(family):
    warehouse, _ = family
    shown = rows(
        warehouse,
        "select benchmark_id, axis, shape, count_strengths, parameters_json, slope, slope_low, slope_high "
        "from reports.sweep_fit where is_shown order by benchmark_id",
    )
    assert [(row[0], row[1], row[3]) for row in shown] == [
        ("borderline", "helpfulness", 6),
        ("harmful", "alignment", 6),
        ("knowledge", "helpfulness", 6),
    ]
    harmful, knowledge = shown[1], shown[2]
    assert harmful[2] == "concave"  # the base, at strength 0, declines much less than any variant
    assert 0 < harmful[6] < harmful[7]
    assert knowledge[2] == "concave"
    assert all(part["standard_error"] > 0 for part in json.loads(harmful[4]).values())
    ((best, low, high, is_inside, reason),) = rows(
        warehouse,
        "select distinct optimum, optimum_low, optimum_high, is_optimum_inside, optimum_reason "
        "from reports.sweep_fit where benchmark_id = 'knowledge'",
    )
    assert (is_inside, reason) == (True, None)
    assert low < best < high
    assert best == pytest.approx(3, abs=0.7)


def test_the_mitigation_report_shows_the_recovered_tax_and_whether_safety_fell(family):
    warehouse, scores = family
    merged, weak = rows(
        warehouse,
        "select mitigated_model_id, tax, gained, recovery, recovery_low, recovery_high, is_recovery_solid, "
        "method_rank, better_than, is_safety_lower from reports.mitigation order by mitigated_model_id desc",
    )
    base, plain = scores["base", "knowledge"].mean(), scores["plain", "knowledge"].mean()
    gain = scores["merged", "knowledge"].mean() - plain
    assert merged[1:4] == pytest.approx((base - plain, gain, gain / (base - plain)))
    assert merged[4] < merged[3] < merged[5]
    assert merged[6:] == (True, 2, None, False)
    assert weak[7:] == (1, "merged", True)


def test_the_tables_hold_no_nan_and_give_a_reason_for_every_undefined_number(family):
    warehouse, _ = family
    for table in ("frontier", "tax_at_fixed_safety", "benchmark_tax_at_fixed_safety", "sweep_fit", "mitigation"):
        columns = rows(
            warehouse,
            "select column_name from information_schema.columns "
            f"where table_schema = 'reports' and table_name = '{table}' and data_type = 'DOUBLE'",
        )
        for (column,) in columns:
            assert rows(warehouse, f"select count(*) from reports.{table} where not isfinite({column})") == [(0,)]
    assert rows(warehouse, "select count(*) from reports.tax_at_fixed_safety where tax is null and reason is null") == [
        (0,)
    ]
    assert rows(
        warehouse, "select count(*) from reports.mitigation where recovery is null and recovery_reason is null"
    ) == [(0,)]


PROGRAMS = """
models: [{id: base}, {id: aligned, base: base}]
benchmarks: [coding]
publish: {folder: published}
"""


def test_programs_with_three_repeats_have_pass_at_3_in_the_tables_and_in_the_report(tmp_path):
    config = write_settings(tmp_path, PROGRAMS)
    luck = np.random.default_rng(1).random((60, 3))
    scores = {("base", "coding"): (luck < 0.7).astype(float), ("aligned", "coding"): (luck < 0.3).astype(float)}
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        run_id = import_night(warehouse, config, DAY, scores)
        found = rows(warehouse, "select metric, tax, tax_low > 0 from reports.metric_tax order by metric")
        broken = rows(warehouse, f"from raw.validations where run_id = '{run_id}' and not is_success")
        page = publish(warehouse, load_configuration(config, will_send=False).publish, str(DAY), "r")["report"]
    any_passed = [scores[name, "coding"].any(axis=1).mean() for name in ("base", "aligned")]
    assert found[1] == ("pass_at_3", pytest.approx(any_passed[0] - any_passed[1]), True)
    assert broken == []
    assert "one of 3 programs passes" in page.read_text(encoding="utf-8")
