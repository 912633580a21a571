"""Turn everything that is wrong with a configuration into one line. Knows the sections by their types only.

Tested in tests/tasks/settings/test_any_junk.py.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tasks.errors import SettingsError
from tasks.settings.fields import not_one_of, shown
from tasks.settings.overrides import Document, Location, path_text
from tasks.settings.sampling import SamplingSettings
from tasks.settings.section import Section
from tasks.settings.whole import Settings

# Keys that are read before the sections are built.
LAYER_KEYS: Mapping[type[Section], tuple[str, ...]] = {Settings: ("model_defaults",)}
HINTS: Mapping[type[Section], str] = {SamplingSettings: " What only one server understands goes under extra."}
SECRET_KEYS = ("api_key_env", "base_url", "secret", "url")


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad value: where it stands, and a sentence that continues ``<path>: ``."""

    location: Location
    sentence: str


def settings_error(problems: Sequence[Problem], document: Document) -> SettingsError:
    """The error of the first problem, saying how many more there are."""
    lines = list(dict.fromkeys(f"{label(p.location, document)}: {p.sentence}" for p in problems))
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return SettingsError(lines[0] + more)


def label(location: Location, document: Document) -> str:
    """Where a user finds the value: the path in the file with the entry's id, a variable, or a flag."""
    for end in range(len(location), 0, -1):
        if location[:end] in document.labels:
            return document.labels[location[:end]] + path_text(location[end:], is_start=False)
    owner = owner_text(location, document.values)
    return f"{document.name}: {path_text(location)}{owner}"


def owner_text(location: Location, values: Mapping[str, Any]) -> str:
    """`` (model 'x')`` where the entry's id is known and the path does not end with it."""
    if len(location) < 2 or location[0] not in {"models", "judges", "benchmarks"} or location[2:] == ("id",):
        return ""
    section, index = location[0], location[1]
    entry = values[str(section)][index]
    name = entry.get("id") if isinstance(entry, dict) else entry
    return f" ({str(section).removesuffix('s')} {name!r})" if isinstance(name, str) else ""


def problems_of(error: ValidationError) -> list[Problem]:
    """Translate pydantic's errors. A misspelt key comes first, and the key it was meant to be is not called missing."""
    details = [d for d in error.errors(include_url=False) if d["type"] != "default_factory_not_called"]
    explained = {
        (*d["loc"][:-1], nearest_key(section_at(d["loc"][:-1]), str(d["loc"][-1])))
        for d in details
        if d["type"] == "extra_forbidden"
    }
    entries = {entry: rank for rank, entry in reversed(list(enumerate(d["loc"][:2] for d in details)))}
    kept = [d for d in details if not (d["type"] == "missing" and d["loc"] in explained)]
    kept.sort(key=lambda d: (entries[d["loc"][:2]], d["type"] != "extra_forbidden"))
    return [Problem(d["loc"], sentence(d)) for d in kept]


def sentence(details: ErrorDetails) -> str:
    """Say what was expected and what was found."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_key(section_at(details["loc"][:-1]), str(details["loc"][-1]))
    if kind == "value_error":
        return str(context["error"])
    if kind in {"enum", "literal_error"}:
        names = re.findall(r"'([^']*)'", context["expected"])
        return not_one_of(details["input"], names)
    if kind in EXPECTATIONS:
        found = "" if details["loc"][-1] in SECRET_KEYS else f", found {shown(details['input'])}"
        return f"must be {EXPECTATIONS[kind](context)}{found}.{quotes_hint(details)}"
    return SENTENCES.get(kind) or f"{details['msg'][:1].lower()}{details['msg'][1:]}."


SENTENCES: Mapping[str, str] = {
    "missing": "is missing.",
    "string_too_short": "must not be empty.",
}
EXPECTATIONS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_type": lambda _: "text",
    "int_type": lambda _: "a whole number",
    "int_from_float": lambda _: "a whole number",
    "float_type": lambda _: "a number",
    "finite_number": lambda _: "a finite number",
    "bool_type": lambda _: "true or false",
    "model_type": lambda _: "a mapping of keys to values",
    "dict_type": lambda _: "a mapping of keys to values",
    "tuple_type": lambda _: "a list",
    "greater_than": lambda context: f"greater than {context['gt']:g}",
    "greater_than_equal": lambda context: f"at least {context['ge']:g}",
    "less_than_equal": lambda context: f"at most {context['le']:g}",
}


def quotes_hint(details: ErrorDetails) -> str:
    """YAML does not read an unquoted 7, yes or 1.0 as text."""
    is_scalar = isinstance(details["input"], bool | int | float)
    return " Put it in quotes." if details["type"] == "string_type" and is_scalar else ""


def unknown_key(section: type[Section], key: str) -> str:
    """Say which keys a section has and which is nearest, also when it stands one level further in."""
    near = nearest_key(section, key)
    hint = f" Did you mean {near!r}?" if near else ""
    return f"unknown key.{hint} Known: {', '.join(known_keys(section))}.{HINTS.get(section, '')}"


def nearest_key(section: type[Section], key: str) -> str | None:
    """The key a misspelt one most likely means, as a path from the section."""
    paths = {inner: f"{name}.{inner}" for name in known_keys(section) for inner in inner_keys(section, name)}
    paths.update({name: name for name in known_keys(section)})
    swapped = [name for name in paths if sorted(name) == sorted(key)]  # nearer than a shorter name with fewer letters
    near = swapped or difflib.get_close_matches(key, paths, n=1)
    return paths[near[0]] if near else None


def known_keys(section: type[Section]) -> list[str]:
    """The keys a section may hold, as written in the file."""
    return sorted([*(f.alias or name for name, f in section.model_fields.items()), *LAYER_KEYS.get(section, ())])


def inner_keys(section: type[Section], name: str) -> list[str]:
    """The keys of a mapping below a key. Below a list there are none, because their path would need an index."""
    field = next((f for n, f in section.model_fields.items() if (f.alias or n) == name), None)
    inner = field and section_in(field.annotation)
    return known_keys(inner) if inner and "tuple" not in str(field and field.annotation) else []


def section_at(location: Location) -> type[Section]:
    """The section at a location of the configuration."""
    section: type[Section] = Settings
    for step in location:
        field = next((f for n, f in section.model_fields.items() if (f.alias or n) == step), None)
        section = (field and section_in(field.annotation)) or section
    return section


def section_in(annotation: Any) -> type[Section] | None:
    """The section in a field's type, such as the one of ``tuple[PriceSettings, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation if issubclass(annotation, Section) else None
    return next((found for argument in get_args(annotation) if (found := section_in(argument))), None)
