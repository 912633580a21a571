"""Bring a PostgreSQL database to the state of a publication, in one transaction.

Rows are deleted and copied, never truncated: readers are not blocked, and each statement sees one publication. A part
of a table whose hash is unchanged is neither deleted nor written. The hashes are kept in the same database, so that a
publication that was cut off leaves tables and hashes as they were. Parts whose number of rows is another one than was
published, because somebody deleted some or restored an older table, are written again. Only a table whose columns
changed is altered, which waits for its readers.

Knows psycopg, which is imported here only. Whatever is secret comes from PostgreSQL's own environment variables
(``PGPASSWORD``, ``PGPASSFILE``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb

from warehouse.errors import WarehouseError
from warehouse.publish import PUBLISHED_LAYERS
from warehouse.publish.contents import (
    PublishedTable,
    TableContents,
    column_types,
    different,
    published_tables,
)
from warehouse.publish.snapshot_file import escaped, within

if TYPE_CHECKING:
    from psycopg import Connection, Cursor, Error

Columns: TypeAlias = dict[str, str]  # types by name

_TYPES = {
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
}
_TABLE = "r"  # what pg_class calls an ordinary table
_ROWS = 10_000  # in memory at once
_CONNECT_S = 15
_LOCK = 0x616C69676E  # a number of our own, so that two publications into one database follow each other
_TURN_WAIT = "15min"  # how long a publication may take that another one waits for
# How long a table whose columns changed waits for its readers. Meanwhile new readers of it wait, too.
_LOCK_WAIT = "30s"
_STATE = """
create table if not exists aligntax.published_tables (
    table_name text primary key, columns jsonb not null, comments jsonb not null, parts jsonb not null
)
"""


def write_postgres(
    source: duckdb.DuckDBPyConnection, contents: Mapping[str, TableContents], url: str, reader: str | None
) -> None:
    """Make the schemas ``marts`` and ``reports`` of a database equal to the publication in ``source``.

    Args:
        source: a connection whose current database is a published snapshot.
        contents: what each of its tables holds.
        url: ``postgresql://...``; what it does not say comes from PostgreSQL's environment variables.
        reader: the role that may read the published tables and nothing else; None for no role.

    Raises:
        WarehouseError: psycopg is not installed, the server cannot be reached or refuses, a table of another origin
            has the name of one of ours, or the role could not be made; only in the last case the tables are there.
    """
    with _connected(url) as connection:
        with connection.transaction(), connection.cursor() as cursor:
            _take_turn(cursor)
            for schema in (*PUBLISHED_LAYERS, "aligntax"):
                _make_schema(cursor, schema)
            cursor.execute(_STATE)
            _drop_outdated(cursor)
            for table in published_tables():
                _write_table(source, cursor, table, contents[table.name].parts)
            problem = _grant(connection, cursor, reader) if reader else None
        if problem:
            raise WarehouseError(problem)


@contextmanager
def _connected(url: str) -> Iterator[Connection[Any]]:
    """A connection; what PostgreSQL says of a failure becomes one line."""
    try:
        import psycopg  # noqa: PLC0415 - an extra, needed for this target only
    except ImportError:
        raise WarehouseError("psycopg is not installed: `pip install 'aligntax[postgres]'` installs it") from None
    try:
        with psycopg.connect(
            url,
            connect_timeout=_CONNECT_S,
            application_name="aligntax",
            client_encoding="utf8",
            prepare_threshold=None,  # a pooler between may hand the next statement to another session
        ) as connection:
            # Under a stricter level the second of two publications would not see what the first one wrote.
            connection.set_isolation_level(psycopg.IsolationLevel.READ_COMMITTED)
            yield connection
    except psycopg.errors.LockNotAvailable:
        raise WarehouseError(
            f"for {_LOCK_WAIT} a transaction of somebody else kept a table locked: end it (pg_stat_activity names it) "
            "and publish again"
        ) from None
    except psycopg.errors.DependentObjectsStillExist as error:
        raise WarehouseError(
            f"{_line(error)}. Drop what depends on it, publish again, and make it anew over the present columns"
        ) from None
    except psycopg.Error as error:
        raise WarehouseError(_line(error)) from None


def _line(error: Error) -> str:
    """What PostgreSQL says of a failure, without hints and places in our SQL."""
    said = filter(None, (error.diag.message_primary, error.diag.message_detail))
    return " ".join((": ".join(said) or str(error)).split()) or type(error).__name__


def _take_turn(cursor: Cursor[Any]) -> None:
    """Wait until no other publication goes on, and make the session one in which texts look as we expect."""
    from psycopg.errors import LockNotAvailable  # noqa: PLC0415 - see _connected

    cursor.execute("set local client_min_messages = warning")
    cursor.execute("set local datestyle = 'ISO'")
    cursor.execute(f"set local lock_timeout = '{_TURN_WAIT}'")
    try:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    except LockNotAvailable:
        raise WarehouseError(
            f"another publication into this database has not ended for {_TURN_WAIT}: pg_stat_activity shows it as "
            "aligntax. End it and publish again"
        ) from None
    cursor.execute(f"set local lock_timeout = '{_LOCK_WAIT}'")


def _make_schema(cursor: Cursor[Any], name: str) -> None:
    """Make a schema. One that an administrator made for us needs no right to make schemas."""
    if not _value(cursor, "select to_regnamespace(%s) is not null", name):
        cursor.execute(f"create schema {name}")


def _drop_outdated(cursor: Cursor[Any]) -> None:
    """Drop the tables that this version of aligntax publishes no more."""
    names = [table.name for table in published_tables()]
    cursor.execute("delete from aligntax.published_tables where table_name <> all(%s) returning table_name", [names])
    for (name,) in cursor.fetchall():
        cursor.execute(f"drop table if exists {name}")


def _write_table(
    source: duckdb.DuckDBPyConnection, cursor: Cursor[Any], table: PublishedTable, parts: Mapping[str, str]
) -> None:
    """Bring a table's columns, comments and rows to the state of the publication."""
    columns = {name: _TYPES[kind] for name, kind in column_types(source, table).items()}
    before = _intact(source, cursor, table, _shaped(cursor, table, columns))
    if before != parts:
        _delete(cursor, table, different(before, parts))
        _copy(source, cursor, table, different(parts, before))
        _note(cursor, table, "parts", parts)


def _shaped(cursor: Cursor[Any], table: PublishedTable, columns: Columns) -> dict[str, str]:
    """Give a table its columns and comments; returns the hashes of the parts that it still holds.

    Raises:
        WarehouseError: a table of this name is there, and it is not ours.
    """
    known = cursor.execute(
        "select columns, comments, parts from aligntax.published_tables where table_name = %s", [table.name]
    ).fetchone()
    kind = cursor.execute("select relkind from pg_class where oid = to_regclass(%s)", [table.name]).fetchone()
    if kind and not (known and kind == (_TABLE,)):
        raise WarehouseError(f"{table.name} was there already and is not ours: publish into a database of its own")
    if not kind:
        _create(cursor, table)
    before, comments, parts = known if known and kind else ({}, {}, {})
    if before != columns or before.items() - _held_columns(cursor, table).items():
        _alter(cursor, table, before, columns)
        comments, parts = {}, {}
    if comments != _comments(table):
        _describe(cursor, table)
    return dict(parts)


def _create(cursor: Cursor[Any], table: PublishedTable) -> None:
    cursor.execute(f"create table {table.name} ()")
    cursor.execute("delete from aligntax.published_tables where table_name = %s", [table.name])
    cursor.execute("insert into aligntax.published_tables values (%s, '{}', '{}', '{}')", [table.name])


def _held_columns(cursor: Cursor[Any], table: PublishedTable) -> Columns:
    """The columns that a table has, whoever made them."""
    found = cursor.execute(
        "select attname, replace(format_type(atttypid, atttypmod), ' without time zone', '') from pg_attribute "
        "where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
        [table.name],
    )
    return dict(found.fetchall())


def _alter(cursor: Cursor[Any], table: PublishedTable, before: Columns, columns: Columns) -> None:
    """Empty a table and give it other columns. It is not dropped, because views of readers may stand on it."""
    cursor.execute(f"delete from {table.name}")  # noqa: S608 - names are ours
    held = _held_columns(cursor, table)
    for name in (before | columns).keys() & held.keys():
        if held[name] != columns.get(name):
            cursor.execute(f"alter table {table.name} drop column {name}")
            del held[name]
    for name, kind in columns.items():
        if name not in held:
            cursor.execute(f"alter table {table.name} add column {name} {kind}")
    if table.part and table.part not in before:
        cursor.execute(f"create index on {table.name} ({table.part})")
    _note(cursor, table, "columns", columns)


def _intact(
    source: duckdb.DuckDBPyConnection, cursor: Cursor[Any], table: PublishedTable, parts: Mapping[str, str]
) -> dict[str, str]:
    """The hashes of the parts that a table holds; empty ones where it has another number of rows than wanted."""
    part = f"coalesce({table.part}::text, '')" if table.part else "''"
    counted = f"select {part}, count(*) from {table.name} group by 1"  # noqa: S608 - names are ours
    wanted = dict(source.execute(counted).fetchall())
    held = dict(cursor.execute(counted).fetchall())
    return {name: parts.get(name, "") if count == wanted.get(name) else "" for name, count in held.items()}


def _comments(table: PublishedTable) -> dict[str, str]:
    """The comments of a table and its columns, by what they describe."""
    columns = {f"column {table.name}.{column}": meaning for column, meaning in table.columns.items()}
    return {f"table {table.name}": table.comment, **columns}


def _describe(cursor: Cursor[Any], table: PublishedTable) -> None:
    for described, comment in _comments(table).items():
        cursor.execute(f"comment on {described} is '{escaped(comment)}'")
    _note(cursor, table, "comments", _comments(table))


def _note(cursor: Cursor[Any], table: PublishedTable, what: str, value: Mapping[str, str]) -> None:
    from psycopg.types.json import Jsonb  # noqa: PLC0415 - see _connected

    cursor.execute(
        f"update aligntax.published_tables set {what} = %s where table_name = %s",  # noqa: S608 - names are ours
        [Jsonb(value), table.name],
    )


def _delete(cursor: Cursor[Any], table: PublishedTable, parts: list[str]) -> None:
    """Delete some parts of a table; rows without a date are the part without a name."""
    if not parts:
        return
    if table.part is None:
        cursor.execute(f"delete from {table.name}")  # noqa: S608 - names are ours
        return
    kind = "date" if table.part == "as_of_date" else "text"
    cursor.execute(
        f"delete from {table.name} where {table.part} = any(%s::{kind}[]) or (%s and {table.part} is null)",  # noqa: S608 - names are ours
        [[part for part in parts if part], "" in parts],
    )


def _copy(source: duckdb.DuckDBPyConnection, cursor: Cursor[Any], table: PublishedTable, parts: Sequence[str]) -> None:
    """Copy some parts of a table. PostgreSQL's text holds no character NUL, which is left out."""
    if not parts:
        return
    columns = [
        f"replace({name}, chr(0), '')" if kind == "VARCHAR" else name
        for name, kind in column_types(source, table).items()
    ]
    source.execute(f"select {', '.join(columns)} from {table.name} where {within(table, parts)}")  # noqa: S608 - names are ours
    with cursor.copy(f"copy {table.name} ({', '.join(table.columns)}) from stdin") as copy:
        while rows := source.fetchmany(_ROWS):
            for row in rows:
                copy.write_row(row)


def _grant(connection: Connection[Any], cursor: Cursor[Any], reader: str) -> str | None:
    """Let a role read the published tables; returns what an administrator has to do where we may not."""
    from psycopg import errors, sql  # noqa: PLC0415 - see _connected

    role = sql.Identifier(reader)
    try:
        with connection.transaction():
            if not _value(cursor, "select exists (select from pg_roles where rolname = %s)", reader):
                cursor.execute(sql.SQL("create role {}").format(role))
    except errors.InsufficientPrivilege:
        return (
            f"the tables are published, but this user may not make the role {reader}: an administrator runs "
            f'`create role "{reader}";`, then publish again'
        )
    for schema in _closed(cursor, reader):
        with suppress(errors.InsufficientPrivilege), connection.transaction():
            cursor.execute(sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(schema), role))
    for table in published_tables():
        if not _value(cursor, "select has_table_privilege(%s, %s, 'select')", reader, table.name):
            cursor.execute(sql.SQL("grant select on {} to {}").format(sql.Identifier(*table.name.split(".")), role))
    if closed := _closed(cursor, reader):  # PostgreSQL only warns of a grant that it leaves out
        return (
            f"the tables are published, but this user may not open other people's schemas to the role {reader}: their "
            f"owner runs `grant usage on schema {', '.join(closed)} to {reader};`"
        )
    return None


def _closed(cursor: Cursor[Any], reader: str) -> list[str]:
    """The schemas that a role may not look into."""
    usage = "select has_schema_privilege(%s, %s, 'usage')"
    return [schema for schema in PUBLISHED_LAYERS if not _value(cursor, usage, reader, schema)]


def _value(cursor: Cursor[Any], query: str, *parameters: str) -> bool:
    """The only value of a query that answers yes or no."""
    row = cursor.execute(query, parameters).fetchone()
    return bool(row and row[0])
