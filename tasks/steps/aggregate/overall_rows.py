"""Taxes over several benchmarks: per domain, per dimension and over all capability, macro and weighted by items.

Knows which benchmarks a scope holds from the mart; must not know their names. ``subset`` is the scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.stats.overall import Weighting, overall_tax
from tasks.steps.aggregate.estimate_rows import estimate_columns
from warehouse.connection import Row, Warehouse

ALL_CAPABILITY = "all capability"
WEIGHTINGS: tuple[Weighting, ...] = ("macro", "weighted")


def overall_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """Every scope of every pair under both weightings."""
    items = warehouse.query("scope_items", dates=list(dates))
    for (as_of_date, pair_id, scope), group in items.group_by(["as_of_date", "pair_id", "scope"], maintain_order=True):
        labels = [group[name].rank("dense").to_numpy() for name in ("benchmark_id", "cluster_id", "item_id")]
        for weighting in WEIGHTINGS:
            tax = overall_tax(group["difference"].to_numpy(), *labels, weighting=weighting)
            keys = {"as_of_date": as_of_date, "subject_id": pair_id, "subset": scope, "statistic": f"tax_{weighting}"}
            yield {**keys, **estimate_columns(tax)}
