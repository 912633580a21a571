"""Real runs for tests: a small configuration, the command line as a process, and the tables after a run."""

from __future__ import annotations

import base64
import json
import os
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from warehouse.connection import Warehouse

ROOT = Path(__file__).resolve().parents[2]
# What every configuration against the simulated server begins with.
DEFAULTS = """
warehouse: warehouse.duckdb
model_defaults:
  provider: openai
  endpoint: simulator
  base_url: http://{address}/v1
  is_simulated: true
  api: chat
"""
# A line of the models' defaults: US dollars of a million tokens.
PRICE = "price: [{{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 5}}]"
HARBOR = """\
models:
  - {{id: base, model: harbor-base, api: completions, family: harbor}}
  - {{id: aligned, model: harbor-dpo-100, base: base}}
"""
CONFIG = (
    DEFAULTS
    + """\
  concurrency: {concurrency}
"""
    + HARBOR
    + """\
benchmarks:
  - {{id: arithmetic, sample_size: {size}, repeats: {repeats}}}
  - {{id: knowledge, sample_size: {size}, repeats: {repeats}}}
  - {{id: harmful, sample_size: {size}, repeats: {repeats}}}
"""
)
# Columns that depend on the clock or the scheduler. Everything else must be the same in two runs.
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
CLOCKED |= {
    "latency_ms",
    "latency_median_ms",
    "latency_p95_ms",
    "last_answer_at",
    "last_event_at",
    "applied_at",
    "built_at",
    "answered_at",
    "executed_at",
    "planned_at",
    "duration_ms",
    "waited_ms",
    "waited_median_ms",
}
# A connection that the server closed while a run stood still costs another attempt.
CLOCKED |= {"attempts", "retried_for", "count_retried"}
_PASSWORD = "PREFECT_API_AUTH_STRING"
LOGS = {
    "raw.run_events",
    "raw.cell_events",
    "raw.failures",
    "raw.extra_spend",
    "raw.budget_stops",
    "raw.validations",
    "meta.migrations",
    "meta.models",
}


def billed_usd(answer: dict[str, Any]) -> float:
    """What an answer in the server's log costs at ``PRICE``."""
    return float(answer["tokens_input"] * 1 + answer["tokens_output"] * 5) / 1_000_000


def write_config(folder: Path, address: str, *, size: int = 30, repeats: int = 1, concurrency: int = 16) -> Path:
    path = folder / "aligntax.yaml"
    path.write_text(CONFIG.format(address=address, size=size, repeats=repeats, concurrency=concurrency))
    return path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from flows.cli import main; main()", *arguments]


def environment(prefect_api: str | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ALIGNTAX_"))}
    server = {"PREFECT_API_URL": prefect_api, _PASSWORD: os.environ[_PASSWORD]} if prefect_api else {}
    return {**kept, "PYTHONPATH": str(ROOT), **server}


def ask_prefect(prefect_api: str, path: str, document: object) -> Any:
    """The answer of the tests' Prefect server, which asks for its password."""
    password = base64.b64encode(os.environ[_PASSWORD].encode()).decode()
    headers = {"content-type": "application/json", "authorization": f"Basic {password}"}
    request = urllib.request.Request(f"{prefect_api}/{path}", json.dumps(document).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def count_requests(address: str) -> int:
    """How many requests a simulated server has answered."""
    return int(stats(address)["requests"])


def stats(address: str) -> dict[str, Any]:
    """What a simulated server counts of its questions: ``requests``, and these ``by_status``."""
    with urllib.request.urlopen(f"http://{address}/stats", timeout=10) as response:
        return dict(json.load(response)["total"])


def post_faults(address: str, faults: object) -> None:
    """Tell a simulated server how its models fail, and how long they take."""
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"http://{address}/faults", json.dumps(faults).encode(), headers)
    urllib.request.urlopen(request, timeout=10).close()


class Tables(dict[str, list[tuple[Any, ...]]]):
    """The sorted rows of each table. Where two of them are not equal, pytest prints what only one of them has."""

    def beyond(self, other: Tables) -> list[str]:
        """A line for each row that the other does not have, and for each table."""
        lines = [f"{name}: no such table" for name in self.keys() - other.keys()]
        for name in self.keys() & other.keys():
            rest = Counter(map(repr, self[name])) - Counter(map(repr, other[name]))
            lines += [f"{name}: {row}" for row in sorted(rest.elements())]
        return lines


def tables(path: Path) -> Tables:
    """Every table as sorted rows, without the columns that depend on the clock."""
    with Warehouse.read(path) as warehouse:
        _, names = warehouse.rows(
            "select table_schema || '.' || table_name from information_schema.tables where table_type = 'BASE TABLE'"
        )
        found = Tables()
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
    """Whether a row is a statistic of latencies, which depends on the clock."""
    return any(isinstance(value, str) and "latency" in value for value in row)


def stopped_after(started, address, count, number):
    """Send a signal after ``count`` more requests to the simulator; returns the ended program and its output."""
    before = count_requests(address)
    while count_requests(address) < before + count and started.process.is_alive():
        time.sleep(0.002)
    started.send(number)
    return started.ended(120)
