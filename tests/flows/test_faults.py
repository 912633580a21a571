"""Against a server that fails one request in ten a run ends with the tables of an undisturbed run."""

from __future__ import annotations

import json
import urllib.request

import pytest

from flows.processes.simulated import simulated_server
from tests.support.runs import tables, write_config

pytestmark = pytest.mark.accept

FAULTS = {
    "rate_429": 0.05,
    "retry_after_s": 0.05,
    "rate_500": 0.02,
    "dropped": 0.01,
    "malformed_json": 0.005,
    "html": 0.005,
}
DATE = ("--as-of", "2026-01-31")


@pytest.fixture
def own_simulator(tmp_path):
    """A simulated server for this test only, so that its faults do not disturb other tests."""
    with simulated_server(tmp_path) as address:
        yield address


def set_faults(address: str, faults: dict[str, object]) -> None:
    body = json.dumps({"*": faults}).encode()
    request = urllib.request.Request(f"http://{address}/faults", body, {"content-type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()


def test_temporary_server_faults_do_not_change_the_tables(tmp_path, own_simulator, aligntax):
    folders = {name: tmp_path / name for name in ("calm", "faulty")}
    found = {}
    for name, folder in folders.items():
        folder.mkdir()
        write_config(folder, own_simulator, size=140)
        set_faults(own_simulator, FAULTS if name == "faulty" else {})
        found[name] = json.loads(aligntax(folder, "run", *DATE, "--json").stdout)
    assert (found["faulty"]["count_answered"], found["faulty"]["count_failed"]) == (840, 0)
    with urllib.request.urlopen(f"http://{own_simulator}/stats", timeout=10) as response:
        assert sum(json.load(response)["total"]["faults"].values()) > 40, "there were too few faults for a test"
    scores = ("raw.scores", "stats.estimates", "reports.alignment_tax", "reports.safety", "reports.model_scores")
    calm, faulty = (tables(folder / "warehouse.duckdb") for folder in folders.values())
    assert {name: faulty[name] for name in scores} == {name: calm[name] for name in scores}
