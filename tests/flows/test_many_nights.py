"""Many nights in one process: its memory levels off, and its descriptors and threads stay as many as they were."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence

import pytest

from flows.processes.prefect_server import QUIET
from tests.support.runs import environment, write_config
from tests.support.sizes import replications

NIGHTS = 60
# What each night keeps is seen 20 times, as 76 MB where every night kept its connections to Prefect. A report of more
# nights needs somewhat more memory itself.
MOST_MORE_BYTES = 20 * 2**20
MOST_MORE = 10  # descriptors and threads: some of the last night may still be closing
# Every other night is run as `aligntax serve` runs it, the others as `aligntax nightly` does.
PROCESS = """
import asyncio, gc, json, sys
from datetime import date, timedelta
from pathlib import Path
import psutil
from flows.evaluate import evaluate_dates
from flows.nightly import served
from flows.opened import opened
from tasks.domain import RunKind
from tasks.settings.nights import ScheduleSettings

config, this = Path("aligntax.yaml"), psutil.Process()
nightly = served(config, ScheduleSettings(), lambda *_: None)
for number in range(int(sys.argv[1])):
    day = date(2026, 1, 1) + timedelta(number)
    if number % 2:
        with opened(config) as given:
            evaluate_dates(given, [day], RunKind.NIGHTLY, {})
    else:
        assert asyncio.run(nightly(day.isoformat(), return_state=True)).is_completed()
    gc.collect()
    print(json.dumps([this.memory_info().rss, this.num_fds(), this.num_threads()]), flush=True)
"""


@pytest.mark.endurance
def test_memory_levels_off_and_nothing_stays_open(tmp_path, simulator, prefect_api):
    write_config(tmp_path, simulator, size=10)
    count = replications(NIGHTS)
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, str(count)],
        cwd=tmp_path,
        env={**environment(prefect_api), **QUIET, "GX_ANALYTICS_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    nights = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(nights) == count, done.stderr
    memory, descriptors, threads = (growth([night[place] for night in nights]) for place in range(3))
    assert memory <= MOST_MORE_BYTES
    assert descriptors <= MOST_MORE
    assert threads <= MOST_MORE


def growth(values: Sequence[int]) -> float:
    """How much larger the last third of the values [nights] is than the second, by their medians."""
    third = len(values) // 3
    return statistics.median(values[-third:]) - statistics.median(values[third : 2 * third])
