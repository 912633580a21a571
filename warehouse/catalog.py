"""The table catalogue as Markdown, from the same descriptions that become COMMENT ON.

``python -m warehouse.catalog`` rewrites the generated part of ``warehouse/README.md``; a test compares them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.build import Model, build, models
from warehouse.migrate import migrate

README = Path(__file__).parent / "README.md"
_BEGIN = "<!-- catalogue: begin (python -m warehouse.catalog) -->"
_END = "<!-- catalogue: end -->"
_LAYERS = {"reports": "Reports: the public contract", "marts": "Marts", "staging": "Staging"}


def catalogue() -> str:
    """All models, public ones first, with the types DuckDB gives their columns."""
    connection = duckdb.connect()
    migrate(connection)
    build(connection)
    parts = []
    for layer, title in _LAYERS.items():
        parts.append(f"### {title}\n")
        parts += [_table(connection, model) for model in sorted(models(), key=lambda m: m.name) if model.layer == layer]
    return "\n".join(parts)


def updated(readme: str) -> str:
    """The README with its generated part replaced."""
    before, rest = readme.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}\n\n{catalogue()}\n{_END}{after}"


def _table(connection: duckdb.DuckDBPyConnection, model: Model) -> str:
    types = {row[0]: row[1] for row in connection.execute(f"describe {model.name}").fetchall()}
    rows = [f"| `{name}` | {types[name].lower()} | {text} |" for name, text in model.columns.items()]
    key = ", ".join(f"`{column}`" for column in model.key)
    head = f"#### `{model.name}`\n\n{model.description}\nGrain: {model.grain}. Key: {key}.\n{_lineage(model)}\n"
    return "\n".join([head, "| column | type | meaning |", "|---|---|---|", *rows, ""])


def _lineage(model: Model) -> str:
    """What a table is made from, and which tables are made from it."""
    readers = [other.name for other in models() if model.name in other.references]
    said = [
        f"{how} {', '.join(map(_linked, sorted(names)))}."
        for how, names in (("Made from", model.references | model.facts), ("Read by", readers))
        if names
    ]
    return " ".join(said)


def _linked(table: str) -> str:
    """A link to a table's place on the page, where it has one."""
    has_place = table.partition(".")[0] in _LAYERS
    return f"[`{table}`](#{table.replace('.', '')})" if has_place else f"`{table}`"


if __name__ == "__main__":
    README.write_text(updated(README.read_text()))
