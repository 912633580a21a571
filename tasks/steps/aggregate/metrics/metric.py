"""What a metric is that is not a mean over items: a function of sums over all answers of a cell.

Knows rows of answers; must not know which metrics there are.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tasks.stats.clustered import FloatArray
from warehouse.connection import Row

# What the answers to one item add to the sums of a metric, None where they have no part in it.
Part: TypeAlias = Callable[[Sequence[Row]], Sequence[float] | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: what its rows are called.
        title: its name for people.
        part: what the answers to one item contribute.
        of_sums: makes the metric of the parts' sums over items, [..., k] to [...]: it is given the sums of one sample,
            and those of many resamples at once. None says that the metric is the mean of parts that are single
            numbers.
        higher_is_better: its direction; a difference is a loss in this direction.
        is_proportion: whether it is at most 1 in size, and read times 100.
        reads_text: the answers' texts are read, not only what the scorer found in them.
        listed_as: its name in ``marts.dim_metric``, where one entry stands for several metrics.
    """

    name: str
    title: str
    part: Part
    of_sums: Callable[[FloatArray], FloatArray] | None = None
    higher_is_better: bool = True
    is_proportion: bool = True
    reads_text: bool = False
    listed_as: str | None = None

    @property
    def listed(self) -> dict[str, Any]:
        """Its row of ``stats.metrics``."""
        return {
            "metric": self.listed_as or self.name,
            "title": self.title,
            "higher_is_better": self.higher_is_better,
            "is_proportion": self.is_proportion,
        }


def averaged(part: Callable[[Row], tuple[float, ...] | None]) -> Part:
    """The part of an item whose repeats count as one answer between them."""

    def of_item(answers: Sequence[Row]) -> Sequence[float] | None:
        parts = [found for answer in answers if (found := part(answer)) is not None]
        return [sum(column) / len(parts) for column in zip(*parts, strict=True)] if parts else None

    return of_item


def of_scores(part: Callable[[str, str | None, float], tuple[float, ...] | None]) -> Part:
    """The part of an item by the target, and by the answer and the value that its scorer found."""
    return averaged(lambda row: part(row["target"], row["answer"], row["value"]))
