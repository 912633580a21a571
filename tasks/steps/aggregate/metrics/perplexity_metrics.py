"""Perplexity of a corpus per word and per byte: long texts weigh more.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from __future__ import annotations

import math

from tasks.stats.perplexity import perplexity
from tasks.steps.aggregate.metrics.metric import Metric, of_scores


def _part(_: str, answer: str | None, value: float) -> tuple[float, ...] | None:
    """A text's log-likelihood and its length; None for a text that is impossible or has no length."""
    count = float(answer or 0)
    return (count * math.log(value), count) if count > 0 and value > 0 else None


WORD_PERPLEXITY, BYTE_PERPLEXITY = (
    Metric(
        f"{unit}_perplexity",
        f"Perplexity per {unit}",
        of_scores(_part),
        perplexity,
        higher_is_better=False,
        is_proportion=False,
    )
    for unit in ("word", "byte")
)
