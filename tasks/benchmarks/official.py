"""A benchmark that is read from its official file: what is known before the file is at hand, and how it is loaded.

Knows no particular benchmark: each one's module fills in an ``Official``, and the registry lists it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tasks.domain import Benchmark, Example, Item
from tasks.errors import InputError, UsageError
from tasks.identity import make_items

Source = str | Path


@dataclass(frozen=True, slots=True)
class Contents:
    """What a benchmark's files hold: the fields of its items (see ``make_items``), and worked examples if any.

    Without ``examples`` the benchmark keeps those that it has of its own.
    """

    items: Iterable[Mapping[str, Any]]
    examples: tuple[Example, ...] = ()
    cluster_examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[str, Mapping[str, Any]]], examples: tuple[Example, ...] = ()) -> Contents:
        """The contents of files with one item a row: each row's place and fields."""
        return cls(_ids_once(rows), examples)


def _ids_once(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[Mapping[str, Any]]:
    """The fields, after a check that no id stands twice: an answer by that id could belong to either question.

    Raises:
        InputError: an id stands twice; names both places.
    """
    places: dict[str, str] = {}
    for where, fields in rows:
        name = fields["foreign_id"]
        if name is not None and (first := places.setdefault(name, where)) != where:
            raise InputError(
                f"{where}: the id {name!r} stands twice, first at {first}. Give each question an id of its own; "
                "a folder must not hold the same questions in two files."
            )
        yield fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """What is known without the file, and how the file is read.

    ``about`` gives the benchmark without items, with the chance score of the whole official set; ``count_items`` and
    ``count_clusters`` count that set, None where it was not counted. ``read`` takes the source and the column that
    groups items, None for the benchmark's own groups. ``is_grouping_fixed`` says that items cannot be grouped by
    another column, because each group has worked examples of its own.
    """

    about: Callable[[], Benchmark]
    read: Callable[[Source, str | None], Contents]
    count_items: int | None = None
    count_clusters: int | None = None
    is_grouping_fixed: bool = False

    def load(self, source: Source, cluster_by: str | None = None) -> Benchmark:
        """The benchmark with the items of a source, which is whatever ``sources.read_files`` reads.

        Args:
            source: file, folder, archive or data set.
            cluster_by: the column whose value groups items with correlated answers; by default the benchmark's own.

        Raises:
            UsageError: the items can be grouped in one way only, and ``cluster_by`` is another.
            InputError: the source is missing, unreadable, holds no items, or a row is not what it should be.
        """
        about = self.about()
        if self.is_grouping_fixed and cluster_by not in {None, about.cluster_meaning}:
            raise UsageError(
                f"{about.benchmark_id!r} can be clustered by {about.cluster_meaning} only: "
                f"each {about.cluster_meaning} has its own worked examples. Remove cluster_by: {cluster_by}."
            )
        contents = self.read(source, cluster_by)
        items = make_items(contents.items)
        if not items:
            raise InputError(f"{source}: expected items of {about.title}, found none.")
        return replace(
            about,
            items=items,
            examples=contents.examples or about.examples,
            cluster_examples=contents.cluster_examples,
            cluster_meaning=cluster_by or about.cluster_meaning,
            chance_score=_mean_chance(items, about.chance_score),
            version="",
        )


def _mean_chance(items: tuple[Item, ...], stated: float | None) -> float:
    """The mean over items; the stated score where every item has it, because a sum of equal numbers is rounded."""
    chances = [item.chance_score or 0.0 for item in items]
    return stated if stated is not None and set(chances) == {stated} else sum(chances) / len(chances)
