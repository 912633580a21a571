"""How fast scores are published: into a DuckDB file, Parquet and a PostgreSQL on this machine.

``python -m tests.support.benches.targets COUNT FOLDER`` prints rows, seconds and the process's peak memory as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from tests.support.postgres_server import postgres_server
from warehouse.connection import Warehouse
from warehouse.publication import Publication

DATES = [date(2026, 1, 1) + timedelta(days=day) for day in range(10)]


def fill(warehouse: Warehouse, day: date, count: int, value: float) -> None:
    """Replace the scores of a date by made-up ones, as wide as real ones."""
    texts = {
        "run_id": f"{day}-import-0123abcd", "model_id": "base", "benchmark_id": "mmlu_pro",
        "benchmark_version": "0123456789abcdef", "prompt_style": "chat", "origin": "imported", "subset": "all",
        "scorer": "imported", "scorer_version": "1", "unparsed_rule": "wrong", "outcome": "correct", "flags": "",
    }  # fmt: skip
    number = pl.int_range(count)
    made = {
        "as_of_date": pl.lit(day),
        "cell_id": pl.format("base/b{}/chat", number // 2000),
        "item_id": number.hash(1).cast(pl.String),
        "generation_id": (number + day.toordinal() * count).hash(2).cast(pl.String),
        "cluster_id": pl.format("c{}", number % 40),
        "repeat": pl.lit(0, pl.Int64),
        "value": pl.lit(value),
        "value_parsed": pl.lit(value),
        "chance_score": pl.lit(0.0),
        "is_refusal": pl.lit(value=False),
        **{name: pl.lit(text) for name, text in texts.items()},
    }
    schema = warehouse.schema("marts.fct_scores")
    columns = [made.get(name, pl.lit(None, kind)).alias(name) for name, kind in schema.items()]
    warehouse.replace("marts.fct_scores", [str(day)], pl.select(*columns))


def main(count: int, folder: Path) -> None:
    """Publish scores of ten dates, publish them again, and once more with other scores of the last date."""
    found: dict[str, float] = {"rows": count, "dates": len(DATES)}

    def timed(name: str, work: Callable[[], object]) -> None:
        started = time.perf_counter()
        work()
        found[name] = time.perf_counter() - started

    with postgres_server() as url, Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        warehouse.build()
        for day in DATES:
            fill(warehouse, day, count // len(DATES), 1.0)
        path, contents = folder / "first.duckdb", {}
        facts = {"text": "none", "as_of_date": str(DATES[-1]), "run_id": "r"}
        timed("snapshot_s", lambda: contents.update(warehouse.snapshot(path, **facts)))
        with Publication(path, contents) as publication:
            timed("parquet_s", lambda: publication.parquet(folder / "parquet"))
            timed("postgres_s", lambda: publication.postgres(url, "reader"))
            timed("again_s", lambda: publication.postgres(url, "reader"))
        fill(warehouse, DATES[-1], count // len(DATES), 0.0)
        contents = warehouse.snapshot(folder / "second.duckdb", **facts)
        with Publication(folder / "second.duckdb", contents) as publication:
            timed("changed_s", lambda: publication.postgres(url, "reader"))
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
