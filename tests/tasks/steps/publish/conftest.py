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
