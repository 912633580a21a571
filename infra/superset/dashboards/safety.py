"""What alignment bought, and what it refuses for that.

Tested in tests/infra/superset/test_assets.py.
"""

from __future__ import annotations

from infra.superset.charts import Chart, Dashboard, bars, bubbles, heatmap, table
from infra.superset.dashboards.selections import CHANGES, WHOLE, points

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
                        *points("capability", "capability_low", "capability_high"),
                        *points("safety", "safety_low", "safety_high", "over_refusal"),
                        "is_on_frontier",
                        *points("probability_on_frontier"),
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
                        *points("safety_level", "tax", "tax_low", "tax_high", "probability_reachable"),
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
                f"{WHOLE} and dimension in ('capability', 'instruction_following')",
                *heatmap("benchmark", "model_id", "Refused (percent)"),
            ),
        ),
        (
            Chart(
                "All changes beside capability: rates in percent, changes in points",
                "reports.safety",
                "kind = 'tax'",
                *table(CHANGES, sort="change"),
                width=12,
            ),
        ),
    ),
)
