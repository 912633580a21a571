"""Publish the Parquet files in storage that speaks S3, and last a manifest that names their folder.

Keys come from the environment, as every client of S3 reads them (``AWS_ACCESS_KEY_ID``, ``AWS_PROFILE`` and the like).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tasks.settings import BucketSettings, PublishSettings
from tasks.steps.publish.manifest import Entry, as_text, entries_of, entry, outdated
from warehouse.publication import Publication
from warehouse.whole_files import own_folder

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem

_CONNECT_S, _ANSWER_S = 15, 60


def write_bucket(publication: Publication, settings: PublishSettings) -> str:
    """Add the folder of this publication to the bucket, then name it in the manifest; returns the folder's address."""
    from pyarrow.fs import copy_files  # noqa: PLC0415 - its start takes a moment, and few publish there

    if settings.bucket is None:
        raise ValueError("publish.bucket is not configured")
    parts = urlsplit(settings.bucket.url)
    root = f"{parts.netloc}/{parts.path.strip('/')}".rstrip("/")
    store = _store(settings.bucket)
    before = _manifest(store, f"{root}/manifest.json")
    path = f"parquet/{publication.identity['publication_id']}"
    new = entry(publication, settings, path, before.get("parquet"))
    if before.get("parquet") != new or not _is_whole(store, f"{root}/{path}", publication.parquet_names):
        with own_folder(settings.folder, ".bucket-") as folder:
            publication.parquet(folder)
            copy_files(str(folder), f"{root}/{path}", destination_filesystem=store)
        with store.open_output_stream(f"{root}/manifest.json") as stream:
            stream.write(as_text({"parquet": new}).encode())
        _remove_outdated(store, f"{root}/parquet", new)
    return f"s3://{root}/{path}"


def _store(bucket: BucketSettings) -> S3FileSystem:
    from pyarrow.fs import S3FileSystem  # noqa: PLC0415 - see write_bucket

    return S3FileSystem(
        endpoint_override=bucket.endpoint,
        region=bucket.region,
        connect_timeout=_CONNECT_S,
        request_timeout=_ANSWER_S,
    )


def _is_whole(store: S3FileSystem, folder: str, names: Sequence[str]) -> bool:
    """Whether a folder has the files of some names: rules of a bucket may remove what is old."""
    return all(found.is_file for found in store.get_file_info([f"{folder}/{name}" for name in names]))


def _manifest(store: S3FileSystem, place: str) -> dict[str, Entry]:
    """The entries of the manifest that is there; none before the first publication."""
    try:
        with store.open_input_file(place) as stream:
            return entries_of(stream.read())
    except FileNotFoundError:
        return {}


def _remove_outdated(store: S3FileSystem, parent: str, kept: Entry) -> None:
    """Remove the folders that the manifest does not name."""
    from pyarrow.fs import FileSelector  # noqa: PLC0415 - see write_bucket

    names = [found.base_name for found in store.get_file_info(FileSelector(parent))]
    for name in outdated(names, kept):
        store.delete_dir(f"{parent}/{name}")
