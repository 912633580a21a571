"""The warning of taxes whose sign changes with what an answer is worth that was not found in the text."""

from __future__ import annotations

from typing import Any

from tasks.report.blocks import Block, Paragraph
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, ordered, whole_benchmark
from tasks.report.row_wording import benchmark_title, pair_title
from tasks.report.wording import dash, signed_points, with_interval

RULES = ("wrong", "chance", "exclude")

_WARNING = (
    "For the pairs below, alignment appears to cost under one rule and to help under another. The rules differ in what "
    "an answer is worth that was not found in the text. Always say which rule such a tax is under. Mostly the cause is "
    "a model that answers in another form than the one that was asked for."
)


def _content(tables: ReportTables) -> list[Block]:
    rows = ordered(whole_benchmark(tables["alignment_tax"]), "family", "benchmark_id", "candidate_model_id")
    by_rule = {(_comparison(row), row["unparsed_rule"]): row for row in rows}
    depends = {_comparison(row) for row in rows if row["is_sign_rule_dependent"]}
    dependent = [row for row in rows if row["is_headline"] and _comparison(row) in depends]
    if not dependent:
        return []
    table = PrintedTable.of(
        "table-sign",
        "Tax in points [95%] when an answer that was not found counts as wrong, as a guess, or not at all",
        "Pair",
        (
            *(TableColumn(label) for label in ("Wrong", "Chance", "Exclude")),
            TableColumn("Headline rule", is_number=False),
        ),
        (
            TableLine(
                benchmark_title(row),
                pair_title(row),
                (*(_under_rule(by_rule.get((_comparison(row), rule))) for rule in RULES), str(row["unparsed_rule"])),
            )
            for row in dependent
        ),
    )
    return [Paragraph(_WARNING), table]


def _comparison(row: ReportRow) -> tuple[Any, ...]:
    names = ("kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "benchmark_version")
    return tuple(row[name] for name in (*names, "prompt_style_reference", "prompt_style_candidate"))


def _under_rule(row: ReportRow | None) -> str:
    if row is None:
        return dash("not computed")
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    return with_interval(row["tax_absolute"], *limits, signed_points, row["reason"])


SIGN_WARNING = PageSection(
    section_id="sign",
    title="Warning: the sign depends on the rule",
    navigation="Sign warning",
    sources=(
        ReportSource(
            "alignment_tax",
            (
                *("kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "benchmark_version"),
                *("domain", "metric", "higher_is_better", "subset", "prompt_style_reference", "prompt_style_candidate"),
                *("unparsed_rule", "is_headline", "is_sign_rule_dependent", "tax_absolute", "tax_absolute_low"),
                *("tax_absolute_high", "reason"),
            ),
        ),
    ),
    content=_content,
    style="warning",
)
