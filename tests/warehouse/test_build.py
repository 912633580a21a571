"""Models are built in dependency order, described down to every column, and rebuilt only where asked."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse import build as builder
from warehouse.errors import ModelError
from warehouse.migrate import migrate


@pytest.fixture
def connection():
    connection = duckdb.connect()
    migrate(connection)
    return connection


@pytest.fixture
def folder(tmp_path, monkeypatch):
    macros = (builder.MODELS / "macros.sql").read_text()
    monkeypatch.setattr(builder, "MODELS", tmp_path)
    (tmp_path / "macros.sql").write_text(macros)
    builder.models.cache_clear()
    yield tmp_path
    builder.models.cache_clear()


def write(folder: Path, name: str, sql: str, columns: str = "a: A.", extra: str = "") -> None:
    path = folder / f"{name.replace('.', '/')}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(sql)
    path.with_suffix(".yml").write_text(
        f"description: D.\ngrain: one row per a\nkey: [a]\n{extra}columns:\n  {columns}\n"
    )


def test_every_shipped_model_builds_and_has_comments(connection):
    built = builder.build(connection)
    assert len(built) == len(list(builder.MODELS.glob("*/*.sql")))
    bare = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where schema_name in ('staging', 'marts', 'reports') and comment is null"
    ).fetchall()
    assert bare == []


def test_every_shipped_model_starts_with_its_grain():
    for model in builder.models():
        assert model.sql.startswith("-- One row per"), model.name


def test_a_model_comes_after_those_it_reads(folder):
    write(folder, "marts.first", "-- One row per a.\nselect a from marts.second")
    write(folder, "marts.second", "-- One row per a.\nselect 1 as a")
    assert [model.name for model in builder.models()] == ["marts.second", "marts.first"]


def test_models_in_a_circle_are_named(folder):
    write(folder, "marts.first", "select a from marts.second")
    write(folder, "marts.second", "select a from marts.first")
    with pytest.raises(ModelError, match=r"marts\.first|marts\.second"):
        builder.models()


def test_reading_an_unknown_model_is_named(folder):
    write(folder, "marts.first", "select a from marts.nothing")
    with pytest.raises(ModelError, match=r"marts\.first reads marts\.nothing"):
        builder.models()


def test_a_column_without_description_is_refused(folder, connection):
    write(folder, "marts.first", "select 1 as a, 2 as b")
    with pytest.raises(ModelError, match="differ by b"):
        builder.build(connection)


@pytest.mark.parametrize("key", ["", "key: [b]\n"], ids=["none", "a column that the model does not have"])
def test_a_model_needs_a_key_of_its_own_columns(folder, key):
    write(folder, "marts.first", "select 1 as a")
    description = folder / "marts" / "first.yml"
    description.write_text(description.read_text().replace("key: [a]\n", key))
    with pytest.raises(ModelError, match=r"marts\.first needs a `key:` of its own columns in first\.yml"):
        builder.models()


def test_a_build_replaces_only_the_dates_it_is_asked_to(folder, connection):
    connection.execute("create table raw.facts (as_of_date date, a integer)")
    connection.execute("insert into raw.facts values ('2026-01-01', 1), ('2026-01-02', 1)")
    extra = "partition: as_of_date\n"
    write(folder, "marts.first", "select as_of_date, a from raw.facts", "as_of_date: D.\n  a: A.", extra)
    builder.build(connection)
    connection.execute("update raw.facts set a = 2")
    builder.build(connection, dates=["2026-01-02"])
    assert connection.execute("select a from marts.first order by as_of_date").fetchall() == [(1,), (2,)]


def test_a_changed_model_is_rebuilt_whole(folder, connection):
    connection.execute("create table raw.facts (as_of_date date, a integer)")
    connection.execute("insert into raw.facts values ('2026-01-01', 1), ('2026-01-02', 1)")
    described, extra = "as_of_date: D.\n  a: A.", "partition: as_of_date\n"
    write(folder, "marts.first", "select as_of_date, a from raw.facts", described, extra)
    builder.build(connection)
    write(folder, "marts.first", "select as_of_date, a + 10 as a from raw.facts", described, extra)
    builder.models.cache_clear()
    builder.build(connection, dates=["2026-01-02"])
    assert connection.execute("select a from marts.first").fetchall() == [(11,), (11,)]


def test_a_failing_model_leaves_the_last_build(folder, connection):
    write(folder, "marts.first", "select 1 as a")
    builder.build(connection)
    write(folder, "marts.first", "select no_such_column as a")
    builder.models.cache_clear()
    with pytest.raises(ModelError, match=r"marts\.first"):
        builder.build(connection)
    assert connection.execute("select a from marts.first").fetchall() == [(1,)]
