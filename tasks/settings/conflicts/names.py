"""Names and places in a configuration: ids that stand twice, and names that are not in a closed set.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tasks.errors import suggestion
from tasks.settings.models import ModelSettings
from tasks.settings.problems import Problem
from tasks.settings.whole import Settings


def placed_models(settings: Settings) -> Iterator[tuple[tuple[str, int], ModelSettings]]:
    """Everyone who is asked something, with the place in the file."""
    for section, entries in (("models", settings.models), ("judges", settings.judges)):
        for index, model in enumerate(entries):
            yield (section, index), model


def duplicate_ids(section: str, ids: Iterable[str], key: str = "id") -> Iterator[Problem]:
    """Ids that appear twice."""
    first: dict[str, int] = {}
    for index, name in enumerate(ids):
        if name in first:
            yield Problem((section, index, key), f"{name!r} is already the {key} of {section}[{first[name]}].")
        first.setdefault(name, index)


def unknown_names(
    location: tuple[str | int, ...], kind: str, names: Iterable[str], known: Collection[str]
) -> Iterator[Problem]:
    """Entries of a list that are not in a closed set."""
    for position, name in enumerate(names):
        if name not in known:
            yield unknown_name((*location, position), kind, name, known)


def unknown_name(location: tuple[str | int, ...], kind: str, name: str, known: Iterable[str]) -> Problem:
    """A name that is not in a closed set, with the nearest that is."""
    return Problem(location, f"{name!r} is not a {kind}. {suggestion(name, known)}")
