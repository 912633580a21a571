from __future__ import annotations

from pathlib import Path

import pytest

from warehouse import kept_files
from warehouse.kept_files import keep, kept


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_files, "user_cache_path", lambda _: tmp_path / "cache")
    return tmp_path / "cache"


def test_what_was_kept_is_found_by_its_name(folder: Path) -> None:
    keep("vega-1", ".js", b"one")
    keep("vega-2", ".js", b"two")
    assert (kept("vega-1", ".js"), kept("vega-2", ".js"), kept("vega-3", ".js")) == (b"one", b"two", None)
    assert len(list(folder.iterdir())) == 2


def test_a_damaged_file_is_deleted_and_not_found(folder: Path) -> None:
    keep("vega-1", ".js", b"one")
    next(folder.iterdir()).write_bytes(b"on")
    assert kept("vega-1", ".js") is None
    assert list(folder.iterdir()) == []


def test_a_damaged_file_does_not_hide_a_good_one(folder: Path) -> None:
    keep("vega-1", ".js", b"one")
    (folder / f"vega-1-{'0' * 32}.js").write_bytes(b"cut of")
    assert kept("vega-1", ".js") == b"one"


def test_nothing_is_kept_in_a_folder_that_cannot_be_made(folder: Path) -> None:
    folder.write_text("a file stands in its place")
    keep("vega-1", ".js", b"one")
    assert kept("vega-1", ".js") is None
