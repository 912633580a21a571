"""A publication that begins with the file before equals one that is written whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.support.scored_dates import DATES, score_dates
from warehouse.connection import Warehouse

FACTS = {"text": "none", "as_of_date": DATES[1], "run_id": "r"}

pytestmark = pytest.mark.accept


@pytest.fixture(autouse=True)
def _however_small(monkeypatch):
    monkeypatch.setattr("warehouse.publish.earlier_file._LEAST_BYTES", 0)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A warehouse, and its first publication."""
    folder = tmp_path_factory.mktemp("warehouse")
    with Warehouse.open(folder / "warehouse.duckdb") as opened:
        opened.build()
        score_dates(opened, 1.0)
        opened.snapshot(folder / "first.duckdb", **FACTS)
        yield opened, folder / "first.duckdb"


@pytest.fixture
def warehouse(built):
    for changed in ("marts.fct_scores", "marts.dim_model"):
        built[0].replace(changed, None, [])
    score_dates(built[0], 1.0)
    return built[0]


@pytest.fixture
def earlier(built, tmp_path):
    return Path(shutil.copy(built[1], tmp_path / "earlier.duckdb"))


@pytest.fixture
def publish(warehouse, earlier, tmp_path):
    """Write `next.duckdb`, which begins with `earlier.duckdb`."""

    def of():
        warehouse.snapshot(tmp_path / "next.duckdb", earlier=earlier, **FACTS)
        return tmp_path / "next.duckdb"

    return of


@pytest.fixture
def whole(warehouse, tmp_path):
    """The same publication without a file before."""

    def of():
        warehouse.snapshot(tmp_path / "whole.duckdb", **FACTS)
        return tmp_path / "whole.duckdb"

    return of


def described(path):
    """Columns with their types and comments, tables with their comments and rows."""
    with duckdb.connect(str(path), read_only=True) as file:
        tables = file.execute(
            "select schema_name || '.' || table_name, comment from duckdb_tables() order by 1"
        ).fetchall()
        columns = file.execute(
            "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() where not internal "
            "order by schema_name, table_name, column_index"
        ).fetchall()
        return tables, columns, {table: file.execute(f"from {table} order by all").fetchall() for table, _ in tables}


def began_with_a_copy(path):
    """Whether the file has unused space, which only replaced rows leave."""
    with duckdb.connect(str(path), read_only=True) as file:
        return file.execute("select free_blocks > 0 from pragma_database_size()").fetchone() == (True,)


def scores(values):
    """Scores without further columns, some of no date."""
    days = pl.Series([None if day is None else f"2026-02-{day:02}" for day, _ in values], dtype=pl.String).str.to_date()
    return pl.DataFrame({"as_of_date": days, "value": [value for _, value in values]})


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda warehouse: score_dates(warehouse, 0.25),
        lambda warehouse: warehouse.append_columns("marts.fct_scores", scores([(1, 0.5), (2, 0.75)])),
        lambda warehouse: warehouse.append_columns("marts.fct_scores", scores([(None, 0.5), (None, 0.5)])),
        lambda warehouse: warehouse.replace("marts.fct_scores", [DATES[0]], []),
        lambda warehouse: warehouse.replace("marts.fct_scores", None, []),
        lambda warehouse: warehouse.replace("marts.dim_model", None, [{"model_id": "m"}]),
    ],
    ids=["nothing", "a date", "new dates", "rows without a date", "a date gone", "all gone", "a table without dates"],
)
def test_only_what_changed_is_written_and_the_file_equals_a_whole_one(warehouse, earlier, publish, whole, change):
    before = earlier.read_bytes()
    change(warehouse)
    path = publish()
    assert began_with_a_copy(path)
    assert described(path) == described(whole())
    assert earlier.read_bytes() == before


def sql(*statements):
    def spoil(path):
        with duckdb.connect(str(path)) as file:
            for statement in statements:
                file.execute(statement)

    return spoil


def damage(path):
    content = bytearray(path.read_bytes())
    for at in range(3 * 4096 + 512, len(content), 4096):
        content[at] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        damage,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(4080)),
        lambda path: path.write_bytes(path.read_bytes()[:-300_000]),
        sql("comment on table marts.fct_scores is 'of another version'"),
        sql("create table reports.mine as select 1 as a"),
        sql("create view reports.mine as select 1 as a"),
        sql("drop table reports.trend"),
        sql("alter table marts.fct_scores alter value type float"),
        sql("create table filling as select random() from range(3000000)", "checkpoint", "drop table filling"),
    ],
    ids=["missing", "damaged", "empty", "SQLite", "cut", "comment", "table", "view", "dropped", "type", "unused"],
)
def test_an_earlier_file_that_cannot_be_relied_on_is_written_anew(built, earlier, publish, spoil):
    spoil(earlier)
    path = publish()
    assert not began_with_a_copy(path)
    assert described(path) == described(built[1])


def test_rows_that_somebody_changed_in_the_earlier_file_are_put_right(built, earlier, publish):
    sql("update marts.fct_scores set value = 0.75 where as_of_date = '2026-01-30'", "checkpoint")(earlier)
    assert described(publish()) == described(built[1])


def test_the_file_stays_small_over_many_publications(warehouse, built, earlier, publish):
    sizes = []
    for number in range(6):
        score_dates(warehouse, number / 8)
        path = publish()
        sizes.append(path.stat().st_size / built[1].stat().st_size)
        shutil.move(path, earlier)
    assert max(sizes) < 2.5
    assert min(sizes[1:]) < 2
