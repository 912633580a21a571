"""What the catalogue says of each table: its columns, what it is made from, and what refers to it.

Tested in tests/warehouse/catalog/test_markdown.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.build import LAYERS, Model, build, models
from warehouse.catalog.relations import Relation, relations
from warehouse.migrate import migrate
from warehouse.opening import connected
from warehouse.recipes import Recipe, recipes

LAYER_TITLES = {"reports": "Reports: the public contract", "marts": "Marts", "staging": "Staging"}
_COLUMNS = (Path(__file__).parents[1] / "queries" / "described_columns.sql").read_text()


@dataclass(frozen=True, slots=True)
class ListedTable:
    """What the catalogue says of a table: its model, its columns with type and meaning, and what is around it."""

    model: Model
    columns: Sequence[tuple[str, str, str]]
    readers: Sequence[str]  # tables that are made from it
    refers_to: Sequence[Relation]
    referred_by: Sequence[Relation]
    recipes: Sequence[Recipe]  # questions of the cookbook that read it


def listed(types: Mapping[tuple[str, str], str]) -> list[ListedTable]:
    """Every table of which types are given, those of the public contract first.

    Args:
        types: the type of each column, by the names of table and column.
    """
    tables = {table for table, _ in types}
    return [
        ListedTable(
            model=model,
            columns=[(name, types[model.name, name], meaning) for name, meaning in model.columns.items()],
            readers=sorted(other.name for other in models() if model.name in other.references),
            refers_to=[found for found in relations() if found.source == model.name],
            referred_by=[found for found in relations() if found.target == model.name],
            recipes=[recipe for recipe in recipes() if re.search(rf"\b{re.escape(model.name)}\b", recipe.sql)],
        )
        for model in sorted(models(), key=lambda model: (-LAYERS.index(model.layer), model.name))
        if model.name in tables
    ]


def column_types() -> dict[tuple[str, str], str]:
    """The type that DuckDB gives each column of a model, by the names of table and column."""
    connection = connected()
    migrate(connection)
    build(connection)
    return {(table, column): kind for table, column, kind in connection.execute(_COLUMNS).fetchall()}
