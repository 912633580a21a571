"""What each target holds, as ``publish/manifest.json``. It is written last, when everything that it names is there.

The entry of a target that failed names the publication before, which its readers still find. The entry of a target
that is switched off moves from ``targets`` to ``left``, and stays there until somebody deletes the files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
# A date and hashes. Only folders with such a name are ours to remove.
_PUBLICATION = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{16}(-[0-9a-f]{8})?")
_TEXTS = ("none", "hash", "full")  # of these, each tells more than the one before


@dataclass(frozen=True, slots=True)
class Standing:
    """What the newest publication lacks.

    Attributes:
        failed: Targets that could not be written.
        left: The dates of the publications that are left of targets that are switched off, by the path of their files.
    """

    failed: Sequence[str]
    left: Mapping[Path, str]


def standing(folder: Path) -> Standing:
    """How the targets of a folder of publications stand."""
    manifest = _read(folder)
    left = {_place(folder, held): held["as_of_date"] for held in manifest.get("left", {}).values()}
    return Standing(manifest.get("failed", ()), {path: date for path, date in left.items() if path.exists()})


def write_manifest(
    publication: Publication, settings: PublishSettings, written: Mapping[str, Path | str], failed: Iterable[str]
) -> None:
    """Swap in the manifest, then remove the folders that it does not name."""
    path, manifest = settings.folder / "manifest.json", _read(settings.folder)
    before = {**manifest.get("left", {}), **manifest["targets"]}
    failed = sorted(failed)
    entries = {name: before[name] for name in failed if name in before}
    for name, place in written.items():
        shown = place.relative_to(settings.folder).as_posix() if isinstance(place, Path) else place
        entries[name] = entry(publication, settings, shown, before.get(name))
    with swapped_in(path) as building:
        left = _left(settings.folder, before, written, failed)
        building.write_text(as_text(entries, failed=failed, left=left), encoding="utf-8")
    for name in _VERSIONED:
        folder = settings.folder / name
        if name in written and folder.is_dir():
            remove_folders(folder, outdated((child.name for child in folder.iterdir()), entries[name]))


def entry(publication: Publication, settings: PublishSettings, path: str, before: Entry | None) -> Entry:
    """What a target holds: where, which publication, and the rows and the hash of each table.

    ``previous`` are the places that it had until some time, the newest first, whose readers may still read there.
    Places with texts that are published no more are not kept for them.
    """
    tables = {name: {"rows": held.count_rows, "hash": held.content_hash} for name, held in publication.contents.items()}
    previous = [] if before is None or _goes(before, settings) else _previous(before, path)
    return {"path": path, "previous": previous, **publication.identity, "text": settings.text, "tables": tables}


def _goes(before: Entry, settings: PublishSettings) -> bool:
    """Whether an entry's files hold more of the texts of harmful benchmarks than are published now."""
    return _TEXTS.index(before["text"]) > _TEXTS.index(settings.text)


def _previous(before: Entry, path: str) -> list[dict[str, str]]:
    """The place before, and older ones that were left a moment ago: publications may follow each other quickly."""
    now = datetime.now(UTC)
    left = [] if before["path"] == path else [{"path": before["path"], "until": now.isoformat(timespec="seconds")}]
    newest, *older = [*left, *before["previous"]] or [None]
    recent = [place for place in older if now - datetime.fromisoformat(place["until"]) < _READING]
    return [place for place in (newest, *recent) if place and place["path"] != path]


def _left(folder: Path, before: Mapping[str, Entry], *present: Iterable[str]) -> dict[str, Entry]:
    """The entries of targets that are switched off and whose files are still here."""
    names = before.keys() - {name for some in present for name in some}
    return {name: before[name] for name in sorted(names) if _place(folder, before[name]).exists()}


def _place(folder: Path, held: Entry) -> Path:
    """The file of a target, or the folder with all its publications."""
    return folder / PurePosixPath(held["path"]).parts[0]


def as_text(entries: Mapping[str, Entry], **more: object) -> str:
    """The manifest with these entries."""
    return json.dumps({"targets": entries, **{name: value for name, value in more.items() if value}}, indent=1)


def entries_of(manifest: bytes) -> dict[str, Entry]:
    """The entries of a manifest; none where it is not one."""
    return dict(_document(manifest)["targets"])


def _read(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    return _document(path.read_bytes() if path.exists() else b"")


def _document(manifest: bytes) -> dict[str, Any]:
    """A manifest; one without targets where it is not one."""
    try:
        found = json.loads(manifest)
        return {**found, "targets": dict(found["targets"])}
    except (ValueError, KeyError, TypeError):
        return {"targets": {}}


def outdated(names: Iterable[str], kept: Entry) -> list[str]:
    """Which folders of publications an entry does not name. What else lies beside them is somebody's own."""
    named = {PurePosixPath(place["path"]).name for place in (kept, *kept["previous"])}
    return [name for name in names if name not in named and _PUBLICATION.fullmatch(name)]
