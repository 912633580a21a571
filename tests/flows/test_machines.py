"""Several machines: workers of a real Prefect server ask, a lake on a real PostgreSQL takes what they land."""

from __future__ import annotations

import subprocess

import psutil
import pytest

from tests.conftest import ROOT, absent
from tests.support.machines import LONGEST_S, PYTHON, machines
from tests.support.runs import CONFIG, Tables, count_requests, tables
from tests.support.sizes import at_full_size_only

pytestmark = pytest.mark.accept

POOL = "work_pool: {{name: aligntax-workers, shard_requests: 80}}\nlanding: {catalog}\n"


def write(folder, simulator, more=""):
    folder.mkdir(exist_ok=True)
    (folder / "aligntax.yaml").write_text(CONFIG.format(address=simulator, size=40, repeats=1, concurrency=8) + more)


def compared(folder):
    """The tables of a publication, but the one that says when it was written."""
    return Tables(tables(folder / "publish" / "aligntax.duckdb") | {"reports.publication": []})


@at_full_size_only
def test_two_workers_make_the_reports_of_one_machine_although_one_and_the_builder_are_killed(tmp_path, simulator):
    alone, many = tmp_path / "alone", tmp_path / "many"
    many.mkdir()
    with machines(many, count_workers=2) as found:
        write(many, simulator, POOL.format(catalog=found.catalog))
        before = count_requests(simulator)
        found.start_run("run", "--as-of", "2026-01-31")
        found.wait_until(lambda: count_requests(simulator) > before + 20, "nothing was asked")
        psutil.Process(found.shards()[0]).kill()
        running = found.restart_run()
        assert running.wait(LONGEST_S) == 0, found.logs()
        asked = count_requests(simulator) - before
        write(alone, simulator)
        done = found.run("run", "--as-of", "2026-01-31", "--config", str(alone / "aligntax.yaml"))
        assert done.returncode == 0, done.stderr
    assert compared(many) == compared(alone)
    assert 240 <= asked <= 240 + 2 * (8 + 200)


def test_the_lake_keeps_every_fact_once():
    """The tests of tests/warehouse/lake, where DuckDB has its extensions."""
    if not PYTHON.exists():
        absent("no extensions of DuckDB for a lake: `make lake` installs them for the tests")
    command = [PYTHON, "-m", "pytest", "tests/warehouse/lake", "-m", "accept", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout
