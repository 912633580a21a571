"""Build the SQL models: staging and marts from raw facts, reports from marts and estimates.

A model is one SELECT in ``models/<schema>/<name>.sql`` with a description of the same stem beside it. The order
follows from the tables each one reads. A model with a partition replaces only the dates it is asked to; when its
SQL has changed since the last build it is rebuilt whole. Rules that several models apply are macros, in
``models/macros.sql``.
"""

from __future__ import annotations

import graphlib
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from warehouse.errors import ModelError
from warehouse.transactions import DISK_ERRORS, any_order, committed

MODELS = Path(__file__).parent / "models"
LAYERS = ("staging", "marts", "reports")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is ten times faster, but optional
# Types that every BI tool and file format has, for those that DuckDB makes. Parquet has no HUGEINT and stores a sum as
# a floating-point number. Times are in UTC.
_PLAIN_TYPES = {
    "HUGEINT": "BIGINT",
    "INTEGER": "BIGINT",
    "JSON": "VARCHAR",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
}
_REFERENCE = re.compile(r"\b(?:from|join)\s+((?:staging|marts|reports)\.[a-z_]+)")
_FACTS = re.compile(r"\b(?:from|join)\s+((?:raw|stats)\.[a-z_]+)")


@dataclass(frozen=True)
class Model:
    """One SELECT with its description.

    No two rows have the same values in the columns of ``key``. ``partition`` is the column whose dates a build
    replaces. ``references`` are the models that it reads, ``facts`` the tables of raw and stats. ``named_by`` are the
    columns by which other tables name a row of this one, in the order of ``key``; ``not_named_by`` are tables that have
    such columns and mean something else. ``without_row`` says which of those names have no row here.
    """

    name: str
    sql: str
    description: str
    grain: str
    key: tuple[str, ...]
    materialized: str
    partition: str | None
    columns: dict[str, str]
    references: frozenset[str] = field(default_factory=frozenset)
    facts: frozenset[str] = field(default_factory=frozenset)
    named_by: tuple[tuple[str, ...], ...] = ()
    not_named_by: frozenset[str] = field(default_factory=frozenset)
    without_row: str = ""

    @property
    def layer(self) -> str:
        """Schema of the model: staging, marts or reports."""
        return self.name.split(".", maxsplit=1)[0]

    @property
    def comment(self) -> str:
        """What COMMENT ON and the catalogue say of the table."""
        return f"{self.description} Grain: {self.grain}. Key: {', '.join(self.key)}."

    @property
    def sql_hash(self) -> str:
        """Changes whenever the model's SQL or shape does, or a macro."""
        return _hashed(f"{self.materialized}{self.partition}{self.sql}{_macros()}{_PLAIN_TYPES}")


@cache
def models() -> tuple[Model, ...]:
    """All models in an order in which each comes after those it reads.

    Raises:
        ModelError: a model without a description, one that reads an unknown model, or a cycle.
    """
    found = {model.name: model for model in map(_read_model, sorted(MODELS.glob("*/*.sql")))}
    for model in found.values():
        if unknown := model.references - found.keys():
            raise ModelError(f"{model.name} reads {', '.join(sorted(unknown))}, which no model defines")
    try:
        order = tuple(graphlib.TopologicalSorter({m.name: m.references for m in found.values()}).static_order())
    except graphlib.CycleError as error:
        raise ModelError(f"models read each other in a circle: {' -> '.join(error.args[1])}") from None
    return tuple(sorted((found[name] for name in order), key=lambda model: LAYERS.index(model.layer)))


def stage(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views of staging, if their SQL or descriptions have changed since this was last done.

    They read raw tables only, so that queries can use them before the first build.
    """
    _prepare(connection)
    paths = sorted((MODELS / "staging").iterdir())
    digest = _hashed("".join([_macros(), *(path.read_text() for path in paths)]))
    known = connection.execute("select sql_hash from meta.models where name = 'staging'").fetchone()
    if known != (digest,):
        build(connection, ["staging"])
        _note(connection, "staging", digest)


def build(
    connection: duckdb.DuckDBPyConnection, parts: Sequence[str] = LAYERS, dates: Sequence[str] | None = None
) -> list[str]:
    """(Re)build some layers or single models, for some ``as_of_date``s or for all; returns the names built.

    Raises:
        ModelError: DuckDB refused a model's SQL, or a column is not described.
    """
    _prepare(connection)
    known = dict(connection.execute("select name, sql_hash from meta.models").fetchall())
    wanted = [model for model in models() if model.layer in parts or model.name in parts]
    current = "macros.sql"
    try:
        with any_order(connection), committed(connection):
            connection.execute(_macros())
            for model in wanted:
                current = model.name
                _build_one(connection, model, dates if known.get(model.name) == model.sql_hash else None)
    except DISK_ERRORS:
        raise  # no fault of the model
    except duckdb.Error as error:
        raise ModelError(f"{current}: {error}") from error
    return [model.name for model in wanted]


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    for layer in LAYERS:
        connection.execute(f"create schema if not exists {layer}")
    connection.execute("create table if not exists meta.models (name varchar primary key, sql_hash varchar)")


def _note(connection: duckdb.DuckDBPyConnection, name: str, sql_hash: str) -> None:
    connection.execute("insert or replace into meta.models values (?, ?)", [name, sql_hash])


@cache
def _macros() -> str:
    return (MODELS / "macros.sql").read_text()


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _build_one(connection: duckdb.DuckDBPyConnection, model: Model, dates: Sequence[str] | None) -> None:
    if model.layer == "staging":
        connection.execute(f"create or replace view {model.name} as {model.sql}")
    elif model.partition and dates is not None:
        wanted = _on(model.partition, dates)
        connection.execute(f"delete from {model.name} where {wanted}")  # noqa: S608 - names are ours
        connection.execute(f"insert into {model.name} by name select * from ({model.sql}) where {wanted}")  # noqa: S608 - names are ours
        return
    else:
        plain = _in_plain_types(connection, model.sql)
        connection.execute(f"create or replace {model.materialized} {model.name} as {plain}")
    _describe(connection, model)
    _note(connection, model.name, model.sql_hash)


def _in_plain_types(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The query with columns of plain types only. What is inserted later is cast by the table that this one makes."""
    columns = connection.execute(f"describe select * from ({sql})").fetchall()  # noqa: S608 - SQL is ours
    casts = [f"{name}::{_PLAIN_TYPES[made]} as {name}" for name, made, *_ in columns if made in _PLAIN_TYPES]
    return f"select * replace ({', '.join(casts)}) from ({sql})" if casts else sql  # noqa: S608 - SQL is ours


def _on(column: str, dates: Sequence[str]) -> str:
    """A condition of constants: DuckDB moves the range down to the scans, past joins, groups and windows."""
    if not dates:
        return "false"
    days = sorted(date.fromisoformat(day) for day in dates)
    listed = ", ".join(f"date '{day}'" for day in days)
    return f"{column} between date '{days[0]}' and date '{days[-1]}' and {column} in ({listed})"


def _describe(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Put the descriptions where BI tools read them; every column must have one."""
    actual = [row[0] for row in connection.execute(f"describe {model.name}").fetchall()]
    if missing := set(actual) ^ set(model.columns):
        raise ModelError(f"{model.name}: described and actual columns differ by {', '.join(sorted(missing))}")
    comment(connection, f"{model.materialized} {model.name}", model.comment, model.columns)


def comment(connection: duckdb.DuckDBPyConnection, named: str, meaning: str, columns: Mapping[str, str]) -> None:
    """Put descriptions on a table or view, which is ``named`` by kind and name, and on its columns.

    In one call: each gives up the interpreter's lock, and waits for it where another thread works.
    """
    name = named.rsplit(maxsplit=1)[-1]
    meanings = {named: meaning} | {f"column {name}.{column}": said for column, said in columns.items()}
    connection.execute("; ".join(f"comment on {what} is {_quoted(said)}" for what, said in meanings.items()))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read_model(path: Path) -> Model:
    name = f"{path.parent.name}.{path.stem}"
    description_path = path.with_suffix(".yml")
    if not description_path.exists():
        raise ModelError(f"{name} has no description: {description_path.name} is missing")
    described: dict[str, Any] = _LOADER(description_path.read_text()).get_single_data()
    if "key" not in described or set(described["key"]) - described["columns"].keys():
        raise ModelError(f"{name} needs a `key:` of its own columns in {description_path.name}")
    sql = path.read_text().rstrip().rstrip(";")
    return Model(
        name=name,
        sql=sql,
        description=described["description"].strip(),
        grain=described["grain"].strip(),
        key=tuple(described["key"]),
        materialized=described.get("materialized", "table"),
        partition=described.get("partition"),
        columns=described["columns"],
        references=frozenset(_REFERENCE.findall(sql)) - {name},
        facts=frozenset(_FACTS.findall(sql)),
        named_by=tuple(map(tuple, described.get("named_by", ()))),
        not_named_by=frozenset(described.get("not_named_by", ())),
        without_row=described.get("without_row", ""),
    )
