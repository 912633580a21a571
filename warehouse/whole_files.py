"""Replace files whole: a reader sees the old file or the new one, never half of one.

A process that is killed while it writes leaves a folder behind, and the next that writes the same file removes it.
"""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def swapped_in(path: Path) -> Iterator[Path]:
    """A place to write to. It is moved to ``path`` at the end, and removed if the writing fails.

    Each process has a place of its own, so two that write the same file do not disturb each other. Whoever may read
    the file that is replaced may read the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with own_folder(path.parent, f".{path.name}.building-") as folder:
        building = folder / path.name
        yield building
        if path.exists():
            building.chmod(stat.S_IMODE(path.stat().st_mode))
        building.replace(path)


@contextmanager
def own_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A private folder that is gone at the end. Those of the same prefix that a killed process left are removed, too.

    A process locks its folder, and the kernel opens the lock when the process ends, however it ends.
    """
    for left in parent.glob(f"{glob.escape(prefix)}*"):
        _remove_if_left(left)
    folder, lock = _locked_folder(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder(parent: Path, prefix: str) -> tuple[Path, int]:
    """A new folder and the descriptor that holds its lock. Where a file system has no locks, it has none."""
    while True:
        folder = Path(mkdtemp(prefix=prefix, dir=parent))
        with suppress(FileNotFoundError):  # another process removed it before it was locked
            lock = os.open(folder, os.O_RDONLY)
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _remove_if_left(folder: Path) -> None:
    """Remove a folder if nobody holds its lock."""
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        finally:
            os.close(lock)
