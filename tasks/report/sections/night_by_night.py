"""The section of the nights: the alarms that stand, and the trend of each pair's tax."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from tasks.report.blocks import Block, Figure, Panels, Paragraph, table_or_notice
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, by_pair, grouped, name_of, ordered
from tasks.report.row_wording import items_of, pair_title
from tasks.report.symbols import FamilySymbols
from tasks.report.tax_comparisons import MODEL_ORDER
from tasks.report.trend_chart import DAYS, TaxTrend, tax_trend_chart
from tasks.report.vega import padded
from tasks.report.wording import DASH, counted, points, probability, signed_points, stated, with_interval

_TAXES = (
    "Points with the 95% interval of each night; filled points are significant. A ring marks a night on which an alarm "
    "stands for one of the two models. A line ends where the benchmarks change."
)
_ALARMS = (
    "An alarm of a fall stands while a score is surely lower than on the reference nights, the first ones of a series. "
    "Its p-value allows for all series and for a year of looking every night. The name of a benchmark leads to its "
    "items and what was answered to them."
)


def _content(tables: ReportTables) -> list[Block]:
    if len({row["as_of_date"] for row in tables["trend"] if row["score"] is not None}) < 2:
        return []
    changes = [_change_table(rows)] if (rows := tables["served_changes"]) else []
    alarms = table_or_notice(tables["alerts"], _alarm_table, "No alarm stands.")
    meaning = [Paragraph(_ALARMS)] if tables["alerts"] else []
    return [*meaning, alarms, *changes, *_tax_panels(tables)]


def _tax_panels(tables: ReportTables) -> Iterator[Panels]:
    """The tax of each pair with two nights or more."""
    rows = [row for row in ordered(tables["tax_trend"], "as_of_date") if row["tax_absolute"] is not None]
    several = [found for found in grouped(by_pair(rows, tables["model_scores"]), "pair_id") if len(found) > 1]
    if not several:
        return
    symbols = FamilySymbols.of(tables["model_scores"])
    shown = [row for found in several for row in found]
    limits = ("tax_absolute", "tax_absolute_low", "tax_absolute_high")
    domain = padded([0.0, *(100 * row[name] for row in shown for name in limits if row[name] is not None)], 0.05)
    nights = sorted({str(row["as_of_date"]) for row in shown})
    panels = (
        TaxTrend(
            f"chart-tax-trend-{number}",
            f"The tax of {pair_title(found[0])} over {len(found)} nights, in points with 95% intervals.",
            found,
            nights,
            domain,
            symbols.colour(found[0]["family"]),
        )
        for number, found in enumerate(several, start=1)
    )
    figures = tuple(Figure(tax_trend_chart(panel), pair_title(panel.rows[0])) for panel in panels)
    yield Panels("The tax over all capability, night after night", figures, _TAXES)


def _alarm_table(rows: Sequence[ReportRow]) -> PrintedTable:
    return PrintedTable.of(
        "table-alerts",
        f"{counted(len(rows), 'alarm')}: models that have become worse than their reference nights",
        "Model",
        (
            TableColumn("Since", is_number=False),
            TableColumn("Fall, points"),
            TableColumn("p, over the year"),
            TableColumn("Items that fell most", is_number=False),
        ),
        map(_alarm_line, ordered(rows, "benchmark_id", "model_id", "prompt_style", "origin", "kind")),
    )


def _alarm_line(row: ReportRow) -> TableLine:
    items = json.loads(row["items_fallen_json"]) if row["items_fallen_json"] else []
    cells = (
        str(row["since_date"]),
        with_interval(row["fall"], row["fall_low"], row["fall_high"], points),
        stated(row["p_value_adjusted"], probability),
        ", ".join(str(item["item_id"]) for item in items[:3]) or DASH,
    )
    flags = (
        ("new", row["is_new"]),
        ("another served model", row["kind"] == "served_model"),
        ("wandering level", row["is_wandering"]),
    )
    marks = [mark for mark, holds in flags if holds]
    items = items_of(row["benchmark_id"], row["model_id"])
    return TableLine(name_of(row["benchmark_id"]), name_of(row["model_id"]), cells, tuple(marks), items)


def _change_table(rows: Sequence[ReportRow]) -> PrintedTable:
    return PrintedTable.of(
        "table-served",
        f"{counted(len(rows), 'change')} of a served model: the night before against the first night after",
        "Model",
        (
            TableColumn("From", is_number=False),
            TableColumn("Before and after", is_number=False),
            TableColumn("Change of the score, points"),
            TableColumn("p (Holm)"),
        ),
        map(_change_line, ordered(rows, "benchmark_id", "model_id", "prompt_style", "origin", "as_of_date")),
    )


def _change_line(row: ReportRow) -> TableLine:
    cells = (
        str(row["as_of_date"]),
        f"{row['model_served_before']} \u2192 {row['model_served']}",
        _change(row),
        stated(row["p_value_holm"], probability, row["reason"]),
    )
    marks = (f"significant {'fall' if row['fall'] > 0 else 'rise'}",) if row["is_significant"] else ()
    return TableLine(name_of(row["benchmark_id"]), name_of(row["model_id"]), cells, marks)


def _change(row: ReportRow) -> str:
    """By how much the score rose. The table holds by how much it fell."""
    rise, low, high = (None if row[name] is None else -row[name] for name in ("fall", "fall_high", "fall_low"))
    return with_interval(rise, low, high, signed_points, row["reason"])


NIGHT_BY_NIGHT = PageSection(
    section_id="nights",
    title="Night after night",
    navigation="Nights",
    sources=(
        MODEL_ORDER,
        ReportSource(
            "tax_trend",
            (
                *("as_of_date", "pair_id", "family", "reference_model_id", "candidate_model_id", "benchmarks"),
                *("tax_absolute", "tax_absolute_low", "tax_absolute_high", "is_significant", "count_alarms", "reason"),
            ),
            days=DAYS,
        ),
        ReportSource("trend", ("as_of_date", "score"), days=DAYS),
        ReportSource(
            "served_changes",
            (
                *("as_of_date", "model_id", "benchmark_id", "prompt_style", "origin", "model_served_before"),
                *("model_served", "fall", "fall_low", "fall_high", "p_value_holm", "is_significant", "reason"),
            ),
            days=DAYS,
        ),
        ReportSource(
            "alerts",
            (
                *("model_id", "benchmark_id", "prompt_style", "origin", "kind", "is_new", "since_date", "fall"),
                *("fall_low", "fall_high", "p_value_adjusted", "items_fallen_json", "is_wandering"),
            ),
        ),
    ),
    content=_content,
    is_open=lambda tables: bool(tables["alerts"]),
)
