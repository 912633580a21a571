"""Land means that were published elsewhere, as a run of kind ``import`` without answers.

Tested in tests/tasks/steps/aggregate/test_published_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from tasks.errors import InputError
from tasks.settings import Settings
from tasks.steps.land.foreign_rows import ForeignFiles, ForeignRun, Imported
from tasks.steps.land.runs import run_event, run_rows
from warehouse.connection import Warehouse

_NAMES = {"model": "model_id", "benchmark": "benchmark_id"}


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
        InputError: the files are empty, or give a mean twice.
    """
    run = ForeignRun.of(settings, as_of_date, files.first, files.source_hash, ["aggregates"])
    frame = pl.concat(list(batches)).rename(_NAMES)
    if frame.is_empty():
        raise InputError(f"{files.first}: no rows.")
    for model_id in frame["model_id"].unique(maintain_order=True):
        settings.model(model_id)
    keys = ["model_id", "benchmark_id", "metric"]
    if (twice := frame.filter(frame.select(keys).is_duplicated())).height:
        model, benchmark, metric = twice.select(keys).row(0)
        raise InputError(f"{files.first}: {metric} of {model} on {benchmark} appears twice.")
    with warehouse.transaction():
        rows = run_rows(run.plan)
        is_new = warehouse.append({"raw.runs": rows["raw.runs"]}) > 0
        if is_new:
            warehouse.append(rows)
            run_event(warehouse, run.run_id, "started")
        count_new = warehouse.append({"raw.published_means": frame.with_columns(run_id=pl.lit(run.run_id))})
        if is_new:
            run_event(warehouse, run.run_id, "finished")
    return Imported(run.run_id, frame.height, count_new)
