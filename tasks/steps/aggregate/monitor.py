"""Night after night: evidence that a model has become worse than its reference, one night at a time.

A series is one model asking one benchmark the same way, until anything that changes answers changes: then a new one
starts. What a night needs of the past are the night means and, per item, three sums; both are kept by night, so that a
night reads itself and the one before it, and a rebuilt past is computed forward from there. Knows ``tasks.stats`` and
the marts; must not know what an alarm is worth (``reports.alerts`` and the gate say that).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from tasks.domain import content_hash
from tasks.identity import series_id_after
from tasks.settings import MonitorSettings
from tasks.stats.clustered import FloatArray
from tasks.stats.monitor import (
    HORIZON,
    RULE_VERSION,
    ItemSums,
    MonitorRule,
    answer_variance,
    evidence,
    night_variance,
    smallest_visible_fall,
)
from warehouse.connection import Warehouse

NIGHTS, ITEMS = "stats.monitor_nights", "stats.monitor_items"
# A night with fewer answers than this share of its items is no night to judge a model by.
_LEAST_ANSWERED = 0.9
# More reused answers than this, and a night repeats an earlier one instead of measuring anew.
_MOST_REUSED = 0.5
# After a year the last four weeks become the reference of the next.
_NEXT_REFERENCE = 28
_COUNT_FALLEN = 10
_NORMAL = 1.959964


@dataclass(frozen=True, slots=True)
class Series:
    """A series after some nights: their dates and means, the sums of its items, and where its reference lies."""

    dates: tuple[Any, ...]
    means: FloatArray
    item_ids: tuple[str, ...]
    items: ItemSums
    reference_first: int
    count_reference: int
    highest: float | None


def monitor(warehouse: Warehouse, dates: Sequence[str], settings: MonitorSettings) -> int:
    """Compute the nights from the first of some dates on; returns the number of rows written.

    A night depends on those before it, so later nights follow. Tonight alone costs tonight; a changed rule costs all.
    """
    rule_hash = content_hash(RULE_VERSION, settings.model_dump(mode="json"))
    nights = [
        str(night) for night in warehouse.query("monitor_stale", dates=list(dates), rule_hash=rule_hash)["as_of_date"]
    ]
    if not nights:
        return 0
    cells = warehouse.query("monitor_cells", dates=nights)
    known = _history(warehouse, nights[0])
    count = 0
    by_night = {str(night): group for (night,), group in cells.group_by(["as_of_date"])}
    for night in nights:
        tonight = by_night.get(night, cells.clear())
        rows, states = [], []
        values = dict(_values(warehouse, night)) if not tonight.is_empty() else {}
        ids = [_series_id(cell, settings) for cell in tonight.iter_rows(named=True)]
        _load_items(warehouse, known, ids)
        for series_id, cell in zip(ids, tonight.iter_rows(named=True), strict=True):
            part = values.get((cell["run_id"], cell["cell_id"]))
            row, series = _night(cell, part, known.get(series_id), settings)
            if series is not None:
                known[series_id] = series
                states.append(_item_rows(cell["as_of_date"], series_id, series))
                row |= _fallen(warehouse, series_id, series, row)
            rows.append({**row, "series_id": series_id, "rule_hash": rule_hash})
        warehouse.replace(NIGHTS, [night], rows)
        warehouse.replace(ITEMS, [night], pl.concat(states) if states else [])
        count += len(rows)
    return count


def _series_id(cell: dict[str, Any], settings: MonitorSettings) -> str:
    """The series of a cell; nights after an acknowledged alarm are another one."""
    seen = [
        mark.night
        for mark in settings.acknowledged
        if (mark.model, mark.benchmark) == (cell["model_id"], cell["benchmark_id"]) and mark.night < cell["as_of_date"]
    ]
    return str(cell["series_id"]) if not seen else series_id_after(cell["series_id"], max(seen))


def _values(warehouse: Warehouse, night: str) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    values = warehouse.query("monitor_values", as_of_date=night)
    for (run_id, cell_id), part in values.group_by(["run_id", "cell_id"], maintain_order=True):
        yield (str(run_id), str(cell_id)), part


# ------------------------------------------------------------------------------------------ one night


def _night(
    cell: dict[str, Any], part: pl.DataFrame | None, series: Series | None, settings: MonitorSettings
) -> tuple[dict[str, Any], Series | None]:
    """The row of a night, and the series after it; None where the night is left out."""
    row: dict[str, Any] = {
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
    return _judged(row, extended, settings)


def _started(cell: dict[str, Any], part: pl.DataFrame, settings: MonitorSettings) -> Series:
    """The first night of a series fixes its items."""
    value = part["value"].to_numpy()
    items = ItemSums(np.ones(value.size), value, value**2)
    ids = tuple(part["item_id"])
    return Series((cell["as_of_date"],), np.array([value.mean()]), ids, items, 0, settings.reference_nights, None)


def _extended(cell: dict[str, Any], part: pl.DataFrame, series: Series) -> Series | None:
    """One more night; an item without an answer counts with its own mean so far, so that its level cancels."""
    found = dict(zip(part["item_id"], part["value"], strict=True))
    value = np.array([found.get(item, np.nan) for item in series.item_ids])
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


def _judged(row: dict[str, Any], series: Series, settings: MonitorSettings) -> tuple[dict[str, Any], Series]:
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
    row["item_variance"], row["night_standard_error"] = float(spread[0]), float(np.sqrt(variance[0]))
    # The reference has the variance of its nights: below this no later night helps until clean ones join it.
    visible = smallest_visible_fall(float(variance[0]), series.count_reference, alpha=settings.alpha)
    row["smallest_visible_fall"] = settings.tolerance + visible
    if means.shape[1] <= series.count_reference:
        return {**row, "reason": "reference_night"}, series
    rule = MonitorRule(settings.alpha, settings.tolerance, series.count_reference)
    found = evidence(means, variance, rule)
    log_e, fall, error = (float(part[0]) for part in (found.log_e, found.fall, found.standard_error))
    highest = log_e if series.highest is None else max(series.highest, log_e)
    start = series.reference_first + series.count_reference + int(found.start[0]) - 1
    monitored = {
        "phase": "monitored",
        "log_evidence": log_e,
        "log_evidence_highest": highest,
        "p_value": min(1.0, float(np.exp(-highest))),
        "since_date": series.dates[start],
        "fall": fall,
        "fall_low": fall - _NORMAL * error,
        "fall_high": fall + _NORMAL * error,
    }
    return row | monitored, replace(series, highest=highest)


# --------------------------------------------------------------------------------- what is kept by night


def _item_rows(as_of_date: Any, series_id: str, series: Series) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "as_of_date": [as_of_date] * len(series.item_ids),
            "series_id": [series_id] * len(series.item_ids),
            "item_id": series.item_ids,
            "count_nights": series.items.nights.astype(np.int32),
            "total": series.items.total,
            "total_squares": series.items.squares,
        }
    )


def _history(warehouse: Warehouse, before: str) -> dict[str, Series]:
    """Every series before a date, its items not yet loaded."""
    nights = warehouse.query("monitor_history", before=before)
    nothing = ItemSums(np.empty(0), np.empty(0), np.empty(0))
    return {
        str(series_id): Series(
            dates=tuple(part["as_of_date"]),
            means=part["mean"].to_numpy(),
            item_ids=(),
            items=nothing,
            reference_first=part["reference_first_night"][-1] - 1,
            count_reference=part["count_reference"][-1],
            highest=part["log_evidence_highest"][-1],
        )
        for (series_id,), part in nights.group_by(["series_id"], maintain_order=True)
    }


def _load_items(warehouse: Warehouse, known: dict[str, Series], ids: Sequence[str]) -> None:
    """Read the sums of the series of a night that come from before this build."""
    waiting = {name: known[name] for name in ids if name in known and not known[name].item_ids}
    if not waiting:
        return
    sums = _sums(warehouse, {name: series.dates[-1] for name, series in waiting.items()})
    for (series_id,), part in sums.group_by(["series_id"], maintain_order=True):
        name = str(series_id)
        known[name] = replace(known[name], item_ids=tuple(part["item_id"]), items=_item_sums(part))


def _sums(warehouse: Warehouse, wanted: dict[str, Any]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {"as_of_date": list(wanted.values()), "series_id": list(wanted)},
        schema={"as_of_date": pl.Date, "series_id": pl.String},
    )
    dates = sorted({str(night) for night in wanted.values()})
    return warehouse.query("monitor_sums", frames={"wanted": frame}, dates=dates)


def _item_sums(part: pl.DataFrame) -> ItemSums:
    return ItemSums(
        part["count_nights"].cast(pl.Float64).to_numpy(), part["total"].to_numpy(), part["total_squares"].to_numpy()
    )


def _fallen(warehouse: Warehouse, series_id: str, series: Series, row: dict[str, Any]) -> dict[str, Any]:
    """The items that fell most since the start of a fall, once there is evidence of one by itself."""
    if row["phase"] != "monitored" or row["p_value"] > row["alpha"]:
        return {}
    before = series.dates[series.dates.index(row["since_date"]) - 1]
    part = _sums(warehouse, {series_id: before})
    past = _item_sums(part)
    nights = series.items.nights - past.nights
    with np.errstate(divide="ignore", invalid="ignore"):
        since = np.where(nights > 0, (series.items.total - past.total) / nights, np.nan)
    fall = np.nan_to_num(past.total / past.nights - since)
    worst = np.argsort(-fall, kind="stable")[:_COUNT_FALLEN]
    items = [
        {"item_id": series.item_ids[index], "fall": round(float(fall[index]), 6)} for index in worst if fall[index] > 0
    ]
    return {"items_fallen_json": json.dumps(items)}
