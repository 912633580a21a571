"""The cookbook's page: each question with its SQL, and the first rows that answer it in a published file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warehouse.connection import Warehouse
from warehouse.recipes import COOKBOOK, Recipe, recipes

PAGE = COOKBOOK / "README.md"
_SHOWN_ROWS = 6
_SHOWN_CHARACTERS = 60
_HEAD = """\
# Cookbook

Questions that people ask of the published tables. `aligntax sql --ask NAME` answers each on your own data. The answers
below are those of the demo: the first {rows} rows, with long texts cut.
"""


def page(snapshot: Path) -> str:
    """The cookbook as Markdown, answered from a published file."""
    with Warehouse.read(snapshot) as reader:
        return "\n".join([_HEAD.format(rows=_SHOWN_ROWS), *(_section(reader, found) for found in recipes())])


def _section(reader: Warehouse, found: Recipe) -> str:
    names, rows = reader.rows(found.sql)
    head = f"## {found.question}\n\n`aligntax sql --ask {found.name}`\n\n```sql\n{found.sql}\n```\n"
    return "\n".join([head, *(_table(names, rows) if rows else [found.empty]), ""])


def _table(names: list[str], rows: list[tuple[Any, ...]]) -> Iterator[str]:
    yield _line(names)
    yield _line(["---"] * len(names))
    for row in rows[:_SHOWN_ROWS]:
        yield _line([_cell(value) for value in row])
    if len(rows) > _SHOWN_ROWS:
        yield f"\n... {len(rows)} rows in all"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    """A value in a cell of a Markdown table: four digits of a float, one line of a text."""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = " ".join(str("" if value is None else value).split()).replace("|", "\\|")
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
