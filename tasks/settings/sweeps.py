"""An entry ``sweep: {of, by, strengths}`` becomes its variants: models of the same weights, steered by one file.

A control vector is added, an adapter takes a direction out, and these are two knobs: a sweep has one file, and so one
of them. Strength 0 is the model itself. Works on plain values before they are checked.

Tested in tests/tasks/settings/test_sweeps.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tasks.errors import SettingsError

_KEYS = {"of", "by", "strengths"}
# What the variants do not take over from the model that they steer.
_OF_THE_PLAIN = frozenset({"id", "base", "stage", "method", "knob", "replicate_of", "development"})
# The beginning of a GGUF file says what it holds.
_BEGINNING, _VECTOR = 4096, b"controlvector"


def with_variants(name: str, values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The values of a file with its sweeps written out; ``folder`` is where relative paths start.

    Raises:
        SettingsError: A sweep is not one, or steers a model that the file does not have.
    """
    entries = values.get("models")
    if not isinstance(entries, list) or not any(map(_is_sweep, entries)):
        return dict(values)
    plain = {entry.get("id"): entry for entry in entries if isinstance(entry, dict) and not _is_sweep(entry)}
    written: list[Any] = []
    for index, entry in enumerate(entries):
        if _is_sweep(entry):
            written += _variants(f"{name}: models[{index}].sweep", entry, plain, folder)
        else:
            written.append(entry)
    return {**values, "models": written}


def _is_sweep(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("sweep") is not None


def _variants(
    place: str, entry: Mapping[str, Any], plain: Mapping[Any, Mapping[str, Any]], folder: Path
) -> Iterator[dict[str, Any]]:
    sweep = entry["sweep"]
    if not isinstance(sweep, dict) or set(sweep) != _KEYS:
        raise SettingsError(f"{place}: must be {{of: MODEL, by: FILE, strengths: [...]}}.")
    model, strengths = plain.get(sweep["of"]), sweep["strengths"]
    if model is None:
        raise SettingsError(f"{place}.of: must be the id of a model of this file, found {sweep['of']!r}.")
    if not isinstance(sweep["by"], str):
        raise SettingsError(f"{place}.by: must be the path of a control vector or an adapter, found {sweep['by']!r}.")
    if not isinstance(strengths, list) or not strengths or not all(map(_is_number, strengths)):
        raise SettingsError(f"{place}.strengths: must be a list of numbers, such as [-0.2, 0.2].")
    if len(set(strengths)) < len(strengths):
        raise SettingsError(f"{place}.strengths: must not hold a strength twice.")
    is_vector = _is_vector(folder / sweep["by"])
    own = {key: value for key, value in entry.items() if key not in {"id", "sweep"}}
    shared = {key: value for key, value in model.items() if key not in _OF_THE_PLAIN}
    prefix = entry.get("id", f"{sweep['of']}-{Path(sweep['by']).stem}")
    for strength in filter(None, strengths):
        yield {
            **shared,
            "base": sweep["of"],
            "method": Path(sweep["by"]).stem,
            **own,
            **_steered(model, sweep["by"], strength, is_vector=is_vector),
            "id": f"{prefix}@{strength:g}",
            "knob": {"name": "strength", "value": strength},
        }


def _steered(model: Mapping[str, Any], by: str, strength: float, *, is_vector: bool) -> dict[str, Any]:
    key, number = ("control_vectors", "strength") if is_vector else ("adapters", "scale")
    return {key: [*model.get(key, ()), {"path": by, number: strength}]}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_vector(path: Path) -> bool:
    """Whether a file is a control vector; one that is missing is reported where it is needed."""
    try:
        with path.expanduser().open("rb") as stream:
            return _VECTOR in stream.read(_BEGINNING)
    except OSError:
        return True
