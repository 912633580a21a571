"""The catalogue of the tables, from the same descriptions that become COMMENT ON.

``python -m warehouse.catalog`` rewrites what is generated of it: a part of ``warehouse/README.md``, the picture of the
relations in ``warehouse/entities.svg``, and the sources of the dbt example. Tests compare them. The page that is
published beside the report shows the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.build import LAYERS, Model, build, models
from warehouse.dbt_sources import dbt_sources
from warehouse.diagrams import entity_diagram
from warehouse.layered_drawing import standing_alone
from warehouse.migrate import migrate
from warehouse.recipes import Recipe, recipes
from warehouse.relations import Relation, relations

README = Path(__file__).parent / "README.md"
ENTITIES = Path(__file__).parent / "entities.svg"
DBT_SOURCES = Path(__file__).parents[1] / "infra" / "examples" / "bi" / "dbt" / "models" / "sources.yml"
LAYER_TITLES = {"reports": "Reports: the public contract", "marts": "Marts", "staging": "Staging"}
_BEGIN = "<!-- catalogue: begin (python -m warehouse.catalog) -->"
_END = "<!-- catalogue: end -->"
_COLUMNS = (Path(__file__).parent / "queries" / "described_columns.sql").read_text()


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


def catalogue() -> str:
    """All models as Markdown, with the types DuckDB gives their columns."""
    tables = listed(column_types())
    parts = []
    for layer, title in LAYER_TITLES.items():
        parts.append(f"### {title}\n")
        parts += [_table(table) for table in tables if table.model.layer == layer]
    return "\n".join(parts)


def column_types() -> dict[tuple[str, str], str]:
    """The type that DuckDB gives each column of a model, by the names of table and column."""
    connection = duckdb.connect()
    migrate(connection)
    build(connection)
    return {(table, column): kind for table, column, kind in connection.execute(_COLUMNS).fetchall()}


def updated(readme: str) -> str:
    """The README with its generated part replaced."""
    before, rest = readme.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}\n\n{catalogue()}\n{_END}{after}"


def _table(table: ListedTable) -> str:
    model = table.model
    rows = [f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in table.columns]
    key = ", ".join(f"`{column}`" for column in model.key)
    lines = [
        f"#### `{model.name}`\n",
        model.description,
        f"Grain: {model.grain}. Key: {key}.",
        *_sentence("Made from", map(_linked, sorted(model.references | model.facts))),
        *_sentence("Read by", map(_linked, table.readers)),
        *_sentence("Refers to", (f"{_linked(found.target)} ({', '.join(found.columns)})" for found in table.refers_to)),
    ]
    return "\n".join([*lines, "\n| column | type | meaning |", "|---|---|---|", *rows, ""])


def _sentence(how: str, names: Iterable[str]) -> list[str]:
    said = ", ".join(names)
    return [f"{how} {said}."] if said else []


def _linked(table: str) -> str:
    """A link to a table's place on the page, where it has one."""
    has_place = table.partition(".")[0] in LAYER_TITLES
    return f"[`{table}`](#{table.replace('.', '')})" if has_place else f"`{table}`"


if __name__ == "__main__":
    README.write_text(updated(README.read_text()))
    ENTITIES.write_text(standing_alone(entity_diagram(is_linked=False)))
    DBT_SOURCES.write_text(dbt_sources())
