import polars as pl
import pytest

from tasks.settings import PublishSettings
from warehouse.connection import Warehouse
from warehouse.publication import Publication


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory):
    """A warehouse whose tables exist but hold no rows."""
    with Warehouse.open(tmp_path_factory.mktemp("empty") / "warehouse.duckdb") as opened:
        opened.build()
        yield opened


@pytest.fixture(scope="session")
def publication(warehouse, tmp_path_factory):
    path = tmp_path_factory.mktemp("publication") / "tables.duckdb"
    contents = warehouse.snapshot(path, text="none", as_of_date="2026-11-20", run_id="r")
    with Publication(path, contents) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path):
    return PublishSettings(folder=tmp_path / "publish")


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """A publication with one row of ``reports.overall_tax``, whose texts look like formulas."""
    folder = tmp_path_factory.mktemp("reports")
    with Warehouse.open(folder / "warehouse.duckdb") as opened:
        opened.build()
        schema = opened.schema("reports.overall_tax")
        row = {
            name: "=1+1" if kind == pl.String else 0.125 if kind == pl.Float64 else None
            for name, kind in schema.items()
        }
        opened.append({"reports.overall_tax": pl.DataFrame([row], schema=schema)})
        contents = opened.snapshot(folder / "tables.duckdb", text="none", as_of_date="2026-11-20", run_id="r")
    with Publication(folder / "tables.duckdb", contents) as publication:
        yield publication
