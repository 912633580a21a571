"""Migrations are applied once, and the files of other versions are refused in one line."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError
from warehouse.migrate import MIGRATIONS, migrate, unknown_migrations


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    Warehouse.open(path).close()
    return path


def mark(path, *names):
    with duckdb.connect(str(path)) as connection:
        for name in names:
            connection.execute("insert into meta.migrations (name) values (?)", [name])


def test_a_new_file_gets_every_migration_in_order():
    names = sorted(path.stem for path in MIGRATIONS.glob("*.sql"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert migrate(duckdb.connect()) == names


def test_migrating_twice_changes_nothing():
    connection = duckdb.connect()
    migrate(connection)
    assert migrate(connection) == []


def test_a_file_that_is_no_warehouse_yet_has_no_unknown_migrations():
    assert unknown_migrations(duckdb.connect()) == []


@pytest.mark.parametrize("opening", [Warehouse.open, Warehouse.read])
def test_a_file_of_the_unreleased_schema_is_refused_in_one_line_that_says_what_to_do(path, opening):
    mark(path, "0002_voids", "0003_executions")
    with pytest.raises(WarehouseError, match="unknown here: 0002_voids and 1 more") as raised:
        opening(path)
    assert "give `warehouse:` another name" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_was_refused_is_left_as_it_was(path):
    mark(path, "0002_voids")
    before = path.read_bytes()
    with pytest.raises(WarehouseError):
        Warehouse.open(path)
    assert path.read_bytes() == before
