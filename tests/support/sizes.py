"""How large the simulations of a test run are: each states one number, and the target that runs it decides the part.

``make test`` runs a twentieth of it, ``make accept`` a tenth, ``make endurance`` all of it. The targets say so in
``ALIGNTAX_TEST_SIZE``; without it a run is quick.

    @at_every_size
    def test_the_interval_covers():
        least, most = bounds(0.93, 0.97, full=FULL)
        assert least <= coverage(replications(FULL)) <= most
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

VARIABLE = "ALIGNTAX_TEST_SIZE"
PARTS = {"quick": 0.05, "tenth": 0.1, "full": 1.0}
# A share that is exactly at its bound in the full simulation fails a smaller one in about one run of a thousand.
_STANDARD_ERRORS = 3.0

Test = TypeVar("Test", bound=Callable[..., Any])


def size() -> str:
    """The size of this run: quick, tenth or full."""
    found = os.environ.get(VARIABLE, "quick")
    if found not in PARTS:
        raise ValueError(f"{VARIABLE}: expected one of {', '.join(PARTS)}, found {found!r}")
    return found


def replications(full: int) -> int:
    """How many of ``full`` replications this run makes, at least 1."""
    return max(1, round(full * PARTS[size()]))


def bounds(least: float, most: float, *, full: int) -> tuple[float, float]:
    """Bounds of a share counted over ``replications(full)``, where the full simulation must stay in [least, most].

    They are wider by three standard errors of the difference between a part of the replications and all of them, which
    is sqrt(p (1 - p) (1 / part - 1 / full)) for a share p. At full size nothing is added.
    """
    missing = 1 / replications(full) - 1 / full
    below, above = (_STANDARD_ERRORS * math.sqrt(p * (1 - p) * missing) for p in (least, most))
    return least - below, most + above


def at_full_size_only(test: Test) -> Test:
    """Mark a test that takes a minute and whose subject shorter tests reach too: only ``make endurance`` runs it."""
    skipped = pytest.mark.skipif(size() != "full", reason="only `make endurance` runs it")
    return pytest.mark.endurance(skipped(test))


def at_every_size(test: Test) -> Test:
    """Mark a simulation that runs in all three targets, each time at the target's size.

    In ``make test`` it is an ordinary test. In the two others it counts as an endurance test, which they select.
    A simulation that is too long for ``make test`` is marked ``endurance`` instead.
    """
    return test if size() == "quick" else pytest.mark.endurance(test)
