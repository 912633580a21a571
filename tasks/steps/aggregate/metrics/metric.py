"""What a metric is that is no mean of values over items: a function of sums over all answers of a cell.

Knows rows of answers; must not know which metrics there are.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tasks.stats.clustered import FloatArray
from warehouse.connection import Row

# What the answers to one item add to the sums of a metric, None where they have no part in it.
Part: TypeAlias = Callable[[Sequence[Row]], Sequence[float] | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric under its name in ``marts.dim_metric``, which states its title and its direction.

    Attributes:
        part: what the answers to one item contribute.
        of_sums: makes the metric of the parts' sums over items, [n, k] to [n]; None says that the metric is the mean
            of parts that are single numbers.
        reads_text: the answers' texts are read, not only what the scorer found in them.
    """

    name: str
    part: Part
    of_sums: Callable[[FloatArray], FloatArray] | None = None
    reads_text: bool = False


def averaged(part: Callable[[Row], tuple[float, ...] | None]) -> Part:
    """The part of an item whose repeats count as one answer between them."""

    def of_item(answers: Sequence[Row]) -> Sequence[float] | None:
        parts = [found for answer in answers if (found := part(answer)) is not None]
        return [sum(column) / len(parts) for column in zip(*parts, strict=True)] if parts else None

    return of_item


def of_scores(part: Callable[[str, str | None, float], tuple[float, ...] | None]) -> Part:
    """The part of an item by the target, and by the answer and the value that its scorer found."""
    return averaged(lambda row: part(row["target"], row["answer"], row["value"]))
