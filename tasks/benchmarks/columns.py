"""Cells of a row, by a column's name or a path into an object, as text. Knows no benchmark and no file format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tasks.errors import InputError, suggestion

Row = Mapping[str, Any]


def value_of(row: Row, name: str, where: str, key: str) -> Any:
    """The value under a column's name, or under a path into an object.

    Raises:
        InputError: there is no such column; ``where`` is the row's place, ``key`` what asked for it.
    """
    if name in row:
        return row[name]
    value: Any = row
    for step in name.split("."):
        if not isinstance(value, Mapping) or step not in value:
            raise InputError(f"{where}: {key}: no column {name!r}. {suggestion(name, map(str, row))}")
        value = value[step]
    return value


def text_of(value: Any) -> str:
    """A cell as text; what has parts is kept as JSON for a scorer that reads them."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | list | dict) else str(value)


def cluster_of(row: Row, cluster_by: str | None, where: str, own: str) -> str:
    """The group of a row's item: the column that the configuration names, or the benchmark's ``own`` grouping.

    Raises:
        InputError: there is no such column, or nothing in it.
    """
    if cluster_by is None:
        return own
    text = text_of(value_of(row, cluster_by, where, "cluster_by"))
    if not text.strip():
        raise InputError(f"{where}: cluster_by: expected a value in {cluster_by!r}, found nothing.")
    return text
