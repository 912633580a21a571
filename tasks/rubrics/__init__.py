"""The rubrics by name: what judges are asked. To add one, add an entry to ``rubrics.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tasks.errors import UnknownName
from tasks.rubrics.contract import Grades, Rubric

__all__ = ["Grades", "Rubric", "rubric", "rubrics"]


@cache
def rubrics() -> dict[str, Rubric]:
    """All rubrics, by name."""
    import yaml  # noqa: PLC0415 - takes 30 ms, and a run without a judge does not need it

    document = yaml.safe_load(Path(__file__).with_name("rubrics.yaml").read_text(encoding="utf-8"))
    return {
        name: Rubric(
            name=name,
            version=entry["version"],
            title=entry["title"],
            source=entry["source"],
            text=entry["text"].strip(),
            menu={field: tuple(entries) for field, entries in entry["fields"].items()},
            count_orders=entry["count_orders"],
            max_tokens=entry["max_tokens"],
        )
        for name, entry in document.items()
    }


def rubric(name: str) -> Rubric:
    """The rubric of that name.

    Raises:
        UnknownName: with the nearest known name.
    """
    known = rubrics()
    if name not in known:
        raise UnknownName.of("rubric", name, known)
    return known[name]
