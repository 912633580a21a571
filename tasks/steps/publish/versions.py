"""Folders with the files of one publication each. A folder is complete when it appears, and never changes after that.

The manifest names the newest one, so that a reader who reads several files reads one publication. The folders before
that it names stay for readers of the manifests before.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from warehouse.whole_files import own_folder


def version_folder(parent: Path, version: str, write: Callable[[Path], object], names: Iterable[str] = ()) -> Path:
    """The folder ``parent/version``, filled by ``write`` unless it is there already with the files of some names."""
    folder = parent / version
    if not folder.exists() or not all((folder / name).exists() for name in names):
        parent.mkdir(parents=True, exist_ok=True)
        with own_folder(parent, ".building-") as building:
            write(building / version)
            _open_as(parent, building / version)
            with suppress(FileNotFoundError):
                folder.rename(building / "damaged")
            (building / version).rename(folder)
    return folder


def _open_as(parent: Path, folder: Path) -> None:
    """Whoever may read the folders before may read this one."""
    mode = stat.S_IMODE(parent.stat().st_mode)
    for path in (folder, *folder.rglob("*")):
        path.chmod(mode if path.is_dir() else mode & 0o666)


def remove_folders(parent: Path, names: Iterable[str]) -> None:
    """Remove some folders of ``parent``."""
    for name in names:
        shutil.rmtree(parent / name, ignore_errors=True)
