"""A year of nights, added one by one: the tables equal those of one rebuild, and a late fall raises an alarm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.nights import CONFIG, FIRST, TABLES, import_night, night_scores, rebuilt, rows, write_settings
from tests.support.sizes import replications
from warehouse.connection import Warehouse

YEAR = 365


@pytest.mark.endurance
def test_a_year_added_night_by_night_gives_the_same_tables_and_alarms_as_one_rebuild(tmp_path):
    count_nights = replications(YEAR)
    falls_at = 3 * count_nights // 4
    config = write_settings(tmp_path, CONFIG.format(more=""))
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        for night in range(count_nights):
            lost = 0.3 if night >= falls_at else 0.0
            import_night(warehouse, config, FIRST + timedelta(night), night_scores(night, lost))
        added = {table: rows(warehouse, f"from {table} order by all") for table in TABLES}
        rebuilt(warehouse, config)
        assert {table: rows(warehouse, f"from {table} order by all") for table in TABLES} == added
        since = rows(warehouse, "select distinct model_id, since_date from reports.alerts")
        assert since == [("aligned", FIRST + timedelta(falls_at))]
        assert rows(warehouse, "select count(*) from reports.trend") == [(2 * count_nights,)]
