"""What a value in a truth file or in posted faults may be, and the message where it is something else.

Tested in tests/infra/simulator/test_truth.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from numbers import Real
from typing import Any


def unknown_keys(prefix: str, mapping: Mapping[str, Any], allowed: Iterable[str]) -> Iterator[str]:
    """Yield one line for each key that is not allowed."""
    known = frozenset(allowed)
    for key in mapping:
        if key not in known:
            yield f"{prefix}{key}: unknown key. Known: {', '.join(sorted(known))}"


def is_integer(value: Any) -> bool:
    """Whether the value is an integer; True and False do not count as integers."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_amount(value: Any) -> bool:
    """Whether the value is a finite number of at least 0."""
    return _is_number(value) and math.isfinite(value) and value >= 0


def is_rate(value: Any) -> bool:
    """Whether the value is a number from 0 to 1."""
    return _is_number(value) and 0 <= value <= 1


def bad_amounts(prefix: str, mapping: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    """Yield one line for each of these values that is stated and is not an amount."""
    for name in names:
        if name in mapping and not is_amount(mapping[name]):
            yield f"{prefix}{name}: expected a number of at least 0, found {mapping[name]!r}"


def bad_rates(prefix: str, mapping: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    """Yield one line for each of these values that is stated and is not a rate."""
    for name in names:
        if name in mapping and not is_rate(mapping[name]):
            yield f"{prefix}{name}: expected a number from 0 to 1, found {mapping[name]!r}"


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
