"""p-values adjusted for the number of tests.

NaN or None means that a test has no p-value. Such a test is left out of the family, and is NaN in the result.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FloatArray

PValues = Sequence[float | None] | npt.NDArray[np.float64]


def holm(p_values: PValues) -> FloatArray:
    """Holm's adjusted p-values. If those below alpha are rejected, at most alpha of families have a false rejection.

    Holm 1979, Scandinavian Journal of Statistics 6:65. This is true under any dependence of the tests.

    Args:
        p_values: [k] in [0, 1]; NaN or None where there was nothing to test.

    Returns:
        [k] adjusted p-values in the given order, NaN where the p-value was.

    >>> holm([0.01, None, 0.04]).tolist()
    [0.02, nan, 0.04]
    """
    adjusted, order, ranked = _ranked(p_values)
    factors = np.arange(ranked.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(ranked * factors), 1.0)
    return adjusted


def benjamini_hochberg(p_values: PValues) -> FloatArray:
    """Benjamini and Hochberg's adjusted p-values. Of those below q, on average at most a share of q is false.

    Benjamini and Hochberg 1995, JRSS B 57:289. This is true for independent and for positively dependent tests, such as
    those of models on shared items.

    Args:
        p_values: [k] in [0, 1]; NaN or None where there was nothing to test.

    Returns:
        [k] adjusted p-values in the given order, NaN where the p-value was.

    >>> benjamini_hochberg([0.01, None, 0.04]).tolist()
    [0.02, nan, 0.04]
    """
    adjusted, order, ranked = _ranked(p_values)
    scaled = ranked * ranked.size / np.arange(1, ranked.size + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def _ranked(p_values: PValues) -> tuple[FloatArray, npt.NDArray[np.intp], FloatArray]:
    """An array of NaN for the result, the indices of the family by rising p-value, and its p-values in that order."""
    values = np.array(p_values, dtype=np.float64)
    members = np.flatnonzero(~np.isnan(values))
    if np.any((values[members] < 0) | (values[members] > 1)):
        raise ValueError(f"expected p-values in [0, 1], found {p_values!r}")
    order = members[np.argsort(values[members], kind="stable")]
    return np.full(values.shape, np.nan), order, values[order]
