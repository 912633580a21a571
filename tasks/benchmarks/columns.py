"""What stands in a column of a row, as text. A column is named, or is a path into an object.

Knows no benchmark and no file format. Tested in tests/tasks/benchmarks/test_cluster_by.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tasks.data_files.records import Record
from tasks.errors import InputError, suggestion


def value_of(row: Record, name: str, where: str, key: str) -> Any:
    """The value of a column, or of a path into an object: ``outer.inner``.

    ``where`` is the place of the row and ``key`` the setting that names the column, both for messages.

    Raises:
        InputError: there is no such column.
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
    """A value as text. Lists, objects and booleans become JSON, for a scorer that reads them."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | list | dict) else str(value)


def cluster_of(row: Record, cluster_by: str | None, where: str, own: str) -> str:
    """The group of a row's item: what stands in the configured column, else the benchmark's ``own`` group.

    Raises:
        InputError: there is no such column, or nothing in it.
    """
    if cluster_by is None:
        return own
    text = text_of(value_of(row, cluster_by, where, "cluster_by"))
    if not text.strip():
        raise InputError(f"{where}: cluster_by: expected a value in {cluster_by!r}, found nothing.")
    return text
