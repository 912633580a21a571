"""The overview, and one benchmark in detail: what alignment cost.

Tested in tests/infra/superset/test_assets.py.
"""

from __future__ import annotations

from infra.superset.charts import Chart, Dashboard, bars, heatmap, limits, table
from infra.superset.dashboards.selections import CHANGES, ENDINGS, HEADLINE, TAX, WHOLE, points

_OVERALL = "kind = 'tax' and scope = 'all capability' and weighting = 'macro'"

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
                        *points("reference_score", "candidate_score", TAX, f"{TAX}_low", f"{TAX}_high"),
                        *points("minimum_detectable_tax"),
                        "is_significant",
                    ],
                    sort=TAX,
                ),
            ),
        ),
        (
            Chart(
                "Where it was lost: tax by benchmark (points)",
                "reports.alignment_tax",
                f"{HEADLINE} and dimension in ('capability', 'instruction_following')",
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
                *table(CHANGES, sort="change"),
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
                HEADLINE,
                *limits("candidate_model_id", "Tax", "Low", "High"),
            ),
            Chart(
                "Where the tax comes from: how answers ended (points)",
                "reports.tax_decomposition",
                HEADLINE,
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
                WHOLE,
                *bars("model_id", list(ENDINGS.values()), stacked=True, number_format="SMART_NUMBER"),
            ),
        ),
        (
            Chart(
                "The same with numbers: scores in percent, taxes in points",
                "reports.alignment_tax",
                HEADLINE,
                *table(
                    [
                        "candidate_model_id",
                        *points("reference_score", "candidate_score", TAX, f"{TAX}_low", f"{TAX}_high"),
                        "p_value_holm",
                        *points("minimum_detectable_tax"),
                        "count_paired_items",
                        *points("coverage_candidate"),
                    ],
                    sort=TAX,
                ),
                width=12,
                height=40,
            ),
        ),
        (
            Chart(
                "Scores with their intervals (percent)",
                "reports.model_scores",
                WHOLE,
                *table(
                    [
                        "model_id",
                        *points("score", "score_low", "score_high", "chance_score", "coverage"),
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
