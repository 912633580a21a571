"""The section of the nights: the alarms that stand, and a trend for each benchmark with two nights or more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from tasks.report.blocks import Block, Figure, table_or_notice
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, grouped, name_of, ordered
from tasks.report.trend_chart import Trend, trend_chart
from tasks.report.wording import DASH, counted, points, probability, signed_points, stated, with_interval

DAYS = 90  # days of the trend that are drawn


def _content(tables: ReportTables) -> list[Block]:
    nights = ordered(tables["trend"], "benchmark_id", "model_id", "prompt_style", "origin", "as_of_date")
    figures = list(_figures([row for row in nights if row["score"] is not None]))
    if not figures:
        return []
    changes = [_change_table(rows)] if (rows := tables["served_changes"]) else []
    return [table_or_notice(tables["alerts"], _alarm_table, "No alarm stands."), *changes, *figures]


def _figures(nights: Sequence[ReportRow]) -> Iterator[Figure]:
    counts = [(rows, len({row["as_of_date"] for row in rows})) for rows in grouped(nights, "benchmark_id")]
    several = [(rows, count) for rows, count in counts if count > 1]
    for index, (rows, count) in enumerate(several, start=1):
        name = name_of(rows[0]["benchmark_id"])
        chart = trend_chart(Trend(f"chart-trend-{index}", f"Scores on {name} over {count} nights.", rows))
        yield Figure(chart, f"{name}: squares are reference nights; a ring marks a night on which an alarm stands.")


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
    return TableLine(name_of(row["benchmark_id"]), name_of(row["model_id"]), cells, tuple(marks))


def _change_table(rows: Sequence[ReportRow]) -> PrintedTable:
    return PrintedTable.of(
        "table-served",
        f"{counted(len(rows), 'change')} of a served model: the night before against the first night after",
        "Model",
        (
            TableColumn("From", is_number=False),
            TableColumn("Before and after", is_number=False),
            TableColumn("Fall, points"),
            TableColumn("p (Holm)"),
        ),
        map(_change_line, ordered(rows, "benchmark_id", "model_id", "prompt_style", "origin", "as_of_date")),
    )


def _change_line(row: ReportRow) -> TableLine:
    cells = (
        str(row["as_of_date"]),
        f"{row['model_served_before']} -> {row['model_served']}",
        with_interval(row["fall"], row["fall_low"], row["fall_high"], signed_points, row["reason"]),
        stated(row["p_value_holm"], probability, row["reason"]),
    )
    marks = ("significant",) if row["is_significant"] else ()
    return TableLine(name_of(row["benchmark_id"]), name_of(row["model_id"]), cells, marks)


NIGHT_BY_NIGHT = PageSection(
    section_id="nights",
    title="Night after night",
    navigation="Nights",
    sources=(
        ReportSource(
            "trend",
            (
                *("as_of_date", "series_id", "model_id", "benchmark_id", "prompt_style", "origin", "phase", "score"),
                *("p_value_adjusted", "is_alarm", "reason"),
            ),
            days=DAYS,
        ),
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
