"""How wide the columns of a printed table are, and which of them fit into a given width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from rich.cells import cell_len

FRAME = 3  # what a column needs beside its text
WIDEST_CELL = 60  # of a table whose columns nobody chose; a text is cut there
_NARROWEST = 12  # characters that a text keeps on a line
_CUTS = (WIDEST_CELL, 45, 30, 20)


@dataclass(frozen=True, slots=True)
class Column:
    """A column, how narrow it may be and how wide it would be by itself. Numbers and ids are never broken or cut."""

    place: int
    name: str
    is_number: bool
    least: int
    most: int

    @classmethod
    def of(cls, place: int, name: str, cells: Sequence[str], *, is_number: bool) -> Self:
        """The column at a place of a table, from its cells."""
        longest = max(map(cell_len, cells), default=0)
        heading = max(map(cell_len, name.split()), default=0)
        whole = max(longest, heading, 1)
        is_whole = is_number or (is_id(name) and longest <= WIDEST_CELL)
        least = whole if is_whole else min(whole, max(heading, _NARROWEST))
        return cls(place, name, is_number, least, max(longest, cell_len(name)))


def is_id(name: str) -> bool:
    """Whether a column holds ids: one that is broken over lines cannot be copied."""
    return name.endswith("id")


def least_width(columns: Sequence[Column]) -> int:
    """The width of a table whose texts are as narrow as they may be."""
    return sum(column.least + FRAME for column in columns) + 1


def widths_in(columns: Sequence[Column], room: int) -> list[int]:
    """The width of each column. What the narrowest table leaves free completes first the columns that lack least.

    >>> model = Column.of(0, "model", ["m" * 40], is_number=False)
    >>> widths_in([model, Column.of(1, "tax", ["+1.5"], is_number=True)], 40)
    [29, 4]
    """
    widths = [column.least for column in columns]
    free = room - least_width(columns)
    for place in sorted(range(len(columns)), key=lambda place: columns[place].most - columns[place].least):
        more = max(min(columns[place].most - columns[place].least, free), 0)
        widths[place] += more
        free -= more
    return widths


def without_spare(columns: Sequence[Column], spare: Sequence[str], room: int) -> list[Column]:
    """The columns that are left when those that can be spared have gone, in their order, until the table fits."""
    left = list(columns)
    for name in spare:
        if least_width(left) <= room:
            break
        left = [column for column in left if column.name != name]
    return left


def fitting(names: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> tuple[int, list[list[str]]]:
    """How many columns fit, and the rows with texts cut as little as lets most columns fit."""
    tried = [
        [[_cut(name, cell, most) for name, cell in zip(names, row, strict=True)] for row in rows] for most in _CUTS
    ]
    counts = [_count_fitting(names, cut, room) for cut in tried]
    best = counts.index(max(counts))
    return counts[best], tried[best]


def whole_width(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The width of a table in which nothing is cut or broken."""
    return sum(_widths(names, rows)) + 1


def _count_fitting(names: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> int:
    return sum(width < room for width in accumulate(_widths(names, rows)))


def _widths(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [FRAME + max([cell_len(name), *(cell_len(row[place]) for row in rows)]) for place, name in enumerate(names)]


def _cut(name: str, text: str, most: int) -> str:
    most = WIDEST_CELL if is_id(name) else most
    return text if len(text) <= most else f"{text[: most - 1]}…"
