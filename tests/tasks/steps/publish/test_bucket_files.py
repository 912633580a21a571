"""A server of S3 holds whole publications, and its manifest names one that is complete."""

import json
from datetime import timedelta

import polars as pl
import pytest
from pyarrow.fs import FileSelector, LocalFileSystem, S3FileSystem, SubTreeFileSystem

from tasks.settings import PublishSettings
from tasks.steps.publish.bucket_files import write_bucket
from tests.support.s3_server import s3_server

KEYS = {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "hunter2hunter2"}


@pytest.fixture(scope="module")
def endpoint():
    with s3_server() as address:
        yield address


@pytest.fixture
def store(endpoint, monkeypatch):
    """The server with the empty bucket ``lab``."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    store = S3FileSystem(endpoint_override=endpoint, region="us-east-1", allow_bucket_creation=True)
    store.create_dir("lab")
    store.delete_dir_contents("lab")
    return store


@pytest.fixture
def chosen(endpoint, tmp_path):
    (tmp_path / "publish").mkdir()
    bucket = {"url": "s3://lab/tables/", "endpoint": endpoint, "region": "us-east-1"}
    return PublishSettings(folder=tmp_path / "publish", bucket=bucket)


def manifest(store):
    with store.open_input_file("lab/tables/manifest.json") as stream:
        return json.loads(stream.read())["targets"]["parquet"]


def versions(store):
    return {found.base_name for found in store.get_file_info(FileSelector("lab/tables/parquet"))}


@pytest.mark.accept
def test_readers_find_every_table_through_the_manifest(publication, endpoint, store, chosen):
    place = write_bucket(publication, chosen)
    found = manifest(store)
    assert place == f"s3://lab/tables/{found['path']}"
    assert found["publication_id"] == publication.identity["publication_id"]
    options = {"aws_endpoint_url": endpoint, "aws_region": "us-east-1", "aws_allow_http": "true"}
    keys = {name.lower(): value for name, value in KEYS.items()}
    for table, held in found["tables"].items():
        path = f"{place}/{table.replace('.', '/')}.parquet"
        assert pl.read_parquet(path, storage_options=options | keys).height == held["rows"]
    assert not list(chosen.folder.iterdir())


@pytest.mark.accept
def test_the_folder_before_stays_and_older_ones_go(publication, store, chosen, monkeypatch):
    _publish_four(publication, store, chosen, monkeypatch)


def test_a_folder_of_this_machine_is_written_like_a_bucket(publication, tmp_path, monkeypatch):
    store = SubTreeFileSystem(str(tmp_path), LocalFileSystem())
    monkeypatch.setattr("tasks.steps.publish.bucket_files._store", lambda _: store)
    (tmp_path / "publish").mkdir()
    (tmp_path / "lab" / "tables").mkdir(parents=True)
    chosen = PublishSettings(folder=tmp_path / "publish", bucket={"url": "s3://lab/tables"})
    _publish_four(publication, store, chosen, monkeypatch)

    removed = tmp_path / "lab" / "tables" / manifest(store)["path"] / "reports" / "alerts.parquet"
    removed.unlink()
    write_bucket(publication, chosen)
    assert removed.exists()


def _publish_four(publication, store, chosen, monkeypatch):
    monkeypatch.setattr("tasks.steps.publish.manifest._READING", timedelta(0))
    written = []
    store.create_dir("lab/tables/parquet/theirs", recursive=True)
    for identity in (f"2026-11-20-{number:016x}" for number in (1, 2, 2, 3)):
        monkeypatch.setattr(publication, "identity", {**publication.identity, "publication_id": identity})
        write_bucket(publication, chosen)
        written.append(identity)
        assert manifest(store)["path"] == f"parquet/{identity}"
        assert versions(store) == {"theirs", *list(dict.fromkeys(written))[-2:]}


@pytest.mark.accept
def test_a_publication_that_breaks_off_leaves_the_manifest_and_its_folder(publication, store, chosen, monkeypatch):
    write_bucket(publication, chosen)
    before = manifest(store)

    def broken(*_, **__):
        raise OSError("the line is cut")

    monkeypatch.setattr(publication, "identity", {**publication.identity, "publication_id": "another"})
    with monkeypatch.context() as patched:
        patched.setattr("pyarrow.fs.copy_files", broken)
        with pytest.raises(OSError, match="the line is cut"):
            write_bucket(publication, chosen)
    assert manifest(store) == before
    assert before["publication_id"] in versions(store)


@pytest.mark.accept
def test_a_bucket_that_is_not_there_gives_a_line_without_secrets(publication, store, chosen):
    elsewhere = chosen.model_copy(update={"bucket": chosen.bucket.model_copy(update={"url": "s3://absent/tables"})})
    with pytest.raises(OSError, match="Bucket 'absent' not found") as refused:
        write_bucket(publication, elsewhere)
    assert "hunter2" not in str(refused.value)
