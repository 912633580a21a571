"""Tables at a path: a file, packed or not, a folder or an archive.

Tested in tests/tasks/importers/test_read_responses.py.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePath

from tasks.data_files.packing import PACKED_ENDINGS, UNREADABLE, Unpacked, archive_of, check_growth, unpacked
from tasks.data_files.records import ENDINGS, Record, records_of
from tasks.errors import InputError, one_line


def read_records(path: Path) -> Iterator[tuple[str, Record]]:
    """Yield (place, record) of all tables at a path; see ``read_tables``."""
    for _, records in read_tables(path):
        yield from records


def read_tables(path: Path) -> Iterator[tuple[str, Iterator[tuple[str, Record]]]]:
    """Yield each table at a path: what messages call it, and its records with their places.

    A file is one table; a folder, or an archive, has one for each data file, in the order of their names. The place is
    a line of JSON Lines and CSV, a row counted from 1 elsewhere, behind the name of the file if there are several. Read
    the records of a table before the next table.

    Raises:
        InputError: the file is missing, damaged or of no known kind, or a line is not a record. Lines before the
            bad one were yielded already: land the whole iterator in one transaction.
    """
    if path.is_dir():
        for file in files_of(path):
            lead = f"{file.relative_to(path).as_posix()}: "
            for name, records in read_tables(file):
                yield name, _placed(records, lead)
        return
    check_file(path)
    try:
        with ExitStack() as stack:
            for name, records in _tables_in(path, stack):
                yield name, _readable(records, path)
    except UNREADABLE as error:
        raise _unreadable(path, error) from error


def check_file(path: Path) -> None:
    """Take files only: a device never ends, and a pipe may never begin.

    Raises:
        InputError: the message says what is at the path.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no such file.") from None
    except OSError as error:  # such as a link that leads to itself
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise InputError(f"{path}: expected a file, found {kind}.")


def _placed(records: Iterator[tuple[str, Record]], lead: str) -> Iterator[tuple[str, Record]]:
    return ((f"{lead}{place}", record) for place, record in records)


def _readable(records: Iterator[tuple[str, Record]], path: Path) -> Iterator[tuple[str, Record]]:
    try:
        yield from records
    except UNREADABLE as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: BaseException) -> InputError:
    return InputError(f"{path}: cannot be read ({type(error).__name__}: {one_line(error)}).")


def files_of(path: Path) -> list[Path]:
    """The file itself, or the data files of a folder and its sub-folders in the order of their names.

    Raises:
        InputError: the folder holds none.
    """
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and _is_data(str(file.relative_to(path)))]
    if not files:
        raise InputError(f"{path}: the folder holds no data file ({', '.join(ENDINGS)}).")
    return files


def _is_data(name: str) -> bool:
    """Say whether a name in a folder or an archive is that of a data file, packed or not; hidden files are left out."""
    path = PurePath(name)
    plain = path.with_suffix("") if path.suffix.lower() in PACKED_ENDINGS else path
    return plain.suffix.lower() in ENDINGS and not any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _tables_in(path: Path, stack: ExitStack) -> Iterator[tuple[str, Iterator[tuple[str, Record]]]]:
    """The table of a file, or that of each data file in an archive; the only file of an archive needs no name."""
    size = path.stat().st_size
    stream, name = unpacked(stack.enter_context(path.open("rb")), path.name, size, stack)
    archive = archive_of(stream, name, stack)
    if archive is None:
        yield str(path), records_of(stream, name, path)
        return
    names, opened = archive
    members = _data_members(names, path)
    count = 0
    for member in members:
        with ExitStack() as inner:
            packed = Unpacked(inner.enter_context(opened(member)), member, size)
            is_only = len(members) == 1
            place = str(path) if is_only else f"{path}: {member}"
            records = records_of(*unpacked(packed, member, size, inner), place)
            yield place, _placed(records, "" if is_only else f"{member}: ")
            count += packed.tell()
            check_growth(path, count, size, most=None)  # of all members together


def _data_members(names: Iterable[str], path: Path) -> list[str]:
    """The data files of an archive in the order of their names; its only file may have any name."""
    files = [name for name in names if not name.endswith("/") and not name.startswith("__MACOSX")]
    found = sorted(name for name in files if _is_data(name)) or (files if len(files) == 1 else [])
    if not found:
        raise InputError(f"{path}: the archive holds no data file ({', '.join(ENDINGS)}).")
    return found
