"""A backup holds what the warehouse holds, a restore checks it first, and a file that is written anew loses nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.test_opening import OPEN_ELSEWHERE
from tests.warehouse.test_released_schemas import VERSIONS, left_by
from warehouse import keeping
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseBusy, WarehouseDamaged, WarehouseError, WarehouseMissing
from warehouse.keeping import back_up, compact, config_of, restore
from warehouse.whole_copy import table_rows

ROOT = Path(__file__).resolve().parents[2]
MADE_AT = datetime(2026, 1, 31, 2, tzinfo=UTC)
CATALOGUES = (
    "select schema_name, table_name, constraint_type, constraint_text from duckdb_constraints()",
    "select schema_name, table_name, column_name, data_type, column_default, comment from duckdb_columns()",
    "select schema_name, table_name, comment from duckdb_tables()",
    "select schema_name, view_name, sql, comment from duckdb_views() where not internal",
    "select schema_name, function_name, macro_definition from duckdb_functions() where not internal",
)


def prompts(*hashes):
    return [{"prompt_hash": name, "prompt": name * 1000} for name in hashes]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A warehouse with rows that refer to each other."""
    path = tmp_path_factory.mktemp("original") / "warehouse.duckdb"
    with Warehouse.open(path) as warehouse:
        answer = {
            "generation_id": "g", "run_id": "r", "partition_key": "2026-01-31", "model_id": "m", "benchmark_id": "b",
            "prompt_style": "chat", "item_id": "i", "repeat": 0, "role": "answer", "request_hash": "h",
            "origin": "endpoint", "status": "answered", "text": "a text", "model_requested": "m",
            "parameters_json": "{}", "attempts": 1, "finished_at": MADE_AT,
        }  # fmt: skip
        score = {
            "generation_id": "g", "scorer": "s", "scorer_version": 1, "scorer_config_hash": "", "outcome": "correct",
            "value": 1.0, "is_refusal": False, "is_cut": False, "scored_at": MADE_AT,
        }  # fmt: skip
        warehouse.append({"raw.generations": [answer], "raw.scores": [score], "raw.prompts": prompts("a", "b")})
    return path


@pytest.fixture(scope="module")
def saved(original):
    """A backup of it."""
    target = original.with_name("saved.duckdb")
    back_up(original, target, MADE_AT, "models: []\n")
    return target


@pytest.fixture
def path(original, tmp_path):
    """The warehouse, and one prompt that came after the backup."""
    path = tmp_path / "warehouse.duckdb"
    shutil.copy(original, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("insert into raw.prompts values ('later', 'text')")
    return path


def held(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return table_rows(connection), [sorted(connection.execute(query).fetchall()) for query in CATALOGUES]


def names(path):
    return sorted(file.name for file in path.parent.iterdir())


def test_a_backup_is_private_and_can_be_read_like_a_warehouse(original, saved):
    assert saved.stat().st_mode & 0o777 == 0o600
    assert held(saved)[0] == held(original)[0]
    assert config_of(saved) == "models: []\n"
    assert config_of(original) is None


def test_a_restored_warehouse_holds_what_was_backed_up_and_the_present_one_stays_beside(original, saved, path):
    before, kept = held(path), path.with_name("kept")
    restored = restore(saved, path, kept)
    assert held(path) == held(original)
    assert held(kept) == before
    assert names(path) == ["kept", "warehouse.duckdb"]
    assert restored.made_at == MADE_AT
    assert restored.count("raw.prompts") == 2
    with Warehouse.open(path) as warehouse:  # keys and foreign keys hold
        assert warehouse.append({"raw.prompts": prompts("a", "c")}) == 1
        with pytest.raises(duckdb.ConstraintException):
            warehouse._connection.execute("update raw.scores set generation_id = 'unknown'")


def test_what_a_restore_kept_can_be_restored(original, saved, path):
    before, kept = held(path), path.with_name("kept")
    restore(saved, path, kept)
    assert restore(kept, path, path.with_name("again")).made_at is None
    assert held(path) == before


def test_a_damaged_warehouse_is_replaced_and_kept(original, saved, path):
    path.write_bytes(path.read_bytes()[:20_000])
    restore(saved, path, path.with_name("kept"))
    assert held(path) == held(original)
    assert path.with_name("kept").stat().st_size == 20_000


def damage(file):
    """Overwrite the block that holds a text."""
    content = bytearray(file.read_bytes())
    place = content.index(b"ccc" if b"cccc" in content else b"aaaa")
    content[place : place + 2] = b"zz"
    file.write_bytes(content)


def cut(file):
    file.write_bytes(file.read_bytes()[:-100_000])


def forget(file):
    with duckdb.connect(str(file)) as connection:
        connection.execute("delete from raw.prompts where prompt_hash = 'a'")


def become_newer(file):
    with duckdb.connect(str(file)) as connection:
        connection.execute("insert into meta.migrations (name) values ('9000_later')")


def become_foreign(file):
    file.unlink()
    duckdb.connect(str(file)).execute("create table mine (a integer)").close()


def become_text(file):
    file.write_text("not a database, but long enough to be read as one" * 100)


def vanish(file):
    file.unlink()


REFUSALS = {
    damage: "is damaged",
    cut: "is damaged",
    forget: "is damaged",
    become_newer: "newer version of aligntax",
    become_foreign: "other tables than those of aligntax",
    become_text: "is not a DuckDB file",
    vanish: "does not exist",
}


@pytest.mark.parametrize(("spoil", "said"), REFUSALS.items())
def test_a_bad_backup_is_refused_in_one_line_and_nothing_is_changed(saved, path, spoil, said):
    file = path.with_name("copy.duckdb")
    shutil.copy(saved, file)
    spoil(file)
    before, there = path.read_bytes(), names(path)
    with pytest.raises(WarehouseError, match=said) as raised:
        restore(file, path, path.with_name("kept"))
    assert "Nothing was changed" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "warehouse:" not in str(raised.value)
    assert path.read_bytes() == before
    assert names(path) == there


@pytest.mark.accept
def test_while_another_process_writes_nothing_is_copied_or_replaced(saved, path):
    hold = OPEN_ELSEWHERE.replace("    Warehouse.open(", "    held = Warehouse.open(")
    hold += "print('held', flush=True)\ninput()\n"
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout.readline() == "held\n"
        try:
            for work in (
                lambda: back_up(path, path.with_name("new.duckdb"), MADE_AT, ""),
                lambda: restore(saved, path, path.with_name("kept")),
                lambda: compact(path),
            ):
                with pytest.raises(WarehouseBusy, match=f"process {holder.pid}"):
                    work()
            assert set(names(path)) <= {"warehouse.duckdb", "warehouse.duckdb.wal"}
        finally:
            holder.communicate("\n")


def test_a_copy_that_differs_or_breaks_off_leaves_nothing(path, monkeypatch):
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "copy_whole", full)
    for work in (lambda: compact(path), lambda: back_up(path, path.with_name("b.duckdb"), MADE_AT, "")):
        with pytest.raises((OSError, WarehouseError), match="No space left"):
            work()
    assert names(path) == ["warehouse.duckdb"]
    assert path.read_bytes() == before


def test_a_backup_never_replaces_a_file(saved, path):
    with pytest.raises(WarehouseError, match="exists already"):
        back_up(path, saved, MADE_AT, "")


@pytest.mark.accept
def test_a_backup_is_made_of_any_schema_version_without_changing_it(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    left_by(path, VERSIONS[2])
    before = path.read_bytes()
    made = back_up(path, tmp_path / "b.duckdb", MADE_AT, "")
    assert made.schema_version.startswith("0003")
    assert path.read_bytes() == before


KILLED = """
import sys
from pathlib import Path
from warehouse import keeping
place = Path(sys.argv[1])
work = {
    "compact": lambda: keeping.compact(place),
    "restore": lambda: keeping.restore(Path(sys.argv[3]), place, place.with_name("kept")),
}
copied = keeping.copy_whole
def copy_and_wait(*given):
    copied(*given)
    print("copied", flush=True)
    input()
keeping.copy_whole = copy_and_wait
work[sys.argv[2]]()
"""


@pytest.mark.accept
@pytest.mark.parametrize("name", ["compact", "restore"])
def test_a_kill_leaves_the_old_warehouse_and_the_same_command_works(original, saved, path, name):
    before = held(path)
    command = [sys.executable, "-c", KILLED, str(path), name, str(saved)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as killed:
        assert killed.stdout.readline() == "copied\n"
        killed.kill()
    assert held(path) == before
    if name == "compact":
        compact(path)
        assert held(path) == before
        assert names(path) == ["warehouse.duckdb"]
    else:
        restore(saved, path, path.with_name("kept"))
        assert held(path) == held(original)
        assert names(path) == ["kept", "warehouse.duckdb"]


@pytest.mark.accept
def test_a_file_that_is_written_anew_is_smaller_and_equal(path):
    with Warehouse.open(path) as warehouse:
        warehouse.append(
            {"raw.prompts": [{"prompt_hash": str(n), "prompt": os.urandom(500).hex()} for n in range(5000)]}
        )
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from raw.prompts where prompt_hash <> 'a'")
    path.chmod(0o640)
    expected = held(path)
    before, after = compact(path)
    assert after < before == path.stat().st_size + before - after
    assert held(path) == expected
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(path) == ["warehouse.duckdb"]


@pytest.mark.parametrize("work", [lambda path: back_up(path, path.with_name("b"), MADE_AT, ""), compact])
def test_without_a_warehouse_there_is_nothing_to_copy(tmp_path, work):
    with pytest.raises(WarehouseMissing, match="does not exist, so there is nothing to"):
        work(tmp_path / "warehouse.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_on_a_file_system_without_links_what_is_kept_is_copied(original, saved, path, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    before, kept = held(path), path.with_name("kept")
    monkeypatch.setattr(keeping.os, "link", refuse)
    restore(saved, path, kept)
    assert held(kept) == before
    assert held(path) == held(original)


def test_hashes_of_another_version_of_duckdb_are_not_compared_and_counts_are(saved, path, monkeypatch):
    monkeypatch.setattr(keeping.duckdb, "__version__", "1.4.0")
    file = path.with_name("copy.duckdb")
    shutil.copy(saved, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("update raw.prompts set prompt = 'changed' where prompt_hash = 'a'")
    assert restore(file, path, path.with_name("kept")).count("raw.prompts") == 2
    forget(file)
    with pytest.raises(WarehouseDamaged, match="is damaged"):
        restore(file, path, path.with_name("kept_too"))
