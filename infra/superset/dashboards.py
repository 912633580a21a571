"""What the dashboards show: which tables, which charts, in which order.

Tested in tests/infra/superset/test_assets.py.
"""

from __future__ import annotations

from infra.superset.charts import (
    Chart,
    Dashboard,
    Dataset,
    bars,
    bubbles,
    columns,
    heatmap,
    limits,
    lines,
    table,
)

_MODELS = {"reference_model_id": "Base model", "candidate_model_id": "Aligned model"}

_FAMILY_AT_SAFETY = "family || ' at ' || cast(cast(100 * safety_level as integer) as varchar) || '% safe'"
_ENDINGS = {
    "count_correct": "Right",
    "count_partial": "Partly right",
    "count_incorrect": "Wrong",
    "count_refused": "Refused",
    "count_filtered": "Filtered",
    "count_truncated": "Cut off",
    "count_unparsed": "Unread",
    "count_failed": "Failed",
}

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
        values=_ENDINGS,
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

_OVERALL = "kind = 'tax' and scope = 'all capability' and weighting = 'macro'"
_WHOLE = "subset = 'all' and is_primary_style"
_HEADLINE = "kind = 'tax' and is_headline"
_TAX = "tax_absolute"


def _points(*columns: str) -> list[str]:
    return [f"{column}_times_100" for column in columns]


_CHANGES = [
    "candidate_model_id",
    "benchmark",
    "dimension",
    *_points("rate_reference", "rate_candidate", "change", "change_low", "change_high"),
    "is_significant",
    "exchange_rate",
    "exchange_rate_reason",
]

OVERVIEW = Dashboard(
    slug="overview",
    title="1 Overview",
    reading=(
        "A **tax** is base minus aligned, in points: positive is a loss, negative a windfall. Limits are of "
        "the 95% interval. A tax whose interval reaches 0 was not shown; *detectable* says how large it would "
        "have to be."
    ),
    filters=("night", "origin", "family"),
    rows=(
        (
            Chart(
                "What alignment cost: mean tax over capability (points)",
                "reports.overall_tax",
                _OVERALL,
                *limits("candidate_model_id", "Tax", "Low", "High"),
            ),
            Chart(
                "The same with numbers (scores in percent, taxes in points)",
                "reports.overall_tax",
                _OVERALL,
                *table(
                    [
                        "candidate_model_id",
                        *_points("reference_score", "candidate_score", _TAX, f"{_TAX}_low", f"{_TAX}_high"),
                        *_points("minimum_detectable_tax"),
                        "is_significant",
                    ],
                    sort=_TAX,
                ),
            ),
        ),
        (
            Chart(
                "Where it was lost: tax by benchmark (points)",
                "reports.alignment_tax",
                f"{_HEADLINE} and dimension in ('capability', 'instruction_following')",
                *heatmap("benchmark", "candidate_model_id", "Tax", number_format="+.1f"),
            ),
            Chart(
                "What it bought: harmful requests refused (percent)",
                "reports.safety",
                "kind = 'tax' and dimension = 'safety'",
                *bars("candidate_model_id", ["Before", "After"], sort="After"),
            ),
        ),
        (
            Chart(
                "What it bought, and what that cost: rates in percent, changes in points",
                "reports.safety",
                "kind = 'tax'",
                *table(_CHANGES, sort="change"),
                width=12,
            ),
        ),
    ),
)


BENCHMARK = Dashboard(
    slug="benchmark",
    title="2 One benchmark in depth",
    reading=(
        "Choose a **benchmark** at the left. Scores are in percent, taxes in points: base minus aligned. The "
        "parts of a tax say how the losing answers ended; they add up to the tax."
    ),
    filters=("night", "origin", "benchmark", "family"),
    rows=(
        (
            Chart(
                "What each aligned model lost on it (points)",
                "reports.alignment_tax",
                _HEADLINE,
                *limits("candidate_model_id", "Tax", "Low", "High"),
            ),
            Chart(
                "Where the tax comes from: how answers ended (points)",
                "reports.tax_decomposition",
                _HEADLINE,
                *bars(
                    "candidate_model_id", ["Part of the tax"], series="component", stacked=True, number_format="+.1f"
                ),
            ),
        ),
        (
            Chart(
                "Which subsets lost (points)",
                "reports.alignment_tax",
                "kind = 'tax' and subset <> 'all'",
                *heatmap("subset", "candidate_model_id", "Tax", number_format="+.1f"),
            ),
            Chart(
                "How the answers ended (answers)",
                "reports.model_scores",
                _WHOLE,
                *bars("model_id", list(_ENDINGS.values()), stacked=True, number_format="SMART_NUMBER"),
            ),
        ),
        (
            Chart(
                "The same with numbers: scores in percent, taxes in points",
                "reports.alignment_tax",
                _HEADLINE,
                *table(
                    [
                        "candidate_model_id",
                        *_points("reference_score", "candidate_score", _TAX, f"{_TAX}_low", f"{_TAX}_high"),
                        "p_value_holm",
                        *_points("minimum_detectable_tax"),
                        "count_paired_items",
                        *_points("coverage_candidate"),
                    ],
                    sort=_TAX,
                ),
                width=12,
                height=40,
            ),
        ),
        (
            Chart(
                "Scores with their intervals (percent)",
                "reports.model_scores",
                _WHOLE,
                *table(
                    [
                        "model_id",
                        *_points("score", "score_low", "score_high", "chance_score", "coverage"),
                        "count_items",
                        "scorer",
                    ],
                    sort="score",
                ),
                width=12,
                height=40,
            ),
        ),
    ),
)

FRONTIER = Dashboard(
    slug="frontier",
    title="3 Safety against capability",
    reading=(
        "Each circle is a model: the further up the more capable, the further right the safer; a larger "
        "circle refuses more of the harmless requests. A model is **on the frontier** if no other of its "
        "family is better on one axis and as good on the other."
    ),
    filters=("night", "origin", "family"),
    rows=(
        (
            Chart(
                "Safety against capability (percent); size: over-refusal",
                "reports.frontier",
                "safety is not null and capability is not null",
                *bubbles("Safety", "Capability", size="Over-refusal", entity="model_id", series="family"),
            ),
            Chart(
                "Tax at the same safety, by benchmark (points)",
                "reports.benchmark_tax_at_fixed_safety",
                "variants = 'all' and tax is not null",
                *bars("benchmark_id", ["Tax"], series="family_at_safety", number_format="+.1f"),
            ),
        ),
        (
            Chart(
                "The models with numbers (percent)",
                "reports.frontier",
                "safety is not null and capability is not null",
                *table(
                    [
                        "model_id",
                        "method",
                        *_points("capability", "capability_low", "capability_high"),
                        *_points("safety", "safety_low", "safety_high", "over_refusal"),
                        "is_on_frontier",
                        *_points("probability_on_frontier"),
                    ],
                    sort="safety",
                ),
                width=12,
                height=40,
            ),
        ),
        (
            Chart(
                "Tax at the same safety, over all capability (points)",
                "reports.tax_at_fixed_safety",
                "true",
                *table(
                    [
                        "family",
                        "variants",
                        *_points("safety_level", "tax", "tax_low", "tax_high", "probability_reachable"),
                        "nearest_model_id",
                        "reason",
                    ],
                    sort="safety_level",
                    descending=False,
                ),
                width=12,
                height=40,
            ),
        ),
    ),
)

NIGHTS = Dashboard(
    slug="nights",
    title="4 Nights and alarms",
    reading=(
        "An **alarm** says that a model fell on a benchmark by more than the tolerance; it stands until it is "
        "acknowledged. At most a share *alpha* of the years sees a false one. The **night** is that of the "
        "table, the **benchmark** that of the scores."
    ),
    filters=("night", "benchmark", "origin", "family", "model_id"),
    rows=(
        (
            Chart(
                "Falls that stand as an alarm, each night (series)",
                "reports.trend",
                "true",
                *columns("Alarms"),
                unfiltered=("night", "benchmark"),
            ),
            Chart(
                "Planned answers that came back, each night (percent)",
                "reports.coverage",
                "true",
                *lines("Answered (percent)", "run_kind", top=100),
                unfiltered=("night", "benchmark"),
            ),
        ),
        (
            Chart(
                "Mean tax over capability, each night (points)",
                "reports.tax_trend",
                "true",
                *lines("Tax", "pair", number_format="+.1f"),
                unfiltered=("night", "benchmark"),
            ),
            Chart(
                "Score on the benchmark, each night (percent)",
                "reports.trend",
                "true",
                *lines("Score", "model_id"),
                unfiltered=("night",),
            ),
        ),
        (
            Chart(
                "Every series on the night: alarms first (points)",
                "reports.trend",
                "true",
                *table(
                    [
                        "model_id",
                        "benchmark_id",
                        "is_alarm",
                        "since_date",
                        *_points("fall", "fall_low", "fall_high", "smallest_visible_fall"),
                        "p_value_adjusted",
                        "night_number",
                        "phase",
                    ],
                    sort="is_alarm",
                ),
                width=12,
                unfiltered=("benchmark",),
            ),
        ),
    ),
)

REFUSALS = Dashboard(
    slug="refusals",
    title="5 Over-refusal and bias",
    reading=(
        "**Over-refusal** is the share of harmless requests that got no help, **bias** the share of biased "
        "choices; less is better. A refusal of a capability question counts as a wrong answer there, so that "
        "it is part of the tax."
    ),
    filters=("night", "origin", "family"),
    rows=(
        (
            Chart(
                "Over-refusal before and after alignment (percent)",
                "reports.safety",
                "kind = 'tax' and dimension = 'over_refusal'",
                *bars("candidate_model_id", ["Before", "After"], sort="After"),
            ),
            Chart(
                "Over-refusal, bias and truthfulness: change by benchmark (points)",
                "reports.safety",
                "kind = 'tax' and dimension <> 'safety'",
                *heatmap("benchmark", "candidate_model_id", "Change", number_format="+.1f"),
            ),
        ),
        (
            Chart(
                "Harmless requests declined, after alignment (percent)",
                "reports.safety",
                "kind = 'tax' and dimension = 'over_refusal'",
                *bars(
                    "candidate_model_id", ["Declined in full", "Declined in full or in part"], sort="Declined in full"
                ),
            ),
            Chart(
                "Capability questions refused (percent of the answers)",
                "reports.model_scores",
                f"{_WHOLE} and dimension in ('capability', 'instruction_following')",
                *heatmap("benchmark", "model_id", "Refused (percent)"),
            ),
        ),
        (
            Chart(
                "All changes beside capability: rates in percent, changes in points",
                "reports.safety",
                "kind = 'tax'",
                *table(_CHANGES, sort="change"),
                width=12,
            ),
        ),
    ),
)

COST = Dashboard(
    slug="cost",
    title="6 Cost",
    reading=(
        "What the evaluation was to take and took, and what alignment does to the price of an answer: a **ratio** of "
        "1.7 means 70% more than the base. What was not reported is unknown, never 0."
    ),
    filters=("night", "origin", "model_id"),
    rows=(
        (
            Chart(
                "Output tokens of the night's answers (tokens)",
                "reports.coverage",
                "true",
                *bars("model_id", ["Output tokens"], sort="Output tokens", number_format="SMART_NUMBER"),
            ),
            Chart(
                "Requests sent, each night (requests)",
                "reports.spend",
                "true",
                *lines("Requests", "model_id", number_format="SMART_NUMBER"),
                unfiltered=("night",),
            ),
        ),
        (
            Chart(
                "Tokens of an answer, aligned over base (ratio)",
                "reports.cost_tax",
                "kind = 'tax' and measure = 'tokens_output'",
                *heatmap("benchmark", "candidate_model_id", "Ratio", number_format=".2f"),
            ),
            Chart(
                "Slow answers: 95th percentile of the latency (ms)",
                "reports.coverage",
                "true",
                *heatmap("benchmark", "model_id", "95th percentile of latency (ms)", number_format=".0f"),
            ),
        ),
        (
            Chart(
                "What each model was to take, and took: requests, tokens, US dollars",
                "reports.spend",
                "true",
                *table(
                    [
                        "model_id",
                        "count_requests_planned",
                        "count_requests",
                        "count_reused",
                        "count_missing",
                        "tokens_output_planned_at_most",
                        "tokens_output",
                        "cost_usd_planned_at_most",
                        "cost_usd",
                        "cost_saved_usd",
                        "stopped_by",
                    ],
                    sort="count_requests",
                ),
                width=12,
            ),
        ),
        (
            Chart(
                "Every measure, aligned over base, with its interval (ratio)",
                "reports.cost_tax",
                "kind = 'tax' and ratio is not null",
                *table(
                    [
                        "candidate_model_id",
                        "benchmark",
                        "measure",
                        "reference_value",
                        "candidate_value",
                        "ratio",
                        "ratio_low",
                        "ratio_high",
                    ],
                    sort="ratio",
                ),
                width=12,
            ),
        ),
    ),
)

DASHBOARDS = (OVERVIEW, BENCHMARK, FRONTIER, NIGHTS, REFUSALS, COST)
