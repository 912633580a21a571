"""The lake on a real PostgreSQL, with the extensions of DuckDB that only `.venv-lake` has; test_machines.py runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec

import pytest

from tests.support.postgres_server import PostgresServer, running_postgres
from warehouse.connection import Warehouse
from warehouse.errors import LakeUnreachable, WarehouseError
from warehouse.lake.landing import Lake
from warehouse.lake.place import attached

pytestmark = [
    pytest.mark.accept,
    pytest.mark.skipif(find_spec("duckdb_extension_ducklake") is None, reason="runs in .venv-lake"),
]


@dataclass(frozen=True)
class Place:
    catalog: str
    data: str


@pytest.fixture(scope="module")
def postgres():
    with running_postgres() as server:
        yield server


@pytest.fixture
def place(postgres: PostgresServer, tmp_path):
    import psycopg

    name = tmp_path.name.lower()
    with psycopg.connect(postgres.address, autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    return Place(f"ducklake:postgres:{postgres.address.removesuffix('postgres')}{name}", str(tmp_path / "data"))


@pytest.fixture
def warehouse(tmp_path, place):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        opened.take_in(place)
        yield opened


def failure(number, message="no answer"):
    names = {"run_id": "r", "cell_id": "c", "generation_id": f"g{number}", "error_type": "timeout"}
    return {**names, "message": message, "attempts": 1, "failed_at": datetime.now(UTC)}


def land(place, *rows):
    with Lake.join(place) as lake:
        lake.append_new({"raw.failures": list(rows)})


def taken(warehouse):
    return sorted(name for (name,) in warehouse.rows("select generation_id from raw.failures")[1])


def change(warehouse, place, *statements):
    with warehouse._lent() as connection, attached(connection, place):
        for statement in statements:
            connection.execute(statement)


def test_facts_are_taken_in_once(warehouse, place):
    land(place, failure(1, "with a NUL \0 and \N{SNOWMAN}"), failure(2))
    assert warehouse.take_in(place) == 2
    assert warehouse.take_in(place) == 0
    land(place, failure(3))
    assert warehouse.take_in(place) == 1
    assert taken(warehouse) == ["g1", "g2", "g3"]
    assert "with a NUL \0 and \N{SNOWMAN}" in {row[0] for row in warehouse.rows("select message from raw.failures")[1]}


def test_a_fact_that_landed_twice_is_taken_in_once(warehouse, place):
    row = failure(1)
    land(place, row, row)
    land(place, row)
    assert warehouse.take_in(place) == 1
    land(place, row)
    assert warehouse.take_in(place) == 0


def test_compaction_hides_and_repeats_nothing(warehouse, place):
    land(place, failure(1))
    assert warehouse.take_in(place) == 1
    land(place, failure(2))
    change(warehouse, place, "call ducklake_flush_inlined_data('lake')", "call ducklake_merge_adjacent_files('lake')")
    land(place, failure(3))
    assert warehouse.take_in(place) == 2


def test_after_an_expiry_that_went_too_far_facts_are_compared_by_key(warehouse, place):
    land(place, failure(1))
    assert warehouse.take_in(place) == 1
    land(place, failure(2))
    land(place, failure(3))
    newest = "(select max(snapshot_id) from ducklake_snapshots('lake'))"
    old = f"select list(snapshot_id) from ducklake_snapshots('lake') where snapshot_id < {newest}"
    change(
        warehouse,
        place,
        f"set variable old = ({old})",
        "call ducklake_expire_snapshots('lake', versions => getvariable('old'))",
    )
    assert warehouse.take_in(place) == 2
    assert taken(warehouse) == ["g1", "g2", "g3"]


def test_a_lake_lands_what_comes_while_postgresql_is_restarted(warehouse, place, postgres):
    with Lake.join(place) as lake:
        lake.append_new({"raw.failures": [failure(1)]})
        postgres.stop()
        with pytest.raises(LakeUnreachable, match="does not answer"):
            warehouse.take_in(place)
        postgres.start()
        lake.append_new({"raw.failures": [failure(2)]})
    assert warehouse.take_in(place) == 2


def test_a_column_that_came_later_comes_to_the_lake(warehouse, place):
    change(warehouse, place, "alter table lake.raw.generations drop column finish_word")
    warehouse.take_in(place)
    with Lake.join(place) as lake:
        assert lake.schema("raw.generations") == warehouse.schema("raw.generations")


def test_a_lake_that_is_not_there_is_one_line(warehouse):
    with pytest.raises(WarehouseError, match=r"^landing: the lake at .* does not answer") as raised:
        warehouse.take_in(Place("ducklake:postgres:postgresql://postgres@127.0.0.1:9/lake", "/tmp/nowhere"))
    assert "\n" not in str(raised.value)
