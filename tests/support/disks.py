"""A small disk of its own for a folder, which a test fills or makes read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BALLAST = "ballast"


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder with a disk of its own."""

    folder: Path

    def fill(self, *, but_bytes: int) -> None:
        """Leave so many bytes free."""
        size = shutil.disk_usage(self.folder).free - but_bytes
        with (self.folder / _BALLAST).open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, size)

    def make_read_only(self) -> None:
        """Nothing can be written from now on."""
        _run_as_root("mount", "-o", "remount,ro", str(self.folder))

    def mend(self) -> None:
        """Give the room back, and let programs write."""
        _run_as_root("mount", "-o", "remount,rw", str(self.folder))
        (self.folder / _BALLAST).unlink(missing_ok=True)


@contextmanager
def disk(folder: Path, *, size_mb: int) -> Iterator[Disk]:
    """A disk at an empty folder, which is gone with its contents at the end.

    Raises:
        OSError: this machine lets us mount nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _run_as_root("mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=700,uid={os.geteuid()}", "tests", str(folder))
    try:
        yield Disk(folder)
    finally:
        _run_as_root("umount", "--lazy", str(folder))


def _run_as_root(*arguments: str) -> None:
    sudo = ("sudo", "-n") if os.geteuid() else ()
    done = subprocess.run([*sudo, *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.stderr.strip())
