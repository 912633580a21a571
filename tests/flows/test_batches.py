"""Runs over batch APIs: killed at every stage they pay for each question once, and report what a live run reports."""

from __future__ import annotations

import json
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.processes.simulated import simulated_server
from tests.support.runs import tables
from tests.support.sizes import size
from tests.support.warm import Started, Warm

LONGEST_S = 600.0
RUN = ("run", "--as-of", "2026-01-31")
BENCHMARKS = ("arithmetic", "knowledge", "logic", "reading", "borderline", "harmful", "instructions")
# All items twice, or a part of them once: 5,216 and 504 requests.
SAMPLES = {"full": "repeats: 2", "tenth": "sample_size: 36", "quick": "sample_size: 5"}
CONFIG = """
warehouse: warehouse.duckdb
model_defaults:
  endpoint: simulator
  is_simulated: true
  mode: {mode}
  batch: {{poll_s: 0.5, timeout_s: 20, max_wait_hours: {max_wait_hours}}}
models:
  - {{id: base, model: harbor-base, {wire}, family: harbor}}
  - {{id: aligned, model: harbor-dpo-100, {wire}, base: base}}
benchmarks: {benchmarks}
"""
WIRES = {
    "openai": "provider: openai, api: chat, base_url: 'http://{address}/v1'",
    "anthropic": "provider: anthropic, api: messages, base_url: 'http://{address}'",
}
# Other tables hold attempts and latencies, which depend on the way in which the questions were asked.
SAME = ("reports.", "stats.", "raw.scores", "marts.fct_scores", "marts.fct_paired_items")
OTHER = {"reports.cost_tax", "reports.spend"}


@dataclass(frozen=True)
class Server:
    """A simulated server of its own, which counts what it was paid for."""

    address: str
    log: Path

    def behave(self, **batch: float) -> None:
        """Change how batches go from now on."""
        body = json.dumps({"*": {"batch": batch}}).encode()
        urllib.request.urlopen(f"http://{self.address}/faults", body, timeout=30).close()

    def count(self, name: str) -> int:
        """How often something happened to a batch."""
        with urllib.request.urlopen(f"http://{self.address}/stats", timeout=30) as response:
            return int(json.load(response).get("batches", {}).get(name, 0))

    def paid(self) -> Counter[tuple[str, ...]]:
        """How often each question was answered."""
        lines = map(json.loads, self.log.read_text().splitlines())
        return Counter((line["model"], line["benchmark"], line["item_id"], str(line["seed"])) for line in lines)


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    folder.mkdir()
    with simulated_server(folder, "--log", folder / "answered.jsonl") as address:
        yield Server(address, folder / "answered.jsonl")


def configured(folder: Path, server: Server, provider: str, mode: str, max_wait_hours: float = 1.0) -> Path:
    folder.mkdir(exist_ok=True)
    names = ", ".join(f"{{id: {name}, {SAMPLES[size()]}}}" for name in BENCHMARKS)
    wire = WIRES[provider].format(address=server.address)
    text = CONFIG.format(mode=mode, wire=wire, benchmarks=f"[{names}]", max_wait_hours=max_wait_hours)
    (folder / "aligntax.yaml").write_text(text)
    return folder


def kill_when(started: Started, reached: Callable[[], bool]) -> None:
    """Kill a run as soon as something has happened at the server."""
    deadline = time.monotonic() + LONGEST_S
    while not (is_reached := reached()) and time.monotonic() < deadline and started.process.is_alive():
        time.sleep(0.01)
    started.send(signal.SIGKILL)
    ended = started.ended()
    assert is_reached, f"not reached within {LONGEST_S:g} s, or it ended before: {ended.stderr}"


def check_reports(found: Path, wanted: Path) -> None:
    """The scores and reports of a run in batches are those of the live run."""
    right = tables(wanted / "warehouse.duckdb")
    for name, rows in tables(found / "warehouse.duckdb").items():
        if name.startswith(SAME) and name not in OTHER:
            assert set(map(repr, rows)) ^ set(map(repr, right[name])) == set(), name


@pytest.mark.endurance
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_run_killed_at_every_stage_pays_once_and_reports_what_a_live_run_does(tmp_path, warm: Warm, provider):
    with served(tmp_path / "live server") as server:
        live = configured(tmp_path / "live", server, provider, "live")
        assert warm.run(live, *RUN).returncode == 0
        wanted = server.paid()
    with served(tmp_path / "batch server") as server:
        folder = configured(tmp_path / "batch", server, provider, "batch")
        count_cells, total = 2 * len(BENCHMARKS), wanted.total()

        def killed(name: str, more: float) -> None:
            """Kill the next run once something has happened so many times more."""
            least = server.count(name) + more
            kill_when(warm.start(folder, *RUN), lambda: server.count(name) >= least)

        server.behave(most_live=0)
        killed("refused", 3 * count_cells)  # before a batch is made
        server.behave(delay_s=3600, reply_delay_s=3600)
        killed("created", 1)  # between the making of batches and the notes of it
        server.behave(delay_s=3600)
        killed("looks" if provider == "anthropic" else "lists", 1)  # while they are found again
        killed("looks", 3 * count_cells)  # while they are waited for
        server.behave(delay_s=0, errored=0.1, expired=0.1, duplicated=0.2, piece_delay_s=1)
        killed("reads", 1)  # while they are collected
        killed("lines", total * 0.8)  # after some of their answers have landed
        server.behave(delay_s=0, cut_lines=0.3, duplicated=0.2)
        ended = warm.run(folder, *RUN)
        assert ended.returncode == 0, ended.stderr
        assert server.paid() == wanted
    check_reports(folder, live)


@pytest.mark.accept
def test_a_night_that_ends_before_its_batches_is_finished_by_the_next(tmp_path, warm: Warm):
    with served(tmp_path / "server") as server:
        folder = configured(tmp_path / "nights", server, "openai", "batch", max_wait_hours=0.001)
        server.behave(delay_s=3600)
        first = warm.run(folder, "nightly", "--as-of", "2026-01-30")
        assert first.returncode == 1
        assert "has not ended (in_progress" in first.stdout
        configured(folder, server, "openai", "batch")
        server.behave(delay_s=0)
        second = warm.run(folder, "nightly", "--as-of", "2026-01-31")
        assert second.returncode == 0, second.stderr
        assert "Night 2026-01-30: " in second.stderr
        assert "0 of its 14 cells are in no report" in second.stderr
        assert set(server.paid().values()) == {2}  # once a night
    nights = {row[0] for row in tables(folder / "warehouse.duckdb")["reports.model_scores"]}
    assert {str(night) for night in nights} == {"2026-01-30", "2026-01-31"}
