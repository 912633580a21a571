"""Parts, taxes over benchmarks and costs on the page: the numbers as read, and words where there is none."""

import polars as pl
import pytest

from tasks.report import render_report

DATE = "2026-11-20"
PAIR = {"as_of_date": DATE, "family": "llama", "reference_model_id": "llama-base", "candidate_model_id": "llama-dpo"}
PART = PAIR | {"comparison_id": "1", "benchmark_id": "gsm8k", "tax_absolute": 0.056, "reason": None}
SCOPE = PAIR | {"pair_id": "1", "scope": "domain:reasoning", "benchmarks": "bbh, gsm8k", "count_paired_items": 1400}
COST = PAIR | {"kind": "tax", "benchmark_id": "gsm8k", "tax": "performance", "candidate_value": 120.0}

METRIC = PAIR | {"kind": "tax", "benchmark_id": "bbq", "is_proportion": True}
METRIC |= {"count_paired_items": 1840, "flags": None, "reason": None}


def part(component, value):
    return PART | {
        "component": component,
        "tax_part": value,
        "tax_part_low": value - 0.01,
        "tax_part_high": value + 0.01,
    }


def scope(weighting, tax):
    limits = {"tax_absolute": tax, "tax_absolute_low": tax - 0.02, "tax_absolute_high": tax + 0.02}
    return SCOPE | limits | {"weighting": weighting, "p_value_holm": 0.004, "reason": None}


def cost(measure, ratio, low=None, high=None, reason=None, **other):
    return COST | {"measure": measure, "ratio": ratio, "ratio_low": low, "ratio_high": high, "reason": reason, **other}


def metric(name, title, reference, candidate, **other):
    sides = {"reference_score": reference, "candidate_score": candidate, "tax": candidate - reference}
    limits = {f"{part}_{end}": None for part in sides for end in ("low", "high")}
    return METRIC | limits | sides | {"metric": name, "title": title, "p_value_holm": None} | other


@pytest.fixture
def page(make_frames, small_rows, read_page):
    declared = {"tax": "development", "benchmark_id": None, "reason": "declared_not_measured"}
    frames = {
        "tax_decomposition": [part("wrong_answer", 0.016), part("refusal", 0.04), part("format", 0.0)],
        "overall_tax": [scope("macro", 0.05), scope("weighted", 0.03)],
        "metric_tax": [
            metric(
                *("bias_ambiguous", "Bias score", 0.489, 0.298),
                higher_is_better=False,
                tax_low=-0.25,
                tax_high=-0.12,
                p_value_holm=0.001,
            ),
            metric(
                *("pass_at_10", "Chance that one of k programs passes", 0.0, 0.0),
                higher_is_better=True,
                reason="resamples_do_not_vary",
            ),
            metric(
                *("word_perplexity", "Perplexity per word", 12.18, 12.28),
                benchmark_id="pages",
                higher_is_better=False,
                is_proportion=False,
                tax_low=0.02,
                tax_high=0.18,
            ),
        ],
        "cost_tax": [
            cost("tokens_output", 1.694, 1.5, 1.9),
            cost("tokens_input", 1.0, reason="all_ratios_equal"),
            cost("cost_usd", None, reason="usage_unknown"),
            cost("development_hours", 0.12, **declared),
        ],
    }
    tables = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in frames.items()}
    return read_page(render_report(make_frames(**small_rows, **tables)))


def test_parts_are_shown_in_points_beside_the_tax(page):
    text = page.text("table")
    assert "+5.6" in text
    assert "+1.6 [+0.6, +2.6]" in text
    assert "+4.0 [+3.0, +5.0]" in text
    assert "0.0 [-1.0, +1.0]" in text


def test_taxes_over_benchmarks_are_shown_under_both_weightings(page):
    assert "domain: reasoning" in page.text("table")
    assert "+5.0 [+3.0, +7.0]" in page.text("table")
    assert "+3.0 [+1.0, +5.0]" in page.text("table")
    assert "bbh, gsm8k" in page.text("table")


def test_metrics_are_shown_with_direction_and_reason(page):
    text = page.text("table")
    assert "bbq (Bias score, lower is better)" in text
    assert "-19.1 [-25.0, -12.0]" in text
    assert "bbq (Chance that one of 10 programs passes)" in text
    assert "12.28" in text
    assert "+0.10 [+0.02, +0.18]" in text
    assert "0.0 [\u2014 (the same in every resample)]" in text


def test_costs_are_multiples_and_unknown_usage_says_so(page):
    text = page.text("table")
    assert "\u00d71.69 [\u00d71.50, \u00d71.90]" in text
    assert "\u00d71.00 [\u2014 (the same in every pair)]" in text
    assert "\u2014 (usage not reported)" in text
    assert "120 (\u00d70.12)" in text


def test_the_new_sections_are_linked_and_absent_without_rows(page, small_page):
    links = {link["href"] for link in page.attributes("a")}
    assert {"#parts", "#metrics", "#costs"} <= links
    assert 'id="parts"' not in small_page
    assert page.mistakes == []
