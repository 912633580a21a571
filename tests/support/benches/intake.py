"""How long the builder takes to take in a lake's facts, and how much memory.

``python -m tests.support.benches.intake COUNT FOLDER`` lands COUNT made-up answers of 200 characters in a lake on a
PostgreSQL of its own. DuckDB writes them there, which is not measured. Then a process of its own takes them in; what it
took is printed as JSON. Runs in ``.venv-lake``.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.support.postgres_server import running_postgres
from warehouse.connection import Warehouse
from warehouse.lake.landing import Lake
from warehouse.lake.place import LakePlace
from warehouse.lake.taking import take_in

ROWS_OF_A_COMMIT = 10_000
# Ids are spread as hashes are; every column that a worker fills has a value of about the usual length.
ANSWERS = """
insert into raw.generations by name
select
    substr(md5(number::varchar), 1, 20) as generation_id,
    'run-' || number // 500_000 as run_id,
    '2026-01-31' as partition_key,
    'model-' || number // 25_000 % 20 as model_id,
    'arithmetic' as benchmark_id,
    'chat' as prompt_style,
    md5((number % 25_000)::varchar) as item_id,
    0 as repeat,
    'answer' as role,
    md5('request' || number) as request_hash,
    md5('prompt' || number % 25_000) as prompt_hash,
    'simulated' as origin,
    'answered' as status,
    repeat(md5('text' || number), 6) as text,
    'stop' as finish_reason,
    'harbor' as model_requested,
    'harbor' as model_served,
    '{{}}' as parameters_json,
    1 as attempts,
    100 as tokens_input,
    50 as tokens_output,
    1000 as latency_ms,
    now() as started_at,
    now() as finished_at
from range({first}, {last}) as numbers (number)
"""


class Place:
    """Where the measured lake is."""

    def __init__(self, catalog: str, data: str) -> None:
        """Take the address and the folder."""
        self.catalog, self.data = catalog, data


def land(place: LakePlace, count: int) -> None:
    """Answers in commits of ten thousand, so that landing does not take longer than what is measured."""
    with Lake.join(place) as lake, lake.lent() as connection:
        for first in range(0, count, ROWS_OF_A_COMMIT):
            connection.execute(ANSWERS.format(first=first, last=min(first + ROWS_OF_A_COMMIT, count)))


def timed(place: LakePlace, path: Path) -> dict[str, float]:
    """Seconds and peak memory of a builder that takes in all there is."""
    with Warehouse.open(path) as warehouse:
        started = time.perf_counter()
        rows = take_in(warehouse, place)
        seconds = time.perf_counter() - started
        started = time.perf_counter()
        take_in(warehouse, place)
        again_s = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "seconds": seconds, "again_s": again_s, "peak_mb": peak_mb}


def main(count: int, folder: Path) -> None:
    with running_postgres() as postgres:
        place = Place(f"ducklake:postgres:{postgres.address}", str(folder / "data"))
        with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
            take_in(warehouse, place)
        land(place, count)
        command = [sys.executable, "-m", "tests.support.benches.intake", "timed", place.catalog, place.data, folder]
        sys.stdout.write(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    if sys.argv[1] == "timed":
        taken = timed(Place(*sys.argv[2:4]), Path(sys.argv[4]) / "warehouse.duckdb")
        sys.stdout.write(json.dumps(taken))
    else:
        main(int(sys.argv[1]), Path(sys.argv[2]))
