"""Landing and report speed on made-up answers: rows landed, scores imported, and the time to build every report."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from flows import transform
from flows.configuration import load_configuration
from tasks.importers.read_scores import read_scores
from tasks.steps.land import ForeignFiles, land_scores
from warehouse.connection import Warehouse


def main(count_scores: int, folder: Path) -> None:
    """Import scores, half for a base model and half for its aligned one, over benchmarks of 2,000 items."""
    (folder / "aligntax.yaml").write_text(
        "model_defaults: {provider: recorded}\n"
        "models: [{id: base}, {id: aligned, base: base}]\n"
        "benchmarks: [arithmetic]\n"
    )
    items, benchmarks = 2_000, count_scores // 4_000
    with (folder / "scores.csv").open("w") as file:
        file.write("model,benchmark,item,cluster,value\n")
        for benchmark in range(benchmarks):
            for model, share in (("base", 7), ("aligned", 6)):
                for item in range(items):
                    value = int((item * 7919 + benchmark) % 10 < share)
                    file.write(f"{model},b{benchmark},i{item},c{item % 40},{value}\n")
    settings = load_configuration(folder / "aligntax.yaml", will_send=False)
    rows_per_s = landed_per_s(folder / "landed.duckdb", count_scores // 10)
    with Warehouse.open(settings.warehouse) as warehouse:
        started = time.perf_counter()
        read = partial(read_scores, folder / "scores.csv")
        landed = land_scores(
            warehouse, settings, {}, read, files=ForeignFiles([folder / "scores.csv"]), as_of_date=date(2026, 1, 31)
        )
        import_s = time.perf_counter() - started
        started = time.perf_counter()
        transform.rebuild(warehouse, settings, landed.run_id)
        build_s = time.perf_counter() - started
    found = {"rows": landed.count_rows, "rows_per_s": rows_per_s, "import_s": import_s, "build_s": build_s}
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({**found, "peak_mb": peak_mb}))


def landed_per_s(path: Path, count: int, batch: int = 10_000) -> float:
    """Rows landed per second: answers of 170 characters in frames, with all checks, keys and commits."""
    now = datetime.now(UTC)
    answer = {
        "run_id": "r", "partition_key": "", "model_id": "m", "benchmark_id": "b", "prompt_style": "chat", "repeat": 0,
        "role": "answer", "origin": "simulated", "status": "answered", "text": "The answer is 7. " * 10,
        "finish_reason": "stop", "model_requested": "m", "model_served": "m", "parameters_json": '{"temperature": 0.0}',
        "attempts": 1, "tokens_input": 100, "tokens_output": 20, "latency_ms": 200.0, "finished_at": now,
    }  # fmt: skip
    with Warehouse.open(path) as warehouse:
        frames = [
            warehouse.frame(
                "raw.generations",
                (
                    {**answer, "generation_id": f"g{n}", "item_id": f"i{n}", "request_hash": f"h{n}"}
                    for n in range(start, start + batch)
                ),
            )
            for start in range(0, count, batch)
        ]
        started = time.perf_counter()
        for frame in frames:
            warehouse.append({"raw.generations": frame})
        return count / (time.perf_counter() - started)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
