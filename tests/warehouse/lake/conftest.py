"""A lake in which an ordinary DuckDB file takes the place of DuckLake, which DuckDB's own package lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pytest

from warehouse.connection import Warehouse
from warehouse.lake import landing, place
from warehouse.lake.landing import Lake
from warehouse.lake.taking import take_in

# What the extension gives: the numbers of the snapshots, and what was inserted between two of them.
_EXTENSION = """
create or replace macro ducklake_snapshots(lake_name) as table from lake.snapshots;
create or replace macro ducklake_table_insertions(lake_name, schema_name, table_name, oldest, newest) as table
select fact.* from query('from lake.' || schema_name || '.' || table_name) as fact
where generation_id in (select generation_id from lake.landed where snapshot_id between oldest and newest);
"""


@dataclass
class StandIn:
    """A lake's place, whose file keeps the number of the snapshot that each fact came with."""

    data: str
    catalog: str = "ducklake:stand-in"
    snapshot: int = 0

    def change(self, *statements: str) -> None:
        with duckdb.connect(self.data) as connection:
            for statement in statements:
                connection.execute(statement)

    def land(self, *rows: dict, table: str = "raw.failures") -> None:
        """One more snapshot, with rows of a table."""
        self.snapshot += 1
        with Lake.join(self) as lake:
            lake.append_new({table: list(rows)})
        landed = ", ".join(f"({self.snapshot}, '{row['generation_id']}')" for row in rows)
        self.change(f"insert into snapshots values ({self.snapshot})", f"insert into landed values {landed}")


@pytest.fixture
def lake(tmp_path, monkeypatch):
    stand_in = StandIn(str(tmp_path / "lake.duckdb"))
    stand_in.change(
        "create table snapshots (snapshot_id bigint)",
        "create table landed (snapshot_id bigint, generation_id varchar)",
        "insert into snapshots values (0)",
    )

    def attach(connection, where):
        with place.reaching(where):
            connection.execute(f"attach '{where.data}' as lake")
        connection.execute(_EXTENSION)

    for module in (place, landing):
        monkeypatch.setattr(module, "attach", attach)
    return stand_in


@pytest.fixture
def builder(tmp_path, lake):
    """A warehouse that has given the lake its tables."""
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        take_in(opened, lake)
        yield opened


@pytest.fixture
def failure():
    """Make the row of a failure."""

    def made(number, **values):
        names = {"run_id": "r", "cell_id": "c", "generation_id": f"g{number}", "error_type": "timeout"}
        return {**names, "message": "no answer", "attempts": 1, "failed_at": datetime.now(UTC), **values}

    return made


@pytest.fixture
def answer():
    """Make the row of an answer."""

    def made(number):
        names = dict.fromkeys(("run_id", "partition_key", "model_id", "benchmark_id", "item_id"), "x")
        names |= {"prompt_style": "chat", "role": "answer", "origin": "simulated", "status": "answered", "text": "yes"}
        names |= {"request_hash": "h", "model_requested": "m", "parameters_json": "{}", "repeat": 0, "attempts": 1}
        return {**names, "generation_id": f"g{number}", "finished_at": datetime.now(UTC)}

    return made
