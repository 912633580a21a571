"""Read records (dictionaries and their places) from JSON Lines, JSON, CSV, Parquet and Arrow.

A file may be packed, and may be alone, in a folder or in an archive.

The first bytes of a file decide its format, then its name. A JSON list is loaded whole; every other format is streamed.
A line may be as long as an answer of a server, and packed bytes that unpack to far more than a text does are refused.
Must not know what the columns mean.

Tested in tests/tasks/importers/test_read_responses.py.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePath
from typing import IO, Any

from tasks.errors import InputError, one_line

Record = dict[str, Any]


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


class _Unpacked(io.BufferedReader):
    """Unpacked bytes that know how many packed ones hold them."""

    def __init__(self, unpacked: Any, name: str, count_packed: int) -> None:
        super().__init__(_Unpacking(unpacked, name, count_packed))
        self.count_packed = count_packed


# Bytes of a line and characters of a cell: as many as a server's answer may have.
LARGEST_RECORD = 16 * 2**20
# What is loaded whole may be larger, as long as no text is packed so well: a bomb is packed a thousandfold.
_MOST_UNPACKED_TIMES = 100
MOST_UNPACKED = 2**29
_PIECE = 2**20  # bytes that are unpacked at a time
_PARQUET_ROWS = 5_000
_HEADER = 8_192  # bytes that are looked at for the mark between columns
ENDINGS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".arrow")
_ARROW_MAGIC = (b"ARROW1", b"\xff\xff\xff\xff")  # the file format, and the stream format that data set caches hold
# How a packing begins, what it adds to a name, and what unpacks it.
_PACKINGS: tuple[tuple[bytes, str, Callable[[IO[bytes]], Any]], ...] = (
    (b"\x1f\x8b", ".gz", lambda packed: gzip.GzipFile(fileobj=packed)),
    (b"BZh", ".bz2", bz2.BZ2File),
    (b"\xfd7zXZ\x00", ".xz", lzma.LZMAFile),
)
_ZIP = b"PK\x03\x04"
_PACKED_ENDINGS = frozenset(ending for _, ending, _ in _PACKINGS)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - full width, as Excel reads it
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # how text in UTF-16 begins, as spreadsheets save it
_DELIMITERS = ",;\t|"
UNREADABLE = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError),
    *(NotImplementedError, RuntimeError),
    *(ValueError, ArithmeticError, LookupError),  # of values that Python cannot hold, such as the year 292277
)


def no_formula(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula (OWASP, CSV injection); ``of_cell`` reads it back."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def of_cell(cell: str) -> str:
    """The text of a cell that ``no_formula`` made."""
    text = cell.removeprefix("'")
    return text if no_formula(text) == cell else cell


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
    """Refuse what is no file: a device never ends, and a pipe may never begin.

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


def _placed(records: Iterator[tuple[str, Record]], lead: str) -> Iterator[tuple[str, Record]]:
    return ((f"{lead}{place}", record) for place, record in records)


def _readable(records: Iterator[tuple[str, Record]], path: Path) -> Iterator[tuple[str, Record]]:
    try:
        yield from records
    except UNREADABLE as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: BaseException) -> InputError:
    return InputError(f"{path}: cannot be read ({type(error).__name__}: {one_line(error)}).")


def _check_names(names: Sequence[str], path: Path | str) -> None:
    """Refuse a table in which two columns have one name, because only one of them would be read."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{path}: a column name occurs twice: {one_line(twice[0])!r}.")


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
    """Say whether a name in a folder or an archive is that of a data file, packed or not; hidden files are none."""
    path = PurePath(name)
    plain = path.with_suffix("") if path.suffix.lower() in _PACKED_ENDINGS else path
    return plain.suffix.lower() in ENDINGS and not any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _tables_in(path: Path, stack: ExitStack) -> Iterator[tuple[str, Iterator[tuple[str, Record]]]]:
    """The table of a file, or that of each data file in an archive; the only file of an archive needs no name."""
    size = path.stat().st_size
    stream, name = _unpacked(stack.enter_context(path.open("rb")), path.name, size, stack)
    archive = _archive(stream, name, stack)
    if archive is None:
        yield str(path), records_of(stream, name, path)
        return
    names, opened = archive
    members = _data_members(names, path)
    for member in members:
        with ExitStack() as inner:
            packed = _Unpacked(inner.enter_context(opened(member)), member, size)
            is_only = len(members) == 1
            place = str(path) if is_only else f"{path}: {member}"
            records = records_of(*_unpacked(packed, member, size, inner), place)
            yield place, _placed(records, "" if is_only else f"{member}: ")


def _archive(
    stream: io.BufferedReader, name: str, stack: ExitStack
) -> tuple[Sequence[str], Callable[[str], Any]] | None:
    """The names of what is in an archive, and how one of it is opened; None for a file that is no archive."""
    if stream.peek(4).startswith(_ZIP):
        archive = stack.enter_context(zipfile.ZipFile(stream))
        return archive.namelist(), archive.open
    if name.endswith((".tar", ".tgz")):
        tar = tarfile.TarFile.open(fileobj=stream)
        stack.enter_context(tar)
        return [member.name for member in tar if member.isfile()], tar.extractfile
    return None


def _unpacked(packed: io.BufferedReader, name: str, size: int, stack: ExitStack) -> tuple[io.BufferedReader, str]:
    """The uncompressed bytes and the name they had before compression; ``size`` is that of the file on disk."""
    head = packed.peek(6)[:6]
    for magic, ending, opened in _PACKINGS:
        if head.startswith(magic):
            return _Unpacked(stack.enter_context(opened(packed)), name, size), name.removesuffix(ending)
    return packed, name


def _data_members(names: Iterable[str], path: Path) -> list[str]:
    """The data files of an archive in the order of their names; its only file may have any name."""
    files = [name for name in names if not name.endswith("/") and not name.startswith("__MACOSX")]
    found = sorted(name for name in files if _is_data(name)) or (files if len(files) == 1 else [])
    if not found:
        raise InputError(f"{path}: the archive holds no data file ({', '.join(ENDINGS)}).")
    return found


def records_of(stream: io.BufferedReader, name: str, path: Path | str) -> Iterator[tuple[str, Record]]:
    """Yield (place, record) of unpacked bytes; ``name`` is the file's own, ``path`` what errors call it.

    Raises:
        InputError: as ``read_records``.
    """
    suffix = PurePath(name).suffix.lower()
    if stream.peek(2)[:2] in _WIDE and not stream.peek(4).startswith(_ARROW_MAGIC):
        stream = io.BufferedReader(io.BytesIO(_whole(stream, path).decode("utf-16").encode()))
    head = stream.peek(64)[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:4] == b"PAR1":
        return _from_parquet(stream, path)
    if head.startswith(_ARROW_MAGIC):
        return _from_arrow(stream, path)
    if suffix in {".csv", ".tsv"}:
        return _from_csv(stream, path, delimiter="\t" if suffix == ".tsv" else _delimiter_of(stream))
    if head[:1] == b"[" or suffix == ".json":
        return _from_json(stream, path)
    if head[:1] == b"{" or suffix in {".jsonl", ".ndjson"}:
        return _from_lines(stream, path)
    raise InputError(f"{path}: expected JSON Lines, JSON, CSV, Parquet or Arrow, found {head[:16]!r}.")


def _whole(stream: io.BufferedReader, path: Path | str) -> bytes:
    """All bytes of a stream. What is packed is unpacked piece by piece, so that a bomb never fills the memory."""
    if not isinstance(stream, _Unpacked):
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
    return _whole(_Unpacked(gzip.GzipFile(fileobj=io.BytesIO(content)), str(place), len(content)), place)


def _from_lines(stream: IO[bytes], path: Path | str) -> Iterator[tuple[str, Record]]:
    for number, raw in enumerate(iter(partial(stream.readline, LARGEST_RECORD), b""), start=1):
        if len(raw) == LARGEST_RECORD:
            raise InputError(f"{path}: line {number} is longer than {LARGEST_RECORD // 2**20} MB.")
        try:
            text = raw.decode("utf-8-sig")
            if not text.strip():
                continue
            record = _parsed(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: line {number} is not JSON ({error}).") from error
        yield f"line {number}", _record(record, f"{path}: line {number}")


def _from_json(stream: io.BufferedReader, path: Path | str) -> Iterator[tuple[str, Record]]:
    content = _whole(stream, path)
    try:
        document = _parsed(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # one object per line under the name .json
            yield from _from_lines(io.BytesIO(content), path)
            return
        raise InputError(f"{path}: not JSON ({error}).") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}).") from error
    for number, record in enumerate(_list_in(document, path), start=1):
        yield f"row {number}", _record(record, f"{path}: row {number}")


def _list_in(document: Any, path: Path | str) -> list[Any]:
    """The list itself, or the only list of objects inside an object (``{"version": 1, "outputs": [...]}``)."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        lists = [v for v in document.values() if isinstance(v, list) and v and all(isinstance(r, dict) for r in v)]
        if len(lists) == 1:
            return lists[0]
        if not lists:
            return [document]
    raise InputError(f"{path}: expected a list of objects, found {type(document).__name__} without exactly one.")


def _delimiter_of(stream: io.BufferedReader) -> str:
    """What parts the columns of a table: the mark that stands most often in its first line, outside quotes."""
    line = stream.peek(_HEADER)[:_HEADER].splitlines()[:1]
    plain = re.sub(r'"[^"]*"', "", line[0].decode("utf-8", "replace")) if line else ""
    return max(_DELIMITERS, key=plain.count)


def _from_csv(stream: IO[bytes], path: Path | str, *, delimiter: str) -> Iterator[tuple[str, Record]]:
    """Rows of text; an empty cell is None, because CSV cannot tell an empty text from a missing one."""
    csv.field_size_limit(LARGEST_RECORD)  # process-wide, and only ever raised
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
        _check_names(header, path)
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise InputError(f"{path}: line {reader.line_num} has {len(row)} cells, the header {len(header)}.")
            yield f"line {reader.line_num}", {name: cell or None for name, cell in zip(header, row, strict=True)}
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path}: line {reader.line_num + 1} is not CSV ({error}).") from error
    finally:
        text.detach()  # or the wrapper would close the file behind the back of whoever opened it


def _from_parquet(stream: io.BufferedReader, path: Path | str) -> Iterator[tuple[str, Record]]:
    import pyarrow as pa  # noqa: PLC0415 - a third of a second that the other formats need not pay
    from pyarrow import parquet  # noqa: PLC0415

    number = 0
    try:
        source = stream if isinstance(stream.raw, io.FileIO) else io.BytesIO(_whole(stream, path))  # others seek slowly
        table = parquet.ParquetFile(source)
        _check_names(table.schema_arrow.names, path)
        for batch in table.iter_batches(batch_size=_PARQUET_ROWS):
            for record in batch.to_pylist():
                number += 1
                yield f"row {number}", record
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not Parquet after row {number} ({error}).") from error


def _from_arrow(stream: io.BufferedReader, path: Path | str) -> Iterator[tuple[str, Record]]:
    import pyarrow as pa  # noqa: PLC0415 - as above

    number = 0
    try:
        is_file = stream.peek(6)[:6] == _ARROW_MAGIC[0]
        reader = pa.ipc.open_file(io.BytesIO(_whole(stream, path))) if is_file else pa.ipc.open_stream(stream)
        _check_names(reader.schema.names, path)
        batches = map(reader.get_batch, range(reader.num_record_batches)) if is_file else reader
        for batch in batches:
            for record in batch.to_pylist():
                number += 1
                yield f"row {number}", record
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not Arrow after row {number} ({error}).") from error


def _parsed(text: str) -> Any:
    """JSON, also with integers beyond the 4,300 digits that ``int()`` takes."""
    return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 300 else digits)


def _record(value: Any, place: str) -> Record:
    if not isinstance(value, dict):
        raise InputError(f"{place} is not an object but {type(value).__name__}.")
    return value
