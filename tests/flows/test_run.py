"""A run as its user sees it: what it prints, what Prefect lists, how it is repeated, and how it fails."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from flows.processes.simulated import simulated_server
from tests.support.runs import ROOT, ask_prefect, count_requests, stats, tables, write_config
from warehouse.connection import Warehouse

CELLS, IN_FLIGHT = 6, 16
TRUTH = ROOT / "infra" / "simulator" / "truth.yaml"
DATE = ("--as-of", "2026-03-14")  # no other module uses this date: the shared Prefect server finds the run by it


@pytest.fixture(scope="module")
def finished(tmp_path_factory, simulator, aligntax):
    """A folder in which a run has finished, and its output. A test that changes something uses a copy."""
    folder = tmp_path_factory.mktemp("finished")
    write_config(folder, simulator)
    return folder, aligntax(folder, "run", *DATE)


@pytest.fixture
def finished_copy(finished, tmp_path):
    return Path(shutil.copytree(finished[0], tmp_path / "copy"))


def test_a_run_prints_its_taxes_and_writes_nothing_to_stderr(finished):
    folder, found = finished
    assert found.stderr == ""
    assert "Alignment tax in points" in found.stdout
    assert "180 answers planned, 0 there already, 180 asked, 0 failed, 180 scored, 0 quarantined" in found.stdout
    assert (folder / "publish" / "report.html").stat().st_size > 100_000
    assert list(folder.glob("publish/parquet/*/reports/alignment_tax.parquet"))


def test_repeating_a_run_sends_no_request_and_changes_no_table(finished_copy, aligntax, simulator):
    first, asked = tables(finished_copy / "warehouse.duckdb"), count_requests(simulator)
    document = json.loads(aligntax(finished_copy, "run", *DATE, "--json").stdout)
    assert (document["count_reused"], document["count_answered"]) == (180, 0)
    assert count_requests(simulator) == asked
    assert tables(finished_copy / "warehouse.duckdb") == first


def test_prefect_lists_one_generation_task_per_cell_and_the_steps_after_it(finished, prefect_api):
    run_id = re.search(r"Run (\S+):", finished[1].stdout)[1]
    wanted = {"task_runs": {"name": {"any_": [f"land {run_id}"]}}, "sort": "EXPECTED_START_TIME_ASC", "limit": 1}
    flow_run = ask_prefect(prefect_api, "task_runs/filter", wanted)[0]["flow_run_id"]
    flow_runs = ask_prefect(prefect_api, "flow_runs/filter", {"flow_runs": {"id": {"any_": [flow_run]}}})
    assert flow_runs[0]["name"] == "evaluate 2026-03-14 (adhoc)"
    assert flow_runs[0]["state_type"] == "COMPLETED"
    wanted = {"flow_runs": {"id": {"any_": [flow_run]}}, "sort": "EXPECTED_START_TIME_ASC"}
    runs = ask_prefect(prefect_api, "task_runs/filter", wanted)
    names = [str(run["name"]) for run in runs]
    assert len([name for name in names if name.startswith("generate ")]) == CELLS
    assert "generate aligned/knowledge/chat" in names
    steps = [
        f"{step} {run_id}"
        for step in ("land", "validate landed", "execute", "plan judgments", "score", "aggregate", "publish")
    ]
    assert [name for name in names if not name.startswith("generate ")] == steps
    assert {run["state_type"] for run in runs} == {"COMPLETED"}
    landing = next(run for run in runs if run["name"] == f"land {run_id}")
    assert len(landing["task_inputs"]["wait_for"]) == CELLS


def count_refused(address: str, status: str) -> int:
    return int(stats(address)["by_status"].get(status, 0))


def test_a_failed_cell_leaves_the_other_cells_complete(project, aligntax, simulator):
    config = project / "aligntax.yaml"
    unknown = "  - {id: lost, model: no-such-model, base: base}\nbenchmarks:"
    config.write_text(config.read_text().replace("benchmarks:", unknown, 1))
    before = count_refused(simulator, "404")
    found = aligntax(project, "run", *DATE, code=1)
    assert 1 <= count_refused(simulator, "404") - before <= IN_FLIGHT
    (line,) = (line for line in found.stdout.splitlines() if "lost/" in line)
    assert line.startswith("  3 failed cells: HTTP 404: ")
    assert "Traceback" not in found.stdout + found.stderr
    with Warehouse.read(project / "warehouse.duckdb") as warehouse:
        _, cells = warehouse.rows("select model_id, status, count(*) from staging.stg_cells group by all order by all")
        _, models = warehouse.rows("select distinct candidate_model_id from reports.alignment_tax")
    assert cells == [("aligned", "complete", 3), ("base", "complete", 3), ("lost", "failed", 3)]
    assert models == [("aligned",)]


def test_a_run_in_which_every_cell_fails_exits_with_an_error(project, aligntax):
    config = project / "aligntax.yaml"
    config.write_text(config.read_text().replace("harbor-", "no-such-"))
    found = aligntax(project, "run", *DATE, code=1)
    assert found.stderr.startswith("error: no cell could be evaluated; the first:")
    assert found.stderr.count("\n") == 1


def test_a_rejected_key_costs_the_requests_in_flight_and_one_line(tmp_path, aligntax):
    truth = tmp_path / "truth.yaml"
    truth.write_text(TRUTH.read_text() + "api_key: the-right-one\n")
    with simulated_server(tmp_path, "--truth", truth) as address:
        config = write_config(tmp_path, address)
        config.write_text(config.read_text().replace("  api: chat", "  api_key_env: PATH\n  api: chat", 1))
        found = aligntax(tmp_path, "run", *DATE, code=1)
        sent = stats(address)
    assert found.stderr.startswith("error: no cell could be evaluated; the first: ")
    assert "HTTP 401: Incorrect API key provided." in found.stderr
    assert found.stderr.count("\n") == 1
    assert 1 <= sent["by_status"]["401"] == sent["requests"] <= IN_FLIGHT


def test_a_second_writer_is_told_which_process_is_writing(project, aligntax):
    with Warehouse.open(project / "warehouse.duckdb"):
        found = aligntax(project, "run", *DATE, code=1)
    assert "is being written by process" in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_cell_beyond_a_limit_is_left_out_and_comes_back_when_the_limit_is_raised(finished_copy, aligntax, simulator):
    config = finished_copy / "aligntax.yaml"
    before = config.read_text()
    config.write_text(before + "thresholds: {max_truncated_rate: 0.0}\n")
    run = ("run", *DATE, "--sample-size", "31", "--json")
    found = aligntax(finished_copy, *run, code=1)
    document = json.loads(found.stdout)
    assert document["outcome"] == "partial"
    assert {cell["status"] for cell in document["unreported"]} == {"left_out"}
    assert all("thresholds.max_truncated_rate" in cell["reason"] for cell in document["unreported"])
    config.write_text(before)
    asked = count_requests(simulator)
    aligntax(finished_copy, "publish", *DATE)
    with Warehouse.read(finished_copy / "warehouse.duckdb") as warehouse:
        assert warehouse.rows("select count(*) from staging.stg_cells where status = 'left_out'")[1] == [(0,)]
    assert json.loads(aligntax(finished_copy, *run).stdout)["outcome"] == "complete"
    assert count_requests(simulator) == asked


def test_nothing_is_published_where_every_cell_is_beyond_a_limit(finished_copy, aligntax):
    published = (finished_copy / "publish" / "aligntax.duckdb").read_bytes()
    config = finished_copy / "aligntax.yaml"
    config.write_text(config.read_text() + "thresholds: {max_unparsed_rate: 0.0, max_filtered_rate: 0.0}\n")
    with Warehouse.open(finished_copy / "warehouse.duckdb") as warehouse:
        warehouse.rows("update raw.generations set finish_reason = 'length'")
        warehouse.rows("update raw.cells set scorer = 'numeric'")
    found = aligntax(finished_copy, "run", *DATE, code=1)
    assert "is published, because no cell is left" in found.stderr
    assert found.stderr.count("\n") == 1
    assert (finished_copy / "publish" / "aligntax.duckdb").read_bytes() == published


def test_answers_in_quarantine_are_asked_for_again(finished_copy, aligntax, simulator):
    with Warehouse.open(finished_copy / "warehouse.duckdb") as warehouse:
        warehouse.rows("update raw.generations set latency_ms = 'nan' where model_id = 'base'")
    found = aligntax(finished_copy, "run", *DATE, code=1)
    (line,) = (line for line in found.stdout.splitlines() if "base/" in line and "failed" in line)
    assert line.startswith("  3 failed cells: ")
    assert "In quarantine: 90 answers" in found.stdout
    asked = count_requests(simulator)
    document = json.loads(aligntax(finished_copy, "run", *DATE, "--json").stdout)
    assert document["outcome"] == "complete"
    assert document["count_answered"] == 90
    assert count_requests(simulator) == asked + 90
