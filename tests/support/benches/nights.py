"""The time that one more night takes after a year of nights, compared with the first night."""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from flows import transform
from flows.configuration import load_configuration
from tasks.importers.read_scores import read_scores
from tasks.settings import Settings
from tasks.steps.land import ForeignFiles, land_scores
from warehouse.connection import Warehouse

MODELS, BENCHMARKS, ITEMS = 4, 3, 300
FIRST = date(2026, 1, 1)


def main(count_nights: int, folder: Path) -> None:
    """Time the first night, then add all but the last at once, then time the last one."""
    names = ["base", *(f"aligned-{index}" for index in range(1, MODELS))]
    models = "".join(f"  - {{id: {name}, base: base}}\n" for name in names[1:])
    (folder / "aligntax.yaml").write_text(
        f"model_defaults: {{provider: recorded}}\nmodels:\n  - {{id: base}}\n{models}benchmarks: [arithmetic]\n"
    )
    settings = load_configuration(folder / "aligntax.yaml", will_send=False)
    rng = np.random.default_rng(1)
    level = rng.beta(2, 1, (len(names), BENCHMARKS, ITEMS))
    with Warehouse.open(settings.warehouse) as warehouse:
        first_s = night(warehouse, settings, folder, 0, rng.random(level.shape) < level)
        for number in range(1, count_nights - 1):
            landed(warehouse, settings, folder, number, rng.random(level.shape) < level)
        started = time.perf_counter()
        transform.rebuild_dates(warehouse, transform.run_dates(warehouse), settings.analysis, settings.margins)
        year_s = time.perf_counter() - started
        last_s = night(warehouse, settings, folder, count_nights - 1, rng.random(level.shape) < level)
    sys.stdout.write(json.dumps({"first_s": first_s, "year_s": year_s, "last_s": last_s}))


def night(warehouse: Warehouse, settings: Settings, folder: Path, number: int, right: np.ndarray) -> float:
    """Seconds to land a night and rebuild what it changes."""
    started = time.perf_counter()
    run_id = landed(warehouse, settings, folder, number, right)
    transform.rebuild(warehouse, settings, run_id)
    return time.perf_counter() - started


def landed(warehouse: Warehouse, settings: Settings, folder: Path, number: int, right: np.ndarray) -> str:
    """Import the scores of one night."""
    models, benchmarks, items = np.indices(right.shape).reshape(3, -1)
    path = folder / "scores.csv"
    pl.DataFrame(
        {
            "model": np.where(models == 0, "base", np.char.add("aligned-", models.astype(str))),
            "benchmark": np.char.add("b", benchmarks.astype(str)),
            "item": np.char.add("i", items.astype(str)),
            "value": right.reshape(-1).astype(int),
        }
    ).write_csv(path)
    day = FIRST + timedelta(days=number)
    return land_scores(
        warehouse, settings, {}, lambda: read_scores(path), files=ForeignFiles([path]), as_of_date=day
    ).run_id


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
