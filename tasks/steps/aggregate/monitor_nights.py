"""Night after night: evidence that a model has become worse than its reference.

What a night needs of the past are the means of nights and three sums for each item. Both are kept by night, so that a
night reads itself and the one before it, and a rebuilt past is computed forward from there. Knows the marts and series;
must not know what an alarm is worth: ``reports.alerts`` and the gate say that.

Tested in tests/flows/test_monitor.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from tasks.domain import content_hash
from tasks.identity import series_id_after
from tasks.settings import MonitorSettings
from tasks.stats.monitor import RULE_VERSION, ItemSums
from tasks.steps.aggregate.night_series import NO_ITEMS, NO_SUMS, Series, night_row
from warehouse.connection import Row, Warehouse

NIGHTS, ITEMS = "stats.monitor_nights", "stats.monitor_items"
_COUNT_FALLEN = 10
# The answers of a night to millions of items would take gigabytes at once.
_CELLS_AT_ONCE = 50


def monitor_nights(warehouse: Warehouse, dates: Sequence[str], settings: MonitorSettings) -> int:
    """Compute the nights from the first of some dates on; returns the number of rows written.

    A night depends on those before it, so the later nights are computed again too. A changed rule changes all nights.
    """
    rule_hash = content_hash(RULE_VERSION, settings.model_dump(mode="json"))
    nights = [
        str(night) for night in warehouse.query("monitor_stale", dates=list(dates), rule_hash=rule_hash)["as_of_date"]
    ]
    if not nights:
        return 0
    cells = warehouse.query("monitor_cells", dates=nights)
    known = _history(warehouse, nights[0])
    by_night = {str(night): group.to_dicts() for (night,), group in cells.group_by(["as_of_date"], maintain_order=True)}
    count = 0
    for night in nights:
        rows: list[Row] = []
        tonight = by_night.get(night, [])
        warehouse.replace(ITEMS, [night], [])
        for start in range(0, len(tonight), _CELLS_AT_ONCE):
            found, items = _night_of(warehouse, tonight[start : start + _CELLS_AT_ONCE], known, settings)
            rows += found
            warehouse.append({ITEMS: pl.concat(items) if items else []})
        warehouse.replace(NIGHTS, [night], [row | {"rule_hash": rule_hash} for row in rows])
        count += len(rows)
    return count


def _night_of(
    warehouse: Warehouse, cells: Sequence[Row], known: dict[str, Series], settings: MonitorSettings
) -> tuple[list[Row], list[pl.DataFrame]]:
    """The rows of some cells of one night, and each series' sums per item after it.

    ``known`` is updated to the series after it, without the items, which are in the table then.
    """
    rows: list[Row] = []
    items: list[pl.DataFrame] = []
    values = dict(_values(warehouse, cells))
    ids = [_series_id(cell, settings) for cell in cells]
    loaded = _with_items(warehouse, known, ids)
    for series_id, cell in zip(ids, cells, strict=True):
        part = values.get((cell["run_id"], cell["cell_id"]))
        row, series = night_row(cell, part, loaded.get(series_id), settings)
        if series is not None:
            known[series_id] = series.without_items
            items.append(_item_rows(cell["as_of_date"], series_id, series))
            row |= _fallen(warehouse, series_id, series, row)
        rows.append({**row, "series_id": series_id})
    return rows, items


def _series_id(cell: Row, settings: MonitorSettings) -> str:
    """The id of a cell's series; the nights after an acknowledged alarm are a series of their own."""
    seen = [
        mark.night
        for mark in settings.acknowledged
        if (mark.model, mark.benchmark) == (cell["model_id"], cell["benchmark_id"]) and mark.night < cell["as_of_date"]
    ]
    return str(cell["series_id"]) if not seen else series_id_after(cell["series_id"], max(seen))


def _values(warehouse: Warehouse, cells: Sequence[Row]) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    """The values of some cells of one night, by run and cell."""
    wanted = pl.DataFrame(cells).select("run_id", "cell_id")
    values = warehouse.query("monitor_values", frames={"wanted": wanted}, as_of_date=str(cells[0]["as_of_date"]))
    for (run_id, cell_id), part in values.group_by(["run_id", "cell_id"], maintain_order=True):
        yield (str(run_id), str(cell_id)), part.select("item_id", "value")


def _item_rows(as_of_date: Any, series_id: str, series: Series) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "item_id": series.item_ids,
            "count_nights": series.items.nights.astype(np.int32),
            "total": series.items.total,
            "total_squares": series.items.squares,
        }
    ).select(pl.lit(as_of_date).alias("as_of_date"), pl.lit(series_id).alias("series_id"), pl.all())


def _history(warehouse: Warehouse, before: str) -> dict[str, Series]:
    """Every series before a date, without its items."""
    nights = warehouse.query("monitor_history", before=before)
    return {
        str(series_id): Series(
            dates=tuple(part["as_of_date"]),
            means=part["mean"].to_numpy(),
            item_ids=NO_ITEMS,
            items=NO_SUMS,
            reference_first=part["reference_first_night"][-1] - 1,
            count_reference=part["count_reference"][-1],
            highest=part["log_evidence_highest"][-1],
            is_wandering=bool(part["is_wandering"][-1]),
        )
        for (series_id,), part in nights.group_by(["series_id"], maintain_order=True)
    }


def _with_items(warehouse: Warehouse, known: dict[str, Series], ids: Sequence[str]) -> dict[str, Series]:
    """Some series with the sums of their items after their last nights."""
    begun = {name: known[name] for name in ids if name in known}
    if not begun:
        return {}
    sums = _sums(warehouse, {name: series.dates[-1] for name, series in begun.items()})
    return {
        str(series_id): replace(begun[str(series_id)], item_ids=part["item_id"], items=_item_sums(part))
        for (series_id,), part in sums.group_by(["series_id"], maintain_order=True)
    }


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


def _fallen(warehouse: Warehouse, series_id: str, series: Series, row: Row) -> Row:
    """The items that fell most since the fall began, once this series alone gives evidence of a fall."""
    if row["phase"] != "monitored" or row["p_value"] > row["alpha"]:
        return {}
    before = series.dates[series.dates.index(row["since_date"]) - 1]
    part = _sums(warehouse, {series_id: before})
    past = _item_sums(part)
    nights = series.items.nights - past.nights
    with np.errstate(divide="ignore", invalid="ignore"):
        since = np.where(nights > 0, (series.items.total - past.total) / nights, np.nan)
    fall = np.nan_to_num(past.total / past.nights - since)
    worst = np.argsort(-fall, kind="stable")[:_COUNT_FALLEN].tolist()
    items = [
        {"item_id": series.item_ids[index], "fall": round(float(fall[index]), 6)} for index in worst if fall[index] > 0
    ]
    return {"items_fallen_json": json.dumps(items)}
