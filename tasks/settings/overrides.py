"""What is laid over the file (flags, then environment variables), and under each model (``model_defaults``).

Works on plain values before they are checked. Each value that comes from elsewhere keeps a label, so that a message
can name the variable or the flag that the user has to change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasks.settings.composites import is_composite
from tasks.settings.fields import SCHEME

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Values given as flags; None means not given. A relative path is read from the current directory."""

    warehouse: Path | None = None
    publish_folder: Path | None = None
    publish_text: str | None = None
    max_age_days: int | None = None
    sample_seed: int | None = None
    concurrency: int | None = None
    sample_size: int | None = None


# Where each override lands; "*" stands for every entry of a list. The flag is --name, the variable ALIGNTAX_NAME.
TARGETS: Mapping[str, tuple[str, ...]] = {
    "warehouse": ("warehouse",),
    "publish_folder": ("publish", "folder"),
    "publish_text": ("publish", "text"),
    "max_age_days": ("max_age_days",),
    "sample_seed": ("sample_seed",),
    "concurrency": ("models", "*", "concurrency"),
    "sample_size": ("benchmarks", "*", "sample_size"),
}
PATHS = ("warehouse", "publish_folder")
WHOLE_NUMBERS = ("max_age_days", "sample_seed", "concurrency", "sample_size")


@dataclass(frozen=True, slots=True)
class Document:
    """The values to check, the file's name, and the labels of values that came from elsewhere."""

    name: str
    values: Mapping[str, Any]
    labels: Mapping[Location, str] = field(default_factory=dict)


def layered(name: str, values: Mapping[str, Any], environment: Mapping[str, str], overrides: Overrides) -> Document:
    """Put the defaults under each model and the overrides over everything.

    Args:
        name: The file's name, for labels.
        values: What the file holds; not changed.
        environment: Environment variables; empty ones count as not set.
        overrides: Flags.
    """
    labels: dict[Location, str] = {}
    document = with_model_defaults(name, values, labels)
    for key, target in TARGETS.items():
        given = override_value(key, environment, overrides)
        if given is not None:
            value, label = given
            for location in locations_of(target, document):
                document = placed(document, location, value)
                labels[location] = label
    return Document(name, document, labels)


def override_value(key: str, environment: Mapping[str, str], overrides: Overrides) -> tuple[Any, str] | None:
    """The value that wins over the file and where it came from, if there is one."""
    flag, variable = getattr(overrides, key), f"ALIGNTAX_{key.upper()}"
    text = environment.get(variable, "").strip()
    if flag is None and not text:
        return None
    value, label = (text, variable) if flag is None else (flag, f"--{key.replace('_', '-')}")
    if key in PATHS:
        return absolute_path(str(value)), label
    if key in WHOLE_NUMBERS and isinstance(value, str):
        return whole_number(value), label
    return value, label


def absolute_path(text: str) -> str:
    """Make a path typed in a shell absolute. A value that is not a local path is left for the check."""
    return text if SCHEME.match(text) else str(Path(text).expanduser().absolute())


def whole_number(text: str) -> int | str:
    """Read a variable's text as a number. Text that is not a number is left for the check."""
    try:
        return int(text)
    except ValueError:
        return text


def locations_of(target: tuple[str, ...], document: Mapping[str, Any]) -> list[Location]:
    """Where an override lands: one place, or one in every entry of a list, except benchmarks that no run asks."""
    if "*" not in target:
        return [target]
    section, _, key = target
    entries = document.get(section)
    if not isinstance(entries, list):
        return []
    asked = (index for index, entry in enumerate(entries) if not (isinstance(entry, dict) and entry.get("imported")))
    return [(section, index, key) for index in asked]


def placed(node: Any, location: Location, value: Any) -> Any:
    """Return a copy of ``node`` with ``value`` at ``location``; a node of the wrong shape stays, the check names it."""
    if not location:
        return value
    step, rest = location[0], location[1:]
    if isinstance(step, int) and isinstance(node, list):
        return [placed(entry, rest, value) if index == step else entry for index, entry in enumerate(node)]
    if isinstance(node, str) and rest == () and step == "sample_size":
        return {"id": node, step: value}  # the short form of a benchmark
    if isinstance(node, dict):
        return {**node, step: placed(node.get(step, {}), rest, value)}
    return node


def with_model_defaults(name: str, values: Mapping[str, Any], labels: dict[Location, str]) -> dict[str, Any]:
    """Merge ``model_defaults`` under each model and judge: mappings key by key, anything else as a whole.

    They say how a model is asked, so they do not apply to a composite model.
    """
    defaults = values.get("model_defaults")
    if not isinstance(defaults, dict):
        return dict(values)
    label = f"{name}: model_defaults"
    sections = {key: values[key] for key in ("models", "judges") if isinstance(values.get(key), list)}
    merged = {
        key: [
            labelled(defaults, entry, (key, index), label, labels)
            if isinstance(entry, dict) and not is_composite(entry)
            else entry
            for index, entry in enumerate(entries)
        ]
        for key, entries in sections.items()
    }
    return {**values, **merged}


def labelled(
    defaults: Mapping[str, Any], own: Mapping[str, Any], here: Location, label: str, labels: dict[Location, str]
) -> dict[str, Any]:
    """Merge two mappings and label what came from the defaults."""
    merged = dict(own)
    for key, value in defaults.items():
        if key not in own:
            merged[key] = value
            labels[(*here, key)] = label + path_text((key,), is_start=False)
        elif isinstance(value, dict) and isinstance(own[key], dict):
            merged[key] = labelled(value, own[key], (*here, key), label + path_text((key,), is_start=False), labels)
    return merged


def path_text(location: Location, *, is_start: bool = True) -> str:
    """Write a location as ``models[2].price[0].from``."""
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if re.fullmatch(r"[\w-]+", step) else repr(step)
            text += name if is_start and not text else f".{name}"
    return text
