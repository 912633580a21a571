"""Made-up scores of a model and its base on each night, and their real import and rebuild."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from flows import transform
from flows.configuration import load_benchmarks, load_configuration
from tasks.importers.read_scores import read_scores
from tasks.steps.land import ForeignFiles, land_scores
from warehouse.connection import Warehouse

FIRST = date(2026, 1, 1)
CONFIG = """
models: [{{id: base}}, {{id: aligned, base: base}}]
benchmarks: [knowledge]
analysis: {{monitor: {{reference_nights: 2{more}}}}}
"""
COUNT = 200
TABLES = ("stats.monitor_nights", "stats.monitor_items", "reports.trend", "reports.alerts")


def level(count: int = COUNT) -> np.ndarray:
    """The probability [count] with which each item is answered right."""
    return np.random.default_rng(0).beta(8, 2, count)


def answers(night: int, *, lost: float = 0.0, model: int = 0, count: int = COUNT) -> np.ndarray:
    """Scores [count] of one night, 1 or 0. The first items, a share of ``lost``, are always 0."""
    rng = np.random.default_rng([night, model])
    right = (rng.random(count) < level(count)).astype(float)
    right[: int(lost * count)] = 0.0
    return right


def night_scores(night: int, lost: float = 0.0) -> dict[tuple[str, str], np.ndarray]:
    """Scores of both models on one night; only the aligned one loses a share of the items."""
    return {("base", "knowledge"): answers(night, model=1), ("aligned", "knowledge"): answers(night, lost=lost)}


def write_settings(folder: Path, text: str) -> Path:
    path = folder / "aligntax.yaml"
    path.write_text("model_defaults: {provider: recorded}\n" + text)
    return path


def import_night(
    warehouse: Warehouse, config: Path, day: date, scores: Mapping[tuple[str, str], np.ndarray], *, rebuild: bool = True
) -> str:
    """Land scores by (model, benchmark) on a date and rebuild what they change; returns the run's id.

    Scores are [n], or [n, repeats].
    """
    settings = load_configuration(config, will_send=False)
    path = config.parent / f"{day}.csv"
    frames = [
        pl.DataFrame(
            {
                "model": model,
                "benchmark": name,
                "item": [f"i{i}" for i in range(len(values)) for _ in range(values[i].size)],
                "value": values.ravel(),
            }
        )
        for (model, name), values in scores.items()
    ]
    pl.concat([frame.cast({"value": pl.Float64}) for frame in frames]).drop_nans("value").write_csv(path)
    known = load_benchmarks(settings)
    landed = land_scores(
        warehouse, settings, known, lambda: read_scores(path), files=ForeignFiles([path]), as_of_date=day
    )
    if rebuild:
        transform.rebuild(warehouse, settings, landed.run_id)
    return landed.run_id


def rebuilt(warehouse: Warehouse, config: Path) -> None:
    """Rebuild every date from the facts, as `aligntax build` does."""
    settings = load_configuration(config, will_send=False)
    transform.rebuild_dates(warehouse, transform.run_dates(warehouse), settings.analysis, settings.margins)


def rows(warehouse: Warehouse, sql: str) -> list[tuple[object, ...]]:
    return warehouse.rows(sql)[1]
