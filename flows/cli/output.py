"""What commands print: tables for people, one JSON document for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDEST_PLAIN = 160
DASH = "—"


def console() -> Console:
    """The terminal's width on a terminal; elsewhere a width at which no table is cut."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=_WIDEST_PLAIN)


def print_json(document: Any) -> None:
    """Print one JSON document: dates and paths as text, and an error for infinite numbers."""
    print(json.dumps(document, default=str, allow_nan=False))  # noqa: T201 - this is the output


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Iterable[str] = ()) -> None:
    """Print a table. None is a dash, and markup in values is printed as it stands."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    aligned = set(right)
    for column in columns:
        table.add_column(column, justify="right" if column in aligned else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(value)) for value in row))
    console().print(table)


def shown(value: Any) -> str:
    """A value as text for people, without characters that could control a terminal."""
    if value is None:
        return DASH
    if isinstance(value, float):
        return f"{value:.4g}"
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
