"""A warehouse that any earlier schema version left opens with all of its rows, in one step, with a copy beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from warehouse import migrate
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError
from warehouse.whole_copy import table_rows

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = [file.stem for file in migrate._files()]
# Rows of the first schema version, for tables that later versions rebuild, extend or rename.
ROWS = {
    "raw.runs": "'r', 'nightly', date '2026-01-31', 'p', 'c', 'h', '0.2', 7, null, now()",
    "raw.models": "'r', 'm', 'v', 'f', null, null, null, null, null, null, 'openai', 'e', 'chat', 'm', '{}', false",
    "raw.benchmarks": (
        "'b', '1', 'Title', 'capability', 'reasoning', 'accuracy', 's', 0.25, true, false, 'c', 'l', 'c', 'p', null, "
        "'own'"
    ),
    "raw.items": "'i', 'question', '[]', 'target'",
    "raw.benchmark_items": "'b', '1', 'i', 'c', 's', null, null",
    "raw.prompts": "'p', 'prompt'",
    "raw.cells": (
        "'r', 'cell', 'm', 'v', 'b', '1', 'chat', true, 's', 'wrong', 'endpoint', 1, 1, 'h', '{}', 'none', null, null"
    ),
    "raw.cell_events": "'r', 'cell', 'complete', null, now()",
    "raw.plan": "'r', 'cell', 'i', 0, 'g', 'h', 'p', false",
    "raw.generations": (
        "'g', 'r', 'p', 'm', 'b', 'chat', 'i', 0, 'answer', null, 'h', 'p', 'endpoint', 'answered', 'a text', null, "
        "'stop', 'm', 'm', null, null, '{}', 1, 1, 0, 0, 1, 0, 5, 0.1, now(), now(), null"
    ),
    "raw.executions": "'g', 'runner', 'h', 'pass', null, false, 'b', 'l', '3.11', 5, now()",
    "raw.scores": "'g', 's', 1, '', 'correct', 1, 'a', false, false, now(), null, null",
    "raw.validations": "'r', 'landed', 'e', 't', 'gate', true, 1, 0, null, now()",
}


def applied(connection, names):
    connection.execute("create schema if not exists meta")
    connection.execute("create table if not exists meta.migrations (name varchar primary key, applied_at timestamptz)")
    for name in names:
        connection.execute((migrate.MIGRATIONS / f"{name}.sql").read_text())
        connection.execute("insert into meta.migrations values (?, now())", [name])


def left_by(path, version):
    """A warehouse with rows, as a version left it."""
    with duckdb.connect(str(path)) as connection:
        applied(connection, VERSIONS[:1])
        for table, row in ROWS.items():
            connection.execute(f"insert into {table} values ({row})")
        applied(connection, VERSIONS[1 : VERSIONS.index(version) + 1])


def columns_and_keys(connection):
    wanted = "where schema_name in ('raw', 'stats')"
    columns = f"select schema_name, table_name, column_name, data_type, is_nullable from duckdb_columns() {wanted}"
    keys = f"select schema_name, table_name, constraint_text from duckdb_constraints() {wanted}"
    return [sorted(connection.execute(query).fetchall()) for query in (columns, keys)]


@pytest.fixture(scope="module")
def newest():
    """Columns and keys of a new warehouse."""
    with duckdb.connect() as connection:
        migrate.migrate(connection)
        return columns_and_keys(connection)


@pytest.fixture
def more(tmp_path, monkeypatch):
    """A version of aligntax that has some migrations more."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    return folder


@pytest.mark.accept
@pytest.mark.parametrize("version", VERSIONS)
def test_a_warehouse_of_every_version_opens_with_its_rows_and_a_copy(tmp_path, newest, version):
    path = tmp_path / "warehouse.duckdb"
    left_by(path, version)
    with duckdb.connect(str(path)) as connection:
        before = {table: connection.execute(f"from {table}").fetchall() for table in ROWS}
    with Warehouse.open(path) as warehouse:
        connection = warehouse._connection
        after = {table: connection.execute(f"from {table}").fetchall() for table in ROWS}
        assert {table: [row[: len(before[table][0])] for row in rows] for table, rows in after.items()} == before
        assert columns_and_keys(connection) == newest
        assert migrate.migrate(connection) == []
        warehouse.build(["staging", "marts.fct_generations", "marts.fct_scores"])
        assert warehouse.rows("select outcome, value from marts.fct_scores")[1] == [("correct", 1.0)]
    copies = sorted(file.name for file in tmp_path.glob("*.backup"))
    assert copies == ([] if version == VERSIONS[-1] else [f"warehouse.duckdb.{version}.backup"])
    for copy in tmp_path.glob("*.backup"):
        with duckdb.connect(str(copy), read_only=True) as connection:
            assert {table: connection.execute(f"from {table}").fetchall() for table in ROWS} == before


def test_a_migration_that_fails_takes_those_before_it_back(tmp_path, more):
    path = tmp_path / "warehouse.duckdb"
    Warehouse.open(path).close()
    with duckdb.connect(str(path), read_only=True) as connection:
        before = table_rows(connection)
    (more / "9000_good.sql").write_text("create table raw.good (a integer);")
    (more / "9001_bad.sql").write_text("create table raw.bad (a integer not null); insert into raw.bad values (null);")
    with pytest.raises(WarehouseError, match="It stays as it was") as raised:
        Warehouse.open(path)
    assert "\n" not in str(raised.value)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert table_rows(connection) == before


OPEN = """
import sys
from pathlib import Path
from warehouse import migrate
from warehouse.connection import Warehouse
migrate.MIGRATIONS = Path(sys.argv[2])
print("opening", flush=True)
Warehouse.open(Path(sys.argv[1]))
"""


@pytest.mark.accept
def test_a_migration_that_is_killed_leaves_the_file_as_it_was(tmp_path, more):
    path = tmp_path / "warehouse.duckdb"
    left_by(path, VERSIONS[2])
    with duckdb.connect(str(path), read_only=True) as connection:
        before = table_rows(connection)
    begun = tmp_path / "begun"
    (more / "9000_endless.sql").write_text(
        f"copy (select 1) to '{begun}'; create table raw.endless as select sum(a.range * b.range) as total "
        "from range(10000000) as a, range(10000000) as b;"
    )
    with subprocess.Popen([sys.executable, "-c", OPEN, str(path), str(more)], cwd=ROOT) as killed:
        try:
            while not begun.exists():
                assert killed.poll() is None
        finally:
            killed.kill()
    with duckdb.connect(str(path), read_only=True) as connection:
        assert table_rows(connection) == before
    (more / "9000_endless.sql").unlink()
    Warehouse.open(path).close()  # and the next opening brings it up to date
