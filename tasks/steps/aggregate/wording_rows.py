"""How much of a score and of a tax the wording of the instruction decides, where items were asked with several.

Knows items by wording; must not know how an interval is made. Tested in tests/tasks/steps/aggregate/test_wordings.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import polars as pl

from tasks.stats.level_variance import AddedVariance, LevelVariances, level_variances
from tasks.steps.aggregate.estimate_rows import WHOLE, clusters_of, comparison_parts
from warehouse.connection import Row, Warehouse

# Date, comparison and subset.
Key: TypeAlias = tuple[Any, Any, str]
Wordings: TypeAlias = Mapping[Key, LevelVariances | str]


def wordings_of_taxes(warehouse: Warehouse, dates: Sequence[str]) -> Wordings:
    """The variances of every comparison with several wordings, whole and by subset, or why they are unknown."""
    items = warehouse.query("worded_pairs", dates=list(dates))
    return {
        (as_of_date, comparison_id, subset): _variances(part, "difference", is_whole=subset == WHOLE)
        for (as_of_date, comparison_id), group in items.group_by(["as_of_date", "comparison_id"], maintain_order=True)
        for subset, part in comparison_parts(group)
    }


def wording_rows(warehouse: Warehouse, dates: Sequence[str], taxes: Wordings) -> Iterator[Row]:
    """The variance between wordings of every score and of every tax."""
    items = warehouse.query("worded_items", dates=list(dates))
    for (as_of_date, cell_key), group in items.group_by(["as_of_date", "cell_key"], maintain_order=True):
        yield _row("variance_wordings", (as_of_date, cell_key, WHOLE), _variances(group, "value", is_whole=True))
    for key, found in taxes.items():
        yield _row("tax_variance_wordings", key, found)


def added_by(wordings: Wordings, weights: Iterable[tuple[Key, float]]) -> AddedVariance | None:
    """What the wordings of some comparisons add to the variance of a weighted mean of their taxes."""
    if not wordings:  # as nearly always; the weights need not be made
        return None
    found = ((weight, wordings.get(key)) for key, weight in weights)
    return AddedVariance.weighted((weight, part) for weight, part in found if isinstance(part, LevelVariances))


def _variances(items: pl.DataFrame, column: str, *, is_whole: bool) -> LevelVariances | str:
    wordings = int(items["count_templates"][0])
    clusters = clusters_of(items.gather_every(wordings), is_whole=is_whole)
    return level_variances(items[column].to_numpy().reshape(-1, wordings), clusters)


def _row(statistic: str, key: Key, found: LevelVariances | str) -> Row:
    as_of_date, subject_id, subset = key
    row = {"as_of_date": as_of_date, "subject_id": subject_id, "subset": subset, "statistic": statistic}
    if isinstance(found, str):
        return {**row, "reason": found}
    return {**row, "estimate": found.between.item()}
