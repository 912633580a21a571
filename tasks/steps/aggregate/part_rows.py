"""Where a tax comes from: its parts by how the losing answers ended, each with an interval of its own.

The parts add up to the tax; their intervals do not, because they share the items. Knows the mart of parts; must not
know how an answer came to its ending.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.stats.estimates import Estimate
from tasks.stats.paired import paired_difference
from tasks.steps.aggregate.estimate_rows import WHOLE, clusters_of, estimate_columns
from warehouse.connection import Row, Warehouse

PARTS = ("part_wrong_answer", "part_refusal", "part_filter", "part_truncation", "part_format")


def part_rows(warehouse: Warehouse, dates: Sequence[str]) -> Iterator[Row]:
    """Every part of every comparison."""
    groups = warehouse.query_groups("tax_parts", ("as_of_date", "comparison_id"), dates=list(dates))
    for (as_of_date, comparison_id), group in groups:
        clusters = clusters_of(group, is_whole=True)
        estimates: dict[bytes, Estimate] = {}  # of equal parts, as empty ones are, only one is estimated
        for part in PARTS:
            keys = {"as_of_date": as_of_date, "subject_id": comparison_id, "subset": WHOLE, "statistic": part}
            values = group[part].to_numpy()
            content = values.tobytes()
            if content not in estimates:
                estimates[content] = paired_difference(values, clusters)
            yield {**keys, **estimate_columns(estimates[content])}
