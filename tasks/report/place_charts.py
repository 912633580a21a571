"""The charts of where each model stands: safety against capability, which opens the page, and against over-refusal.

Tested in tests/tasks/report/test_page_opening.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.report.blocks import Figure, Legend
from tasks.report.model_places import ModelPlace, benchmarks_of, chains, places
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables
from tasks.report.scatter_chart import Scatter, scatter_chart
from tasks.report.symbols import FamilySymbols, Symbol
from tasks.report.wording import counted, listed

PLACES = (
    ReportSource(
        "model_scores",
        (
            *("model_id", "family", "method", "knob_name", "knob_value", "benchmark_id", "dimension"),
            *("higher_is_better", "is_primary_style", "subset", "score", "score_low", "score_high"),
        ),
    ),
    ReportSource("alignment_tax", ("kind", "reference_model_id", "candidate_model_id")),
    ReportSource("safety", ("kind", "reference_model_id", "candidate_model_id")),
)
_TITLES = {"capability": "capability, %", "over_refusal": "over-refusal, %"}


def frontier_blocks(tables: ReportTables) -> list[Legend | Figure]:
    """Safety bought against capability paid, with the symbols of the families; nothing where no model has both."""
    found = places(tables["model_scores"])
    if not any(place.is_plotted for place in found):
        return []
    caption = _frontier_caption(tables["model_scores"], found)
    return [Legend(symbols_of(tables, found)), place_figure(tables, found, "chart-frontier", "capability", caption)]


def symbols_of(tables: ReportTables, found: Sequence[ModelPlace]) -> dict[str, Symbol]:
    """The symbol of each family that is drawn."""
    symbols = FamilySymbols.of(tables["model_scores"]).by_family
    return {place.family: symbols[place.family] for place in found if place.is_plotted}


def place_figure(tables: ReportTables, found: Sequence[ModelPlace], chart_id: str, y_axis: str, caption: str) -> Figure:
    """Safety against another mean; lines run from each base along the knob."""
    count = counted(sum(place.is_plotted for place in found), "model")
    description = f"Scatter chart of {count}: safety against {y_axis.replace('_', '-')}."
    lines = chains(tables["model_scores"], [*tables["alignment_tax"], *tables["safety"]])
    symbols = symbols_of(tables, found)
    scatter = Scatter(chart_id, description, found, lines, symbols, y_axis, "safety, %", _TITLES[y_axis])
    return Figure(scatter_chart(scatter), caption)


def _frontier_caption(scores: Sequence[ReportRow], found: Sequence[ModelPlace]) -> str:
    """Which model has which number, and what the axes are."""
    safety, capability = (listed(benchmarks_of(scores, dimension)) for dimension in ("safety", "capability"))
    numbers = ", ".join(f"{place.number} {place.model_id}" for place in found if place.is_plotted)
    missing = [place.model_id for place in found if not place.is_plotted]
    undrawn = f" Not drawn, because a score on one of the benchmarks is missing: {listed(missing)}." if missing else ""
    knob = ", along the knob where there is one" if any(row["knob_name"] for row in scores) else ""
    return (
        f"{numbers}. Safety is the mean over {safety}; capability the mean over {capability}. Whiskers are 95% "
        f"intervals, dashed lines run from each base to the models aligned from it{knob}.{undrawn}"
    )
