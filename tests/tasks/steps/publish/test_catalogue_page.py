"""The catalogue is published with the types of the built tables."""

from __future__ import annotations

from tasks.settings import PublishSettings
from tasks.steps.publish.catalogue_page import write_catalogue_page
from warehouse.connection import Warehouse


def test_the_page_has_the_types_of_the_built_tables(tmp_path):
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        warehouse.build()
        path = write_catalogue_page(warehouse, PublishSettings(folder=tmp_path), "2026-01-31")
    assert path == tmp_path / "catalogue.html"
    assert "<code>tax_absolute</code></th><td>double</td>" in path.read_text()
