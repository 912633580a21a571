"""The tables that the page is written from: which columns are read, and rows that are safe to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
import polars.selectors as cs

from tasks.errors import InputError
from tasks.report.wording import visible

ReportRow = Mapping[str, Any]

WHOLE = "all"  # the subset that is the whole benchmark
ALL_CAPABILITY = "all capability"  # the scope that is every capability benchmark


@dataclass(frozen=True, slots=True)
class ReportSource:
    """A table of the ``reports`` schema and the columns of it that a part of the page reads.

    ``days`` is how many days of it are read, up to the date of the report: 1 is the date itself.
    """

    table: str
    columns: tuple[str, ...]
    days: int = 1


def merged(sources: Iterable[ReportSource]) -> list[ReportSource]:
    """Each table once: all columns that are read of it, and the most days."""
    found: dict[str, ReportSource] = {}
    for source in sources:
        known = found.get(source.table, source)
        columns = tuple(dict.fromkeys((*known.columns, *source.columns)))
        found[source.table] = ReportSource(source.table, columns, max(known.days, source.days))
    return list(found.values())


@dataclass(frozen=True)
class ReportFrames:
    """What the page is written from: tables of the ``reports`` schema by name, and an ISO date.

    The frames hold the rows of that date only. A table that is not there has no rows.
    """

    tables: Mapping[str, pl.DataFrame]
    as_of_date: str
    title: str = "Alignment tax"

    @cached_property
    def printable(self) -> dict[str, pl.DataFrame]:
        """The same tables without NaN, infinity and invisible characters."""
        return {name: _printable(frame) for name, frame in self.tables.items()}

    def rows(self, sources: Iterable[ReportSource]) -> dict[str, list[dict[str, Any]]]:
        """The stated columns of the stated tables, as printable rows by table.

        Raises:
            InputError: a table lacks a stated column.
        """
        return {source.table: self._rows_of(source) for source in merged(sources)}

    def _rows_of(self, source: ReportSource) -> list[dict[str, Any]]:
        frame = self.printable.get(source.table, pl.DataFrame())
        if frame.width == 0:
            return []
        if missing := [column for column in source.columns if column not in frame.columns]:
            raise InputError(
                f"The report needs reports.{source.table} with {', '.join(missing)}: run `aligntax build`, "
                "which makes the tables again."
            )
        return frame.select(source.columns).to_dicts()


ReportTables = Mapping[str, list[dict[str, Any]]]


def _printable(frame: pl.DataFrame) -> pl.DataFrame:
    floats = frame.with_columns(cs.decimal().cast(pl.Float64)).select(cs.float()).columns
    return frame.with_columns(cs.decimal().cast(pl.Float64)).with_columns(
        cs.string().map_elements(visible, return_dtype=pl.String),
        *(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in floats),
    )


def headline(rows: Iterable[ReportRow], *, is_tax: bool) -> list[ReportRow]:
    """Taxes to read first, or the other declared comparisons: the whole benchmark, under the configured rule."""
    return [row for row in rows if row["is_headline"] and (row["kind"] == "tax") is is_tax]


def over_all_capability(rows: Iterable[ReportRow]) -> list[ReportRow]:
    """Of the taxes over several benchmarks, those over all capability with the same weight for each benchmark."""
    return [
        row for row in rows if row["kind"] == "tax" and row["scope"] == ALL_CAPABILITY and row["weighting"] == "macro"
    ]


def whole_benchmark(rows: Iterable[ReportRow]) -> list[ReportRow]:
    """Rows that are not about a subset."""
    return [row for row in rows if row["subset"] == WHOLE]


def name_of(value: Any) -> str:
    """A name, or what to print where there is none."""
    return str(value) if value not in (None, "") else "unnamed"


def ordered(rows: Iterable[ReportRow], *names: str) -> list[ReportRow]:
    """Sort rows by columns; missing values come last."""
    return sorted(rows, key=lambda row: tuple((row[name] is None, row[name]) for name in names))


def grouped(rows: Iterable[ReportRow], *names: str) -> list[list[ReportRow]]:
    """Rows that agree in some columns, in the order in which each group first appears."""
    groups: dict[tuple[object, ...], list[ReportRow]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return list(groups.values())


def model_order(scores: Iterable[ReportRow]) -> dict[str, tuple[Any, ...]]:
    """Sort key of each model: family, method, then the knob's strength. Models without a knob come first."""
    order: dict[str, tuple[Any, ...]] = {}
    for row in scores:
        knob = row["knob_value"]
        strength = (0, 0.0) if knob is None else (1, float(knob))
        key = (name_of(row["family"]), str(row["method"] or ""), str(row["knob_name"] or ""), *strength)
        order[name_of(row["model_id"])] = (*key, name_of(row["model_id"]))
    return order


def by_pair(rows: Iterable[ReportRow], scores: Iterable[ReportRow]) -> list[ReportRow]:
    """Sort rows of pairs by benchmark, family, reference and the candidate's knob."""
    order = model_order(scores)

    def key(row: ReportRow) -> tuple[Any, ...]:
        candidate = name_of(row["candidate_model_id"])
        family = name_of(row["family"])
        place = order.get(candidate, (family, "", "", 0, 0.0, candidate))
        styles = (str(row.get("prompt_style_reference")), str(row.get("prompt_style_candidate")))
        return (name_of(row.get("benchmark_id")), family, name_of(row["reference_model_id"]), place, styles)

    return sorted(rows, key=key)
