"""The cookbook: questions that people ask of the published tables, each with the SQL that answers it.

A recipe is a file of ``cookbook/``: the question as a comment, then one SELECT. ``make golden ARGS=--record`` writes
``cookbook/README.md`` anew, which shows each recipe with its answer on the demo's data.

Tested in tests/flows/test_sql.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.connection import Warehouse
from warehouse.errors import QueryError

COOKBOOK = Path(__file__).parent / "cookbook"
PAGE = COOKBOOK / "README.md"
_SHOWN_ROWS = 6
_SHOWN_CHARACTERS = 60
_HEAD = """\
# Cookbook

Questions that people ask of the published tables. `aligntax sql --ask NAME` answers each on your own data. The answers
below are those of the demo: the first {rows} rows, with long texts cut.
"""


@dataclass(frozen=True)
class Recipe:
    """A question in words, and the SELECT that answers it."""

    name: str
    question: str
    sql: str


def recipes() -> tuple[Recipe, ...]:
    """All recipes, by name."""
    return tuple(_read(path) for path in sorted(COOKBOOK.glob("*.sql")))


def recipe(name: str) -> Recipe:
    """The recipe of a name.

    Raises:
        QueryError: the cookbook has none of that name.
    """
    for found in recipes():
        if found.name == name:
            return found
    raise QueryError(f"the cookbook has no question {name!r}: `aligntax sql` lists them.")


def page(snapshot: Path) -> str:
    """The cookbook as Markdown, answered from a published file."""
    with Warehouse.read(snapshot) as reader:
        return "\n".join([_HEAD.format(rows=_SHOWN_ROWS), *(_section(reader, found) for found in recipes())])


def _read(path: Path) -> Recipe:
    question, _, sql = path.read_text().partition("\n")
    return Recipe(path.stem, question.removeprefix("-- "), sql.strip())


def _section(reader: Warehouse, found: Recipe) -> str:
    names, rows = reader.rows(found.sql)
    head = f"## {found.question}\n\n`aligntax sql --ask {found.name}`\n\n```sql\n{found.sql}\n```\n"
    return "\n".join([head, *(_table(names, rows) if rows else ["The demo has no such row."]), ""])


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
