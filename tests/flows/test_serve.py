"""A served schedule fires on a real Prefect server and its night is evaluated."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from tests.support.runs import command, environment
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept


def test_a_served_night_is_evaluated(project):
    """Every minute, so that the test need not wait for two o'clock; the runner looks once a second."""
    with (project / "serve.log").open("w") as log:
        process = subprocess.Popen(
            command("serve", "--cron", "* * * * *", "--timezone", "Pacific/Auckland"),
            cwd=project,
            env={**environment(), "PREFECT_RUNNER_POLL_FREQUENCY": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    publication = project / "publish" / "aligntax.duckdb"
    deadline = time.monotonic() + 300
    while not publication.exists() and time.monotonic() < deadline:
        assert process.poll() is None, (project / "serve.log").read_text()
        time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert publication.exists(), (project / "serve.log").read_text()
    with Warehouse.read(publication) as reader:
        runs = reader.rows("select kind, count_cells_complete from marts.dim_run")[1]
    assert set(runs) == {("nightly", 6)}


def test_a_bad_schedule_is_one_line(project, aligntax):
    found = aligntax(project, "serve", "--cron", "every night", code=2)
    assert found.stderr.startswith("error: --cron 'every night'")
    assert found.stderr.count("\n") == 1
