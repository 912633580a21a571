import pytest

from tasks.settings import PublishSettings
from warehouse.connection import Warehouse


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory):
    """A warehouse whose tables exist but hold no rows."""
    with Warehouse.open(tmp_path_factory.mktemp("empty") / "warehouse.duckdb") as opened:
        opened.build()
        yield opened


@pytest.fixture
def settings(tmp_path):
    return PublishSettings(folder=tmp_path / "publish")
