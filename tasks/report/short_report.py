"""The report in short, for pages that show Markdown and plain tables: its sentences and taxes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasks.report.family_sentences import FAMILY_SENTENCES, family_sentences
from tasks.report.report_rows import (
    ReportRow,
    ReportSource,
    ReportTables,
    headline,
    name_of,
    ordered,
    over_all_capability,
)
from tasks.report.row_wording import detectable, pair_title, reason_in_words
from tasks.report.significance import verdict_in_words
from tasks.report.standing import STANDING, standing_of
from tasks.report.summary_sentences import TAX_SENTENCES, answer_sentences
from tasks.report.wording import signed_points, visible, with_interval

SHORT_REPORT = (*TAX_SENTENCES, *FAMILY_SENTENCES, *STANDING, ReportSource("alignment_tax", ("reason",)))

# What Markdown or HTML would read as more than text; names of models and benchmarks may hold any of it.
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!@]|:(?=//))")


@dataclass(frozen=True, slots=True)
class ShortReport:
    """The first screen's sentences as Markdown, and a row of plain texts for each headline tax."""

    markdown: str
    taxes: tuple[dict[str, str], ...]


def short_report(tables: ReportTables, as_of_date: str) -> ShortReport:
    """Make it from the tables of ``SHORT_REPORT`` of a date."""
    return ShortReport("\n".join(_markdown(tables, as_of_date)), tuple(_taxes(tables)))


def _markdown(tables: ReportTables, as_of_date: str) -> Iterator[str]:
    standing = standing_of(tables)
    yield f"# Alignment tax, {as_of_date}"
    yield from _listed(family_sentences(tables))
    yield from ("", f"## {standing.title}")
    yield from _listed(standing.sentences)
    yield from ("", "## Did alignment cost capability?")
    yield from _listed(answer_sentences(tables))


def _listed(sentences: Iterable[str]) -> Iterator[str]:
    yield ""
    for sentence in sentences:
        yield "- " + _MARKUP.sub(r"\\\1", sentence)


def _taxes(tables: ReportTables) -> Iterator[dict[str, str]]:
    """The mean tax over all capability of each pair, then the taxes of each benchmark; the largest first."""
    for row in _largest_first(over_all_capability(tables["overall_tax"])):
        yield _line(row, "all capability")
    for row in ordered(_largest_first(headline(tables["alignment_tax"], is_tax=True)), "benchmark_id"):
        yield _line(row, name_of(row["benchmark_id"]))


def _largest_first(rows: Iterable[ReportRow]) -> list[ReportRow]:
    return sorted(rows, key=lambda row: (row["tax_absolute"] is None, -(row["tax_absolute"] or 0), pair_title(row)))


def _line(row: ReportRow, benchmark: str) -> dict[str, str]:
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    reason = reason_in_words(row)
    return {
        "Aligned against base": visible(pair_title(row)),
        "Benchmark": visible(benchmark),
        "Tax in points [95%]": with_interval(row["tax_absolute"], *limits, signed_points, reason),
        "Verdict": verdict_in_words(row),
        "Detectable": detectable(row),
    }
