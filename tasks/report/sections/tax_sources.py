"""The section that breaks taxes down by how answers ended, and sums them up over benchmarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tasks.report.blocks import Block, Panels
from tasks.report.interval_chart import IntervalPanel, IntervalRow, interval_panels
from tasks.report.model_places import AxisMean, mean_of_independent
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import (
    ALL_CAPABILITY,
    ReportRow,
    ReportSource,
    ReportTables,
    by_pair,
    grouped,
    name_of,
    ordered,
    over_all_capability,
)
from tasks.report.row_wording import flag_notes, items_of_pair, pair_title, reason_in_words
from tasks.report.symbols import FamilySymbols
from tasks.report.tax_comparisons import MODEL_ORDER
from tasks.report.wording import dash, listed, probability, signed_points, stated, whole, with_interval

PARTS = {
    "wrong_answer": "Wrong answers",
    "refusal": "Refusals",
    "filter": "Provider filter",
    "truncation": "Cut off",
    "format": "Not found in the text",
}
_PAIR = ("family", "reference_model_id", "candidate_model_id", "origin")
_PARTS_CAPTION = (
    "Means over the capability benchmarks, in points with 95% intervals. The parts add up to the tax. A part left of "
    "zero cost the base more than the aligned model. The intervals of the parts take the benchmarks to be independent."
)


def _content(tables: ReportTables) -> list[Block]:
    scopes = [row for row in tables["overall_tax"] if row["kind"] == "tax" and _is_shown(row["scope"])]
    parts = [row for row in tables["tax_decomposition"] if row["kind"] == "tax" and row["is_headline"]]
    return [
        *_part_panels(tables, parts),
        *([_overall_table(scopes)] if scopes else []),
        *([_parts_table(parts)] if parts else []),
    ]


def _is_shown(scope: str | None) -> bool:
    """Domains and all of capability; the scopes of single users of the table stay out of the page."""
    return scope is not None and (scope == ALL_CAPABILITY or scope.startswith("domain:"))


def _overall_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per scope and pair: the tax with every benchmark, and with every item, counting alike."""
    rows = ordered(rows, "scope", "family", "candidate_model_id", "pair_id")
    return PrintedTable.of(
        "table-overall",
        "Taxes over several benchmarks, in points with 95% intervals: each benchmark, or each item, has the same "
        "weight; an item that benchmarks share counts once",
        "Aligned against base",
        (
            TableColumn("By benchmark [95%]", spanner="Tax"),
            TableColumn("By item [95%]", spanner="Tax"),
            TableColumn("p (Holm)"),
            TableColumn("Items"),
            TableColumn("Benchmarks", is_number=False),
        ),
        map(_overall_line, grouped(rows, "scope", "pair_id")),
    )


def _overall_line(rows: Sequence[ReportRow]) -> TableLine:
    found = {row["weighting"]: row for row in rows}
    macro = found.get("macro", rows[0])
    cells = (
        *(_overall_tax(found.get(weighting)) for weighting in ("macro", "weighted")),
        stated(macro["p_value_holm"], probability, macro["reason"]),
        stated(macro["count_paired_items"], whole, macro["reason"]),
        name_of(macro["benchmarks"]),
    )
    title = name_of(macro["scope"]).replace(":", ": ")
    return TableLine(title, pair_title(macro), cells, (*flag_notes(macro["flags"]), *_missing_notes(macro)))


def _missing_notes(row: ReportRow) -> tuple[str, ...]:
    """Which benchmarks of the date before are not in a tax."""
    return (f"missing: {row['benchmarks_missing']}",) if row["benchmarks_missing"] else ()


def _overall_tax(row: ReportRow | None) -> str:
    if row is None:
        return dash("not computed")
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    return with_interval(row["tax_absolute"], *limits, signed_points, reason_in_words(row))


def _part_panels(tables: ReportTables, parts: Sequence[ReportRow]) -> Iterator[Panels]:
    """The mean tax of each pair over all capability, and the means of its parts, as bars."""
    symbols = FamilySymbols.of(tables["model_scores"])
    panels = [
        IntervalPanel(
            pair_title(mean),
            f"Bars: the tax of {pair_title(mean)} and its parts, in points with 95% intervals.",
            bars,
            symbols.colour(mean["family"]),
        )
        for mean in by_pair(over_all_capability(tables["overall_tax"]), tables["model_scores"])
        if len(bars := list(_bars(mean, parts))) > 1
    ]
    if panels:
        yield Panels(
            "What the tax over all capability is made of", interval_panels("chart-parts", panels), _PARTS_CAPTION
        )


def _bars(mean: ReportRow, parts: Sequence[ReportRow]) -> Iterator[IntervalRow]:
    """The tax of one pair, then each of its parts averaged over benchmarks; nothing where the tax is unknown."""
    if mean["tax_absolute"] is None:
        return
    yield IntervalRow("Tax", mean["tax_absolute"], mean["tax_absolute_low"], mean["tax_absolute_high"], "all parts")
    for name, label in _occurred(parts).items():
        found = [
            AxisMean(row["tax_part"], row["tax_part_low"], row["tax_part_high"])
            for row in parts
            if row["component"] == name and row["tax_part"] is not None and all(row[key] == mean[key] for key in _PAIR)
        ]
        if found:
            part = mean_of_independent(found)
            yield IntervalRow(label, part.estimate, part.low, part.high, "part of the tax")


def _occurred(parts: Sequence[ReportRow]) -> dict[str, str]:
    """The parts that made a difference anywhere, with their labels."""
    labels = _labels(parts)
    return {
        part: labels[part] for part in PARTS if any(row["component"] == part and row["tax_part"] != 0 for row in parts)
    }


def _labels(parts: Sequence[ReportRow]) -> dict[str, str]:
    """The parts' labels. An import may hold values alone, which do not say that an answer was wrong."""
    is_imported = any(row["origin"] == "imported" for row in parts)
    return {**PARTS, "wrong_answer": "Lower scores"} if is_imported else PARTS


def _parts_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per comparison: its tax and the parts that add up to it."""
    rows = ordered(rows, "benchmark_id", "family", "candidate_model_id", "comparison_id")
    occurred = _occurred(rows)
    computed = {row["component"] for row in rows}
    others = [label.lower() for name, label in _labels(rows).items() if name in computed and name not in occurred]
    return PrintedTable.of(
        "table-parts",
        "Where the tax comes from, in points with 95% intervals: the parts add up to the tax, their intervals do not"
        + (f" (0 in every row: {listed(others)})" if others else ""),
        "Aligned against base",
        (TableColumn("Tax"), *(TableColumn(f"{label} [95%]", spanner="Lost to") for label in occurred.values())),
        (_parts_line(parts, occurred) for parts in grouped(rows, "comparison_id")),
    )


def _parts_line(rows: Sequence[ReportRow], shown: Iterable[str]) -> TableLine:
    found = {row["component"]: row for row in rows}
    first = rows[0]
    cells = (stated(first["tax_absolute"], signed_points, first["reason"]), *(_part(found.get(name)) for name in shown))
    return TableLine(name_of(first["benchmark_id"]), pair_title(first), cells, items=items_of_pair(first))


def _part(row: ReportRow | None) -> str:
    if row is None:
        return dash("not computed")
    return with_interval(row["tax_part"], row["tax_part_low"], row["tax_part_high"], signed_points, row["reason"])


TAX_SOURCES = PageSection(
    section_id="parts",
    title="Where it comes from",
    navigation="Where from",
    sources=(
        ReportSource(
            "overall_tax",
            (
                *("kind", "pair_id", "family", "reference_model_id", "candidate_model_id", "scope", "weighting"),
                *("benchmarks", "benchmarks_missing", "count_paired_items"),
                *("tax_absolute", "tax_absolute_low", "tax_absolute_high", "p_value_holm", "origin", "flags", "reason"),
            ),
        ),
        MODEL_ORDER,
        ReportSource(
            "tax_decomposition",
            (
                *("kind", "is_headline", "comparison_id", "family", "reference_model_id", "candidate_model_id"),
                *(
                    "origin",
                    "benchmark_id",
                    "component",
                    "tax_part",
                    "tax_part_low",
                    "tax_part_high",
                    "tax_absolute",
                    "reason",
                ),
            ),
        ),
    ),
    content=_content,
)
