"""Which extensions a lake needs, where they come from, and what is said where they or the lake cannot be had."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import duckdb
import pytest

from warehouse.errors import LakeRefuses, LakeUnreachable, WarehouseError
from warehouse.lake.place import attach, attached


@pytest.fixture(autouse=True)
def _no_packages(monkeypatch):
    """No package of an extension, as on most machines; `.venv-lake` has some."""
    for name in ("ducklake", "postgres_scanner", "sqlite_scanner", "httpfs"):
        monkeypatch.setitem(sys.modules, f"duckdb_extension_{name}", None)


class Noting:
    """A connection that notes what is loaded and executed, and that has some extensions only."""

    def __init__(self, *known):
        self.known, self.done = known, []

    def install_extension(self, name):
        if name not in self.known:
            raise duckdb.IOException(f'Failed to download extension "{name}"\nat http://nowhere')

    def load_extension(self, name):
        self.done.append(name)

    def execute(self, statement):
        if statement.startswith("detach"):
            raise duckdb.ConnectionException("gone")
        self.done.append(statement)


def place(catalog, data="/data"):
    return SimpleNamespace(catalog=catalog, data=data)


@pytest.mark.parametrize(
    ("catalog", "data", "extensions"),
    [
        ("ducklake:postgres:dbname=x", "/data", ["ducklake", "postgres_scanner"]),
        ("ducklake:sqlite:x.sqlite", "/data", ["ducklake", "sqlite_scanner"]),
        ("ducklake:postgres:dbname=x", "s3://bucket/x", ["ducklake", "httpfs", "postgres_scanner"]),
    ],
)
def test_a_lake_loads_what_its_database_and_its_files_need(catalog, data, extensions):
    connection = Noting("ducklake", "postgres_scanner", "sqlite_scanner", "httpfs")
    attach(connection, place(catalog, data))
    assert sorted(set(connection.done[:-1])) == extensions
    assert connection.done[-1].startswith(f"attach '{catalog}' as lake (data_path '{data}'")


def test_quotes_in_a_name_end_no_word_of_the_statement():
    connection = Noting("ducklake", "postgres_scanner")
    attach(connection, place("ducklake:postgres:password='a b'", "/o'data"))
    assert connection.done[-1].startswith("attach 'ducklake:postgres:password=''a b''' as lake (data_path '/o''data'")


def test_an_extension_is_loaded_from_its_package_where_that_is_of_this_version(tmp_path, monkeypatch):
    def package(name, version):
        file = tmp_path / name / "extensions" / version / f"{name}.duckdb_extension"
        file.parent.mkdir(parents=True)
        file.touch()
        monkeypatch.setitem(
            sys.modules, f"duckdb_extension_{name}", SimpleNamespace(__file__=tmp_path / name / "__init__.py")
        )
        return str(file)

    file = package("ducklake", f"v{duckdb.__version__}")
    package("postgres_scanner", "v0.0.1")
    connection = Noting("postgres_scanner")
    attach(connection, place("ducklake:postgres:x"))
    assert connection.done[:-1] == [file, "postgres_scanner"]


def test_an_extension_that_cannot_be_had_is_named_in_one_line():
    said = (
        r'^landing: DuckDB \S+ needs its extension postgres_scanner, .* duckdb-extension-postgres-scanner .* "postgres'
    )
    with pytest.raises(WarehouseError, match=said) as raised:
        attach(Noting("ducklake"), place("ducklake:postgres:x"))
    assert "\n" not in str(raised.value)


def test_a_lake_that_cannot_be_attached_is_one_line(tmp_path):
    with (
        duckdb.connect() as connection,
        pytest.raises(LakeUnreachable, match=r"^landing: the lake at .*nowhere"),
        attached(connection, place(str(tmp_path / "nowhere" / "lake.duckdb"))),
    ):
        pytest.fail("it was attached")


POSTGRES = 'IO Error: Failed to attach ... at path + "postgres:host=h"Unable to connect to Postgres at "host=h": '


@pytest.mark.parametrize(
    ("said", "kind", "line"),
    [
        (
            f'{POSTGRES}connection to server at "h" failed: FATAL:  password authentication failed for user "me"',
            LakeRefuses,
            'refuses this machine: connection to server at "h" failed: FATAL:  password authentication failed for ',
        ),
        (
            'Failed to execute query "CREATE TABLE "x"."y"("key" VARCHAR);": ERROR:  permission denied for schema x',
            LakeRefuses,
            "refuses this machine: ERROR:  permission denied for schema x.",
        ),
        (
            "catalog version is 9.9, but the extension requires version 1.0. To automatically migrate, set MIGRATION",
            LakeRefuses,
            "refuses this machine: catalog version is 9.9, but the extension requires version 1.0.",
        ),
        (
            f'{POSTGRES}connection to server at "h" failed: FATAL:  the database system is starting up',
            LakeUnreachable,
            'does not answer: connection to server at "h" failed: FATAL:  the database system is starting up. The same',
        ),
    ],
)
def test_a_lake_that_refuses_is_told_from_one_that_is_down(said, kind, line):
    class Connection:
        def execute(self, _):
            raise duckdb.IOException(said)

    with pytest.raises(WarehouseError) as raised:
        attach(Connection(), place("sqlite:x"))
    assert type(raised.value) is kind
    assert str(raised.value).startswith(f"landing: the lake at sqlite:x {line}")


def test_a_lake_whose_database_went_away_is_left_without_an_error():
    with attached(Noting("ducklake", "postgres_scanner"), place("ducklake:postgres:x")):
        pass
