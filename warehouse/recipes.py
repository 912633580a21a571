"""The cookbook: questions that people ask of the published tables, each with the SQL that answers it.

A recipe is a file of ``cookbook/``: two comments, the question and what an answer without rows means, then one SELECT.
Its first columns hold the answer, because a narrow terminal shows those alone. ``make golden ARGS=--record`` writes
``cookbook/README.md`` anew, which shows each recipe with its answer on the demo's data.

Tested in tests/flows/test_sql.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import QueryError

COOKBOOK = Path(__file__).parent / "cookbook"


@dataclass(frozen=True)
class Recipe:
    """A question in words, what it means that no row answers it, and the SELECT that answers it."""

    name: str
    question: str
    empty: str
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


def _read(path: Path) -> Recipe:
    question, empty, sql = path.read_text().split("\n", 2)
    return Recipe(path.stem, question.removeprefix("-- "), empty.removeprefix("-- Without rows: "), sql.strip())
