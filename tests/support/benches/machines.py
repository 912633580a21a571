"""How much faster several workers ask than one: seconds from the first answer to the last.

``python -m tests.support.benches.machines WORKERS FOLDER`` asks 3,000 questions of a server that takes a second for
each, with 16 in flight per worker, and prints the seconds as JSON. PostgreSQL, the Prefect server and the workers are
real, and all on this machine.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from flows.processes.simulated import simulated_server
from tests.support.machines import POOL, machines
from tests.support.runs import CONFIG, post_faults
from warehouse.connection import Warehouse

IN_FLIGHT, LATENCY_MS = 16, 1_000
SPAN = "select count(*), epoch(max(finished_at) - min(finished_at)) from raw.generations"


def main(count_workers: int, folder: Path) -> None:
    many = folder / "many"
    many.mkdir()
    with simulated_server(folder) as address, machines(many, count_workers=count_workers) as found:
        post_faults(address, {"*": {"latency_ms": LATENCY_MS}})
        text = CONFIG.format(address=address, size=100, repeats=5, concurrency=IN_FLIGHT)
        (many / "aligntax.yaml").write_text(f"{text}work_pool: {POOL}\nlanding: {found.catalog}\n")
        started = time.perf_counter()
        done = found.run("run", "--as-of", "2026-01-31", timeout=1_000)
        whole_s = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(done.stderr)
    with Warehouse.read(many / "warehouse.duckdb") as warehouse:
        ((count, seconds),) = warehouse.rows(SPAN)[1]
    sys.stdout.write("\n" + json.dumps({"count": count, "seconds": seconds, "whole_s": whole_s}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
