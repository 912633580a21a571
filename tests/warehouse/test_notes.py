"""The newest note is the one that was written last, whatever the clock said."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from flows.transform import not_built, rebuild_dates
from tasks.steps.land import cell_events, run_event, void
from tests.support.nights import CONFIG, FIRST, import_night, night_scores, write_settings
from warehouse.connection import Warehouse
from warehouse.notes import NOTED_AT

LATE = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """A warehouse with a run that was imported and built at a late hour, and the run's id."""
    folder = tmp_path_factory.mktemp("imported")
    config = write_settings(folder, CONFIG.format(more=""))
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse, time_machine.travel(LATE):
        run_id = import_night(warehouse, config, FIRST, night_scores(0))
    return folder / "warehouse.duckdb", run_id


@pytest.fixture(params=[timedelta(days=-40), timedelta(days=2)], ids=["back", "forward"])
def warehouse(request, imported, tmp_path):
    """The warehouse, opened again once the clock was set back or forward."""
    copied = shutil.copy(imported[0], tmp_path)
    with time_machine.travel(LATE + request.param), Warehouse.open(Path(copied)) as opened:
        yield opened


def newest(warehouse, what, table):
    return warehouse.rows(f"select {what} from raw.{table} order by happened_at desc limit 1")[1][0][0]


def test_the_last_word_on_runs_and_cells_counts(warehouse, imported):
    _, run_id = imported
    for status in ("failed", "complete", "left_out"):
        cell_events(warehouse, run_id, [("base/knowledge", status, None)])
        assert newest(warehouse, "status", "cell_events") == status
    for event in ("failed", "started", "finished"):
        run_event(warehouse, run_id, event)
        assert newest(warehouse, "event", "run_events") == event


def test_a_run_can_be_voided_and_brought_back(warehouse, imported):
    _, run_id = imported
    for is_undone in (False, True, False):
        assert void(warehouse, run_id, "why", is_undone=is_undone)
        assert warehouse.query("voided_runs").height == (not is_undone)


def test_a_date_is_not_built_from_its_next_word_on(warehouse, imported):
    _, run_id = imported
    assert not_built(warehouse) == {}
    cell_events(warehouse, run_id, [("base/knowledge", "complete", None)])
    assert not_built(warehouse) == {run_id: [str(FIRST)]}
    rebuild_dates(warehouse, [str(FIRST)])
    assert not_built(warehouse) == {}


def test_rows_that_belong_together_keep_one_time(warehouse, imported):
    _, run_id = imported
    cell_events(warehouse, run_id, [(f"cell-{number}", "complete", None) for number in range(3)])
    found = warehouse.rows("select count(distinct happened_at) from raw.cell_events where cell_id like 'cell-%'")[1]
    assert found == [(1,)]


def test_each_table_is_a_table_with_such_a_column(warehouse):
    assert all(column in warehouse.schema(table) for table, column in NOTED_AT.items())
