import pytest

from tasks.report.blocks import charts_of
from tasks.report.sections.tax_sources import TAX_SOURCES

PARTS = [
    {"component": "refusal", "tax_part": 0.04, "tax_part_low": 0.03, "tax_part_high": 0.05},
    {"component": "format", "tax_part": 0.0, "tax_part_low": -0.01, "tax_part_high": 0.01},
]


def test_parts_are_shown_in_points_beside_the_tax(section_text):
    text = section_text(TAX_SOURCES, tax_decomposition=[{}, *PARTS])
    assert "+5.6 +1.6 [+0.6, +2.6] +4.0 [+3.0, +5.0]" in text
    assert "0 in every row: not found in the text" in text


def test_each_pair_has_a_panel_with_its_tax_and_the_means_of_its_parts(make_blocks):
    pair = {"scope": "all capability"}
    parts = [{**part, "benchmark_id": benchmark} for part in ({}, *PARTS) for benchmark in ("gsm8k", "mmlu")]
    panels, *_ = make_blocks(TAX_SOURCES, overall_tax=[pair], tax_decomposition=parts)
    (panel,) = panels.panels
    assert panel.caption == "llama-dpo against llama-base"
    values = next(values for values in panel.chart.wide["datasets"].values() if len(values) > 1)
    assert [(value["row"], round(value["estimate"], 1)) for value in values] == [
        ("Tax", 5.0),
        ("Wrong answers", 1.6),
        ("Refusals", 4.0),
    ]


def test_of_imported_scores_it_is_not_said_that_answers_were_wrong(section_text):
    text = section_text(TAX_SOURCES, tax_decomposition=[{"origin": "imported"}])
    assert "Lower scores" in text
    assert "Wrong answers" not in text


def test_a_pair_whose_tax_is_unknown_has_no_panel(make_blocks):
    unknown = {"scope": "all capability", "tax_absolute": None}
    assert list(charts_of(make_blocks(TAX_SOURCES, overall_tax=[unknown], tax_decomposition=PARTS))) == []


@pytest.mark.parametrize("row", [{"is_headline": False}, {"kind": "version"}])
def test_only_the_parts_of_headline_taxes_are_shown(section_text, row):
    assert section_text(TAX_SOURCES, tax_decomposition=[row]) == ""


def test_taxes_over_benchmarks_are_shown_under_both_weightings(section_text):
    items = {"weighting": "weighted", "tax_absolute": 0.03, "tax_absolute_low": 0.01, "tax_absolute_high": 0.05}
    text = section_text(TAX_SOURCES, overall_tax=[{}, items])
    assert "domain: reasoning" in text
    assert "+5.0 [+3.0, +7.0] +3.0 [+1.0, +5.0] 0.004 1,400 bbh, gsm8k" in text


def test_domains_and_all_of_capability_are_shown_and_other_scopes_are_not(section_text):
    scopes = ["domain:reasoning", "all capability", "dimension:safety", "attacked:safety"]
    text = section_text(TAX_SOURCES, overall_tax=[{"scope": scope, "pair_id": scope} for scope in scopes])
    assert text.index("all capability") < text.index("domain: reasoning")
    assert "safety" not in text


def test_a_tax_without_benchmarks_that_the_date_before_had_names_them(section_text):
    text = section_text(TAX_SOURCES, overall_tax=[{"flags": "fewer_benchmarks", "benchmarks_missing": "math"}])
    assert "without benchmarks that the date before had" in text
    assert "missing: math" in text
