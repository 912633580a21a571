from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from flows.processes.prefect_database import copy_template, keep_template
from warehouse import kept_files


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_files, "user_cache_path", lambda _: tmp_path / "cache")
    return tmp_path / "cache"


def test_a_new_folder_starts_with_the_rows_of_the_template(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    # A Prefect server keeps its database open in this mode, and some rows are not in the main file yet.
    with closing(sqlite3.connect(first)) as server:
        server.execute("pragma journal_mode = wal")
        server.execute("create table flow (id)")
        server.execute("insert into flow values (1)")
        server.commit()
        keep_template(first)
    assert copy_template(second)
    with closing(sqlite3.connect(second)) as copied:
        assert copied.execute("select id from flow").fetchall() == [(1,)]
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".db") == ["cache"]


def test_without_a_template_no_database_is_created(tmp_path: Path) -> None:
    assert not copy_template(tmp_path / "prefect.db")
    assert not (tmp_path / "prefect.db").exists()


def test_a_database_that_cannot_be_copied_leaves_no_template(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "prefect.db").write_text("this is no database, and it is long enough to be looked at" * 100)
    keep_template(tmp_path / "prefect.db")
    assert not cache.exists()
