"""What each target holds, as ``publish/manifest.json``. It is written last, when everything that it names is there.

A target that failed keeps its entry of the publication before: that is what its readers find.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tasks.settings import PublishSettings
from tasks.steps.publish.versions import remove_outdated
from warehouse.publication import Publication
from warehouse.whole_files import swapped_in

Entry: TypeAlias = dict[str, Any]
# Targets that write a folder for each publication.
VERSIONED = ("parquet",)


def write_manifest(
    publication: Publication, settings: PublishSettings, written: Mapping[str, Path | str], failed: Mapping[str, str]
) -> Path:
    """Swap in the manifest, then remove the folders that neither it nor the one before it names."""
    path = settings.folder / "manifest.json"
    before = read_manifest(path)
    entries = {name: entry for name, entry in before.items() if name in failed}
    facts = {**publication.identity, "text": settings.text, "tables": _tables(publication)}
    for name, place in written.items():
        shown = place.relative_to(settings.folder).as_posix() if isinstance(place, Path) else place
        entries[name] = {"path": shown, "previous_path": _previous(before.get(name), shown), **facts}
    with swapped_in(path) as building:
        building.write_text(json.dumps({"targets": entries}, indent=1), encoding="utf-8")
    for name in VERSIONED:
        places = [entries[name]["path"], entries[name]["previous_path"]] if name in entries else []
        remove_outdated(settings.folder / name, {Path(place).name for place in places if place})
    return path


def read_manifest(path: Path) -> dict[str, Entry]:
    """The entries of the targets, by name; none where nothing was published yet."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["targets"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(found)


def _previous(entry: Entry | None, path: str) -> str | None:
    """The newest other place of a target, which its readers may still read."""
    if entry is None:
        return None
    previous: str | None = entry["previous_path"] if entry["path"] == path else entry["path"]
    return previous


def _tables(publication: Publication) -> dict[str, Entry]:
    return {name: {"rows": held.count_rows, "hash": held.content_hash} for name, held in publication.contents.items()}
