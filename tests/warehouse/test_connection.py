"""Appends that can be repeated, named queries, and work that is undone or done again when something fails."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import polars as pl
import pytest

from warehouse import connection
from warehouse.connection import Warehouse
from warehouse.errors import (
    ModelError,
    QueryError,
    WarehouseUnwritable,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "warehouse.duckdb"


def prompts(*hashes: str) -> pl.DataFrame:
    return pl.DataFrame({"prompt_hash": list(hashes), "prompt": ["text"] * len(hashes)})


def voids(*run_ids: str) -> pl.DataFrame:
    marks = {"action": pl.lit("void"), "reason": pl.lit("test"), "happened_at": datetime.now(UTC)}
    return pl.DataFrame({"run_id": list(run_ids)}).with_columns(**marks)


def test_appending_twice_changes_no_counts(path):
    with Warehouse.open(path) as warehouse:
        assert warehouse.append({"raw.prompts": prompts("a", "b")}) == 2
        assert warehouse.append({"raw.prompts": prompts("b", "c")}) == 1
        assert warehouse.rows("select count(*) from raw.prompts")[1] == [(3,)]


def test_new_rows_are_kept_where_the_key_of_another_is_taken(path):
    rows = [{"prompt_hash": key, "prompt": "text"} for key in "abc"]
    with Warehouse.open(path) as warehouse, warehouse.one_thread():
        assert warehouse.append_new({"raw.prompts": rows[:2]}) == 2
        assert warehouse.append_new({"raw.prompts": rows}) == 1
        assert warehouse.rows("select count(*) from raw.prompts")[1] == [(3,)]


def test_one_thread_lasts_as_long_as_its_context(path):
    def count_threads() -> int:
        return warehouse.rows("select current_setting('threads')")[1][0][0]

    with Warehouse.open(path) as warehouse:
        usual = count_threads()
        with warehouse.one_thread():
            assert count_threads() == 1
        assert count_threads() == usual


def test_an_append_is_all_or_nothing(path):
    broken = pl.DataFrame({"prompt_hash": [None], "prompt": ["text"]}, schema_overrides={"prompt_hash": pl.String})
    with Warehouse.open(path) as warehouse:
        with pytest.raises(Exception, match="NOT NULL"):
            warehouse.append({"raw.prompts": pl.concat([prompts("a"), broken])})
        assert warehouse.rows("select count(*) from raw.prompts")[1] == [(0,)]


def test_a_transaction_inside_another_is_undone_with_it(path):
    def fail_after_append(warehouse: Warehouse) -> None:
        with warehouse.transaction():
            warehouse.append({"raw.prompts": prompts("a")})
            raise KeyError("stop")

    with Warehouse.open(path) as warehouse:
        with pytest.raises(KeyError):
            fail_after_append(warehouse)
        assert warehouse.rows("select count(*) from raw.prompts")[1] == [(0,)]


def test_reading_what_is_there_works(path):
    with Warehouse.open(path) as warehouse:
        warehouse.append({"raw.prompts": prompts("a")})
    with Warehouse.read(path) as reader:
        assert reader.rows("select prompt_hash from raw.prompts") == (["prompt_hash"], [("a",)])


@pytest.mark.parametrize("what", ["moved", "replaced"])
def test_a_file_that_is_taken_away_takes_no_more_rows(path, what):
    with Warehouse.open(path) as warehouse:
        elsewhere = path.rename(path.with_name("elsewhere.duckdb"))
        if what == "replaced":
            path.touch()
        with pytest.raises(WarehouseUnwritable, match="was moved, deleted or replaced"):
            warehouse.append({"raw.prompts": prompts("a")})
    with Warehouse.open(elsewhere) as warehouse:
        assert warehouse.rows("select count(*) from raw.prompts")[1] == [(0,)]


def within_a_model():
    """What a build raises where its memory does not do."""
    error = ModelError("marts.fct_scores: too small")
    error.__cause__ = duckdb.OutOfMemoryException("too small")
    return error


@pytest.mark.parametrize("error", [duckdb.OutOfMemoryException("too small"), within_a_model()])
def test_work_that_a_small_buffer_does_not_hold_is_done_again_with_the_usual_one(path, error):
    limits = []

    def work():
        limits.append(warehouse.rows("select current_setting('memory_limit')")[1][0][0])
        if len(limits) == 1:
            raise error
        return "done"

    with Warehouse.open(path) as warehouse:
        usual = warehouse.rows("select current_setting('memory_limit')")[1][0][0]
        assert warehouse.sparing(100, work) == "done"
        assert warehouse.sparing(100, work) == "done"
    small, again, third = limits
    assert again == usual
    assert small == third != usual


def test_memory_follows_the_indexes_after_many_rows(path, monkeypatch):
    limits = []
    monkeypatch.setattr("warehouse.connection._ROWS_BETWEEN_LIMITS", 3)
    monkeypatch.setattr("warehouse.connection.limit_memory", lambda _connection, *arguments: limits.append(arguments))
    with Warehouse.open(path) as warehouse:
        for number in range(4):
            warehouse.append({"raw.prompts": prompts(f"{number} a", f"{number} b")})
    assert limits == [(1500, None)] * 2


def test_a_small_buffer_is_beside_the_indexes_of_tables_that_get_rows_meanwhile(path, monkeypatch):
    limits = []

    def limited(_connection, megabytes, growing):
        limits.append((megabytes, None if growing is None else set(growing)))

    def work():
        for number in range(2):
            warehouse.append({"raw.prompts": prompts(f"{number} a"), "raw.cell_events": []})
        warehouse.sparing(5000, lambda: warehouse.append({"raw.prompts": prompts("3 a")}))

    monkeypatch.setattr("warehouse.connection.limit_memory", limited)
    with Warehouse.open(path) as warehouse:
        warehouse.sparing(100, work)
    keys = {"raw.prompts"}
    assert limits == [(100, set()), (100, keys), (1500, set()), (1500, keys), (100, keys), (1500, None)]


def test_work_that_fails_for_another_reason_is_not_done_again(path):
    count = 0

    def work():
        nonlocal count
        count += 1
        raise ModelError("marts.fct_scores: no such column")

    with Warehouse.open(path) as warehouse, pytest.raises(ModelError, match="no such column"):
        warehouse.sparing(100, work)
    assert count == 1


@pytest.mark.parametrize("opening", [Warehouse.open, Warehouse.read])
def test_rows_come_in_batches_to_writer_and_reader_whatever_the_files_name(tmp_path, opening):
    path = tmp_path / "it's an odd-name.duckdb"
    with Warehouse.open(path) as warehouse:
        warehouse.append({"raw.voids": voids("a", "b", "c")})
    with opening(path) as warehouse:
        found = [batch.height for batch in warehouse.query_batches("voided_runs", 2)]
    assert sum(found) == 3


def test_rows_become_a_frame_with_all_columns_of_the_table(path):
    with Warehouse.open(path) as warehouse:
        frame = warehouse.frame("raw.plan", [{"run_id": "r", "repeat": 1}])
        assert dict(frame.schema) == warehouse.schema("raw.plan")
        assert frame.drop_nulls("run_id").select("run_id", "repeat", "cell_id").rows() == [("r", 1, None)]


def test_an_empty_list_still_gives_a_frame_with_all_columns(path):
    with Warehouse.open(path) as warehouse:
        assert warehouse.frame("raw.plan", []).columns == list(warehouse.schema("raw.plan"))


def test_a_row_with_a_column_that_the_table_lacks_is_refused(path):
    with Warehouse.open(path) as warehouse, pytest.raises(ValueError, match=r"raw\.plan has no column repeats"):
        warehouse.append({"raw.plan": [{"run_id": "r", "repeats": 1}]})


def test_of_a_wider_frame_the_columns_of_the_table_are_appended(path):
    with Warehouse.open(path) as warehouse:
        wide = prompts("a", "b").with_columns(length=pl.lit(1))
        assert warehouse.append_columns("raw.prompts", wide) == 2


def test_a_named_query_gives_names_and_rows_to_the_command_line(path):
    with Warehouse.open(path) as warehouse:
        warehouse.append({"raw.voids": voids("a")})
        assert warehouse.query_rows("voided_runs") == (["run_id"], [("a",)])


def test_a_named_query_of_tables_that_are_not_built_yet_is_refused_as_a_users_query_is(path):
    with Warehouse.open(path) as warehouse, pytest.raises(QueryError, match="does not exist"):
        warehouse.query_rows("newest_cells")


def test_a_large_text_is_read_once_however_many_rows_without_text_follow_it(path):
    """DuckDB 1.5.5 read it anew for each NULL: one long thought among short answers ended every later command."""
    event = {"run_id": "r", "cell_id": "c", "status": "complete", "happened_at": datetime.now(UTC)}
    large = {**event, "reason": "x" * 1_000_000}
    with Warehouse.open(path) as warehouse:
        warehouse.append({"raw.cell_events": [large, *[event] * 3_000]})
    with Warehouse.open(path) as warehouse:
        read = warehouse.sparing(100, lambda: warehouse.rows("select sum(length(reason)) from raw.cell_events")[1])
        assert read == [(1_000_000,)]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_groups_are_whole_whatever_batches_they_come_in(tmp_path, monkeypatch, size):
    monkeypatch.setattr(connection, "_GROUPED_ROWS", size)
    monkeypatch.setattr(
        connection, "_query_text", lambda _: "from (values (1, 1), (1, 2), (2, 3), (null, 4), (null, 5)) t(k, v)"
    )
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        groups = [(key, frame["v"].to_list()) for key, frame in warehouse.query_groups("named", ["k"])]
    assert groups == [((1,), [1, 2]), ((2,), [3]), ((None,), [4, 5])]


def test_a_query_without_rows_has_no_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "_query_text", lambda _: "from range(0) t(k)")
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        assert list(warehouse.query_groups("named", ["k"])) == []
