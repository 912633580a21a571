"""A warehouse is copied before a migration, with its log, and old copies do not pile up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from warehouse import migrate
from warehouse.backup import backed_up
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError

ROOT = Path(__file__).resolve().parents[2]
LEAVE_A_LOG = """
import os, sys
from pathlib import Path
from warehouse.connection import Warehouse
warehouse = Warehouse.open(Path(sys.argv[1]))
warehouse.append({"raw.prompts": [{"prompt_hash": "h", "prompt": "text"}]})
os._exit(0)
"""


@pytest.fixture
def path(tmp_path):
    """A warehouse with one prompt, which stands in the log only."""
    path = tmp_path / "warehouse.duckdb"
    subprocess.run([sys.executable, "-c", LEAVE_A_LOG, str(path)], cwd=ROOT, check=True)
    return path


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """A version of aligntax that has one migration more."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in migrate._files():
        (folder / file.name).write_text(file.read_text())
    (folder / "9000_more.sql").write_text("create table raw.more (a integer);")
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)


def prompts(path):
    with duckdb.connect(str(path)) as connection:
        return connection.execute("select prompt_hash from raw.prompts").fetchall()


def test_a_migration_copies_the_file_and_its_log_first_and_says_where(path, newer, capsys):
    version = sorted(file.stem for file in migrate._files())[-2]
    Warehouse.open(path).close()
    copy = path.with_name(f"warehouse.duckdb.{version}.backup")
    assert str(copy) in capsys.readouterr().err
    assert copy.stat().st_mode & 0o777 == 0o600
    with duckdb.connect(str(copy)) as connection:
        tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
    assert "prompts" in tables
    assert "more" not in tables
    assert prompts(copy) == [("h",)]
    with Warehouse.read(path) as warehouse:
        assert warehouse.rows("select count(*) from raw.more")[1] == [(0,)]


def test_a_file_that_needs_no_migration_is_not_copied(path, capsys):
    Warehouse.open(path).close()
    assert list(path.parent.glob("*.backup*")) == []
    assert capsys.readouterr().err == ""


def test_the_two_newest_copies_stay(path):
    copies = [backed_up(path, version) for version in ("0001_a", "0002_b", "0003_c")]
    assert sorted(path.parent.glob("*.backup")) == copies[1:]
    assert sorted(path.parent.glob("*.backup.wal")) == [Path(f"{copy}.wal") for copy in copies[1:]]


def test_without_a_copy_nothing_is_changed(path, newer):
    for name in ("warehouse.duckdb.{}.backup", "warehouse.duckdb.{}.backup.wal"):
        place = path.with_name(name.format(sorted(file.stem for file in migrate._files())[-2]))
        (place / "in the way").mkdir(parents=True)
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match="Nothing was changed"):
        Warehouse.open(path)
    assert path.read_bytes() == before


def test_no_copy_is_made_of_a_file_that_another_process_writes(path):
    hold = f"import fcntl; f = open({str(path)!r}, 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); "
    hold += "print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseError, match="cannot copy"):
            backed_up(path, "0001_a")
        holder.communicate("\n")
