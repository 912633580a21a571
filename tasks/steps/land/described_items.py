"""What rows of answers say of items that the configuration describes.

Rows that contradict each other are refused. Where a row contradicts the configuration, the configuration counts, and a
note says so. Must not know tables. Tested in tests/tasks/steps/land/test_stated_items.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import polars as pl

from tasks.domain import Benchmark, Item
from tasks.importers.mapped_rows import StatedOnce
from tasks.importers.read_scores import STATED


class DescribedItems:
    """Collects what rows say of the items of a configured benchmark."""

    def __init__(self, benchmark: Benchmark) -> None:
        self.name = benchmark.benchmark_id
        self._items = {item.item_id: item for item in benchmark.items}
        self._chance = benchmark.chance_score
        self._is_clustered = len({item.cluster_id for item in benchmark.items}) < len(benchmark.items)
        self._once = StatedOnce("item {0!r} of " + self.name)
        self._said: dict[str, dict[str, Any]] = {}
        self._others: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, rows: pl.DataFrame) -> None:
        """Note what some rows say of their items (``item_id``).

        Raises:
            InputError: two rows contradict each other.
        """
        saying = rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in STATED))
        for row in saying.unique(["item_id", *STATED], keep="first", maintain_order=True).iter_rows(named=True):
            item = self._items[row["item_id"]]
            facts = {field: row[field] for field in STATED if row[field] is not None}
            self._once.check((item.foreign_id or item.item_id,), facts, row["place"])
            named = {"benchmark": self.name, "item": item.foreign_id, "item_id": item.item_id, "place": row["place"]}
            said = self._said.setdefault(item.item_id, named)
            for field in facts.keys() - said.keys():
                self._add(item, field, facts[field], said)

    def frame(self) -> pl.DataFrame:
        """One row per item of which something is said that the configuration leaves open."""
        texts = ("benchmark", "item", "item_id", "cluster", "subset", "place")
        schema = dict.fromkeys(texts, pl.String()) | {"chance": pl.Float64()}
        return pl.DataFrame(list(self._said.values()), schema=schema, orient="row")

    def lines(self) -> Iterator[str]:
        """A line for each field of which the configuration says something else."""
        for field, count in sorted(self._others.items()):
            yield f"{field} of {count} items is another in the configuration, which counts: {self._first[field]}"

    def _add(self, item: Item, field: str, value: Any, said: dict[str, Any]) -> None:
        known = self._configured(item)[field]
        said[field] = value if known is None else None
        if known not in {None, value}:
            self._others[field] += 1
            self._first.setdefault(field, f"{said['place']} has {value!r}, not {known!r}")

    def _configured(self, item: Item) -> dict[str, Any]:
        """What the configuration says of an item; clusters of one item each, and the one subset "all", say nothing."""
        return {
            "cluster": item.cluster_id if self._is_clustered else None,
            "subset": None if item.subset == "all" else item.subset,
            "chance": self._chance if item.chance_score is None else item.chance_score,
        }
