"""What each target holds, as ``publish/manifest.json``. It is written last, when everything that it names is there.

A target that failed keeps its entry of the publication before: that is what its readers find.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from tasks.settings import PublishSettings
from tasks.steps.publish.versions import remove_folders
from warehouse.publication import Publication
from warehouse.whole_files import swapped_in

Entry: TypeAlias = dict[str, Any]
# The longest that a reader may take from the manifest to its last file.
_READING = timedelta(minutes=10)
# Targets that write a folder for each publication.
_VERSIONED = ("parquet", "csv", "every_eval_ever")


def write_manifest(
    publication: Publication, settings: PublishSettings, written: Mapping[str, Path | str], failed: Iterable[str]
) -> None:
    """Swap in the manifest, then remove the folders that it does not name."""
    path = settings.folder / "manifest.json"
    before = entries_of(path.read_bytes()) if path.exists() else {}
    entries = {name: before[name] for name in failed if name in before}
    for name, place in written.items():
        shown = place.relative_to(settings.folder).as_posix() if isinstance(place, Path) else place
        entries[name] = entry(publication, settings, shown, before.get(name))
    with swapped_in(path) as building:
        building.write_text(as_text(entries), encoding="utf-8")
    for name in _VERSIONED:
        folder = settings.folder / name
        if name in written and folder.is_dir():
            remove_folders(folder, outdated((child.name for child in folder.iterdir()), entries[name]))


def entry(publication: Publication, settings: PublishSettings, path: str, before: Entry | None) -> Entry:
    """What a target holds: where, which publication, and the rows and the hash of each table.

    ``previous`` are the places that it had until some time, the newest first, whose readers may still read there.
    """
    tables = {name: {"rows": held.count_rows, "hash": held.content_hash} for name, held in publication.contents.items()}
    previous = [] if before is None else _previous(before, path)
    return {"path": path, "previous": previous, **publication.identity, "text": settings.text, "tables": tables}


def _previous(before: Entry, path: str) -> list[dict[str, str]]:
    """The place before, and older ones that were left a moment ago: publications may follow each other quickly."""
    now = datetime.now(UTC)
    left = [] if before["path"] == path else [{"path": before["path"], "until": now.isoformat(timespec="seconds")}]
    newest, *older = [*left, *before["previous"]] or [None]
    recent = [place for place in older if now - datetime.fromisoformat(place["until"]) < _READING]
    return [place for place in (newest, *recent) if place and place["path"] != path]


def as_text(entries: Mapping[str, Entry]) -> str:
    """The manifest with these entries."""
    return json.dumps({"targets": entries}, indent=1)


def entries_of(manifest: bytes) -> dict[str, Entry]:
    """The entries of a manifest; none where it is not one."""
    try:
        return dict(json.loads(manifest)["targets"])
    except (ValueError, KeyError, TypeError):
        return {}


def outdated(folders: Iterable[str], kept: Entry) -> list[str]:
    """Which folders of publications an entry does not name. Hidden ones are being written."""
    named = {PurePosixPath(place["path"]).name for place in (kept, *kept["previous"])}
    return [name for name in folders if name not in named and not name.startswith(".")]
