"""CPU and memory of a whole run's process tree, its Prefect server included, while it asks.

``python -m tests.support.benches.asking CONCURRENCY FOLDER`` runs `aligntax run` on 1,780 questions and prints JSON.
The simulated model server is a process outside of that tree, and shares the processors with it. The asking lasts from
the run's first event to the first event of a cell, which is written once all answers are committed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.benches.start import ALIGNTAX, running, tree_cpu_s
from warehouse.connection import Warehouse

CONFIG = """
model_defaults:
  {{{{provider: openai, base_url: "http://{{address}}/v1", is_simulated: true, api: chat, concurrency: {concurrency}}}}}
models:
  - {{{{id: base, model: harbor-base, api: completions, family: harbor}}}}
  - {{{{id: aligned, model: harbor-dpo-100, base: base}}}}
benchmarks: [{{{{id: arithmetic, repeats: 2}}}}, {{{{id: knowledge, repeats: 2}}}}]
"""
EVENTS = """
select epoch(min(happened_at)), (select epoch(min(happened_at)) from raw.cell_events),
       (select count(*) from raw.generations)
from raw.run_events
"""
EVERY_S = 0.1
MB = 2**20


@dataclass(frozen=True)
class Look:
    """The tree at a moment: CPU seconds so far, and memory in MB, once with each shared page counted once."""

    at_s: float
    cpu_s: float
    memory_mb: float
    resident_mb: float


def measured(concurrency: int, folder: Path) -> dict[str, float]:
    with running(ALIGNTAX, folder, CONFIG.format(concurrency=concurrency)) as (run, _):
        looks = looked_at(run)
    with Warehouse.read(folder / "warehouse.duckdb") as warehouse:
        begun_s, ended_s, count = warehouse.rows(EVENTS)[1][0]
    asking = [look for look in looks if begun_s <= look.at_s <= ended_s]
    return {
        "seconds": ended_s - begun_s,
        "cpu_ms": 1000 * (cpu_at(looks, ended_s) - cpu_at(looks, begun_s)) / count,
        "peak_mb": max(look.memory_mb for look in asking),
        "resident_mb": max(look.resident_mb for look in asking),
        "run_peak_mb": max(look.memory_mb for look in looks),
    }


def looked_at(run: subprocess.Popen[bytes]) -> list[Look]:
    """Looks at the tree until it has ended."""
    tree, looks = psutil.Process(run.pid), []
    while run.poll() is None:
        try:
            memory = [member.memory_full_info() for member in (tree, *tree.children(recursive=True))]
            proportional, resident = (sum(getattr(m, name) for m in memory) / MB for name in ("pss", "rss"))
            looks.append(Look(time.time(), tree_cpu_s(tree), proportional, resident))
        except psutil.Error:
            pass  # a member has just ended
        time.sleep(EVERY_S)
    return looks


def cpu_at(looks: Sequence[Look], at_s: float) -> float:
    """CPU seconds at a time, between two looks in proportion."""
    before = max((look for look in looks if look.at_s <= at_s), key=lambda look: look.at_s)
    after = min((look for look in looks if look.at_s > at_s), key=lambda look: look.at_s)
    share = (at_s - before.at_s) / (after.at_s - before.at_s)
    return before.cpu_s + share * (after.cpu_s - before.cpu_s)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(int(sys.argv[1]), Path(sys.argv[2]))))
