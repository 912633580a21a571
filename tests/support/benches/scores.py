"""Imported scores from file to publication through the command line: seconds, bytes and memory of each command.

``python -m tests.support.benches.scores COUNT FOLDER`` prints them as JSON, beside the load of the same file by DuckDB
alone. One base model and ten aligned ones answer 45 benchmarks, so that there are 495 cells and 450 pairs whatever the
COUNT is.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import duckdb

MODELS, BENCHMARKS, CLUSTERS = 11, 45, 40


def write_project(folder: Path, count: int) -> int:
    """A configuration and a file of scores; returns how many rows it has."""
    aligned = "".join(f"  - {{id: m{number}, base: m0}}\n" for number in range(1, MODELS))
    (folder / "aligntax.yaml").write_text(
        f"model_defaults: {{provider: recorded}}\nmodels:\n  - {{id: m0}}\n{aligned}benchmarks: [arithmetic]\n"
    )
    chance = random.Random(7)
    items = count // (MODELS * BENCHMARKS)
    with (folder / "scores.csv").open("w") as file:
        file.write("model,benchmark,item,cluster,value\n")
        for benchmark in range(BENCHMARKS):
            easy = [chance.random() for _ in range(items)]
            for model in range(MODELS):
                values = [int(chance.random() < share - model / 90) for share in easy]
                file.writelines(
                    f"m{model},b{benchmark},i{item},c{item % CLUSTERS},{value}\n" for item, value in enumerate(values)
                )
    return items * MODELS * BENCHMARKS


def timed(folder: Path, *arguments: str) -> tuple[float, float]:
    """Seconds and peak memory in MB of one command."""
    started = time.perf_counter()
    command = [sys.executable, "-c", "from flows.cli.app import main; main()", *arguments, "--config", "aligntax.yaml"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{arguments}: failed")
    return time.perf_counter() - started, used.ru_maxrss / 1024


def bare_load(folder: Path) -> tuple[float, float]:
    """Seconds and MB of the same rows in a table of DuckDB alone."""
    started = time.perf_counter()
    path = folder / "bare.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table scores as from read_csv(?)", [str(folder / "scores.csv")])
    return time.perf_counter() - started, path.stat().st_size / 1e6


def main(count: int, folder: Path) -> None:
    rows = write_project(folder, count)
    bring = ("import", "scores", "scores.csv", "--as-of", "2026-01-31", "--no-publish")
    import_s, import_peak_mb = timed(folder, *bring)
    import_mb = (folder / "warehouse.duckdb").stat().st_size / 1e6
    again_s, _ = timed(folder, *bring)
    publish_s, publish_peak_mb = timed(folder, "publish")
    bare_s, bare_mb = bare_load(folder)
    found = {
        "rows": rows, "import_s": import_s, "import_peak_mb": import_peak_mb, "import_mb": import_mb,
        "again_s": again_s, "publish_s": publish_s, "publish_peak_mb": publish_peak_mb,
        "bare_s": bare_s, "bare_mb": bare_mb,
    }  # fmt: skip
    sys.stdout.write("\n" + json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
