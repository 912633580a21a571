"""Behaviour that all publication targets have in common."""

from pathlib import Path

import pytest

from tasks.steps.publish import TARGETS, publish

DATE = "2026-11-20"


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_publication_returns_where_each_target_wrote(warehouse, settings):
    published = publish(warehouse, settings, DATE)
    assert list(published) == list(TARGETS)
    assert all(path.exists() and settings.folder in path.parents for path in published.values())


@pytest.mark.parametrize("name", TARGETS)
def test_a_failed_target_keeps_the_old_files_and_leaves_no_new_ones(warehouse, settings, monkeypatch, name):
    publish(warehouse, settings, DATE)
    before = contents(settings.folder)

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        TARGETS[name](warehouse, settings, DATE)
    assert before
    assert contents(settings.folder) == before
