"""`infra/prefect.yaml` on a real Prefect server: `prefect deploy` takes it, and a real worker holds a night."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.machines import deploy
from tests.support.runs import ROOT, ask_prefect, environment, write_config
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept


def given(folder, api):
    return {**environment(api), "ALIGNTAX_FOLDER": str(folder), "PREFECT_HOME": str(folder / "home")}


def prefect(folder, api, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "prefect", *arguments],
        cwd=ROOT / "infra",
        env=given(folder, api),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_worker_of_the_deployment_holds_a_night(tmp_path, simulator, prefect_api):
    write_config(tmp_path, simulator, size=10)
    deploy(given(tmp_path, prefect_api), programs=Path(sys.executable).parent)
    night = ("--param", "as_of_date=2026-01-31")
    prefect(tmp_path, prefect_api, "deployment", "run", "every-night/every-night", *night)
    done = prefect(tmp_path, prefect_api, "worker", "start", "--pool", "aligntax", "--run-once", "--limit", "1")
    with Warehouse.read(tmp_path / "publish" / "aligntax.duckdb") as reader:
        runs = reader.rows("select kind, as_of_date::varchar, count_cells_complete from marts.dim_run")[1]
    assert runs == [("nightly", "2026-01-31", 6)], done.stdout + done.stderr
    [deployment] = ask_prefect(prefect_api, "deployments/filter", {"deployments": {"name": {"any_": ["every-night"]}}})
    assert (deployment["global_concurrency_limit"] or {}).get("limit") == 1
    assert [one["schedule"]["cron"] for one in deployment["schedules"]] == ["0 2 * * *"]
