"""Replace files whole: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def swapped_in(path: Path) -> Iterator[Path]:
    """A place beside ``path`` to write to. It is moved to ``path`` at the end, and removed if the writing fails.

    Each process has a place of its own, so two that write the same file do not disturb each other. Whoever may read
    the file that is replaced may read the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f".{path.name}.{os.getpid()}")
    _remove(building)
    try:
        yield building
        if path.exists():
            building.chmod(stat.S_IMODE(path.stat().st_mode))
        building.replace(path)
    finally:
        _remove(building)


def _remove(path: Path) -> None:
    """Remove a file or folder and DuckDB's log beside it, where they exist."""
    for leftover in (path, Path(f"{path}.wal")):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink(missing_ok=True)
