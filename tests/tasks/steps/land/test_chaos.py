"""The landing writer is killed at random moments: no committed row is lost, and no row is landed twice.

The writers are forked from a process that has imported everything, so that a kill takes a tenth of a second. Each
writer continues after the last row of the writer before it, and reports through a pipe how many rows it handed over.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sizes import replications

pytestmark = pytest.mark.endurance

ROOT = Path(__file__).resolve().parents[4]
COUNT_KILLS, COUNT_ROWS, BOUND = 1_000, 12_000, 200
ROWS_A_KILL = 300  # on average


def land_rows(path: Path, handed_over: int) -> None:
    """Land rows until all are there, and write one byte to the pipe for each row handed over."""
    from datetime import UTC, datetime

    from tasks.steps.land import Landing
    from warehouse.connection import Warehouse

    async def land() -> None:
        with Warehouse.open(path) as warehouse:
            landed = warehouse.rows("select count(*) from raw.generations")[1][0][0]
            os.write(handed_over, f"{landed}\n".encode())
            async with Landing(warehouse) as landing:
                for number in range(landed, COUNT_ROWS):
                    await landing.put("raw.generations", row(number, datetime(2026, 1, 1, tzinfo=UTC)))
                    os.write(handed_over, b".")

    asyncio.run(land())


def row(number: int, when: object) -> dict[str, object]:
    return {
        "generation_id": f"g{number:06}",
        "run_id": "r",
        "partition_key": "",
        "model_id": "m",
        "benchmark_id": "b",
        "prompt_style": "chat",
        "item_id": f"i{number}",
        "repeat": 0,
        "role": "answer",
        "request_hash": f"h{number}",
        "origin": "endpoint",
        "status": "answered",
        "text": f"text of {number} " * 20,
        "model_requested": "m",
        "parameters_json": '{"temperature": 0.0}',
        "attempts": 1,
        "finished_at": when,
    }


def kill_again_and_again(folder: Path, seed: int) -> None:
    """Fork and kill writers. This function has a process of its own, because a process with threads must not fork."""
    for name in ("pandas", "polars", "pyarrow", "tasks.steps.land", "warehouse.connection"):
        importlib.import_module(name)

    draw = random.Random(seed)
    kills, files = 0, 0
    path, before = folder / "0.duckdb", 0
    parent = os.getppid()
    while kills < replications(COUNT_KILLS) and os.getppid() == parent:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            land_rows(path, writing)
            os._exit(0)
        os.close(writing)
        said = b""
        while not said.endswith(b"\n"):
            said += os.read(reading, 1)
        found = int(said)
        assert found >= before, f"kill {kills}: at least {before} rows were expected, {found} were found"
        until = draw.randrange(1, 2 * ROWS_A_KILL)
        handed = 0
        while handed < until and (chunk := os.read(reading, until - handed)):
            handed += len(chunk)
        os.kill(child, signal.SIGKILL)
        while chunk := os.read(reading, 65_536):
            handed += len(chunk)
        os.close(reading)
        os.waitpid(child, 0)
        kills += 1
        before = max(found, found + handed - BOUND)
        if found + handed >= COUNT_ROWS:
            files += 1
            path, before = folder / f"{files}.duckdb", 0
    sys.stdout.write(str(files))


def test_killed_writers_neither_lose_nor_repeat_a_committed_row(tmp_path):
    from warehouse.connection import Warehouse

    script = f"from pathlib import Path; import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(ROOT)!r}]"
    script += "; import test_chaos; test_chaos.kill_again_and_again(Path(sys.argv[1]), 20261121)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    filled = replications(COUNT_KILLS) * ROWS_A_KILL // COUNT_ROWS
    assert int(done.stdout) >= filled // 2, "the writers filled too few files"
    for path in tmp_path.glob("*.duckdb"):
        land_to_the_end(path)
        with Warehouse.read(path) as reader:
            found = reader.rows("select generation_id, text from raw.generations order by 1")[1]
        assert found == [(f"g{n:06}", f"text of {n} " * 20) for n in range(COUNT_ROWS)]


def land_to_the_end(path: Path) -> None:
    with Path(os.devnull).open("wb") as nowhere:
        land_rows(path, nowhere.fileno())
