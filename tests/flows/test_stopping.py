"""Runs that are stopped by Ctrl-C, SIGTERM or a kill at random moments."""

from __future__ import annotations

import random
import signal

import pytest

from tests.support.runs import count_requests, stopped_after, tables, write_config
from tests.support.sizes import replications
from warehouse.connection import Warehouse

SIZE, REPEATS, CELLS, CONCURRENCY = 150, 3, 6, 8
TOTAL = SIZE * REPEATS * CELLS
DATE = ("--as-of", "2026-01-31")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_commits_every_answer_it_received_and_says_how_to_continue(tmp_path, simulator, warm, number):
    write_config(tmp_path, simulator, size=SIZE, repeats=REPEATS, concurrency=CONCURRENCY)
    before = count_requests(simulator)
    found = stopped_after(warm.start(tmp_path, "run", *DATE), simulator, 300, number)
    asked = count_requests(simulator) - before
    assert found.returncode == 130, found.stderr
    assert "The same command finishes the run." in found.stderr
    assert "Traceback" not in found.stderr
    with Warehouse.read(tmp_path / "warehouse.duckdb") as reader:
        assert reader.rows("select count(*) from raw.generations")[1] == [(asked,)]


@pytest.mark.endurance
@pytest.mark.parametrize(("number", "times"), [(signal.SIGKILL, 20), (signal.SIGINT, 10)])
def test_a_run_stopped_many_times_at_random_ends_with_the_same_tables(
    tmp_path, simulator, warm, aligntax, number, times
):
    draw, times = random.Random(20261121), replications(times)
    calm, stormy = tmp_path / "calm", tmp_path / "stormy"
    for folder in (calm, stormy):
        folder.mkdir()
        write_config(folder, simulator, size=SIZE, repeats=REPEATS, concurrency=CONCURRENCY)
    aligntax(calm, "run", *DATE)
    before = count_requests(simulator)
    for _ in range(times):
        stopped_after(warm.start(stormy, "run", *DATE), simulator, draw.randrange(0, 2 * TOTAL // times), number)
    aligntax(stormy, "run", *DATE)
    bound = 0 if number == signal.SIGINT else times * (CONCURRENCY + 200)
    assert count_requests(simulator) - before <= TOTAL + bound
    assert tables(stormy / "warehouse.duckdb") == tables(calm / "warehouse.duckdb")
