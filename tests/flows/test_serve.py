"""`serve` starts scheduled nights on a real Prefect server."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from tests.support.runs import command, environment
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept


def test_a_scheduled_night_is_evaluated_and_published(project):
    """The schedule fires every minute and the runner polls every second, so that the test need not wait for long."""
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


def test_an_invalid_schedule_gives_one_error_line(project, aligntax):
    found = aligntax(project, "serve", "--cron", "every night", code=2)
    assert found.stderr.startswith("error: --cron 'every night'")
    assert found.stderr.count("\n") == 1
