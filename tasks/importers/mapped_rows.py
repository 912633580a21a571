"""Read one value of a table as text, whole number or amount, and find which column holds which field of ours.

Tested in tests/tasks/importers/test_read_responses.py.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import polars as pl

from tasks.data_files.tables import read_tables
from tasks.errors import InputError, UnknownName

_SNIFFED = 1_000  # records whose keys count as the file's columns; a fixed number, so that batch sizes change nothing
MOST_REPEATS = 100_000
_MOST_LISTED = 30  # columns that a message names
_MOST_KNOWN = 200_000  # texts of a column
_LARGEST = 2**53  # above it a float does not hold every whole number exactly

Converter = Callable[[Any], Any]


def as_text(value: Any) -> str | None:
    """Text that a column can hold: whole numbers without ".0", lone surrogates as U+FFFD, a list of one unwrapped.

    Raises:
        ValueError: several values, or an object, where one text is expected.
    """
    while isinstance(value, list | tuple):
        if len(value) > 1:
            raise ValueError(f"holds {len(value)} values where one is expected")
        value = value[0] if value else None
    if isinstance(value, dict):
        inside = ", ".join(map(str, value))
        raise ValueError(f"is an object of {inside}; map what is inside as COLUMN.KEY")  # noqa: TRY004 - a fault of the file, not a bug
    if isinstance(value, bytes):
        raise ValueError("is bytes, not text")  # noqa: TRY004 - as above
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = f"{value:.0f}"
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:  # JSON may spell half a pair: "\ud800"
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def as_id(value: Any) -> str | None:
    """Text without outer blanks; an empty text counts as no id."""
    return (as_text(value) or "").strip() or None


def as_amount(value: Any) -> float | None:
    """A finite number of at least 0.

    Raises:
        ValueError: anything else, except nothing at all.
    """
    text = as_id(value)
    if text is None:
        return None
    amount = {"true": 1.0, "false": 0.0}.get(text.lower())
    if amount is None:
        try:
            amount = float(text)
        except ValueError:
            raise ValueError(f"is {text[:40]!r}, not a number") from None
    if not (math.isfinite(amount) and amount >= 0):
        raise ValueError(f"is {text[:40]!r}, not a finite number of at least 0")
    return amount


def as_proportion(value: Any) -> float | None:
    """A number from 0 to 1.

    Raises:
        ValueError: anything else, except nothing at all.
    """
    amount = as_amount(value)
    if amount is not None and amount > 1:
        raise ValueError(f"is {amount:g}, not a number from 0 to 1")
    return amount


def as_count(value: Any) -> int | None:
    """A whole number of at least 0 that 64 bits can hold.

    Raises:
        ValueError: anything else, except nothing at all.
    """
    amount = as_amount(value)
    if amount is None:
        return None
    if not amount.is_integer() or amount > _LARGEST:
        raise ValueError(f"is {value!r}, not a whole number in range")
    return int(amount)


def as_index(value: Any) -> int | None:
    """A count that 32 bits can hold."""
    count = as_count(value)
    if count is not None and count >= 2**31:
        raise ValueError(f"is {value!r}, not a number below 2**31")
    return count


def as_texts(value: Any) -> tuple[str | None, ...]:
    """The texts of one value: several where it is a list.

    Raises:
        ValueError: an object or bytes where texts are expected.
    """
    return tuple(map(as_text, value)) if isinstance(value, list | tuple) and value else (as_text(value),)


def as_json(value: Any) -> str | None:
    """A list or an object as JSON; nothing for anything else."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else None


def value_at(record: Mapping[str, Any], path: str) -> Any:
    """What stands in a column, or behind a path into objects and lists (``choices.0.text``); None if there is nothing.

    Several, joined by ``+``, give a list. A column whose own name has such marks comes first.
    """
    if path in record:
        return record[path]
    if "+" in path:
        return [value_at(record, part) for part in path.split("+")]
    value: Any = record
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def columns_of(
    name: str,
    mapping: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]],
    head: Sequence[Mapping[str, Any]],
) -> dict[str, str]:
    """Which column of the file holds which of our fields: as mapped, else the first alias that exists.

    Aliases are compared without regard to capitals, blanks and hyphens. A mapped column may be a path into objects, and
    several columns, joined by ``+``, stand for a list.

    Raises:
        UnknownName: a mapped field that we do not have.
        InputError: a mapped column that the first records do not have.
    """
    known = {_plain(column): column for record in head for column in record}

    def found(alias: str) -> str | None:
        parts = [known.get(part) for part in alias.split("+")]
        return None if None in parts else "+".join(map(str, parts))

    for field, column in mapping.items():
        if field not in aliases:
            raise UnknownName.of("field of an import", field, aliases)
        if column not in known.values() and all(value_at(record, column) is None for record in head):
            raise InputError(f"{name}: no column {column!r} for {field}. {_listed(head)}")
    named = {field: next(filter(None, map(found, names)), None) for field, names in aliases.items()}
    return {field: column for field, column in {**named, **mapping}.items() if column is not None}


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().casefold())


def _listed(head: Sequence[Mapping[str, Any]]) -> str:
    """The columns of some records, and what the objects among them hold."""
    columns = {name: value for record in reversed(head) for name, value in record.items()}
    names = [f"{n}.{key}" for n, v in columns.items() if isinstance(v, Mapping) for key in v]
    found = [*columns, *names]
    others = f" and {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    return f"Columns: {', '.join(found[:_MOST_LISTED])}{others}."


def mapped_rows(
    paths: Iterable[Path],
    mapping: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]],
    cells: Mapping[str, Converter],
    *,
    required: Sequence[str],
    pair: tuple[str, str] | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place with its file, our fields) of each record; a field without a column is absent.

    ``pair`` names two fields of ours whose values may also come as one object, ``{"id 1": "text 1", ...}``.

    Raises:
        InputError: a required field has no column, a file has no rows, or a value is not what it should be;
            the message names its place and column.
    """
    for path, columns, records in _mapped_tables(paths, mapping, aliases, required, pair):
        for place, record in records:
            where = f"{path}: {place}"
            yield where, {f: _cell(cells[f], value_at(record, c), f"{where}: {c}") for f, c in columns.items()}


def mapped_columns(
    paths: Iterable[Path],
    mapping: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]],
    cells: Mapping[str, Converter],
    *,
    required: Sequence[str],
    size: int,
) -> Iterator[tuple[list[str], dict[str, list[Any]]]]:
    """Yield the same a column at a time, of at most ``size`` rows: their places, and the values of our fields.

    Five times as fast, because a text that was converted once is known; for fields with few different texts.

    Raises:
        InputError: as ``mapped_rows`` does.
        ValueError: a value is not what it should be; ``mapped_rows`` tells which.
    """
    known = {field: _Known(convert) for field, convert in cells.items()}
    for path, columns, records in _mapped_tables(paths, mapping, aliases, required):
        while batch := list(islice(records, size)):
            values = {f: known[f].converted(value_at(record, c) for _, record in batch) for f, c in columns.items()}
            yield [f"{path}: {place}" for place, _ in batch], values


class _Known(dict[str, Any]):
    """What the texts that were converted gave."""

    def __init__(self, convert: Converter) -> None:
        self._convert = convert

    def converted(self, values: Iterable[Any]) -> list[Any]:
        return [self[value] if type(value) is str else self._convert(value) for value in values]

    def __missing__(self, text: str) -> Any:
        if len(self) == _MOST_KNOWN:
            self.clear()
        found = self[text] = self._convert(text)
        return found


def _mapped_tables(
    paths: Iterable[Path],
    mapping: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]],
    required: Sequence[str],
    pair: tuple[str, str] | None = None,
) -> Iterator[tuple[Path, dict[str, str], Iterator[tuple[str, Mapping[str, Any]]]]]:
    """Yield each table's path, which of its columns holds which field of ours, and its records with their places."""
    tables = ((path, *table) for path in paths for table in read_tables(path))
    for path, name, records in tables:
        head: list[tuple[str, Mapping[str, Any]]] = list(islice(records, _SNIFFED))
        if not head:
            raise InputError(f"{name}: holds no rows.")
        if (
            pair is not None
            and len(head) == 1
            and _is_lookup(head[0][1], {*mapping.values(), *chain(*aliases.values())})
        ):
            head = [(f"key {key!r}", {pair[0]: key, pair[1]: value}) for key, value in head[0][1].items()]
        first = [record for _, record in head]
        columns = columns_of(name, mapping, aliases, first)
        for field in required:
            if field not in columns:
                raise InputError(f"{name}: no column for {field}; name it by --map {field}=COLUMN. {_listed(first)}")
        yield path, columns, chain(head, records)


def _is_lookup(record: Mapping[str, Any], named: set[str]) -> bool:
    """Whether a lone object is no row but holds a text by each id, as some benchmarks' official predictions do."""
    is_row = not named.isdisjoint({*record, *map(_plain, record)})
    return len(record) > 1 and not is_row and all(isinstance(value, str | list) for value in record.values())


def _cell(convert: Converter, value: Any, place: str) -> Any:
    try:
        return convert(value)
    except ValueError as error:
        raise InputError(f"{place} {error}.") from error


def frames(rows: Iterator[dict[str, Any]], schema: pl.Schema, size: int) -> Iterator[pl.DataFrame]:
    """Frames of at most ``size`` rows, at least 1 each."""
    if size < 1:
        raise ValueError(f"batch_rows is {size}, expected at least 1")
    while batch := list(islice(rows, size)):
        yield pl.DataFrame(batch, schema=schema, orient="row")


class Repeats:
    """Numbers the rows of one item in file order, unless the file numbers them itself."""

    def __init__(self) -> None:
        self._seen: dict[Any, int] = {}  # a bit per repeat: memory grows with the items, not with the rows

    def of(self, key: Any, given: int | None, place: str) -> int:
        """The repeat of this row.

        Raises:
            InputError: the file says the same repeat of the same item twice.
        """
        mask = self._seen.get(key, 0)
        if given is None:
            given = mask.bit_length()
        elif given > MOST_REPEATS:
            raise InputError(f"{place}: repeat {given} of {key!r} is beyond {MOST_REPEATS}.")
        if mask >> given & 1:
            raise InputError(f"{place}: repeat {given} of {key!r} occurs twice.")
        self._seen[key] = mask | 1 << given
        return given


class StatedOnce:
    """Holds what the rows of a file say of one thing, so that no two of them contradict each other.

    ``named`` makes words of the thing's key.
    """

    def __init__(self, named: str) -> None:
        self._named = named
        self._stated: dict[tuple[Any, str], tuple[Any, str]] = {}

    def check(self, key: Sequence[Any], facts: Mapping[str, Any], place: str) -> None:
        """Note what a row says. A value of None is ignored.

        Raises:
            InputError: an earlier row said something else.
        """
        for field, value in facts.items():
            if value is None:
                continue
            first, where = self._stated.setdefault((tuple(key), field), (value, place))
            if first != value:
                name = self._named.format(*key)
                raise InputError(f"{place}: {field} {value!r} of {name} contradicts {field} {first!r} at {where}.")
