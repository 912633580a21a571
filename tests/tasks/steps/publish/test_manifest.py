"""The manifest names what each target holds; a folder stays while a manifest of now or before names it."""

import json
import shutil
from datetime import timedelta

import pytest

from tasks.errors import PublicationIncomplete
from tasks.steps.publish import TARGETS, Standing, publish, standing

DATE = "2026-11-20"
FEW = {name: TARGETS[name] for name in ("database", "parquet")}


@pytest.fixture(autouse=True)
def _few_targets(monkeypatch):
    monkeypatch.setattr("tasks.steps.publish.TARGETS", FEW)


def manifest(settings):
    return json.loads((settings.folder / "manifest.json").read_text())["targets"]


def test_it_says_of_each_target_what_it_holds(warehouse, settings):
    publish(warehouse, settings, DATE, "r")
    found = manifest(settings)
    assert list(found) == ["database", "parquet"]
    parquet = found["parquet"]
    assert (parquet["as_of_date"], parquet["run_id"], parquet["text"]) == (DATE, "r", "none")
    assert parquet["path"] == f"parquet/{parquet['publication_id']}"
    for table, held in parquet["tables"].items():
        assert (settings.folder / parquet["path"] / f"{table.replace('.', '/')}.parquet").exists()
        assert held["rows"] == (table == "reports.publication")


def test_the_same_rows_make_the_same_manifest(warehouse, settings):
    publish(warehouse, settings, DATE, "r")
    before = (settings.folder / "manifest.json").read_bytes()
    publish(warehouse, settings, DATE, "r")
    assert (settings.folder / "manifest.json").read_bytes() == before
    assert not list(settings.folder.rglob(".*"))


def test_the_folder_before_stays_and_older_ones_go(warehouse, settings, monkeypatch):
    monkeypatch.setattr("tasks.steps.publish.manifest._READING", timedelta(0))
    (settings.folder / "parquet" / "theirs").mkdir(parents=True)
    found = []
    for run in ("a", "b", "b", "c"):
        publish(warehouse, settings, DATE, run)
        found.append(manifest(settings)["parquet"]["path"])
        kept = {path.name for path in (settings.folder / "parquet").iterdir()}
        assert kept == {"theirs", *(path.removeprefix("parquet/") for path in list(dict.fromkeys(found))[-2:])}
    assert len(set(found)) == 3


def test_a_reader_has_time_to_read_although_publications_follow_each_other(warehouse, settings):
    for run in ("a", "b", "c", "a"):
        publish(warehouse, settings, DATE, run)
    found = manifest(settings)["parquet"]
    folders = {path.name for path in (settings.folder / "parquet").iterdir()}
    assert len(folders) == 3
    assert folders == {place["path"].removeprefix("parquet/") for place in (found, *found["previous"])}


@pytest.mark.parametrize(("text", "count"), [("full", 2), ("hash", 1), ("none", 1)])
def test_a_folder_with_texts_that_are_published_no_more_goes_at_once(warehouse, settings, text, count):
    publish(warehouse, settings.model_copy(update={"text": "full"}), DATE, "a")
    publish(warehouse, settings.model_copy(update={"text": text}), DATE, "b")
    assert len(list((settings.folder / "parquet").iterdir())) == count
    assert len(manifest(settings)["parquet"]["previous"]) == count - 1


def test_a_target_that_fails_keeps_its_entry_and_its_files(warehouse, settings, monkeypatch):
    publish(warehouse, settings, DATE, "a")
    before = manifest(settings)

    def broken(*_):
        raise OSError("disk full")

    for run in ("b", "c"):
        with monkeypatch.context() as patched:
            patched.setitem(FEW, "parquet", broken)
            with pytest.raises(PublicationIncomplete, match=r"not published: parquet: disk full\. The other targets"):
                publish(warehouse, settings, DATE, run)
        after = manifest(settings)
        assert after["parquet"] == before["parquet"]
        assert after["database"]["run_id"] == run
        assert (settings.folder / after["parquet"]["path"] / "reports" / "alignment_tax.parquet").exists()
    publish(warehouse, settings, DATE, "c")
    assert manifest(settings)["parquet"]["run_id"] == "c"


def test_a_target_that_failed_is_named_until_it_is_published(warehouse, settings, monkeypatch):
    def broken(*_):
        raise OSError("disk full")

    assert standing(settings.folder) == Standing((), {})
    with monkeypatch.context() as patched:
        patched.setitem(FEW, "parquet", broken)
        with pytest.raises(PublicationIncomplete):
            publish(warehouse, settings, DATE, "a")
    assert standing(settings.folder) == Standing(["parquet"], {})
    publish(warehouse, settings, DATE, "a")
    assert standing(settings.folder) == Standing((), {})


def test_what_a_target_left_is_named_until_it_is_deleted_or_written_again(warehouse, settings, monkeypatch):
    monkeypatch.setitem(FEW, "csv", TARGETS["csv"])
    on, folder = settings.model_copy(update={"csv": True}), settings.folder / "csv"
    publish(warehouse, on, DATE, "a")
    (first,) = folder.iterdir()
    for run in ("a", "b"):
        publish(warehouse, settings, DATE, run)
        assert list(manifest(settings)) == ["database", "parquet"]
        assert standing(settings.folder).left == {folder: DATE}
    assert list(folder.iterdir()) == [first]
    publish(warehouse, on, DATE, "b")
    assert standing(settings.folder).left == {}
    assert [place["path"] for place in manifest(settings)["csv"]["previous"]] == [f"csv/{first.name}"]
    publish(warehouse, settings, DATE, "c")
    shutil.rmtree(folder)
    assert standing(settings.folder).left == {}
    publish(warehouse, settings, DATE, "c")
    assert "left" not in json.loads((settings.folder / "manifest.json").read_text())
