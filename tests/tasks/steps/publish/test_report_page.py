from datetime import date

import polars as pl
import pytest

from tasks.report import sources
from tasks.steps.publish.report_page import report_frames, write_page
from warehouse.connection import Warehouse

DAYS = [date(2026, 8, 1), date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]


@pytest.fixture
def nights(tmp_path):
    """A warehouse with one alarm on each of four dates."""
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        opened.build()
        for table in ("reports.alerts", "reports.trend"):
            row = pl.DataFrame(schema=opened.schema(table)).clear(1)
            opened.append({table: pl.concat(row.with_columns(as_of_date=day) for day in DAYS)})
        yield opened


def test_every_table_that_a_section_reads_is_loaded(warehouse):
    frames = report_frames(warehouse, "2026-11-20")
    assert set(frames.tables) == {source.table for source in sources()}
    for source in sources():
        assert set(source.columns) <= set(frames.tables[source.table].columns)


def test_a_loaded_table_holds_the_rows_of_its_last_days_up_to_the_date(nights):
    tables = report_frames(nights, "2026-11-19").tables
    assert [str(date) for date in tables["alerts"]["as_of_date"]] == ["2026-11-19"]
    assert [str(date) for date in tables["trend"]["as_of_date"]] == ["2026-11-18", "2026-11-19"]


def test_the_page_of_an_empty_warehouse_says_that_it_is_empty(publication, settings):
    assert "There is nothing to report on this date." in write_page(publication, settings).read_text()
