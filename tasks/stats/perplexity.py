"""Perplexity of a corpus, from sums over its texts. A long text has more weight than a short one.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def perplexity(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """exp(-log-likelihood / length) from sums [..., 2] of natural log-likelihoods and lengths; NaN without a text.

    Jelinek et al. 1977, JASA 62:S63. The length is in the unit of the wanted perplexity: words or bytes.

    >>> float(perplexity(np.array([-10 * np.log(4.0), 10.0])).round(6))
    4.0
    """
    likelihood, length = sums[..., 0], sums[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(length > 0, np.exp(-likelihood / length), np.nan))
