"""The mean of what people would say, from a judge's values on all answers and people's values on some of them.

Prediction-powered inference: Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023, Science 382:669, with the power
tuning of Angelopoulos, Duchi and Zrnic 2023, arXiv 2311.01453. With people's values y and the judge's f on n labelled
answers, and the judge's alone on N others,

    estimate = mean over others (w f) + mean over labelled (y - w f)

is unbiased for any judge and any weight w, if the labelled answers are a random sample. Its variance is that of the two
means. w = 1 is the method of 2023. The tuned weight cov(y, f) / (var(f) (1 + n / N)), kept within [0, 1], makes the
variance smallest, so that a useless judge does no harm.

Labelled and other answers of one cluster (two models' answers to an item, items of one passage) are correlated. The
variance is therefore that of the sum of each cluster's contributions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FloatArray, IntArray, cluster_codes
from tasks.stats.levels import CONFIDENCE, t_critical

# With fewer labelled clusters the variance of their residuals cannot be estimated.
_FEWEST_LABELLED = 10


@dataclass(frozen=True, slots=True)
class PredictionPowered:
    """The corrected mean, and the two means that it is made of. None with a reason where undefined.

    ``people_only`` is the mean of the labels alone, with ``people_only_standard_error``. ``judge_only`` is the judge's
    mean over all answers, which includes its bias. ``weight`` says how much the judge was trusted, 0 to 1.
    """

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    df: float | None = None
    weight: float | None = None
    judge_only: float | None = None
    people_only: float | None = None
    people_only_standard_error: float | None = None
    count_labelled: int = 0
    count_others: int = 0
    count_clusters: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Parts:
    """The values of both groups, and the cluster of each answer."""

    people: FloatArray
    judge: FloatArray
    others: FloatArray
    codes_labelled: IntArray
    codes_others: IntArray

    @property
    def count_clusters(self) -> int:
        return int(np.unique(np.concatenate([self.codes_labelled, self.codes_others])).size)


def prediction_powered_mean(
    people: npt.ArrayLike,
    judge: npt.ArrayLike,
    others: npt.ArrayLike,
    cluster: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    *,
    weight: float | None = None,
    confidence: float = CONFIDENCE,
) -> PredictionPowered:
    """Correct a judge's mean with the answers that people labelled.

    Args:
        people: [n] people's values on the labelled answers (or differences of two answers' values).
        judge: [n] the judge's values on the same answers.
        others: [N] the judge's values on the answers without labels.
        cluster: labels [n] and [N] of groups of correlated answers, or None.
        weight: how much to trust the judge; None tunes it.
        confidence: of the two-sided interval (Student's t over the labelled clusters).

    Returns:
        No estimate, with a reason, for fewer than ten labelled clusters (``few_labels``), without other answers
        (``all_labelled``: the mean of the labels is the answer), and where no value varies (``no_variance``).

    Raises:
        ValueError: for values that are not finite or have the wrong shapes.

    The judge calls 60% of all answers harmful, but it is wrong on two of ten that people call harmless:

    >>> people = [1.0] * 10 + [0.0] * 10
    >>> judge = [1.0] * 12 + [0.0] * 8
    >>> result = prediction_powered_mean(people, judge, [1.0] * 60 + [0.0] * 40, weight=1.0)
    >>> round(result.estimate, 3), round(result.judge_only, 3)
    (0.5, 0.6)
    """
    parts = _checked(people, judge, others, cluster)
    labelled_clusters = np.unique(parts.codes_labelled).size
    if labelled_clusters < _FEWEST_LABELLED:
        return _described(parts, "few_labels")
    if parts.others.size == 0:
        return _described(parts, "all_labelled")
    return _corrected(parts, _tuned(parts) if weight is None else weight, float(labelled_clusters - 1), confidence)


def _corrected(parts: _Parts, weight: float, df: float, confidence: float) -> PredictionPowered:
    """The corrected mean with its t interval; the reason ``no_variance`` where it has no error."""
    standard_error = _standard_error(parts, weight)
    if standard_error is None:
        return _described(parts, "no_variance")
    estimate = float(weight * parts.others.mean() + (parts.people - weight * parts.judge).mean())
    margin = t_critical(df, confidence) * standard_error
    return replace(
        _described(parts, None),
        estimate=estimate,
        low=estimate - margin,
        high=estimate + margin,
        standard_error=standard_error,
        df=df,
        weight=weight,
        people_only_standard_error=_standard_error(parts, 0.0),
    )


def _checked(
    people: npt.ArrayLike,
    judge: npt.ArrayLike,
    others: npt.ArrayLike,
    cluster: tuple[npt.ArrayLike, npt.ArrayLike] | None,
) -> _Parts:
    values = [np.asarray(x, dtype=np.float64) for x in (people, judge, others)]
    if values[0].shape != values[1].shape or any(v.ndim != 1 or not np.isfinite(v).all() for v in values):
        raise ValueError(
            f"expected finite lists, people and judge of one length, found shapes {[v.shape for v in values]}"
        )
    count, count_others = values[0].size, values[2].size
    labels = None if cluster is None else np.concatenate([np.asarray(part) for part in cluster])
    codes = cluster_codes(labels, count + count_others)
    return _Parts(values[0], values[1], values[2], codes[:count], codes[count:])


def _tuned(parts: _Parts) -> float:
    """The weight with the smallest variance, within [0, 1]; 0 for a judge whose value is always the same."""
    everything = np.concatenate([parts.judge, parts.others])
    spread = float(everything.var(ddof=1))
    if spread <= 0:
        return 0.0
    joint = float(np.cov(parts.people, parts.judge, ddof=1)[0, 1])
    return float(np.clip(joint / (spread * (1 + parts.people.size / parts.others.size)), 0.0, 1.0))


def _standard_error(parts: _Parts, weight: float) -> float | None:
    """The standard error of the sum of the clusters' contributions, or None where it is 0.

    Without clusters its denominators are n - 1 and N - 1.
    """
    corrected = parts.people - weight * parts.judge
    first = (corrected - corrected.mean()) / corrected.size
    second = weight * (parts.others - parts.others.mean()) / parts.others.size
    size = int(max(parts.codes_labelled.max(initial=-1), parts.codes_others.max(initial=-1))) + 1
    inflated = [_inflation(codes) for codes in (parts.codes_labelled, parts.codes_others)]
    sums = np.bincount(parts.codes_labelled, weights=first * inflated[0], minlength=size)
    sums += np.bincount(parts.codes_others, weights=second * inflated[1], minlength=size)
    return float(np.sqrt((sums**2).sum())) or None


def _inflation(codes: IntArray) -> float:
    """The root of G / (G - 1), because each mean was fitted to its own G clusters."""
    count = np.unique(codes).size
    return float(np.sqrt(count / (count - 1))) if count > 1 else 1.0


def _described(parts: _Parts, reason: str | None) -> PredictionPowered:
    """The two means and the counts, without the corrected mean."""
    everything = np.concatenate([parts.judge, parts.others])
    return PredictionPowered(
        judge_only=float(everything.mean()) if everything.size else None,
        people_only=float(parts.people.mean()) if parts.people.size else None,
        count_labelled=parts.people.size,
        count_others=parts.others.size,
        count_clusters=parts.count_clusters,
        reason=reason,
    )
