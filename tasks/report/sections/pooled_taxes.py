"""The section that shows the largest taxes of a family beside what is left of them when all taxes are seen together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.report.blocks import Block, Paragraph
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, grouped, name_of
from tasks.report.row_wording import flag_notes, is_pulled, pair_title
from tasks.report.wording import counted, interval, points, signed_points, stated, with_interval

_MOST_SHOWN = 5
_WHY = (
    "The largest of many taxes is too large by chance: it is the largest partly because its errors happened to add up. "
    "The pooled tax is the better guess of the true one. It is pulled towards the mean of the family's taxes, and more "
    "so if its own error is large."
)


def _content(tables: ReportTables) -> list[Block]:
    pooled = [row for row in tables["pooled_tax"] if row["kind"] == "tax" and is_pulled(row)]
    groups = grouped(sorted(pooled, key=_place), "family", "origin")
    if not groups:
        return []
    return [Paragraph(_WHY), *(Paragraph(_together(rows[0])) for rows in groups), _table(groups)]


def _place(row: ReportRow) -> tuple[str, str, float, str, str]:
    """Family by family, the largest tax first."""
    models = f"{row['reference_model_id']}/{row['candidate_model_id']}"
    return name_of(row["family"]), row["origin"], -row["tax_absolute"], name_of(row["benchmark_id"]), models


def _together(row: ReportRow) -> str:
    """What the taxes of a family say together; the same in every row of it."""
    mean = with_interval(row["mean_tax"], row["mean_tax_low"], row["mean_tax_high"], signed_points)
    taxes = counted(row["count_taxes"], "tax", "taxes")
    return f"{_family(row)}: {taxes}, {mean} points on average. {_spread(row)}{_next(row)}"


def _family(row: ReportRow) -> str:
    answers = "" if row["origin"] == "endpoint" else f" ({row['origin']} answers)"
    return f"{name_of(row['family'])}{answers}"


def _spread(row: ReportRow) -> str:
    """How much the true taxes of a family differ."""
    if row["tau_low"] is None or row["tau_high"] is None:
        return "They lie closer together than chance alone explains."
    if not row["tau_low"]:
        most = points(row["tau_high"])
        return f"Chance alone may explain how they differ; the true taxes' standard deviation is at most {most} (tau)."
    limits = interval(row["tau_low"], row["tau_high"], points)
    return f"Behind them the true taxes differ, with a standard deviation of {points(row['tau'])} {limits} (tau)."


def _next(row: ReportRow) -> str:
    low, high = row["new_benchmark_low"], row["new_benchmark_high"]
    if low is None or high is None:
        return ""
    return (
        f" The tax of a model like these on one more benchmark would lie in about {interval(low, high, signed_points)}."
    )


def _table(groups: Sequence[Sequence[ReportRow]]) -> PrintedTable:
    return PrintedTable.of(
        "table-pooled",
        f"The largest taxes of each family, at most {_MOST_SHOWN}, in points with 95% intervals; all are in "
        "reports.pooled_tax",
        "Aligned against base",
        (
            TableColumn("Benchmark", is_number=False),
            TableColumn("Tax by itself"),
            TableColumn("Pooled tax [95%]"),
        ),
        (line for rows in groups for line in _lines(rows)),
    )


def _lines(rows: Sequence[ReportRow]) -> Iterator[TableLine]:
    for row in rows[:_MOST_SHOWN]:
        limits = (row["tax_pooled_low"], row["tax_pooled_high"])
        cells = (
            name_of(row["benchmark_id"]),
            stated(row["tax_absolute"], signed_points),
            with_interval(row["tax_pooled"], *limits, signed_points),
        )
        yield TableLine(_family(row), pair_title(row), cells, tuple(flag_notes(row["flags"])))


POOLED_TAXES = PageSection(
    section_id="pooled",
    title="The largest taxes, seen among the others",
    navigation="Largest",
    sources=(
        ReportSource(
            "pooled_tax",
            (
                *("kind", "family", "origin", "reference_model_id", "candidate_model_id", "benchmark_id"),
                *("tax_absolute", "tax_pooled", "tax_pooled_low", "tax_pooled_high"),
                *("mean_tax", "mean_tax_low", "mean_tax_high", "tau", "tau_low", "tau_high"),
                *("new_benchmark_low", "new_benchmark_high", "count_taxes", "flags"),
            ),
        ),
    ),
    content=_content,
)
