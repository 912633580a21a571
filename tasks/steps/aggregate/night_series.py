"""One more night of a series: whether it counts, and the evidence so far that the model has become worse.

A series is one model that answers one benchmark the same way; when anything that changes answers changes, a new series
starts. Knows ``tasks.stats``; must not know tables.

Tested in tests/flows/test_monitor.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from tasks.settings import MonitorSettings
from tasks.stats.clustered import FloatArray
from tasks.stats.monitor import (
    HORIZON,
    WANDERING,
    ItemSums,
    MonitorRule,
    answer_variance,
    evidence,
    long_run_factor,
    night_variance,
    wandering,
)
from warehouse.connection import Row

# A night with answers to fewer than this share of its items says too little about a model.
_LEAST_ANSWERED = 0.9
# More reused answers than this, and a night repeats an earlier one instead of measuring anew.
_MOST_REUSED = 0.5
# After a year the last four weeks become the reference of the next.
_NEXT_REFERENCE = 28
_NORMAL = 1.959964
NO_ITEMS = pl.Series("item_id", [], pl.String)
NO_SUMS = ItemSums(np.empty(0), np.empty(0), np.empty(0))


@dataclass(frozen=True, slots=True)
class Series:
    """A series after some nights: their dates and means, the sums of its items, and where its reference lies.

    ``is_wandering`` says that its nights were seen to be correlated, on this night or before.
    """

    dates: tuple[Any, ...]
    means: FloatArray
    item_ids: pl.Series
    items: ItemSums
    reference_first: int
    count_reference: int
    highest: float | None
    is_wandering: bool = False

    @property
    def without_items(self) -> Series:
        """The same without its items, as it waits for the next night."""
        return replace(self, item_ids=NO_ITEMS, items=NO_SUMS)


def night_row(
    cell: Row, part: pl.DataFrame | None, series: Series | None, settings: MonitorSettings
) -> tuple[Row, Series | None]:
    """The row of a night, and the series after it; None where the night is left out."""
    row: Row = {
        **{key: cell[key] for key in ("as_of_date", "run_id", "cell_id")},
        "night_number": 1 if series is None else len(series.dates) + 1,
        "phase": "left_out",
        "count_answered": 0 if part is None else part.height,
        "count_items": len(series.item_ids) if series else (0 if part is None else part.height),
        "alpha": settings.alpha,
        "tolerance": settings.tolerance,
    }
    if cell["share_reused"] > _MOST_REUSED:
        return {**row, "reason": "answers_reused"}, None
    if part is None or part.height < 2:
        return {**row, "reason": "too_few_answers"}, None
    extended = _started(cell, part, settings) if series is None else _extended(cell, part, series)
    if extended is None:
        return {**row, "reason": "too_few_answers"}, None
    return _with_evidence(row, extended, settings)


def _started(cell: Row, part: pl.DataFrame, settings: MonitorSettings) -> Series:
    """The first night of a series fixes its items."""
    value = part["value"].to_numpy()
    items = ItemSums(np.ones(value.size), value, value**2)
    first = (cell["as_of_date"],), np.array([value.mean()])
    return Series(*first, part["item_id"], items, 0, settings.reference_nights, None)


def _extended(cell: Row, part: pl.DataFrame, series: Series) -> Series | None:
    """The series with one more night. An item without an answer counts with its own mean so far."""
    found = series.item_ids.to_frame("item_id").join(part, on="item_id", how="left", maintain_order="left")
    value = found["value"].fill_null(np.nan).to_numpy()
    is_answered = np.isfinite(value)
    if is_answered.mean() < _LEAST_ANSWERED:
        return None
    old = series.items
    filled = np.where(is_answered, value, old.total / old.nights)
    answered = np.where(is_answered, value, 0.0)
    items = ItemSums(old.nights + is_answered, old.total + answered, old.squares + answered**2)
    extended = replace(
        series,
        dates=(*series.dates, cell["as_of_date"]),
        means=np.append(series.means, filled.mean()),
        items=items,
    )
    if len(extended.dates) - extended.reference_first - extended.count_reference > HORIZON:
        first = len(series.dates) - _NEXT_REFERENCE
        return replace(extended, reference_first=first, count_reference=_NEXT_REFERENCE, highest=None)
    return extended


def _with_evidence(row: Row, series: Series, settings: MonitorSettings) -> tuple[Row, Series]:
    """The numbers of a night that counts, and the series with the highest evidence so far."""
    means = series.means[np.newaxis, series.reference_first :]
    row = {
        **row,
        "phase": "reference",
        "reference_first_night": series.reference_first + 1,
        "count_reference": series.count_reference,
        "mean": float(series.means[-1]),
    }
    if means.shape[1] < 2:
        return {**row, "reason": "first_night"}, series
    spread = np.atleast_1d(answer_variance(series.items))
    variance = night_variance(means, spread, len(series.item_ids))
    statistic = wandering(means[0])
    series = replace(series, is_wandering=series.is_wandering or (statistic or 0.0) > WANDERING)
    if series.is_wandering and statistic is not None:
        variance = variance * long_run_factor(statistic, means.shape[1])
    row["is_wandering"] = series.is_wandering
    row["item_variance"], row["night_standard_error"] = float(spread[0]), float(np.sqrt(variance[0]))
    if means.shape[1] <= series.count_reference:
        return {**row, "reason": "reference_night"}, series
    rule = MonitorRule(settings.alpha, settings.tolerance, series.count_reference)
    monitored = _monitored(series, means, variance, rule)
    return row | monitored, replace(series, highest=monitored["log_evidence_highest"])


def _monitored(series: Series, means: FloatArray, variance: FloatArray, rule: MonitorRule) -> Row:
    """The evidence of a night after the reference, and the fall that it supports."""
    found = evidence(means, variance, rule)
    log_e, fall, error = (float(part[0]) for part in (found.log_e, found.fall, found.standard_error))
    highest = log_e if series.highest is None else max(series.highest, log_e)
    start = series.reference_first + series.count_reference + int(found.start[0]) - 1
    return {
        "phase": "monitored",
        "log_evidence": log_e,
        "log_evidence_highest": highest,
        "p_value": min(1.0, float(np.exp(-highest))),
        "since_date": series.dates[start],
        "fall": fall,
        "fall_low": fall - _NORMAL * error,
        "fall_high": fall + _NORMAL * error,
    }
