"""The folder in which a program may write: fresh each time, of a limited size, and gone afterwards.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import shutil
import tempfile

# A folder without a mount is measured once a tick, and a program writes on until then: half of the 64 MB it may take.
BYTES = 32 * 1024 * 1024
FILES = 1_000
_PREFIX = "aligntax-scratch-"
_CLONE_NEWNS, _MS_NOSUID_NODEV = 0x20000, 0x2 | 0x4


class Mounted:
    """A file system in memory, mounted for one program in a namespace of its own. The kernel holds its size."""

    may_make_folders = True

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def enter(self, libc: ctypes.CDLL) -> None:
        """Mount it, in the process that becomes the program.

        Raises:
            OSError: the kernel refused.
        """
        options = f"size={BYTES},nr_inodes={FILES},mode=0700".encode()
        if libc.unshare(_CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "no namespace for the scratch folder")
        if libc.mount(b"scratch", self.folder.encode(), b"tmpfs", _MS_NOSUID_NODEV, options) != 0:
            raise OSError(ctypes.get_errno(), "no file system for the scratch folder")
        os.chdir(self.folder)

    def is_flooded(self) -> bool:
        """Never: the kernel refuses what would not fit."""
        return False

    def clear(self) -> None:
        """Nothing: it went with its program."""

    def remove(self) -> None:
        """Nothing, as well."""


class Flat:
    """A folder of the host, where no program can make folders or links or remove files. So its files are its size.

    Its owner locks it, and the kernel opens the lock when the owner ends. So what a killed owner left is known.
    """

    may_make_folders = False

    def __init__(self, parent: str) -> None:
        _remove_left(parent)
        while True:
            self.folder = tempfile.mkdtemp(prefix=_PREFIX, dir=parent)
            with contextlib.suppress(FileNotFoundError):  # another process removed it before it was locked
                self._lock = os.open(self.folder, os.O_RDONLY)
                with contextlib.suppress(OSError):  # a file system without locks
                    fcntl.flock(self._lock, fcntl.LOCK_EX)
                if os.path.isdir(self.folder):  # noqa: PTH112 - as text, as everywhere here
                    return
                os.close(self._lock)

    def enter(self, _: ctypes.CDLL) -> None:
        """Go there, in the process that becomes the program."""
        os.chdir(self.folder)

    def is_flooded(self) -> bool:
        """Whether the program has written more than it may."""
        count = size = 0
        with os.scandir(self.folder) as entries:
            for entry in entries:
                count += 1
                size += entry.stat(follow_symlinks=False).st_blocks * 512
                if count > FILES or size > BYTES:
                    return True
        return False

    def clear(self) -> None:
        """Remove what the program wrote. The folder stays for the next."""
        for entry in list(os.scandir(self.folder)):
            os.unlink(entry.path)  # noqa: PTH108 - a program can make files only

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _remove_left(parent: str) -> None:
    """Remove our own folders that nobody holds any more. A folder of another user, or a link, is left alone."""
    for entry in os.scandir(parent):
        if not entry.name.startswith(_PREFIX):
            continue
        with contextlib.suppress(OSError):
            lock = os.open(entry.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_uid == os.geteuid():
                    shutil.rmtree(entry.path)
            finally:
                os.close(lock)
