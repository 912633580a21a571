"""The lake on a real PostgreSQL, with the extensions of DuckDB that only `.venv-lake` has; test_machines.py runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.postgres_server import PostgresServer, running_postgres
from warehouse.connection import Warehouse
from warehouse.errors import LakeOfAnotherVersion, LakeRefuses, LakeUnreachable, WarehouseError
from warehouse.lake import taking
from warehouse.lake.landing import Lake
from warehouse.lake.place import attached
from warehouse.lake.taking import take_in
from warehouse.lake.upkeep import expire, tidy

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
        take_in(opened, place)
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
    with warehouse.lent() as connection, attached(connection, place):
        for statement in statements:
            connection.execute(statement)


def test_facts_are_taken_in_once(warehouse, place):
    land(place, failure(1, "with a NUL \0 and \N{SNOWMAN}"), failure(2))
    assert take_in(warehouse, place) == 2
    assert take_in(warehouse, place) == 0
    land(place, failure(3))
    assert take_in(warehouse, place) == 1
    assert taken(warehouse) == ["g1", "g2", "g3"]
    assert "with a NUL \0 and \N{SNOWMAN}" in {row[0] for row in warehouse.rows("select message from raw.failures")[1]}


def test_a_fact_that_landed_twice_is_taken_in_once(warehouse, place):
    row = failure(1)
    land(place, row, row)
    land(place, row)
    assert take_in(warehouse, place) == 1
    land(place, row)
    assert take_in(warehouse, place) == 0


def test_facts_are_taken_in_with_a_small_buffer(warehouse, place, monkeypatch):
    limits, note = [], taking.note
    limit = "select current_setting('memory_limit')"

    def noted(*arguments):
        limits.append(warehouse.rows(limit)[1][0][0])
        note(*arguments)

    monkeypatch.setattr("warehouse.lake.taking.note", noted)
    usual = warehouse.rows(limit)[1][0][0]
    land(place, failure(1))
    assert take_in(warehouse, place) == 1
    (small,) = limits  # beside a megabyte or so of indexes
    assert small.endswith(" MiB")
    assert 95 <= float(small.split()[0]) < 110
    assert warehouse.rows(limit)[1][0][0] == usual


def test_compaction_hides_and_repeats_nothing(warehouse, place):
    land(place, failure(1))
    assert take_in(warehouse, place) == 1
    land(place, failure(2))
    change(warehouse, place, "call ducklake_flush_inlined_data('lake')", "call ducklake_merge_adjacent_files('lake')")
    land(place, failure(3))
    assert take_in(warehouse, place) == 2


def test_after_an_expiry_that_went_too_far_facts_are_compared_by_key(warehouse, place):
    land(place, failure(1))
    assert take_in(warehouse, place) == 1
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
    assert take_in(warehouse, place) == 2
    assert taken(warehouse) == ["g1", "g2", "g3"]


def test_a_lake_lands_what_comes_while_postgresql_is_restarted(warehouse, place, postgres):
    with Lake.join(place) as lake:
        lake.append_new({"raw.failures": [failure(1)]})
        postgres.stop()
        with pytest.raises(LakeUnreachable, match="does not answer"):
            take_in(warehouse, place)
        postgres.start()
        lake.append_new({"raw.failures": [failure(2)]})
    assert take_in(warehouse, place) == 2


def test_a_column_that_came_later_comes_to_the_lake(warehouse, place):
    change(warehouse, place, "alter table lake.raw.generations drop column finish_word")
    take_in(warehouse, place)
    with Lake.join(place) as lake:
        assert lake.schema("raw.generations") == warehouse.schema("raw.generations")


def test_a_lake_of_a_later_version_is_refused_by_its_builder_and_by_workers(warehouse, place):
    change(warehouse, place, "insert into lake.raw.lake_versions values ('9999_later', now())")
    with pytest.raises(LakeOfAnotherVersion, match="has schema 9999_later, and this machine has schema"):
        take_in(warehouse, place)
    with pytest.raises(LakeOfAnotherVersion, match="has schema 9999_later, and this machine has schema"):
        land(place, failure(1))


def test_a_lake_of_an_earlier_version_is_prepared_anew_by_its_builder_alone(warehouse, place):
    change(warehouse, place, "update lake.raw.lake_versions set schema_version = '0001_earlier'")
    with pytest.raises(LakeOfAnotherVersion, match="has schema 0001_earlier"):
        land(place, failure(1))
    take_in(warehouse, place)
    land(place, failure(1))
    assert take_in(warehouse, place) == 1


def test_a_lake_that_was_not_prepared_is_refused_by_workers(place):
    with pytest.raises(LakeOfAnotherVersion, match="was not prepared yet"):
        land(place, failure(1))


def test_a_lake_that_is_not_there_is_one_line(warehouse):
    with pytest.raises(WarehouseError, match=r"^landing: the lake at .* does not answer") as raised:
        take_in(warehouse, Place("ducklake:postgres:postgresql://postgres@127.0.0.1:9/lake", "/tmp/nowhere"))
    assert "\n" not in str(raised.value)


def files(place):
    return sorted(Path(place.data).rglob("*.parquet"))


def test_a_lake_that_refuses_is_not_waited_for(warehouse, place):
    absent = Place(f"{place.catalog}_absent", place.data)
    with pytest.raises(LakeRefuses, match=r"refuses this machine: .*database \S+_absent\S* does not exist\.$"):
        Lake.join(absent)


def test_upkeep_keeps_every_fact_in_few_files(warehouse, place):
    for start in range(0, 6_000, 2_000):
        land(place, *(failure(number) for number in range(start, start + 1_500)))
    land(place, failure(9_000))
    then, now = tidy(warehouse, place, before=None)
    assert (then.count_files, now.count_files) == (3, 2)  # one of failures, one of the schema
    assert len(files(place)) == now.count_files
    assert len(taken(warehouse)) == 4_501
    land(place, failure(9_001))
    assert take_in(warehouse, place) == 1


def test_upkeep_removes_old_texts_from_the_lake_alone(warehouse, place):
    old = {**failure(1, "an old text"), "failed_at": datetime.now(UTC) - timedelta(days=100)}
    land(place, old, failure(2, "a new text"))
    before = datetime.now(UTC) - timedelta(days=90)
    assert tidy(warehouse, place, before)[1].count_removed == 1
    assert take_in(warehouse, place) == 0
    assert taken(warehouse) == ["g1", "g2"]
    paths = [str(path) for path in files(place) if "failures" in path.parts]
    assert warehouse.rows(f"select message from read_parquet({paths})")[1] == [("a new text",)]


def test_upkeep_expires_nothing_that_was_not_taken_in(warehouse, place):
    land(place, failure(1))
    take_in(warehouse, place)
    land(place, failure(2))
    with warehouse.lent() as connection, attached(connection, place):
        expire(connection, place)
        (oldest,) = connection.execute("select min(snapshot_id) from ducklake_snapshots('lake')").fetchall()[0]
    assert oldest == warehouse.rows("select snapshot_id from meta.lakes")[1][0][0]
    assert take_in(warehouse, place) == 1


def test_a_lake_whose_files_are_elsewhere_is_one_line(warehouse, place):
    with pytest.raises(WarehouseError, match=r"^landing: the lake at .* has its files elsewhere: DATA_PATH") as raised:
        take_in(warehouse, Place(place.catalog, f"{place.data}-elsewhere"))
    assert "\n" not in str(raised.value)
