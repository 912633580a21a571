"""The catalogue as a part of ``warehouse/README.md``."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.catalog.listing import LAYER_TITLES, ListedTable, column_types, listed

_BEGIN = "<!-- catalogue: begin (python -m warehouse.catalog) -->"
_END = "<!-- catalogue: end -->"


def catalogue() -> str:
    """All models as Markdown, with the types DuckDB gives their columns."""
    tables = listed(column_types())
    parts = []
    for layer, title in LAYER_TITLES.items():
        parts.append(f"### {title}\n")
        parts += [_table(table) for table in tables if table.model.layer == layer]
    return "\n".join(parts)


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
