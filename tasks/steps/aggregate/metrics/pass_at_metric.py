"""The chance that at least one of k programs passes, for programs that were asked for more than once.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tasks.stats.pass_at_k import pass_at_k
from tasks.steps.aggregate.metrics.metric import Metric
from warehouse.connection import Row


@cache  # equal k are one metric, so that two cells find each other
def pass_at(k: int) -> Metric:
    """The metric for one k."""

    def part(answers: Sequence[Row]) -> Sequence[float] | None:
        found = pass_at_k(len(answers), sum(row["value"] == 1 for row in answers), k)
        return None if found is None else [found]

    return Metric(f"pass_at_{k}", "Chance that one of k programs passes", part, listed_as="pass_at_k")
