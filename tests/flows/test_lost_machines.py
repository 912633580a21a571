"""Machines that are lost in the middle of a run: its reports are those of one machine, and little is asked twice.

Three workers ask 60 cells, of 500 items each at full size and of 50 at a tenth of it.
"""

from __future__ import annotations

import time

import pytest

from flows.processes.simulated import simulated_server
from tests.flows.test_machines import compared
from tests.support.machines import LONGEST_S, POOL, machines
from tests.support.runs import DEFAULTS, count_requests, post_faults
from tests.support.sizes import replications

pytestmark = pytest.mark.endurance

LATENCY_MS = 100
REPEATS, SHARD, IN_FLIGHT, UNCOMMITTED = 10, 300, 16, 200
MODELS = ["harbor-base", "harbor-dpo-025", "harbor-dpo-050", "harbor-dpo-075", "harbor-dpo-100"]
MODELS += ["meadow-base", "meadow-sft", "meadow-dpo-050", "meadow-dpo-100", "meadow-ptx"]
BENCHMARKS = ["arithmetic", "knowledge", "logic", "reading", "harmful", "borderline"]
RUN = ("run", "--as-of", "2026-01-31")


def written(address, more=""):
    """A configuration of 60 cells, of 50 items each, with up to ten repeats."""
    models = "".join(
        f"  - {{id: {name}, model: {name}, "
        + (f"api: completions, family: {name[:6]}}}\n" if name.endswith("base") else f"base: {name[:6]}-base}}\n")
        for name in MODELS
    )
    repeats = replications(REPEATS)
    chosen = "".join(f"  - {{id: {name}, sample_size: 50, repeats: {repeats}}}\n" for name in BENCHMARKS)
    defaults = DEFAULTS.format(address=address) + f"  concurrency: {IN_FLIGHT}\n"
    return f"{defaults}models:\n{models}benchmarks:\n{chosen}{more}", 60 * 50 * repeats


def test_the_reports_are_those_of_one_machine_whatever_was_lost(tmp_path):
    alone, many, simulator = (tmp_path / name for name in ("alone", "many", "simulator"))
    for folder in (alone, many, simulator):
        folder.mkdir()
    with simulated_server(simulator) as address, machines(many, count_workers=3) as found:
        text, planned = written(
            address, f"work_pool: {{name: {POOL}, shard_requests: {SHARD}}}\nlanding: {found.catalog}\n"
        )
        (many / "aligntax.yaml").write_text(text)
        post_faults(address, {"*": {"latency_ms": LATENCY_MS}})
        run = found.start_run(*RUN)
        losses = (found.lose_worker, found.restart_postgres, found.restart_server)
        for number, lose in enumerate(losses, start=1):
            while count_requests(address) < planned * number // (len(losses) + 1):
                assert run.poll() is None, found.logs()
                time.sleep(0.05)
            lose()
        assert run.wait(LONGEST_S) == 0, found.logs()
        asked = count_requests(address)
        (alone / "aligntax.yaml").write_text(written(address)[0])
        post_faults(address, {"*": {"latency_ms": 0}})
        done = found.run(*RUN, "--config", str(alone / "aligntax.yaml"))
        assert done.returncode == 0, done.stderr
    assert compared(many) == compared(alone)
    assert planned <= asked <= planned + len(losses) * (IN_FLIGHT + UNCOMMITTED)
