"""The parts of the page about families and nights: what is said, and that nothing is shown where nothing is known."""

import json
from datetime import date, timedelta

import polars as pl
import pytest

from tasks.report import ReportFrames, render_report
from tasks.report.wording import NO_BREAK

DAY = date(2026, 11, 20)
FIXED = {
    "as_of_date": DAY, "family": "llama", "variants": "dpo/strength", "safety_level": 0.9, "base_model_id": "base",
    "tax": 0.04, "tax_low": 0.01, "tax_high": 0.08, "probability_reachable": 1.0, "nearest_model_id": "dpo-2",
    "nearest_tax": 0.05, "flags": None, "reason": None,
}  # fmt: skip
UNREACHED = FIXED | {
    "safety_level": 0.99, "tax": None, "tax_low": None, "tax_high": None, "probability_reachable": 0.0,
    "nearest_model_id": None, "nearest_tax": None, "reason": "not_reachable",
}  # fmt: skip
SWEEP = {
    "as_of_date": DAY, "family": "llama", "method": "dpo", "knob_name": "strength", "axis": "helpfulness",
    "benchmark_id": "gsm8k", "form": "parabola", "is_clear": False, "shape": "concave", "slope": -0.03,
    "slope_low": -0.04, "slope_high": -0.02, "largest_residual": 0.004, "optimum": 1.5, "optimum_low": 1.1,
    "optimum_high": 2.2, "optimum_reason": None, "reason": None,
}  # fmt: skip
MITIGATION = {
    "as_of_date": DAY, "aligned_model_id": "ppo", "mitigated_model_id": "ppo-ptx", "benchmark_id": "drop",
    "gained": 0.06, "gained_low": 0.01, "gained_high": 0.11, "remaining": 0.16, "remaining_low": 0.08,
    "remaining_high": 0.24, "recovery": 0.25, "recovery_low": 0.05, "recovery_high": 0.5, "recovery_reason": None,
    "is_recovery_solid": False, "better_than": None, "is_safety_lower": True, "safety_reason": None, "reason": None,
}  # fmt: skip
NIGHT = {
    "series_id": "s", "model_id": "dpo-2", "benchmark_id": "gsm8k", "phase": "monitored", "score": 0.7,
    "p_value_holm": 0.01, "is_alarm": True, "reason": None,
}  # fmt: skip
ALERT = {
    "as_of_date": DAY, "model_id": "dpo-2", "benchmark_id": "gsm8k", "is_new": True, "since_date": DAY,
    "fall": 0.08, "fall_low": 0.05, "fall_high": 0.11, "p_value_holm": 0.01,
    "items_fallen_json": json.dumps([{"item_id": "item-17", "fall": 1.0}]),
}  # fmt: skip


@pytest.fixture
def page():
    def rendered(**rows):
        frames = {name: pl.DataFrame(found) for name, found in rows.items()}
        nothing = dict.fromkeys(("alignment_tax", "safety", "model_scores", "coverage", "validations"), pl.DataFrame())
        return render_report(ReportFrames(**nothing, **frames, as_of_date=str(DAY))).replace(NO_BREAK, " ")

    return rendered


def test_tax_at_fixed_safety_is_stated_and_the_unreachable_said_to_be_so(page):
    html = page(tax_at_fixed_safety=[FIXED, UNREACHED])
    assert "+4.0 [+1.0, +8.0]" in html
    assert "not_reachable" in html
    assert "dpo-2" in html


def test_a_knob_shows_its_form_and_the_strength_that_pays(page):
    html = page(sweep_fit=[SWEEP])
    for text in ("parabola, concave", "1.5 [1.1, 2.2]", "forms cannot be told apart"):
        assert text in html


def test_a_mitigation_that_cost_safety_says_so(page):
    html = page(mitigation=[MITIGATION])
    for text in ("+6.0 [+1.0, +11.0]", "less safe than the aligned model", "tax too small to compare recoveries"):
        assert text in html


def test_nights_are_drawn_under_the_alarms_that_stand(page):
    nights = [NIGHT | {"as_of_date": DAY - timedelta(back)} for back in range(3)]
    html = page(trend=nights, alerts=[ALERT])
    for text in ("1 alarm", "item-17", 'id="chart-trend-1"', "8.0 [5.0, 11.0]"):
        assert text in html


def test_one_night_is_no_trend_and_nothing_known_is_no_section(page):
    html = page(trend=[NIGHT | {"as_of_date": DAY}])
    for section in ("nights", "strengths", "mitigations"):
        assert f'<section id="{section}"' not in html
