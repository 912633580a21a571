import pytest

from tasks.report.sections.running_costs import RUNNING_COSTS

UNLIMITED = {"ratio_low": None, "ratio_high": None}


@pytest.fixture(scope="module")
def text(section_text):
    rows = [
        {},
        {"measure": "tokens_input", "ratio": 1.0, **UNLIMITED, "reason": "all_ratios_equal"},
        {"measure": "cost_usd", "ratio": None, **UNLIMITED, "reason": "price_unknown"},
        {
            "tax": "development",
            "benchmark_id": None,
            "measure": "development_hours",
            "ratio": 0.12,
            **UNLIMITED,
            "reason": "declared_not_measured",
        },
    ]
    return section_text(RUNNING_COSTS, cost_tax=rows)


def test_a_cost_is_a_multiple_of_the_reference(text):
    assert "\u00d71.69 [\u00d71.50, \u00d71.90]" in text


def test_what_is_missing_has_its_reason_in_words(text):
    assert "\u00d71.00 [\u2014 (the same in every pair)]" in text
    assert "\u2014 (no price is stated)" in text


def test_where_no_usage_is_known_money_is_not_said_to_lack_a_price(section_text):
    unknown = {"ratio": None, **UNLIMITED, "reason": "usage_unknown"}
    known = {"measure": "latency_median_ms"}
    text = section_text(RUNNING_COSTS, cost_tax=[unknown, {**unknown, "measure": "cost_usd"}, known])
    assert "usage not reported" in text
    assert "price" not in text


def test_declared_costs_have_a_table_of_their_own(text):
    assert text.index("What alignment costs to run") < text.index("as declared in the configuration")
    assert "120 (\u00d70.12) — (not declared)" in text


def test_where_no_cost_is_known_the_section_is_left_out(section_text):
    assert section_text(RUNNING_COSTS, cost_tax=[{"ratio": None, **UNLIMITED, "reason": "usage_unknown"}]) == ""
