"""What crosses to the warehouse has the columns of the migrations, and texts that a file can hold."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from tasks import rows
from tasks.steps.aggregate import SCHEMA as ESTIMATES
from tasks.steps.aggregate.frontier import FIXED_SAFETY_SCHEMA, FRONTIER_SCHEMA
from tasks.steps.aggregate.mitigation import MITIGATION_SCHEMA
from tasks.steps.aggregate.monitor import ITEM_SCHEMA, NIGHT_SCHEMA
from tasks.steps.aggregate.sweep import SWEEP_SCHEMA
from warehouse.migrate import migrate

TABLES = {
    "raw.generations": rows.GENERATIONS,
    "raw.failures": rows.FAILURES,
    "raw.scores": rows.SCORES,
    "raw.model_costs": rows.MODEL_COSTS,
    "raw.executions": rows.EXECUTIONS,
    "raw.judgments": rows.JUDGMENTS,
    "raw.labels": rows.LABELS,
    "raw.plan": rows.PLAN,
    "stats.estimates": ESTIMATES,
    "stats.frontier": FRONTIER_SCHEMA,
    "stats.fixed_safety": FIXED_SAFETY_SCHEMA,
    "stats.sweeps": SWEEP_SCHEMA,
    "stats.mitigations": MITIGATION_SCHEMA,
    "stats.monitor_nights": NIGHT_SCHEMA,
    "stats.monitor_items": ITEM_SCHEMA,
}
TYPES = {
    pl.String: "VARCHAR",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.Float64: "DOUBLE",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}


@pytest.mark.parametrize("table", TABLES)
def test_frames_have_the_columns_of_the_migrations(table):
    connection = duckdb.connect()
    migrate(connection)
    migrated = {row[0]: row[1] for row in connection.execute(f"describe {table}").fetchall()}
    assert {name: TYPES[kind] for name, kind in TABLES[table].items()} == migrated


@pytest.mark.parametrize(
    ("text", "stored"),
    [("plain", "plain"), ("", ""), ("a\ud800b", "a\\ud800b"), ("\u202eright", "\u202eright"), ("n\x00l", "n\x00l")],
)
def test_a_text_becomes_storable(text, stored):
    assert rows.storable(text) == stored


def test_equal_parameters_are_spelt_alike():
    assert rows.parameters_json({"b": 1, "a": None}) == rows.parameters_json({"a": None, "b": 1})
