"""The section of metrics that are computed over all answers of a model at once: bias, BLEU, perplexity, pass@k."""

from __future__ import annotations

from tasks.report.blocks import Block
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, name_of, ordered
from tasks.report.row_wording import pair_title, reason_in_words
from tasks.report.wording import number, points, probability, signed_number, signed_points, stated, whole, with_interval


def _content(tables: ReportTables) -> list[Block]:
    rows = ordered(
        (row for row in tables["metric_tax"] if row["is_headline"]),
        *("benchmark_id", "metric", "kind", "family", "candidate_model_id", "comparison_id"),
    )
    if not rows:
        return []
    table = PrintedTable.of(
        "table-metrics",
        "Metrics of all answers together, times 100 where they are proportions, with 95% intervals; a higher tax "
        "always means that more was lost",
        "Candidate against reference",
        (
            TableColumn("Reference [95%]"),
            TableColumn("Candidate [95%]"),
            TableColumn("Tax [95%]"),
            TableColumn("p (Holm)"),
            TableColumn("Paired items"),
        ),
        map(_line, rows),
    )
    return [table]


def _line(row: ReportRow) -> TableLine:
    reason = reason_in_words(row)
    sides = ((row[side], row[f"{side}_low"], row[f"{side}_high"]) for side in ("reference_score", "candidate_score"))
    score, change = (points, signed_points) if row["is_proportion"] else (number, signed_number)
    cells = (
        *(with_interval(*side, score, reason) for side in sides),
        with_interval(row["tax"], row["tax_low"], row["tax_high"], change, reason),
        stated(row["p_value_holm"], probability, reason),
        whole(row["count_paired_items"]),
    )
    name = name_of(row["title"]).replace("one of k", f"one of {name_of(row['metric']).rpartition('_')[2]}")
    direction = "" if row["higher_is_better"] else ", lower is better"
    return TableLine(f"{name_of(row['benchmark_id'])} ({name}{direction})", pair_title(row), cells)


OTHER_METRICS = PageSection(
    section_id="metrics",
    title="Other metrics",
    navigation="Other metrics",
    sources=(
        ReportSource(
            "metric_tax",
            (
                *("comparison_id", "is_headline", "kind", "family", "reference_model_id", "candidate_model_id"),
                *("benchmark_id", "metric", "title", "higher_is_better", "is_proportion", "count_paired_items"),
                *("reference_score", "reference_score_low", "reference_score_high", "candidate_score"),
                *(
                    "candidate_score_low",
                    "candidate_score_high",
                    "tax",
                    "tax_low",
                    "tax_high",
                    "p_value_holm",
                    "reason",
                ),
            ),
        ),
    ),
    content=_content,
)
