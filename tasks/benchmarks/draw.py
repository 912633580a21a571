"""Seeded draws that give the same items on every machine and Python version. Knows no benchmark.

Python promises to keep the sequence of ``Random.random`` between versions, and of no other draw. So the others are made
of it here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

_T = TypeVar("_T")

_ATTEMPTS = 1_000  # a template that cannot make as many questions as it should must fail, not run for ever


class Draw:
    """A sequence of draws with a seed. A new template has a seed of its own and so leaves the old items as they are."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible items, nothing secret

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, values: Sequence[_T]) -> _T:
        """One of the values."""
        return values[self.between(0, len(values) - 1)]

    def shuffled(self, values: Sequence[_T]) -> list[_T]:
        """The values in a random order (Fisher and Yates)."""
        result = list(values)
        for last in range(len(result) - 1, 0, -1):
            other = self.between(0, last)
            result[last], result[other] = result[other], result[last]
        return result

    def some(self, values: Sequence[_T], count: int) -> list[_T]:
        """``count`` of the values, each at most once, in a random order."""
        return self.shuffled(values)[:count]


def distinct(count: int, make: Callable[[], tuple[str, object]]) -> list[tuple[str, str]]:
    """Draw pairs of question and answer until there are ``count`` different questions. Answers become text.

    Raises:
        ValueError: the template cannot make that many.
    """
    made: dict[str, str] = {}
    for _ in range(_ATTEMPTS):
        if len(made) == count:
            return list(made.items())
        question, answer = make()
        made.setdefault(question, str(answer))
    raise ValueError(f"expected {count} different questions, found only {len(made)} in {_ATTEMPTS} draws")


def drawn_items(
    count: int, make: Callable[[], tuple[str, object]], *, cluster: str, subset: str, chance_score: float = 0.0
) -> list[dict[str, Any]]:
    """The fields of the items of one template (see ``make_items``); ``make`` draws a question and its target."""
    return [
        {
            "question": question,
            "target": target,
            "cluster_id": cluster,
            "subset": subset,
            "chance_score": chance_score,
        }
        for question, target in distinct(count, make)
    ]
