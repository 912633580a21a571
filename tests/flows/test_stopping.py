"""Ctrl-C, SIGTERM and kills of the whole program, at random moments."""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest

from tests.flows.conftest import command, count_requests, environment, tables, write_config
from warehouse.connection import Warehouse

SIZE, REPEATS, CELLS, CONCURRENCY = 150, 3, 6, 8
TOTAL = SIZE * REPEATS * CELLS
DATE = ("--as-of", "2026-01-31")


def started(folder, prefect_api):
    return subprocess.Popen(
        command("run", *DATE),
        cwd=folder,
        env=environment(prefect_api),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stopped_after(process, address, count, number):
    """Send a signal once the simulator has seen ``count`` requests more; returns what the program printed."""
    before = count_requests(address)
    while count_requests(address) < before + count and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    return errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_commits_what_came_in_and_says_how_to_go_on(tmp_path, simulator, prefect_api, number):
    write_config(tmp_path, simulator, size=SIZE, repeats=REPEATS, concurrency=CONCURRENCY)
    before = count_requests(simulator)
    process = started(tmp_path, prefect_api)
    errors = stopped_after(process, simulator, 300, number)
    asked = count_requests(simulator) - before
    assert process.returncode == 130, errors
    assert "The same command finishes the run." in errors
    assert "Traceback" not in errors
    with Warehouse.read(tmp_path / "warehouse.duckdb") as reader:
        assert reader.rows("select count(*) from raw.generations")[1] == [(asked,)]


@pytest.mark.accept
@pytest.mark.parametrize(("number", "times"), [(signal.SIGKILL, 20), (signal.SIGINT, 10)])
def test_stopped_many_times_at_random_the_tables_come_out_the_same(
    tmp_path, simulator, prefect_api, aligntax, number, times
):
    draw = random.Random(20261121)
    calm, stormy = tmp_path / "calm", tmp_path / "stormy"
    for folder in (calm, stormy):
        folder.mkdir()
        write_config(folder, simulator, size=SIZE, repeats=REPEATS, concurrency=CONCURRENCY)
    aligntax(calm, "run", *DATE)
    before = count_requests(simulator)
    for _ in range(times):
        process = started(stormy, prefect_api)
        stopped_after(process, simulator, draw.randrange(0, 2 * TOTAL // times), number)
    aligntax(stormy, "run", *DATE)
    bound = 0 if number == signal.SIGINT else times * (CONCURRENCY + 200)
    assert count_requests(simulator) - before <= TOTAL + bound
    assert tables(stormy / "warehouse.duckdb") == tables(calm / "warehouse.duckdb")
