"""Differences of means that were published elsewhere. They are unpaired, and their statistic says so.

Knows pairs of published means; must not mix them with differences of items.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.stats.unpaired import PublishedMean, unpaired_difference
from tasks.steps.aggregate.estimate_rows import WHOLE, estimate_columns
from warehouse.connection import Row, Warehouse


def published_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """One difference per pair, benchmark and metric."""
    for as_of_date, pair_id, *sides in warehouse.query("published_pairs", dates=list(dates)).iter_rows():
        difference = unpaired_difference(PublishedMean(*sides[:3]), PublishedMean(*sides[3:]))
        keys = {
            "as_of_date": as_of_date,
            "subject_id": pair_id,
            "subset": WHOLE,
            "statistic": "published_difference",
        }
        yield {**keys, **estimate_columns(difference)}
