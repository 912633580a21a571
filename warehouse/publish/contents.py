"""Which tables are published, how much text of harmful benchmarks goes with them, and hashes of what they hold.

Two publications of the same rows have the same hashes, whatever the order of the rows. The hash is DuckDB's own, so
another version of DuckDB may give other ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import duckdb

from warehouse.build import models
from warehouse.publish import PUBLISHED_LAYERS

PUBLICATION = "reports.publication"
# Text of harmful prompts leaves the warehouse only by choice; hash lets readers join without reading.
_HARMFUL_TEXT = {"none": "null::varchar", "hash": "md5({column})", "full": "{column}"}
TEXT_COLUMNS = {
    "marts.dim_item": ("question", "choices_json", "target"),
    "marts.dim_prompt": ("prompt",),
    "marts.fct_answers": ("response", "reasoning"),
}
# What a row of a table without a date belongs to: a new run or benchmark changes no row of another one.
_UNDATED_PARTS = {"marts.dim_item": "benchmark_version", "marts.fct_answers": "generated_in_run_id"}


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table as readers see it: its comments, and the column whose values divide it into parts, if one does."""

    name: str
    comment: str
    columns: dict[str, str]
    part: str | None


@dataclass(frozen=True, slots=True)
class TableContents:
    """What a table holds: its number of rows, a hash of them all, and one of the rows of each part."""

    count_rows: int
    content_hash: str
    parts: dict[str, str]


@cache
def published_tables() -> tuple[PublishedTable, ...]:
    """The models of the published layers, and last the table that identifies the publication."""
    tables = [
        PublishedTable(
            model.name,
            model.comment,
            model.columns,
            "as_of_date" if "as_of_date" in model.columns else _UNDATED_PARTS.get(model.name),
        )
        for model in models()
        if model.layer in PUBLISHED_LAYERS
    ]
    columns = {
        "publication_id": "Publication: its date and a hash of everything it holds.",
        "as_of_date": "Date of the report that was published with it.",
        "run_id": "Run that it was published after.",
        "schema_version": "Hash of the names, columns and types of all tables. It changes when a query may have to.",
    }
    comment = "The publication that this copy holds. Each query that reads it too can tell its rows' publication."
    return (*tables, PublishedTable(PUBLICATION, f"{comment} Grain: one row. Key: publication_id.", columns, None))


def selected(table: PublishedTable, text: str) -> str:
    """All columns; the text of harmful benchmarks only as far as ``text`` (none, hash, full) allows."""
    columns = [
        f"case when is_harmful_text then {_HARMFUL_TEXT[text].format(column=name)} else {name} end as {name}"
        for name in TEXT_COLUMNS.get(table.name, ())
    ]
    replaced = f"replace ({', '.join(columns)})" if columns else ""
    return f"select * {replaced} from {table.name}"  # noqa: S608 - names are ours


def column_types(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> dict[str, str]:
    """The columns of a published table and DuckDB's types of them, in order."""
    described = connection.execute(f"describe {table.name}").fetchall()
    return {name: kind for name, kind, *_ in described}


def contents(connection: duckdb.DuckDBPyConnection, table: PublishedTable, rows: str | None = None) -> TableContents:
    """Count and hash the rows of a published table, each part by itself; ``rows`` says where they are, in SQL."""
    part = f"coalesce({table.part}::varchar, '')" if table.part else "''"
    columns = ", ".join(table.columns)
    found = connection.execute(
        f"select {part} as part, count(*), sum(hash({columns})) from {rows or table.name} group by part order by part"  # noqa: S608 - names are ours
    ).fetchall()
    parts = {name: _hash(f'[{count}, "{total}"]') for name, count, total in found}
    return TableContents(sum(count for _, count, _ in found), _hashed(parts), parts)


def different(parts: Mapping[str, str], others: Mapping[str, str]) -> list[str]:
    """The parts that the others lack, or hold with other rows."""
    return [part for part, held in parts.items() if others.get(part) != held]


def schema_version(connection: duckdb.DuckDBPyConnection, database: str = "current_database()") -> str:
    """A hash that changes with the name, a column or a type of any published table; ``database`` is SQL."""
    types: dict[str, list[tuple[str, str]]] = {t.name: [] for t in published_tables() if t.name != PUBLICATION}
    columns = "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
    # without a parameter: DuckDB imports pandas to read one
    found = connection.execute(f"{columns} where database_name = {database} order by column_index")
    for table, column, kind in found.fetchall():
        if table in types:
            types[table].append((column, kind))
    return _hashed(types)


def publication_id(as_of_date: str, run_id: str, schema: str, tables: dict[str, TableContents]) -> str:
    """The identity of a publication: the same rows of the same date and run have the same one."""
    return f"{as_of_date}-{_hashed([run_id, schema, {name: held.content_hash for name, held in tables.items()}])}"


def _hashed(value: object) -> str:
    return _hash(json.dumps(value, sort_keys=True))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
