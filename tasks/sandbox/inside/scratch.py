"""The folder in which a program may write: fresh each time, of a limited size, and gone afterwards.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile

BYTES = 32 * 1024 * 1024
FILES = 1_000
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
    """A folder of the host, where no program can make folders or links or remove files. So its files are its size."""

    may_make_folders = False

    def __init__(self, parent: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="aligntax-sandbox-", dir=parent)

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
