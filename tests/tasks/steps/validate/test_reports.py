"""Each corruption of clean reports breaks exactly one expectation."""

import pytest

from tasks.steps.validate import validate_reports

DATES = ["2026-01-10"]
CELL = "where cell_id = 'aligned/sums/chat'"

TAXES = {
    "tax_lies_in_its_interval": "tax_absolute_low = tax_absolute + 0.01",
    "relative_tax_lies_in_its_interval": "tax_relative_high = tax_relative - 0.01",
    "chance_adjusted_tax_lies_in_its_interval": "tax_chance_adjusted_low = tax_chance_adjusted + 0.01",
    "tax_is_reference_minus_candidate": "reference_score = reference_score - 0.001",
    "paired_items_are_items": "count_paired_items = count_items + 1, bound_low = -1, bound_high = 1",
    "holm_is_not_smaller": "p_value_holm = p_value / 2",
    "bh_is_not_smaller": "p_value_bh = p_value / 2",
    "bounds_contain_the_tax": "bound_low = tax_absolute * count_paired_items / count_items + 0.001",
    "proportions_are_possible": "coverage_reference = 1.2",
    "taxes_are_possible": "bound_high = 1.5",
    "undefined_tax_has_a_reason": "tax_absolute_low = null, tax_absolute_high = null",
    "undefined_relative_tax_has_a_reason": "tax_relative = null",
    "undefined_chance_adjusted_tax_has_a_reason": "tax_chance_adjusted_high = null",
}
SCORES = {
    "score_lies_in_its_interval": "score_low = score + 0.01",
    "outcomes_add_up": "count_failed = count_failed + 1",
    "proportions_are_possible": "coverage = 1.2",
    "undefined_score_has_a_reason": "score_low = null",
}
SAFETY = {
    "change_lies_in_its_interval": "change_high = change - 0.01",
    "change_is_candidate_minus_reference": "rate_reference = rate_reference - 0.001",
    "paired_items_are_items": "count_paired_items = count_items + 1",
    "holm_is_not_smaller": "p_value_holm = p_value / 2",
    "proportions_are_possible": "coverage_candidate = -0.2",
    "undefined_change_has_a_reason": "change_low = null",
}
CORRUPTIONS = [
    *[("reports.alignment_tax", name, f"update reports.alignment_tax set {change}") for name, change in TAXES.items()],
    *[("reports.model_scores", name, f"update reports.model_scores set {change}") for name, change in SCORES.items()],
    *[("reports.safety", name, f"update reports.safety set {change}") for name, change in SAFETY.items()],
    *[
        ("reports", "grain_is_unique", f"insert into reports.{table} select * from reports.{table} limit 1")
        for table in ("alignment_tax", "model_scores", "safety", "coverage")
    ],
    ("reports", "origins_never_mix", f"update raw.cells set origin = 'imported' {CELL}"),
    ("reports", "origins_never_mix", "update reports.alignment_tax set is_simulated = false"),
    ("reports", "origins_never_mix", "update reports.safety set origin = 'endpoint', is_simulated = false"),
]


@pytest.mark.parametrize(("table", "name", "statement"), CORRUPTIONS)
def test_each_broken_gate_stops_the_publication_and_no_other_one_fails(
    reported, run_id, execute, rows, table, name, statement
):
    execute(reported, statement)

    result = validate_reports(reported, run_id, DATES)

    assert [(outcome.table, outcome.name) for outcome in result.failed] == [(table, name)]
    assert not result.may_publish
    stored = "select run_id, stage, table_name, expectation from raw.validations where not is_success"
    assert rows(reported, stored) == [(run_id, "reports", table, name)]
    assert rows(reported, "select count(*) from raw.quarantine") == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "update reports.alignment_tax set tax_absolute_low = null, tax_absolute_high = null, reason = 'one cluster'",
        "update reports.alignment_tax set tax_relative_low = null, tax_relative_reason = 'near 0'",
        "update reports.model_scores set score_low = null, score_high = null, reason = 'one cluster'",
        "update reports.safety set change = null, change_low = null, change_high = null, reason = 'no paired items'",
        "update reports.alignment_tax set p_value = null, p_value_holm = null, p_value_bh = null",
    ],
)
def test_an_undefined_number_with_a_reason_passes(reported, run_id, execute, statement):
    execute(reported, statement)

    assert validate_reports(reported, run_id, DATES).failed == ()
