"""Records from the bytes of one file: JSON Lines, JSON, CSV, Parquet or Arrow.

The first bytes decide the format, then the name. A JSON list is loaded whole; every other format is streamed. A line
may be as long as an answer of a server.

Tested in tests/tasks/importers/test_read_responses.py.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import IO, Any

from tasks.data_files.packing import LARGEST_RECORD, check_growth, whole
from tasks.errors import InputError, one_line

Record = dict[str, Any]

ENDINGS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".arrow")
_PARQUET_ROWS = 5_000
_LARGEST_BATCH = 2 * LARGEST_RECORD  # bytes of records that are made at once
_HEADER = 8_192  # bytes that are looked at for the mark between columns
_ARROW_MAGIC = (b"ARROW1", b"\xff\xff\xff\xff")  # the file format, and the stream format that data set caches hold
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # how text in UTF-16 begins, as spreadsheets save it
_DELIMITERS = ",;\t|"


def records_of(stream: io.BufferedReader, name: str, path: Path | str) -> Iterator[tuple[str, Record]]:
    """Yield (place, record) of unpacked bytes; ``name`` is the file's own, ``path`` what errors call it.

    Raises:
        InputError: the bytes are of no known kind or damaged, or one of them is not a record.
    """
    suffix = PurePath(name).suffix.lower()
    if stream.peek(2)[:2] in _WIDE and not stream.peek(4).startswith(_ARROW_MAGIC):
        stream = io.BufferedReader(io.BytesIO(whole(stream, path).decode("utf-16").encode()))
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
    content = whole(stream, path)
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
        source = stream if isinstance(stream.raw, io.FileIO) else io.BytesIO(whole(stream, path))  # others seek slowly
        size = source.seek(0, io.SEEK_END)
        with parquet.ParquetFile(source) as described:
            names, groups = described.schema_arrow.names, range(described.metadata.num_row_groups)
            texts = [field.name for field in described.schema_arrow if _is_text(field.type)]
            unpacked = sum(described.metadata.row_group(group).total_byte_size for group in groups)
        _check_names(names, path)
        check_growth(path, unpacked, size, most=None)
        source.seek(0)
        table = parquet.ParquetFile(source, read_dictionary=texts)
        for batch in table.iter_batches(batch_size=_PARQUET_ROWS):
            for record in _records_in(batch, path):
                number += 1
                yield f"row {number}", record
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not Parquet after row {number} ({error}).") from error


def _from_arrow(stream: io.BufferedReader, path: Path | str) -> Iterator[tuple[str, Record]]:
    import pyarrow as pa  # noqa: PLC0415 - as above

    number = 0
    try:
        is_file = stream.peek(6)[:6] == _ARROW_MAGIC[0]
        reader = pa.ipc.open_file(io.BytesIO(whole(stream, path))) if is_file else pa.ipc.open_stream(stream)
        _check_names(reader.schema.names, path)
        batches = map(reader.get_batch, range(reader.num_record_batches)) if is_file else reader
        for batch in batches:
            for record in _records_in(batch, path):
                number += 1
                yield f"row {number}", record
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not Arrow after row {number} ({error}).") from error


def _is_text(kind: Any) -> bool:
    from pyarrow import types  # noqa: PLC0415 - as above

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _records_in(batch: Any, path: Path | str) -> Iterator[Record]:
    """The records of a batch, a few at a time: a text that a dictionary holds once may stand in each of them.

    Raises:
        InputError: one of them is larger than any record.
    """
    if batch.num_rows > 1 and _most_bytes(batch) > _LARGEST_BATCH:
        half = batch.num_rows // 2
        yield from _records_in(batch.slice(0, half), path)
        yield from _records_in(batch.slice(half), path)
        return
    if batch.num_rows == 1 and _most_bytes(batch) > _LARGEST_BATCH:
        raise InputError(f"{path}: a row is larger than {_LARGEST_BATCH // 2**20} MB.")
    yield from batch.to_pylist()


def _most_bytes(batch: Any) -> int:
    """The most bytes that the records of a batch hold."""
    from pyarrow import compute, types  # noqa: PLC0415 - as above

    count = 0
    for column in batch.columns:
        count += column.nbytes
        if types.is_dictionary(column.type) and _is_text(column.type.value_type):
            lengths = compute.binary_length(column.dictionary)
            count += compute.sum(lengths.take(column.indices)).as_py() or 0
            count -= column.dictionary.nbytes
    return count


def _parsed(text: str) -> Any:
    """JSON, also with integers beyond the 4,300 digits that ``int()`` takes."""
    return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 300 else digits)


def _record(value: Any, place: str) -> Record:
    if not isinstance(value, dict):
        raise InputError(f"{place} is not an object but {type(value).__name__}.")
    return value


def _check_names(names: Sequence[str], path: Path | str) -> None:
    """Refuse a table in which two columns have one name, because only one of them would be read."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{path}: a column name occurs twice: {one_line(twice[0])!r}.")
