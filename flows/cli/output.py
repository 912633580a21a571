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
from itertools import accumulate
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDEST_PLAIN = 160
_WIDEST_CELL = 60  # of a table whose columns nobody chose; a text is cut there
_FRAME = 3  # what a column needs beside its text
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


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Iterable[str] = ()) -> None:
    """Print a table. None is a dash, and markup in values is printed as it stands."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    aligned = set(right)
    for column in columns:
        is_id = column.endswith("id")  # an id that is broken over lines cannot be copied
        table.add_column(column, justify="right" if column in aligned else "left", overflow="fold", no_wrap=is_id)
    for row in rows:
        table.add_row(*(Text(shown(value)) for value in row))
    console().print(table)


def print_fitting(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print as many of the columns as the terminal is wide, and say how to see the others; a file gets all of them."""
    is_terminal = console().is_terminal
    cells = [[_cut(shown(value)) if is_terminal else shown(value) for value in row] for row in rows]
    widths = [
        _FRAME + max([cell_len(column), *(cell_len(row[place]) for row in cells)])
        for place, column in enumerate(columns)
    ]
    room = console().width if is_terminal else sum(widths) + 1
    count_fitting = max(sum(width <= room - 1 for width in accumulate(widths)), 1)
    numbers = {column for place, column in enumerate(columns) if _holds_numbers(row[place] for row in rows)}
    with _printing_to(console() if is_terminal else Console(highlight=False, width=room)):
        print_table("", columns[:count_fitting], [row[:count_fitting] for row in cells], right=numbers)
    if count_fitting < len(columns):
        fitting = f"{count_fitting} of {len(columns)} columns fit"
        print_plain(f"{fitting}: --vertical shows all, and --csv, --json and --parquet have them.")


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


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST_CELL else f"{text[: _WIDEST_CELL - 1]}…"


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
    return "".join(character if character.isprintable() else "�" for character in str(value))


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
