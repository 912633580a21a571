"""The cookbook: questions that people ask of the published tables, each with the SQL that answers it.

A recipe is a file of ``cookbook/``: the question as a comment, then one SELECT. ``make golden ARGS=--record`` writes
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


def _read(path: Path) -> Recipe:
    question, _, sql = path.read_text().partition("\n")
    return Recipe(path.stem, question.removeprefix("-- "), sql.strip())
