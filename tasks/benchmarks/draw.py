"""Seeded draws that give the same items on every machine and Python version. Knows no benchmark.

Only ``Random.random`` is documented to keep its sequence between Python versions, so the rest is built on it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")

_ATTEMPTS = 1_000  # a template too poor for the number of questions asked of it must fail, not hang


class Draw:
    """A stream of draws named by its seed, so that a new template never changes the items of an old one."""

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
        """``count`` different ones of the values, in a random order."""
        return self.shuffled(values)[:count]


def distinct(count: int, make: Callable[[], tuple[str, str]]) -> list[tuple[str, str]]:
    """Draw question and answer until ``count`` different questions are there.

    Raises:
        ValueError: the template cannot make that many.
    """
    made: dict[str, str] = {}
    for _ in range(_ATTEMPTS):
        if len(made) == count:
            return list(made.items())
        question, answer = make()
        made.setdefault(question, answer)
    raise ValueError(f"expected {count} different questions, found only {len(made)} in {_ATTEMPTS} draws")
