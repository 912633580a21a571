"""Opening a file: what comes back, what a reader cannot do, and how each failure is said in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.connection import Warehouse
from warehouse.errors import (
    LakeUnreachable,
    QueryError,
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseError,
    WarehouseMissing,
)
from warehouse.opening import connected, is_damage, limit_memory, opened_for_reading, opened_for_writing

ROOT = Path(__file__).resolve().parents[2]
OPEN_ELSEWHERE = """
import sys
from pathlib import Path
from warehouse.connection import Warehouse
try:
    Warehouse.open(Path(sys.argv[1]))
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "warehouse.duckdb"


def link_to_zeros(path):
    path.symlink_to("/dev/zero")


def prompts(*hashes: str) -> pl.DataFrame:
    return pl.DataFrame({"prompt_hash": list(hashes), "prompt": ["text"] * len(hashes)})


def test_a_lake_that_falls_silent_while_the_warehouse_is_written_is_not_a_full_disk(path):
    said = 'Failed to query most recent snapshot for DuckLake: Unable to connect to Postgres at "postgresql://x"'
    line = f"landing: the lake does not answer: {said}. The same command goes on once it does."
    with Warehouse.open(path) as warehouse, pytest.raises(LakeUnreachable) as found, warehouse.lent():
        raise duckdb.IOException(said)
    assert str(found.value) == line


def test_a_second_writer_gets_one_line_that_says_who_holds_it(path):
    with Warehouse.open(path):
        command = [sys.executable, "-c", OPEN_ELSEWHERE, str(path)]
        found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip()
    assert found.startswith(WarehouseBusy.__name__)
    assert "is being written by process" in found
    assert "\n" not in found


def test_the_overflow_of_a_killed_writer_is_swept_by_the_next_writer(path):
    with Warehouse.open(path):
        pass
    overflow = Path(f"{path}.tmp")
    overflow.mkdir()
    (overflow / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"x" * 1000)
    with Warehouse.read(path):
        pass
    with Warehouse.open(path):
        assert not overflow.exists()


def test_the_overflow_of_a_living_writer_stays(path):
    overflow = Path(f"{path}.tmp")
    with Warehouse.open(path):
        overflow.mkdir(exist_ok=True)
        (overflow / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"x" * 1000)
        subprocess.run([sys.executable, "-c", OPEN_ELSEWHERE, str(path)], capture_output=True, cwd=ROOT, check=True)
        assert (overflow / "duckdb_temp_storage_DEFAULT-0.tmp").exists()


def test_a_folder_that_cannot_be_made_gives_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="cannot write"):
        Warehouse.open(tmp_path / "file" / "warehouse.duckdb")


def test_a_file_that_is_no_warehouse_gives_one_line(path):
    path.write_text("not a database, but long enough to be read as one" * 100)
    with pytest.raises(WarehouseError, match="is not a DuckDB file") as raised:
        Warehouse.open(path)
    assert "\n" not in str(raised.value)


def test_reading_a_missing_file_says_what_to_run(path):
    with pytest.raises(WarehouseMissing, match="aligntax run"):
        Warehouse.read(path)


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to 'out.csv'",
        "create table raw.mine (a integer)",
        "delete from raw.prompts",
        "attach 'other.duckdb'",
        "set enable_external_access = true",
        "select * from raw.nothing",
        "selec 1",
    ],
)
def test_a_reader_cannot_reach_outside_or_write(path, query):
    Warehouse.open(path).close()
    with Warehouse.read(path) as reader, pytest.raises(QueryError):
        reader.rows(query)


def test_times_come_back_in_utc(path):
    event = {"run_id": "r", "event": "started", "detail": "", "happened_at": datetime(2026, 1, 31, 23, tzinfo=UTC)}
    with Warehouse.open(path) as warehouse:
        warehouse.append({"raw.run_events": pl.DataFrame([event])})
        assert warehouse.rows("select happened_at::varchar from raw.run_events")[1] == [("2026-01-31 23:00:00+00",)]


def test_a_checkpoint_never_has_to_rewrite_more_than_a_small_group_of_rows(path):
    with Warehouse.open(path) as warehouse:
        for start in range(0, 50_000, 5_000):
            warehouse.append({"raw.prompts": prompts(*map(str, range(start, start + 5_000)))})
        groups = (
            "select row_group_id, max(start + count) from pragma_storage_info('raw.prompts') group by all order by all"
        )
        assert [count for _, count in warehouse.rows(groups)[1]] == [20_480, 20_480, 50_000 - 2 * 20_480]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"SQLite format 3\0", "SQLite"),
        (b"PAR1", "Parquet"),
        (b"\x1f\x8b", "gzip"),
        (b"version https://git-lfs", "a pointer of Git LFS"),
        (b"", "empty"),
        (b"hello", "another"),
    ],
)
@pytest.mark.parametrize("opened", [opened_for_writing, opened_for_reading])
def test_the_file_of_another_program_is_called_what_it_is_and_left_alone(tmp_path, opened, head, kind):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(head + bytes(4_096 if head else 0))
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match=rf"is not a DuckDB file \({kind}"):
        opened(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("opened", [opened_for_writing, opened_for_reading])
@pytest.mark.parametrize(
    ("make", "kind"),
    [(Path.mkdir, "a folder"), (os.mkfifo, "a device or a pipe"), (link_to_zeros, "a device or a pipe")],
)
def test_what_is_no_file_is_called_what_it_is(path, opened, make, kind):
    make(path)
    with pytest.raises(WarehouseError, match=f"is {kind}, not a DuckDB file"):
        opened(path)


@pytest.mark.parametrize("opened", [opened_for_writing, opened_for_reading])
@pytest.mark.parametrize("share", [0.002, 0.5])
def test_a_file_that_was_cut_off_is_called_damaged(path, opened, share):
    Warehouse.open(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(WarehouseDamaged):
        opened(path)


@pytest.mark.parametrize("opened", [opened_for_writing, opened_for_reading])
def test_a_file_of_zeros_is_called_damaged(path, opened):
    path.write_bytes(bytes(20_000))
    with pytest.raises(WarehouseDamaged, match="begins with zeros"):
        opened(path)


def test_a_broken_log_is_called_damage(path):
    script = "import os, sys; from pathlib import Path; from warehouse.connection import Warehouse\n"
    script += "opened = Warehouse.open(Path(sys.argv[1]))\n"
    script += "opened.append({'raw.prompts': [{'prompt_hash': 'h', 'prompt': 'text'}]}); os._exit(0)"
    subprocess.run([sys.executable, "-c", script, str(path)], cwd=ROOT, check=True)
    log = Path(f"{path}.wal")
    whole = log.read_bytes()
    log.write_bytes(whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:])
    with pytest.raises(WarehouseDamaged, match="WAL"):
        Warehouse.open(path)


def test_a_published_copy_is_read_and_never_written(path, tmp_path):
    copy = tmp_path / "copy.duckdb"
    with Warehouse.open(path) as warehouse:
        warehouse.build()
        warehouse.snapshot(copy, text="none", as_of_date="2026-01-31", run_id="run")
    before = copy.read_bytes()
    with pytest.raises(WarehouseError, match="is a published copy, which is only read"):
        Warehouse.open(copy)
    assert copy.read_bytes() == before
    Warehouse.read(copy).close()


@pytest.mark.parametrize("opening", [Warehouse.open, Warehouse.read])
def test_a_database_of_another_program_is_left_alone(path, opening):
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table mine as select 1 as a")
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match="other tables than those of aligntax"):
        opening(path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_duckdb_is_called_so(path, monkeypatch):
    path.write_bytes(bytes(8) + b"DUCK" + bytes(100))
    said = "IO Error: Trying to read a database file with version number 99, but we can only read versions 64 to 67."

    def refuse(*_, **__):
        raise duckdb.IOException(said)

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(WarehouseError, match="was written by a newer version of DuckDB"):
        Warehouse.open(path)


@pytest.mark.parametrize("opened", [opened_for_writing, opened_for_reading])
def test_a_damaged_file_is_called_damaged_wherever_the_damage_shows(tmp_path, opened):
    """A block is read when it is needed: while the file opens, or by a later query."""
    path = tmp_path / "warehouse.duckdb"
    with closing(opened_for_writing(path)) as connection:
        connection.execute("create table raw.texts as select md5(range::varchar) as text from range(100_000)")
        connection.execute("checkpoint")
    whole = path.read_bytes()
    found = [broken_at(path, whole, place, opened) for place in range(13_000, len(whole), len(whole) // 7)]
    errors = [error for error in found if error is not None]
    assert errors
    assert all(isinstance(error, WarehouseDamaged) or is_damage(error) for error in errors)


def broken_at(path, whole, place, opened):
    """The error of opening and reading a file with one bit turned, None where nothing read that place."""
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    try:
        with closing(opened(path)) as connection:
            connection.execute("select max(text) from raw.texts").fetchall()
    except (WarehouseError, duckdb.Error) as error:
        return error
    return None


def test_what_indexes_take_is_beside_the_limit():
    """A commit fails where an index does not fit into memory, because it cannot be written to disk before."""
    limits = []
    with closing(connected()) as connection:
        connection.execute("create table keyed (id varchar primary key, value integer)")
        for last in (0, 100_000):
            connection.execute(f"insert into keyed select n::varchar, 0 from range({last}) as numbers (n)")
            for tables in (None, {"main.other"}, {"main.keyed"}):
                limit_memory(connection, 100, tables)
                limits += connection.execute("select current_setting('memory_limit')").fetchall()[0]
    assert limits[:3] == ["95.3 MiB"] * 3
    megabytes = [round(float(limit.removesuffix(" MiB")) * 1.048576) for limit in limits[3:]]
    assert megabytes[0] == megabytes[2] >= 105
    assert megabytes[1] < megabytes[0]
