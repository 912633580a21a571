"""The section of costs: what running, making and waiting for an aligned model takes."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.report.blocks import Block
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, grouped, name_of, ordered
from tasks.report.row_wording import pair_title, reason_in_words
from tasks.report.wording import NO_BREAK, dash, fixed, whole, with_interval

MEASURES = {
    "tokens_input": "Input tokens",
    "tokens_output": "Output tokens",
    "latency_median_ms": "Latency, median",
    "latency_p95_ms": "Latency, 95th percentile",
    "cost_usd": "Money per answer",
    "cost_per_right_answer_usd": "Money per right answer",
}
DECLARED = {
    "development_hours": "Hours",
    "development_usd": "US dollars",
    "days_to_deployment": "Days later than the reference",
}


def _content(tables: ReportTables) -> list[Block]:
    order = ("benchmark_id", "family", "candidate_model_id", "reference_model_id", "kind", "measure")
    rows = ordered(tables["cost_tax"], *order)
    measured = [row for row in rows if row["tax"] == "performance"]
    is_known = any(row["ratio"] is not None for row in measured)
    declared = [row for row in rows if row["tax"] != "performance"]
    return [
        *([_measured_table(measured)] if is_known else []),
        *([_declared_table(declared)] if declared else []),
    ]


def _measured_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per comparison: what an answer of the candidate takes, as a multiple of the reference's."""
    return PrintedTable.of(
        "table-costs",
        "What alignment costs to run: candidate over reference on the same requests, with 95% intervals",
        "Candidate against reference",
        (TableColumn(f"{label} [95%]") for label in MEASURES.values()),
        map(_measured_line, grouped(rows, "kind", "reference_model_id", "candidate_model_id", "benchmark_id")),
    )


def _measured_line(rows: Sequence[ReportRow]) -> TableLine:
    found = {row["measure"]: row for row in rows}
    cells = tuple(_ratio(found.get(measure)) for measure in MEASURES)
    return TableLine(name_of(rows[0]["benchmark_id"]), pair_title(rows[0]), cells)


def _ratio(row: ReportRow | None) -> str:
    """The ratio of one measure."""
    if row is None:
        return dash("not computed")
    text = with_interval(row["ratio"], row["ratio_low"], row["ratio_high"], _times, reason_in_words(row))
    return text.replace(NO_BREAK, " ", 1)  # six such columns fit only if the limits may stand on a line of their own


def _times(ratio: float) -> str:
    return f"\u00d7{fixed(ratio, 2)}"


def _declared_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per pair: what making the aligned model took, as declared in the configuration."""
    return PrintedTable.of(
        "table-declared",
        "Development and time to deployment, as declared in the configuration, not measured",
        "Aligned against base",
        map(TableColumn, DECLARED.values()),
        map(_declared_line, grouped(rows, "kind", "reference_model_id", "candidate_model_id")),
    )


def _declared_line(rows: Sequence[ReportRow]) -> TableLine:
    found = {row["measure"]: row for row in rows}
    cells = tuple(_declared(found.get(measure)) for measure in DECLARED)
    return TableLine("", pair_title(rows[0]), cells)


def _declared(row: ReportRow | None) -> str:
    if row is None or row["candidate_value"] is None:
        return dash("not declared")
    share = "" if row["ratio"] is None else f" ({_times(row['ratio'])})"
    return f"{whole(row['candidate_value'])}{share}"


RUNNING_COSTS = PageSection(
    section_id="costs",
    title="What it costs in tokens, time and money",
    navigation="Costs",
    sources=(
        ReportSource(
            "cost_tax",
            (
                *("kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "tax", "measure"),
                *("candidate_value", "ratio", "ratio_low", "ratio_high", "reason"),
            ),
        ),
    ),
    content=_content,
)
