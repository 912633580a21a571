"""`serve` starts scheduled nights on a real Prefect server."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.cli.night_line import night_line
from flows.orchestration import Outcome
from tasks.errors import NothingEvaluated
from tests.support.runs import command, environment
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept


@contextmanager
def serving(project, cron):
    """`serve` as a process of its own, which polls every second, and the file with what it prints."""
    log = project / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command("serve", "--cron", cron, "--timezone", "Pacific/Auckland"),
            cwd=project,
            env={**environment(), "PREFECT_RUNNER_POLL_FREQUENCY": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process, log
    finally:
        process.kill()
        process.wait(60)


def wait_for(word, process, log):
    """What was printed, once it holds a word."""
    deadline = time.monotonic() + 300
    while word not in log.read_text() and time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        time.sleep(0.5)
    assert word in log.read_text()
    return log.read_text()


def automations(said):
    """What the server does when a flow run sends no heartbeats."""
    address, password = re.search(r"pages are at (\S+), which ask for the password in (.+?)\. Ctrl-C", said).groups()
    encoded = base64.b64encode(Path(password).read_bytes().strip()).decode()
    headers = {"content-type": "application/json", "authorization": f"Basic {encoded}"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{address}/api/automations/filter", b"{}", headers), timeout=30
    ) as response:
        return json.load(response)


def test_a_scheduled_night_is_evaluated_and_published_and_a_line_says_so(project):
    """The schedule fires every minute, so that the test need not wait for long."""
    with serving(project, "* * * * *") as (process, log):
        said = wait_for("Report: ", process, log)
        watched = automations(said)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
    assert [(one["trigger"]["within"], one["enabled"]) for one in watched] == [(90.0, True)]  # created once
    publication = project / "publish" / "aligntax.duckdb"
    with Warehouse.read(publication) as reader:
        runs = reader.rows("select kind, count_cells_complete, as_of_date from marts.dim_run")[1]
    kind, count, night = runs[0]
    assert (kind, count) == ("nightly", 6)
    [line] = [line for line in said.splitlines() if "Report: " in line]
    assert line.startswith(f"Night {night} ended: 6 of 6 cells complete. ")
    assert "aligned" in line
    assert line.endswith(f"Report: {project / 'publish' / 'report.html'}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_without_another_word(project, number):
    with serving(project, "0 0 1 1 *") as (process, log):
        said = wait_for("Ctrl-C ends it.", process, log)
        time.sleep(3)  # the runner of Prefect sets its own handlers some time after
        process.send_signal(number)
        assert process.wait(120) == 0, log.read_text()
        assert log.read_text() == said


def test_a_failed_night_is_one_line_too():
    failed = Outcome(error=NothingEvaluated("no cell could be evaluated;\nthe first: base"))
    assert night_line("2026-01-31", failed) == "Night 2026-01-31 failed: no cell could be evaluated; the first: base"


def test_a_night_whose_publication_cannot_be_read_has_ended_all_the_same(tmp_path):
    published = {"database": str(tmp_path / "aligntax.duckdb"), "report": "report.html"}
    evaluated = SimpleNamespace(count_cells=4, unreported=(), published=published, unpublished="not published: csv: x.")

    line = night_line("2026-01-31", Outcome(value=evaluated))

    assert line.startswith(
        "Night 2026-01-31 ended: 4 of 4 cells complete. But not published: csv: x. What was published cannot be read: "
    )
    assert "aligntax.duckdb" in line


def test_an_invalid_schedule_gives_one_error_line(project, aligntax):
    found = aligntax(project, "serve", "--cron", "every night", code=2)
    assert found.stderr.startswith("error: the schedule 'every night' must be a cron expression such as '0 2 * * *'")
    assert (found.stdout, found.stderr.count("\n")) == ("", 1)
