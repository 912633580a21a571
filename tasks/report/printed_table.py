"""A table as the page prints it: a head, columns that may share a label, lines in groups, and remarks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import compress, groupby
from typing import ClassVar, Self

from tasks.report.wording import DASH, listed


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its label, whether it holds numbers, and a label above it that neighbouring columns may share."""

    label: str
    is_number: bool = True
    spanner: str = ""

    @property
    def full_label(self) -> str:
        """The label where it stands alone."""
        return f"{self.spanner}: {self.label}" if self.spanner else self.label


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line: its group (empty = none), its head, one text per column, remarks, and the address of its items."""

    group: str
    head: str
    cells: tuple[str, ...]
    notes: tuple[str, ...] = ()
    items: str = ""


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table ready to print. Make it with ``PrintedTable.of``, which finds a place for the remarks."""

    macro: ClassVar[str] = "table"
    table_id: str
    caption: str
    head: str
    columns: tuple[TableColumn, ...]
    lines: tuple[TableLine, ...]

    @classmethod
    def of(
        cls, table_id: str, caption: str, head: str, columns: Iterable[TableColumn], lines: Iterable[TableLine]
    ) -> Self:
        """Lay out a table.

        A column that is empty in every line is left out. Remarks that all lines share go to the caption, the others
        into a column of their own.
        """
        table = cls(table_id, caption, head, tuple(columns), tuple(lines)).without_empty_columns()
        shared = _shared_notes(table.lines)
        if shared:
            table = replace(table, caption=f"{table.caption} (in every row: {', '.join(shared)})")
        rest = [tuple(note for note in line.notes if note not in shared) for line in table.lines]
        if not any(rest):
            return table
        noted = (
            replace(line, cells=(*line.cells, "; ".join(notes) or DASH))
            for line, notes in zip(table.lines, rest, strict=True)
        )
        return replace(table, columns=(*table.columns, TableColumn("Notes", is_number=False)), lines=tuple(noted))

    def without_empty_columns(self) -> Self:
        """The table without columns that hold the same dash in each of several lines; the caption keeps the reasons."""
        if len(self.lines) < 2:
            return self
        held = [{line.cells[place] for line in self.lines} for place in range(len(self.columns))]
        is_kept = [len(cells) > 1 or not min(cells).startswith(DASH) for cells in held]
        reasons: dict[str, list[str]] = {}
        for column, cells, kept in zip(self.columns, held, is_kept, strict=True):
            if not kept and (reason := min(cells)[len(DASH) + 2 : -1]):
                reasons.setdefault(reason, []).append(column.full_label)
        missing = "; ".join(f"{listed(labels)} ({reason})" for reason, labels in reasons.items())
        lines = (replace(line, cells=tuple(compress(line.cells, is_kept))) for line in self.lines)
        return replace(
            self,
            caption=f"{self.caption}; not shown: {missing}" if missing else self.caption,
            columns=tuple(compress(self.columns, is_kept)),
            lines=tuple(lines),
        )

    @property
    def head_rows(self) -> int:
        """How many rows the head takes: two if columns share labels."""
        return 2 if any(column.spanner for column in self.columns) else 1

    @property
    def spans(self) -> list[tuple[str, list[TableColumn]]]:
        """The columns in order; neighbours under one label together. Without a label each column stands alone."""
        runs = groupby(enumerate(self.columns), key=lambda place: place[1].spanner or place[0])
        return [(columns[0].spanner, columns) for columns in ([column for _, column in run] for _, run in runs)]

    @property
    def groups(self) -> dict[str, list[TableLine]]:
        """The lines of each group, in the order in which each group first appears."""
        found: dict[str, list[TableLine]] = {}
        for line in self.lines:
            found.setdefault(line.group, []).append(line)
        return found


def _shared_notes(lines: Sequence[TableLine]) -> list[str]:
    if len(lines) < 2:
        return []
    return [note for note in lines[0].notes if all(note in line.notes for line in lines)]
