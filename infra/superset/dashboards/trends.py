"""How the nights go on, and what the answers cost.

Tested in tests/infra/superset/test_assets.py.
"""

from __future__ import annotations

from infra.superset.charts import Chart, Dashboard, bars, columns, heatmap, lines, table
from infra.superset.dashboards.selections import points

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
                        *points("fall", "fall_low", "fall_high", "smallest_visible_fall"),
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
