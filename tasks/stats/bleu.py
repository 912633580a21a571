"""BLEU of a corpus, from sums over its texts. It is no mean over items, so its error comes from resampling the sums.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def corpus_bleu(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """BLEU of corpora, 0 to 1, from sums [..., 10] over their texts, as sacrebleu computes it; NaN without a text.

    Papineni et al. 2002: the geometric mean of the four precisions times the brevity penalty. An order without a match
    counts as half a match, the next such order as a quarter, and so on (sacrebleu's exponential smoothing). Thousands
    of resamples are computed at once.

    >>> float(corpus_bleu(np.array([9.0, 7.0, 5.0, 3.0, 10.0, 8.0, 6.0, 4.0, 10.0, 10.0])).round(4))
    0.8376
    """
    matches, totals, said, wanted = sums[..., :4], sums[..., 4:8], sums[..., 8], sums[..., 9]
    is_missed = matches == 0
    smoothed = np.where(is_missed, 0.5 ** np.cumsum(is_missed, axis=-1), matches)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.exp(np.log(smoothed / totals).mean(axis=-1))
        score = precision * np.exp(np.minimum(1 - wanted / said, 0.0))
    is_hopeless = is_missed.all(axis=-1) | (totals == 0).any(axis=-1)
    return np.asarray(np.where(wanted + said > 0, np.where(is_hopeless, 0.0, score), np.nan))
