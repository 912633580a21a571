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
    """The metric for one k. Of several wordings of the instruction it is the mean; each gives k programs of its own."""

    def part(answers: Sequence[Row]) -> Sequence[float] | None:
        passed: dict[int, list[bool]] = {}
        for row in answers:
            passed.setdefault(row["template"], []).append(row["value"] == 1)
        found = [chance for each in passed.values() if (chance := pass_at_k(len(each), sum(each), k)) is not None]
        return [sum(found) / len(found)] if found else None

    return Metric(f"pass_at_{k}", "Chance that one of k programs passes", part, listed_as="pass_at_k")
