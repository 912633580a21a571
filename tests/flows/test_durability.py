"""After a kill -9 at any moment the same command finishes the run and asks few questions a second time."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.support.runs import command, count_requests, environment, tables, write_config
from warehouse.connection import Warehouse

SIZE, REPEATS, CELLS, CONCURRENCY = 150, 3, 6, 8
TOTAL = SIZE * REPEATS * CELLS
BATCHES = 200  # answers that may be handed over but not yet committed


def start(folder: Path, prefect_api: str | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command("run", "--as-of", "2026-01-31"),
        cwd=folder,
        env=environment(prefect_api),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def committed(folder: Path) -> int:
    with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
        return int(warehouse.rows("select count(*) from raw.generations")[1][0][0])


@pytest.mark.accept
def test_a_run_killed_five_times_ends_with_the_same_tables(tmp_path, simulator, prefect_api, aligntax):
    calm, stormy = tmp_path / "calm", tmp_path / "stormy"
    for folder in (calm, stormy):
        folder.mkdir()
        write_config(folder, simulator, size=SIZE, repeats=REPEATS, concurrency=CONCURRENCY)
    aligntax(calm, "run", "--as-of", "2026-01-31")

    before = count_requests(simulator)
    landed_before = 0
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        asked_before = count_requests(simulator)
        process = start(stormy, prefect_api)
        wanted = asked_before + int(share * TOTAL) - landed_before
        while count_requests(simulator) < wanted:
            assert process.poll() is None, "the run ended before it was killed"
            time.sleep(0.002)
        process.kill()
        process.wait()
        landed = committed(stormy)
        lost = count_requests(simulator) - asked_before - (landed - landed_before)
        assert 0 <= lost <= CONCURRENCY + BATCHES
        assert landed > landed_before
        landed_before = landed
    aligntax(stormy, "run", "--as-of", "2026-01-31")

    assert count_requests(simulator) - before <= TOTAL + 5 * (CONCURRENCY + BATCHES)
    assert tables(stormy / "warehouse.duckdb") == tables(calm / "warehouse.duckdb")


def test_a_killed_run_leaves_no_process_behind(project):
    process = start(project, None)
    family: list[psutil.Process] = []
    deadline = time.monotonic() + 120
    while not family and time.monotonic() < deadline:
        family = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.05)
    assert family, "the run started no Prefect server"
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
