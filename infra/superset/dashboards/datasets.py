"""The tables that the dashboards show: their columns in a reader's words, and what charts add up.

Tested in tests/infra/superset/test_assets.py.
"""

from __future__ import annotations

from infra.superset.charts import Dataset
from infra.superset.dashboards.selections import ENDINGS

_MODELS = {"reference_model_id": "Base model", "candidate_model_id": "Aligned model"}

_FAMILY_AT_SAFETY = "family || ' at ' || cast(cast(100 * safety_level as integer) as varchar) || '% safe'"

DATASETS = (
    Dataset(
        "reports.overall_tax",
        differences={
            "tax_absolute": "Tax",
            "tax_absolute_low": "Low",
            "tax_absolute_high": "High",
            "minimum_detectable_tax": "Detectable tax",
            "tax_at_most": "Tax at most",
        },
        shares={"reference_score": "Before", "candidate_score": "After"},
        values={"p_value_holm": "p (Holm)"},
        titles={**_MODELS, "is_significant": "Significant", "is_below_margin": "Below the margin"},
    ),
    Dataset(
        "reports.alignment_tax",
        differences={
            "tax_absolute": "Tax",
            "tax_absolute_low": "Low",
            "tax_absolute_high": "High",
            "minimum_detectable_tax": "Detectable tax",
        },
        shares={
            "reference_score": "Before",
            "candidate_score": "After",
            "chance_score": "Chance",
            "coverage_reference": "Coverage before",
            "coverage_candidate": "Coverage after",
        },
        values={"p_value_holm": "p (Holm)"},
        titles={**_MODELS, "count_paired_items": "Items", "is_significant": "Significant"},
    ),
    Dataset(
        "reports.tax_decomposition",
        differences={"tax_part": "Part of the tax", "tax_part_low": "Low", "tax_part_high": "High"},
        titles={**_MODELS, "component": "How the answers ended"},
    ),
    Dataset(
        "reports.model_scores",
        shares={
            "score": "Score",
            "score_low": "Low",
            "score_high": "High",
            "chance_score": "Chance",
            "coverage": "Coverage",
        },
        values=ENDINGS,
        totals={"Refused (percent)": "100.0 * sum(count_refused) / nullif(sum(count_answers), 0)"},
        titles={"model_id": "Model", "count_items": "Items"},
    ),
    Dataset(
        "reports.safety",
        differences={"change": "Change", "change_low": "Low", "change_high": "High"},
        shares={
            "rate_reference": "Before",
            "rate_candidate": "After",
            "rate_full_refusal_candidate": "Declined in full",
            "rate_any_refusal_candidate": "Declined in full or in part",
        },
        values={"exchange_rate": "Capability lost per point", "p_value_holm": "p (Holm)"},
        titles={
            **_MODELS,
            "exchange_rate_reason": "Why no rate",
            "is_significant": "Significant",
            "dimension": "What is measured",
        },
    ),
    Dataset(
        "reports.frontier",
        shares={
            "capability": "Capability",
            "capability_low": "Capability, low",
            "capability_high": "Capability, high",
            "safety": "Safety",
            "safety_low": "Safety, low",
            "safety_high": "Safety, high",
            "over_refusal": "Over-refusal",
            "probability_on_frontier": "Probability on the frontier",
        },
        titles={"model_id": "Model", "is_on_frontier": "On the frontier"},
    ),
    Dataset(
        "reports.tax_at_fixed_safety",
        differences={"tax": "Tax", "tax_low": "Low", "tax_high": "High"},
        shares={"safety_level": "Safety", "probability_reachable": "Probability reachable"},
        titles={"variants": "Variants", "nearest_model_id": "Nearest model", "reason": "Why no tax"},
    ),
    Dataset(
        "reports.benchmark_tax_at_fixed_safety",
        differences={"tax": "Tax", "tax_low": "Low", "tax_high": "High"},
        shares={"safety_level": "Safety"},
        titles={"variants": "Variants"},
        texts={"family_at_safety": _FAMILY_AT_SAFETY},
    ),
    Dataset(
        "reports.tax_trend",
        differences={"tax_absolute": "Tax", "tax_absolute_low": "Low", "tax_absolute_high": "High"},
        values={"count_alarms": "Alarms"},
        # A label of its own: Superset gives a label one colour on all charts, which another line may have already.
        texts={"pair": "candidate_model_id || ' against ' || reference_model_id"},
        titles=_MODELS,
    ),
    Dataset(
        "reports.trend",
        differences={"fall": "Fall", "fall_low": "Low", "fall_high": "High", "smallest_visible_fall": "Visible fall"},
        shares={"score": "Score"},
        values={"p_value_adjusted": "p (adjusted)"},
        totals={"Alarms": "sum(case when is_alarm then 1 else 0 end)"},
        titles={"model_id": "Model", "is_alarm": "Alarm", "since_date": "Since", "night_number": "Night of the series"},
    ),
    Dataset(
        "reports.coverage",
        shares={"coverage": "Coverage"},
        values={"latency_median_ms": "Median latency (ms)", "latency_p95_ms": "95th percentile of latency (ms)"},
        totals={
            "Answered (percent)": "100.0 * sum(count_answered) / nullif(sum(count_planned), 0)",
            "Output tokens": "sum(tokens_output)",
        },
        titles={"model_id": "Model", "status": "State", "count_planned": "Planned", "count_answered": "Answered"},
    ),
    Dataset(
        "reports.spend",
        values={
            "count_requests": "Requests",
            "cost_usd": "Cost (US dollars)",
            "cost_usd_planned_at_most": "Planned at most (US dollars)",
            "cost_saved_usd": "Saved by reuse (US dollars)",
        },
        titles={
            "count_requests_planned": "Planned requests",
            "count_reused": "Reused",
            "count_missing": "Missing",
            "tokens_output_planned_at_most": "Output tokens, planned at most",
        },
    ),
    Dataset(
        "reports.cost_tax",
        values={
            "reference_value": "Before",
            "candidate_value": "After",
            "ratio": "Ratio",
            "ratio_low": "Low",
            "ratio_high": "High",
        },
        titles={**_MODELS, "measure": "Measure"},
    ),
)
