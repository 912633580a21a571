"""What the sections on taxes and on other comparisons share: forest plots by benchmark, and a table under them.

Tested in tests/tasks/report/sections/test_what_alignment_cost.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.report.blocks import Block, Figure, Legend, Notice, Subheading
from tasks.report.forest_chart import Forest, forest_chart, label_width, points_domain
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, grouped, name_of
from tasks.report.row_wording import (
    benchmark_title,
    detectable,
    items_of_pair,
    pair_title,
    paired_items,
    reason_unless_shown,
    tax_notes,
)
from tasks.report.significance import IF_ALIKE, Significance, rests_on_missing, significance_of, verdict_in_words
from tasks.report.symbols import SIGNIFICANCE_SYMBOLS, FamilySymbols
from tasks.report.wording import (
    counted,
    points,
    probability,
    signed_percent,
    signed_points,
    stated,
    whole,
    with_interval,
)

# Models stand in the order of their knob, which only the scores know.
MODEL_ORDER = ReportSource("model_scores", ("model_id", "family", "method", "knob_name", "knob_value"))
TAXES = ReportSource(
    "alignment_tax",
    (
        *("kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "domain", "metric"),
        *("higher_is_better", "prompt_style_reference", "prompt_style_candidate", "is_headline", "count_items"),
        *("count_paired_items", "count_clusters", "reference_score", "candidate_score", "tax_absolute"),
        *("tax_absolute_low", "tax_absolute_high", "tax_relative", "tax_relative_low", "tax_relative_high"),
        *("tax_relative_reason", "p_value_holm", "minimum_detectable_tax", "bound_low", "bound_high"),
        *("is_significant_whatever_is_missing", "identified_low", "identified_high"),
        *("is_significant", "is_sign_rule_dependent", "se_method", "origin", "days_apart", "flags", "reason"),
    ),
)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Rows of ``reports.alignment_tax`` in the order of the page, and how the section calls what it compares."""

    rows: Sequence[ReportRow]
    symbols: FamilySymbols
    chart_prefix: str
    table_id: str
    title: str
    reference: str
    candidate: str
    axis_title: str

    def blocks(self) -> list[Block]:
        """A legend, one figure per benchmark on a common scale, and the table."""
        return [self._legend(), *self._figures(), self._table()]

    def _legend(self) -> Legend:
        shown = {significance_of(row) for row in self.rows}
        return Legend(
            {
                significance.value: symbol
                for significance, symbol in SIGNIFICANCE_SYMBOLS.items()
                if significance in shown
            }
        )

    def _figures(self) -> Iterator[Block]:
        benchmarks = grouped(self.rows, "benchmark_id", "domain", "metric", "higher_is_better")
        width, domain = label_width(benchmarks), points_domain(self.rows)
        for index, rows in enumerate(benchmarks, start=1):
            title = benchmark_title(rows[0])
            drawn = [row for row in rows if significance_of(row) is not Significance.NO_ESTIMATE]
            caption = _caption(rows, len(rows) - len(drawn))
            yield Subheading(title)
            if not drawn:
                yield Notice(caption)
                continue
            said = f"Forest plot of {counted(len(drawn), 'comparison')} on {title}, in points with 95% intervals."
            chart_id = f"chart-{self.chart_prefix}-{index}"
            forest = Forest(chart_id, said, drawn, domain, width, self.axis_title, self.symbols)
            yield Figure(forest_chart(forest), caption)

    def _table(self) -> PrintedTable:
        return PrintedTable.of(
            self.table_id,
            f"{self.title}: scores and differences in points with 95% intervals",
            f"{self.candidate} against {self.reference.lower()}",
            (
                TableColumn(self.reference, spanner="Score, %"),
                TableColumn(self.candidate, spanner="Score, %"),
                TableColumn("Points [95%]", spanner="Tax"),
                TableColumn("Relative [95%]", spanner="Tax"),
                TableColumn("p (Holm)"),
                TableColumn("Verdict", is_number=False),
                TableColumn("Paired items"),
                TableColumn("Clusters"),
                TableColumn("Detectable, points"),
            ),
            map(_line, self.rows),
        )


def _caption(rows: Sequence[ReportRow], count_missing: int) -> str:
    references = list(dict.fromkeys(name_of(row["reference_model_id"]) for row in rows))
    against = f"Against {references[0]}. " if len(references) == 1 else ""
    missing = f"{counted(count_missing, 'comparison')} without an estimate: see the table. " if count_missing else ""
    resting = len([row for row in rows if rests_on_missing(row)])
    only = f" {counted(resting, 'result is', 'results are')} significant only {IF_ALIKE}." if resting else ""
    return f"{against}{missing}Lines are 95% intervals.{only}".strip()


def _line(row: ReportRow) -> TableLine:
    reason = row["reason"]
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    relative = (row["tax_relative"], row["tax_relative_low"], row["tax_relative_high"])
    cells = (
        stated(row["reference_score"], points, reason),
        stated(row["candidate_score"], points, reason),
        with_interval(row["tax_absolute"], *limits, signed_points, reason),
        with_interval(*relative, signed_percent, row["tax_relative_reason"] or reason),
        stated(row["p_value_holm"], probability, reason),
        verdict_in_words(row),
        paired_items(row),
        stated(row["count_clusters"], whole, reason),
        detectable(row),
    )
    notes = (*tax_notes(row), *reason_unless_shown(reason, cells))
    return TableLine(benchmark_title(row), pair_title(row), cells, notes, items_of_pair(row))
