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
from tasks.stats.overall import Weighting, overall_bounds, overall_tax
from tasks.steps.aggregate.estimate_rows import WHOLE, estimate_columns
from tasks.steps.aggregate.wording_rows import Key, Wordings, added_by
from warehouse.connection import Row, Warehouse

ALL_CAPABILITY = "all capability"
_LABELLED = ("benchmark_id", "cluster_id", "item_id")
WEIGHTINGS: tuple[Weighting, ...] = ("macro", "weighted")


def overall_rows(warehouse: Warehouse, dates: Sequence[str], wordings: Wordings) -> Iterator[Row]:
    """Every scope of every pair under both weightings; the intervals also hold the variance between these wordings."""
    groups = warehouse.query_groups("scope_items", ("as_of_date", "pair_id", "scope"), dates=list(dates))
    for (as_of_date, pair_id, scope), found in groups:
        group = found.with_columns(pl.col(name).rank("dense").alias(f"{name}_code") for name in _LABELLED)
        for weighting in WEIGHTINGS:
            for row in _scope_rows(group, weighting, wordings):
                yield {"as_of_date": as_of_date, "subject_id": pair_id, "subset": scope, **row}


def _scope_rows(items: pl.DataFrame, weighting: Weighting, wordings: Wordings) -> Iterator[Row]:
    """A tax, and what is known of it whatever the missing answers were, from planned items; more is a loss."""
    answered = items.drop_nulls(["reference_value", "candidate_value"])
    if answered.is_empty():
        return
    direction = answered["direction"].to_numpy()
    difference = (answered["reference_value"] - answered["candidate_value"]).to_numpy() * direction
    added = added_by(wordings, _weights(answered, weighting))
    tax = widened(partial(overall_tax, difference, *_labels(answered), weighting=weighting), added)
    yield {"statistic": f"tax_{weighting}", **estimate_columns(tax)}
    planned = items.filter(pl.col("benchmark_id").is_in(answered["benchmark_id"].unique().implode()))
    bounds = missing_differences(planned["reference_value"].to_numpy(), planned["candidate_value"].to_numpy())
    turned = [part * planned["direction"].to_numpy() for part in bounds]
    limits = np.minimum(*turned), np.maximum(*turned)
    found = overall_bounds(*limits, *_labels(planned), weighting=weighting, added=added)
    yield {"statistic": f"tax_{weighting}_identified", "low": found.low, "high": found.high}
    yield {"statistic": f"tax_{weighting}_at_most", "estimate": found.at_most}


def _weights(items: pl.DataFrame, weighting: Weighting) -> Iterator[tuple[Key, float]]:
    """Each comparison with the weight of its benchmark."""
    counts = items.group_by(["as_of_date", "comparison_id"], maintain_order=True).len()
    for as_of_date, comparison_id, count in counts.iter_rows():
        weight = 1 / counts.height if weighting == "macro" else count / items.height
        yield (as_of_date, comparison_id, WHOLE), weight


def _labels(items: pl.DataFrame) -> list[np.ndarray[Any, Any]]:
    """Codes of benchmarks, clusters and items."""
    return [items[f"{name}_code"].to_numpy() for name in _LABELLED]
