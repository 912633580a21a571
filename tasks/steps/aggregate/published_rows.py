"""Differences and relative taxes of means that were published elsewhere. Their statistics say that they are unpaired.

Knows pairs of published means; must not mix them with differences of items.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.stats.unpaired import PublishedMean, unpaired_difference, unpaired_relative
from tasks.steps.aggregate.estimate_rows import WHOLE, estimate_columns, ratio_columns
from warehouse.connection import Row, Warehouse


def published_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """One difference and one relative tax per pair, benchmark and metric."""
    pairs = warehouse.query("published_pairs", dates=list(dates))
    for as_of_date, pair_id, higher_is_better, *sides in pairs.iter_rows():
        reference, candidate = PublishedMean(*sides[:3]), PublishedMean(*sides[3:])
        keys = {"as_of_date": as_of_date, "subject_id": pair_id, "subset": WHOLE}
        difference = unpaired_difference(reference, candidate)
        yield {**keys, "statistic": "published_difference", **estimate_columns(difference)}
        relative = unpaired_relative(reference, candidate, higher_is_better=higher_is_better)
        yield {**keys, "statistic": "published_relative", **ratio_columns(relative)}
