"""Real runs: the command line as a process, a real Prefect server, a simulated model server with a known truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.processes.prefect_server import QUIET, PrefectServer, prefect_server
from tests.support.warm import Warm
from warehouse.connection import Warehouse

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
warehouse: warehouse.duckdb
model_defaults:
  provider: openai
  endpoint: simulator
  base_url: http://{address}/v1
  is_simulated: true
  api: chat
  concurrency: {concurrency}
models:
  - {{id: base, model: harbor-base, api: completions, family: harbor}}
  - {{id: aligned, model: harbor-dpo-100, base: base}}
benchmarks:
  - {{id: arithmetic, sample_size: {size}, repeats: {repeats}}}
  - {{id: knowledge, sample_size: {size}, repeats: {repeats}}}
  - {{id: harmful, sample_size: {size}, repeats: {repeats}}}
"""
# What a clock or a scheduler decides; everything else must be the same in two runs.
CLOCKED = {
    "happened_at",
    "started_at",
    "finished_at",
    "scored_at",
    "chosen_at",
    "failed_at",
    "validated_at",
    "quarantined_at",
}
CLOCKED |= {"latency_ms", "latency_median_ms", "latency_p95_ms", "last_answer_at", "last_event_at", "applied_at"}
LOGS = {"raw.run_events", "raw.cell_events", "raw.failures", "raw.validations", "meta.migrations", "meta.models"}


@pytest.fixture(scope="session")
def starting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server that several runs use, configured as a user would; it may not be up yet."""
    with prefect_server(tmp_path_factory.mktemp("prefect")) as server:
        yield server


@pytest.fixture(scope="session")
def prefect_api(starting_server: PrefectServer) -> str:
    """The address of that server, which is up."""
    starting_server.wait_until_up()
    return starting_server.address


@pytest.fixture
def project(tmp_path: Path, simulator: str) -> Path:
    """A folder with a small configuration against the simulator."""
    write_config(tmp_path, simulator)
    return tmp_path


def write_config(folder: Path, address: str, *, size: int = 30, repeats: int = 1, concurrency: int = 16) -> Path:
    path = folder / "aligntax.yaml"
    path.write_text(CONFIG.format(address=address, size=size, repeats=repeats, concurrency=concurrency))
    return path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from flows.cli import main; main()", *arguments]


def environment(prefect_api: str | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ALIGNTAX_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **({"PREFECT_API_URL": prefect_api} if prefect_api else {})}


@pytest.fixture(scope="session")
def warm(starting_server: PrefectServer) -> Warm:
    """Where commands are forked from; it has what it needs of the environment before it imports Prefect."""
    wanted = {**environment(starting_server.address), **QUIET, "GX_ANALYTICS_ENABLED": "false"}
    with pytest.MonkeyPatch.context() as patched:
        for name in os.environ.keys() - wanted.keys():
            patched.delenv(name)
        for name, value in wanted.items():
            patched.setenv(name, value)
        return Warm(wanted)


@pytest.fixture(scope="session")
def aligntax(warm: Warm, prefect_api: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a folder and return what it printed."""

    def run(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        found = warm.run(folder, *arguments)
        assert found.returncode == code, f"exit {found.returncode}\n{found.stdout}\n{found.stderr}"
        return found

    return run


def count_requests(address: str) -> int:
    with urllib.request.urlopen(f"http://{address}/stats", timeout=10) as response:
        return int(json.load(response)["total"]["requests"])


def tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table as sorted rows, without what a clock decides."""
    with Warehouse.read(path) as warehouse:
        _, names = warehouse.rows(
            "select table_schema || '.' || table_name from information_schema.tables where table_type = 'BASE TABLE'"
        )
        found = {}
        for (name,) in names:
            if name in LOGS:
                continue
            schema, table = name.split(".")
            _, columns = warehouse.rows(
                "select column_name from information_schema.columns "
                f"where table_schema = '{schema}' and table_name = '{table}' order by ordinal_position"
            )
            kept = ", ".join(column for (column,) in columns if column not in CLOCKED)
            rows = warehouse.rows(f"select {kept} from {name}")[1]
            found[name] = sorted((row for row in rows if not _is_clocked(row)), key=repr)
    return found


def _is_clocked(row: tuple[Any, ...]) -> bool:
    """A statistic of latencies."""
    return any(isinstance(value, str) and "latency" in value for value in row)
