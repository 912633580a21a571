"""Taxes over several benchmarks: per domain, per dimension and over all capability, macro and weighted by items.

Knows which benchmarks a scope holds from the mart; must not know their names. ``subset`` is the scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from tasks.stats.level_variance import widened
from tasks.stats.missing import missing_differences
from tasks.stats.overall import OverallSample, Weighting, overall_bounds
from tasks.steps.aggregate.estimate_rows import WHOLE, estimate_columns
from tasks.steps.aggregate.wording_rows import Key, Wordings, added_by
from warehouse.connection import Row, Warehouse

ALL_CAPABILITY = "all capability"
# Numbers for labels. Rows come by benchmark and cluster, whose runs are numbered, a quarter of the time of a ranking.
_CODES = {
    "benchmark": pl.col("benchmark_id").rle_id(),
    "cluster": pl.struct("benchmark_id", "cluster_id").rle_id(),
    "item": pl.col("item_id").rank("dense"),
}
_VALUES = ("reference_value", "candidate_value")
# Of ten million scores a scope has a million items: their texts leave memory once there are codes for them.
_KEPT = ("as_of_date", "comparison_id", "benchmark_id", "direction", *_VALUES)
WEIGHTINGS: tuple[Weighting, ...] = ("macro", "weighted")


def overall_rows(warehouse: Warehouse, dates: Sequence[str], wordings: Wordings) -> Iterator[Row]:
    """Every scope of every pair under both weightings; the intervals also hold the variance between these wordings."""
    groups = warehouse.query_groups("scope_items", ("as_of_date", "pair_id", "scope"), dates=list(dates))
    for (as_of_date, pair_id, scope), found in groups:
        for row in _scope_rows(found.select(*_KEPT, **_CODES), wordings):
            yield {"as_of_date": as_of_date, "subject_id": pair_id, "subset": scope, **row}


def _scope_rows(items: pl.DataFrame, wordings: Wordings) -> Iterator[Row]:
    """Taxes, and what is known of them whatever the missing answers were, from planned items; more is a loss."""
    answered = items.drop_nulls(_VALUES)
    if answered.is_empty():
        return
    planned = items.filter(pl.col("benchmark_id").is_in(answered["benchmark_id"].unique().implode()))
    sample, lowest, highest = _samples(answered, planned)
    for weighting in WEIGHTINGS:
        added = added_by(wordings, _weights(answered, weighting))
        tax = widened(partial(sample.tax, weighting=weighting), added)
        yield {"statistic": f"tax_{weighting}", **estimate_columns(tax)}
        found = overall_bounds(lowest, highest, weighting=weighting, added=added)
        yield {"statistic": f"tax_{weighting}_identified", "low": found.low, "high": found.high}
        yield {"statistic": f"tax_{weighting}_at_most", "estimate": found.at_most}


def _samples(answered: pl.DataFrame, planned: pl.DataFrame) -> tuple[OverallSample, OverallSample, OverallSample]:
    """What is known of the answered items, and the least and the most that all planned ones can have lost."""
    reference, candidate = (answered[name].to_numpy() for name in _VALUES)
    sample = OverallSample.of((reference - candidate) * answered["direction"].to_numpy(), *_labels(answered))
    if answered.height == planned.height:
        return sample, sample, sample
    bounds = missing_differences(*(planned[name].to_numpy() for name in _VALUES))
    turned = [part * planned["direction"].to_numpy() for part in bounds]
    lowest, highest = (OverallSample.of(pick(*turned), *_labels(planned)) for pick in (np.minimum, np.maximum))
    return sample, lowest, highest


def _weights(items: pl.DataFrame, weighting: Weighting) -> Iterator[tuple[Key, float]]:
    """Each comparison with the weight of its benchmark."""
    counts = items.group_by(["as_of_date", "comparison_id"], maintain_order=True).len()
    for as_of_date, comparison_id, count in counts.iter_rows():
        weight = 1 / counts.height if weighting == "macro" else count / items.height
        yield (as_of_date, comparison_id, WHOLE), weight


def _labels(items: pl.DataFrame) -> list[np.ndarray[Any, Any]]:
    """Codes of benchmarks, clusters and items."""
    return [items[name].to_numpy() for name in _CODES]
