"""What missing answers do to a tax: its limits without an assumption about them, and whose answers are missing.

Knows planned items with and without values; must not know why an answer is missing.

Tested in tests/tasks/steps/aggregate/test_part_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tasks.stats.identified import identified_interval, loss_at_most, missing_asymmetry
from tasks.stats.level_variance import AddedVariance
from tasks.stats.missing import missing_bounds
from tasks.steps.aggregate.estimate_rows import clusters_of, estimate_columns
from warehouse.connection import Row


def missing_rows(items: pl.DataFrame, added: AddedVariance | None, *, is_whole: bool) -> Iterator[Row]:
    """Bounds, identified interval, largest loss and asymmetry of missingness of one comparison on one subset."""
    reference, candidate = items["reference_value"].to_numpy(), items["candidate_value"].to_numpy()
    bounds = missing_bounds(reference, candidate)
    yield {"statistic": "bounds", "low": bounds.low, "high": bounds.high}
    clusters = clusters_of(items, is_whole=is_whole)
    identified = identified_interval(reference, candidate, clusters, added=added)
    yield {
        "statistic": "identified_interval",
        "low": identified.low,
        "high": identified.high,
        "reason": identified.reason,
    }
    at_most = loss_at_most(reference, candidate, clusters, is_turned=not items["higher_is_better"][0], added=added)
    yield {"statistic": "tax_at_most", "estimate": at_most}
    yield {"statistic": "missing_asymmetry", **estimate_columns(missing_asymmetry(reference, candidate, clusters))}
