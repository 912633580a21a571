"""Land means that were published elsewhere, as a run of kind ``import`` without answers.

Tested in tests/tasks/steps/aggregate/test_published_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import polars as pl

from tasks.errors import InputError
from tasks.importers.read_aggregates import is_usually_better_higher
from tasks.settings import Settings
from tasks.steps.land.foreign_rows import LANDED, ForeignFiles, ForeignRun, Imported
from tasks.steps.land.runs import run_event, run_rows
from tasks.steps.land.stated_items import contradiction
from warehouse.connection import Warehouse

_NAMES = {"model": "model_id", "benchmark": "benchmark_id"}
_METRIC = ["benchmark_id", "metric"]
_KEYS = ["model_id", *_METRIC]


def land_aggregates(
    warehouse: Warehouse,
    settings: Settings,
    batches: Iterable[pl.DataFrame],
    *,
    files: ForeignFiles,
    as_of_date: date,
) -> Imported:
    """Land published means (see ``importers.read_aggregates``); the same files land once, however often.

    Raises:
        UnknownName: a row's model is not configured.
        InputError: the files are empty, give a mean twice, or give a metric another direction than an import before.
    """
    run = ForeignRun.of(settings, as_of_date, files.first, files.source_hash, ["aggregates"]).standing(warehouse)
    run.check_not_void(warehouse)
    frame = pl.concat(list(batches)).rename(_NAMES)
    if frame.is_empty():
        raise InputError(f"{files.first}: no rows.")
    for model_id in frame["model_id"].unique(maintain_order=True):
        settings.model(model_id)
    _check_given_once(frame)
    known = warehouse.query("known_means", frames={"named_metrics": frame.select(_METRIC).unique()})
    means = _with_directions(frame, known)
    with warehouse.transaction():
        rows = run_rows(run.plan)
        is_new = warehouse.append({"raw.runs": rows["raw.runs"]}) > 0
        if is_new:
            warehouse.append(rows)
            run_event(warehouse, run.run_id, "started")
        count_new = warehouse.append_columns("raw.published_means", means.with_columns(run_id=pl.lit(run.run_id)))
        if is_new:
            run_event(warehouse, run.run_id, "finished")
    others = known.filter((pl.col("as_of_date") == as_of_date) & (pl.col("run_id") != run.run_id))
    return run.came(warehouse, frame.height, count_new, _replaced(means, others) if is_new else (LANDED,))


def _check_given_once(frame: pl.DataFrame) -> None:
    for (model, benchmark, metric), rows in frame.group_by(_KEYS, maintain_order=True):
        if rows.height > 1:
            raise InputError(
                f"{rows['place'][1]}: {metric} of {model} on {benchmark} is at {rows['place'][0]} already."
            )


def _with_directions(frame: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The means with the direction that any row says, else the one of an import before, else the usual one.

    Raises:
        InputError: an import that counts says otherwise.
    """
    stated = frame.group_by(_METRIC).agg(pl.col("higher_is_better").drop_nulls().first())
    there = known.group_by(_METRIC, maintain_order=True).agg(
        is_higher_there=pl.first("higher_is_better"), run_id=pl.first("run_id")
    )
    rows = (
        frame.drop("higher_is_better")
        .join(stated, on=_METRIC)
        .join(there, on=_METRIC, how="left", maintain_order="left")
    )
    contradicting = rows.filter(pl.col("higher_is_better") != pl.col("is_higher_there"))
    for row in contradicting.head(1).iter_rows(named=True):
        said = f"{row['place']}: higher_is_better {row['higher_is_better']} of {row['metric']} of {row['benchmark_id']}"
        raise contradiction(said, str(row["is_higher_there"]), row["run_id"])
    usual = pl.col("metric").map_elements(is_usually_better_higher, return_dtype=pl.Boolean)
    return rows.with_columns(higher_is_better=pl.coalesce("higher_is_better", "is_higher_there", usual)).drop("run_id")


def _replaced(means: pl.DataFrame, others: pl.DataFrame) -> Iterator[str]:
    """A line for the means of that day that say something else in a run before: the newest counts."""
    newest = others.unique(_KEYS, keep="first", maintain_order=True)
    changed = means.join(newest, on=_KEYS, suffix="_there").filter(pl.col("mean") != pl.col("mean_there"))
    if changed.height:
        first = changed.row(0, named=True)
        yield (
            f"{changed.height} means take the place of others of that day, the first of {first['mean_there']:g} for "
            f"{first['metric']} of {first['model_id']} on {first['benchmark_id']} (run {first['run_id']})"
        )
