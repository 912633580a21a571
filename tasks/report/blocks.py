"""What a section can put on the page. Each block is drawn by the macro of its name in ``templates/blocks.html.j2``.

Tested in tests/tasks/report/test_page.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from tasks.report.printed_table import PrintedTable
from tasks.report.report_rows import ReportRow
from tasks.report.symbols import Symbol
from tasks.report.vega import Chart


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading inside a section."""

    macro: ClassVar[str] = "subheading"
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    macro: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Says that there is nothing to show, and why."""

    macro: ClassVar[str] = "notice"
    text: str


@dataclass(frozen=True, slots=True)
class NumberedList:
    """Sentences to read one after the other."""

    macro: ClassVar[str] = "numbered_list"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """What each symbol of the charts below stands for."""

    macro: ClassVar[str] = "legend"
    symbols: Mapping[str, Symbol]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart and its caption."""

    macro: ClassVar[str] = "figure"
    chart: Chart
    caption: str


@dataclass(frozen=True, slots=True)
class Panels:
    """Small charts of one kind side by side, each under its title, and what holds for all of them."""

    macro: ClassVar[str] = "panels"
    title: str
    panels: tuple[Figure, ...]
    caption: str


Block = Subheading | Paragraph | Notice | NumberedList | Legend | Figure | Panels | PrintedTable


def charts_of(blocks: Iterable[Block]) -> Iterator[Chart]:
    """The charts among some blocks, in order."""
    for block in blocks:
        if isinstance(block, Figure):
            yield block.chart
        elif isinstance(block, Panels):
            yield from (panel.chart for panel in block.panels)


def table_or_notice(
    rows: Sequence[ReportRow], build: Callable[[Sequence[ReportRow]], PrintedTable], text: str
) -> Block:
    """The table of some rows; without rows, a notice that says so."""
    return build(rows) if rows else Notice(text)
