"""Packed files and archives: unpacked a piece at a time, and refused where they unpack to far more than a text does.

Tested in tests/tasks/importers/test_read_responses.py.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from tasks.errors import InputError

# Bytes of a line and characters of a cell: as many as a server's answer may have.
LARGEST_RECORD = 16 * 2**20
# What is loaded whole may be larger, as long as no text is packed so well: a bomb is packed a thousandfold.
_MOST_UNPACKED_TIMES = 100
MOST_UNPACKED = 2**29
_PIECE = 2**20  # bytes that are unpacked at a time
# How a packing begins, what it adds to a name, and what unpacks it.
_PACKINGS: tuple[tuple[bytes, str, Callable[[IO[bytes]], Any]], ...] = (
    (b"\x1f\x8b", ".gz", lambda packed: gzip.GzipFile(fileobj=packed)),
    (b"BZh", ".bz2", bz2.BZ2File),
    (b"\xfd7zXZ\x00", ".xz", lzma.LZMAFile),
)
PACKED_ENDINGS = frozenset(ending for _, ending, _ in _PACKINGS)
_ZIP = b"PK\x03\x04"
UNREADABLE = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError),
    *(NotImplementedError, RuntimeError, MemoryError),
    *(ValueError, ArithmeticError, LookupError),  # of values that Python cannot hold, such as the year 292277
)


class _Unpacking(io.RawIOBase):
    """Unpacked bytes that are checked for a bomb while they are read, also where no line of them is long."""

    def __init__(self, unpacked: Any, name: str, count_packed: int) -> None:
        self._unpacked, self._name, self._count_packed = unpacked, name, count_packed

    def readable(self) -> bool:
        """They can be read."""
        return True

    def seekable(self) -> bool:
        """They can be read again, as archives are."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, which unpacks what is before it."""
        return int(self._unpacked.seek(offset, whence))

    def readinto(self, buffer: Any) -> int:
        """The next bytes.

        Raises:
            InputError: they are a bomb.
        """
        count = int(self._unpacked.readinto(buffer))
        check_growth(self._name, self._unpacked.tell(), self._count_packed, most=None)
        return count


class Unpacked(io.BufferedReader):
    """Unpacked bytes that know how many packed ones hold them."""

    def __init__(self, unpacked: Any, name: str, count_packed: int) -> None:
        super().__init__(_Unpacking(unpacked, name, count_packed))
        self.count_packed = count_packed


def check_growth(path: Path | str, count_unpacked: int, count_packed: int, *, most: int | None = MOST_UNPACKED) -> None:
    """Refuse packed bytes that unpack to far more than a text does, or, where they are loaded whole, to too many.

    Raises:
        InputError: they are a bomb, or can be unpacked by hand.
    """
    limit = max(LARGEST_RECORD, _MOST_UNPACKED_TIMES * count_packed)
    if count_unpacked > (limit if most is None else min(limit, most)):
        raise InputError(
            f"{path}: {count_packed:,} packed bytes unpack to more than {count_unpacked - 1:,}. Unpack it."
        )


def archive_of(
    stream: io.BufferedReader, name: str, stack: ExitStack
) -> tuple[Sequence[str], Callable[[str], Any]] | None:
    """The names of what is in an archive, and how one of it is opened; None where the file is not an archive."""
    if stream.peek(4).startswith(_ZIP):
        archive = stack.enter_context(zipfile.ZipFile(stream))
        return archive.namelist(), archive.open
    if name.endswith((".tar", ".tgz")):
        tar = tarfile.TarFile.open(fileobj=stream)
        stack.enter_context(tar)
        return [member.name for member in tar if member.isfile()], tar.extractfile
    return None


def unpacked(packed: io.BufferedReader, name: str, size: int, stack: ExitStack) -> tuple[io.BufferedReader, str]:
    """The uncompressed bytes and the name they had before compression; ``size`` is that of the file on disk."""
    head = packed.peek(6)[:6]
    for magic, ending, opened in _PACKINGS:
        if head.startswith(magic):
            return Unpacked(stack.enter_context(opened(packed)), name, size), name.removesuffix(ending)
    return packed, name


def whole(stream: io.BufferedReader, path: Path | str) -> bytes:
    """All bytes of a stream. What is packed is unpacked piece by piece, so that a bomb never fills the memory."""
    if not isinstance(stream, Unpacked):
        return stream.read()
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        check_growth(path, size, stream.count_packed)
        pieces.append(piece)
    return b"".join(pieces)


def gunzipped(content: bytes, place: Path | str) -> bytes:
    """The unpacked bytes of a gzip file.

    Raises:
        InputError: it is a bomb.
    """
    return whole(Unpacked(gzip.GzipFile(fileobj=io.BytesIO(content)), str(place), len(content)), place)
