"""What a file of weights says of its making: `merge` and `steer` write it at its beginning.

A GGUF file is read here up to its first list of values. Reading that far needs no package, and takes no time.

Tested in tests/tasks/settings/test_lineage.py.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

MERGE_KEY, STEER_KEY = "aligntax.merge", "aligntax.steer"
_BEGINNING = 1 << 16
_MAGIC, _COUNTS = b"GGUF", 24
_TEXT = 8
# The bytes of a value, by the number that GGUF gives its kind. A list has another number.
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


class SourceFile(BaseModel):
    """A file that another one was made from.

    Attributes:
        role: ``part`` and ``base`` of a merge; ``steered`` for the weights whose direction was found; ``pairs`` for the
            texts it was found with.
        amount: The weight of a part.
    """

    role: Literal["part", "base", "steered", "pairs"]
    name: str
    file_hash: str
    amount: float | None = None


class KnobOfFile(BaseModel):
    """The strength with which a file was made."""

    name: str
    value: float


class Making(BaseModel):
    """How a file was made.

    Attributes:
        details: The other numbers of the recipe.
    """

    method: str
    knob: KnobOfFile | None = None
    sources: tuple[SourceFile, ...]
    details: dict[str, Any] = {}


def making_of(path: Path, key: str) -> Making | None:
    """What a file says under a key; None if it says nothing that can be read."""
    try:
        with path.open("rb") as stream:
            said = dict(_texts(stream.read(_BEGINNING))).get(key)
        return None if said is None else Making.model_validate(json.loads(said))
    except (OSError, struct.error, ValueError, ValidationError):
        return None


def stated_by_files(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The method and the knob of a model, where its files say how they were made. ``folder`` starts relative paths."""
    if making := making_of(_path(folder, values.get("weights")), MERGE_KEY):
        return {"method": making.method, **({"knob": making.knob.model_dump()} if making.knob else {})}
    steering = [
        (entry, number)
        for key, number in (("control_vectors", "strength"), ("adapters", "scale"))
        for entry in values.get(key) or ()
        if isinstance(entry, dict)
    ]
    if len(steering) != 1 or not making_of(path := _path(folder, steering[0][0].get("path")), STEER_KEY):
        return {}
    [(entry, number)] = steering
    return {"method": path.stem, "knob": {"name": "strength", "value": entry.get(number, 1.0)}}


def _path(folder: Path, stated: object) -> Path:
    return folder / Path(str(stated)).expanduser()


def _texts(beginning: bytes) -> Iterator[tuple[str, str]]:
    """The texts of a GGUF file by their keys, up to its first list."""
    if not beginning.startswith(_MAGIC):
        return
    (count,), at = struct.unpack_from("<Q", beginning, _COUNTS - 8), _COUNTS
    for _ in range(count):
        key, at = _text(beginning, at)
        (kind,), at = struct.unpack_from("<I", beginning, at), at + 4
        if kind == _TEXT:
            value, at = _text(beginning, at)
            yield key, value
        elif kind in _SIZES:
            at += _SIZES[kind]
        else:
            return


def _text(beginning: bytes, at: int) -> tuple[str, int]:
    (length,), start = struct.unpack_from("<Q", beginning, at), at + 8
    return beginning[start : start + length].decode(errors="replace"), start + length
