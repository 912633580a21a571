"""A share over all parts of all items, from sums over the items. An item of many parts has more weight.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

import numpy as np

from tasks.stats.clustered import FloatArray


def pooled_share(sums: FloatArray) -> FloatArray:
    """The share from sums [..., 2] of what counts and of what there is; NaN where there is nothing.

    The estimator of a ratio of totals (Cochran 1977, Sampling Techniques, chapter 6).

    >>> float(pooled_share(np.array([2.0, 4.0])))
    0.5
    """
    counted, count = sums[..., 0], sums[..., 1]
    return np.divide(counted, count, out=np.full_like(count, np.nan), where=count > 0)
