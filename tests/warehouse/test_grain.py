"""Every table of marts and reports is checked for rows beyond one per key."""

from __future__ import annotations

import pytest

from warehouse.build import models
from warehouse.connection import Warehouse

DATE = "2026-01-31"
CHECKED = [model for model in models() if model.layer in {"marts", "reports"} and model.materialized == "table"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with Warehouse.open(tmp_path_factory.mktemp("built") / "warehouse.duckdb") as warehouse:
        warehouse.build()
        yield warehouse


@pytest.fixture
def warehouse(built):
    yield built
    for model in CHECKED:
        built.rows(f"delete from {model.name}")


def fill(warehouse, model, **values):
    """Insert a row in which everything but the date and the given columns is NULL."""
    dated = {"as_of_date": f"date '{DATE}'"} if "as_of_date" in model.columns else {}
    columns = {**dated, **values} or {model.key[0]: "'x'"}
    listed = ", ".join(f"{value} as {name}" for name, value in columns.items())
    warehouse.rows(f"insert into {model.name} by name select {listed}")


def surplus(warehouse, dates=(DATE,)):
    return dict(warehouse.query("surplus_rows", dates=list(dates)).iter_rows())


@pytest.mark.parametrize("model", CHECKED, ids=lambda model: model.name)
def test_a_second_row_of_the_same_key_is_counted(warehouse, model):
    warehouse.rows(f"delete from {model.name}")
    fill(warehouse, model)
    assert surplus(warehouse)[model.name] == 0
    fill(warehouse, model)
    assert surplus(warehouse)[model.name] == 1


def test_rows_that_differ_in_a_column_of_the_key_are_no_surplus(warehouse):
    model = next(model for model in CHECKED if model.name == "reports.alignment_tax")
    for subset in ("'all'", "'first'"):
        fill(warehouse, model, subset=subset)
    assert surplus(warehouse)[model.name] == 0


def test_only_the_rows_of_the_given_dates_are_counted(warehouse):
    model = next(model for model in CHECKED if model.name == "reports.safety")
    for _ in range(2):
        fill(warehouse, model)
    assert model.name not in surplus(warehouse, ["2026-02-01"])


def test_a_table_without_rows_is_not_mentioned(warehouse):
    assert "reports.alerts" not in surplus(warehouse)
