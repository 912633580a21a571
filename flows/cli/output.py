"""What commands print: tables for people, one JSON document for machines."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.column_widths import Column, fitting, least_width, whole_width, widths_in, without_spare

_WIDEST_PLAIN = 160
_FEWEST_COLUMNS = 3  # of an answer that is worth a table
DASH = "—"


_chosen: ContextVar[Console | None] = ContextVar("_chosen", default=None)


def console() -> Console:
    """The terminal's width on a terminal; elsewhere a width at which no table is cut."""
    if (chosen := _chosen.get()) is not None:
        return chosen
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=_WIDEST_PLAIN)


@contextmanager
def paged(count_lines: int) -> Iterator[None]:
    """Show what is printed inside page by page, where it is longer than the terminal is high."""
    terminal = console()
    if not terminal.is_terminal or count_lines < terminal.height:
        yield
        return
    with terminal.pager(), _printing_to(terminal):
        yield


@contextmanager
def _printing_to(chosen: Console) -> Iterator[None]:
    """Everything inside is printed to one console."""
    token = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(token)


def print_json(document: Any) -> None:
    """Print one JSON document: dates and paths as text, and an error for infinite numbers."""
    print(json.dumps(document, default=str, allow_nan=False))  # noqa: T201 - this is the output


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    right: Iterable[str] = (),
    spare: Sequence[str] = (),
) -> None:
    """Print a table. None is a dash, and markup in values is printed as it stands.

    Numbers (``right``) and ids stay on one line. Where that leaves texts too little room, columns of ``spare`` are left
    out, the first one first. Where that is not enough, each row becomes a block of lines.
    """
    numbers, room = set(right), console().width
    cells = [[shown(value) for value in row] for row in rows]
    found = [
        Column.of(place, name, [row[place] for row in cells], is_number=name in numbers)
        for place, name in enumerate(columns)
    ]
    kept = without_spare(found, spare, room)
    if cells and least_width(kept) > room:
        print_plain(title)
        print_vertical(columns, cells)
        return
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column, width in zip(kept, widths_in(kept, room), strict=True):
        table.add_column(column.name, justify="right" if column.is_number else "left", overflow="fold", width=width)
    for row in cells:
        table.add_row(*(Text(row[column.place]) for column in kept))
    console().print(table)
    if missing := [column.name for column in found if column not in kept]:
        print_plain(f"A wider terminal also shows: {', '.join(missing)}.")


def print_fitting(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print as many of the columns as the terminal is wide, and say how to see the others; a file gets all of them."""
    cells = [[shown(value) for value in row] for row in rows]
    count, room = len(columns), whole_width(columns, cells)
    if console().is_terminal:
        room = console().width
        count, cells = fitting(columns, cells, room)
    numbers = {column for place, column in enumerate(columns) if _holds_numbers(row[place] for row in rows)}
    with _printing_to(console() if console().is_terminal else Console(highlight=False, width=room)):
        print_table("", columns[:count], [row[:count] for row in cells], right=numbers)
    if count < len(columns):
        print_plain(f"{count} of {len(columns)} columns fit: --vertical shows all; --csv, --json, --parquet have them.")


def is_too_narrow(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bool:
    """Whether the terminal shows so few columns of an answer that its rows are better read as blocks of lines."""
    if not console().is_terminal:
        return False
    count, _ = fitting(columns, [[shown(value) for value in row] for row in rows], console().width)
    return count < min(_FEWEST_COLUMNS, len(columns))


def print_vertical(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print each row as a block with one line a column; texts keep their lines."""
    width = max(map(len, columns), default=0)
    for number, row in enumerate(rows, 1):
        print_plain(f"--- row {number}")
        for column, value in zip(columns, row, strict=True):
            lines = list(map(shown, value.splitlines())) if isinstance(value, str) else [shown(value)]
            print_plain(f"{column:<{width}}  " + ("\n" + " " * (width + 2)).join(lines))


def print_plain(text: str) -> None:
    """Print a text as it stands, however long its lines are."""
    console().print(Text(text), soft_wrap=True)


def _holds_numbers(values: Iterable[Any]) -> bool:
    """Whether all values that are there are numbers."""
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in present)


def shown(value: Any) -> str:
    """A value as text for people, without characters that could control a terminal."""
    if value is None:
        return DASH
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "".join(map(_shown_character, str(value)))


def _shown_character(character: str) -> str:
    """A character that cannot control a terminal; the end of a line is a blank, because a cell has one line."""
    if character in "\t\n\r":
        return " "
    return character if character.isprintable() else "�"


def points(value: float | None) -> str:
    """A proportion as percentage points with its sign."""
    return DASH if value is None else f"{100 * value:+z.1f}"


def interval(low: float | None, high: float | None) -> str:
    """Two limits in points."""
    return DASH if low is None or high is None else f"[{points(low)}, {points(high)}]"


def percent(value: float | None) -> str:
    """A proportion in percent."""
    return DASH if value is None else f"{100 * value:.1f}"


def program() -> str:
    """How this program is called from here: by its name if the shell finds it, else by its path."""
    called = Path(sys.argv[0])
    if shutil.which(called.name) or not called.is_file():
        return "aligntax"
    return from_here(called)


def interpreter() -> str:
    """How the Python of this program is called from here: ``python`` if the shell finds that one, else its path."""
    found = shutil.which("python")
    if found and Path(found).parent == Path(sys.executable).parent:
        return "python"
    return from_here(sys.executable)


def from_here(path: str | Path) -> str:
    """A path as a user would type it: relative below the working folder, else whole."""
    relative = os.path.relpath(path)
    return os.path.abspath(path) if relative.startswith(os.pardir) else relative  # noqa: PTH100 - links stay links
