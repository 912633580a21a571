"""Behaviour that all publication targets have in common."""

from pathlib import Path

import pytest

from tasks.errors import PublicationIncomplete
from tasks.steps.publish import TARGETS, publish

DATE = "2026-11-20"
ALWAYS = ["database", "parquet", "report", "catalogue", "items"]


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_publication_returns_where_each_target_wrote(warehouse, settings):
    published = publish(warehouse, settings, DATE, "r")
    assert list(published) == ALWAYS
    assert all(path.exists() and settings.folder in path.parents for path in published.values())


@pytest.mark.parametrize("name", ALWAYS)
def test_a_failed_target_keeps_the_old_files_and_leaves_no_new_ones(publication, settings, monkeypatch, name):
    TARGETS[name](publication, settings)
    before = contents(settings.folder)

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", broken)
    monkeypatch.setattr(Path, "rename", broken)
    monkeypatch.setattr(publication, "identity", {**publication.identity, "publication_id": "another"})
    with pytest.raises(OSError, match="disk full"):
        TARGETS[name](publication, settings)
    assert before
    assert contents(settings.folder) == before


def test_the_targets_beside_failed_ones_are_published(warehouse, settings, monkeypatch):
    def broken(*_):
        raise KeyError("nobody thought of this")

    with monkeypatch.context() as patched:
        patched.setitem(TARGETS, "database", broken)
        patched.setitem(TARGETS, "report", broken)
        with pytest.raises(PublicationIncomplete, match=r"not published: database: KeyError: .*; report: ") as failed:
            publish(warehouse, settings, DATE, "r")
    places = failed.value.places
    assert {name: path.exists() for name, path in places.items()} == {
        "database": False, "parquet": True, "report": False, "catalogue": True, "items": True
    }  # fmt: skip
    assert all(path.exists() for path in publish(warehouse, settings, DATE, "r").values())
