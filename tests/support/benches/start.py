"""What a user waits for before anything happens: the first question of a run, and the CPU of the small commands.

``python -m tests.support.benches.start FOLDER`` prints seconds as JSON. The run is a cold one: its own temporary
Prefect server, an empty warehouse, a simulated model server that is up already.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from flows.simulated import simulated_server

CONFIG = """
models: [{{id: aligned, provider: openai, base_url: "http://{address}/v1", is_simulated: true,
           model: harbor-dpo-100, api: chat}}]
benchmarks: [{{id: arithmetic, sample_size: 10}}]
"""
ALIGNTAX = Path(sys.executable).with_name("aligntax")


def main(folder: Path) -> None:
    found = {"first_request_s": first_request_s(folder)}
    found["help_cpu_s"] = cpu_s(folder, "--help")
    found["sql_cpu_s"] = cpu_s(folder, "sql", "select count(*) from marts.fct_scores")
    sys.stdout.write(json.dumps(found))


def first_request_s(folder: Path) -> float:
    """From the command to the first question at the server; the run is left to finish."""
    log = folder / "asked.jsonl"
    with simulated_server(folder, "--log", log) as address:
        (folder / "aligntax.yaml").write_text(CONFIG.format(address=address))
        started = time.perf_counter()
        with subprocess.Popen([ALIGNTAX, "run"], cwd=folder, stdout=subprocess.DEVNULL) as run:
            while run.poll() is None and not (log.exists() and log.stat().st_size):
                time.sleep(0.01)
            found = time.perf_counter() - started
        assert run.returncode == 0
    return found


def cpu_s(folder: Path, *arguments: str) -> float:
    """CPU seconds of a command, at best of three: the first one reads its files from the disk."""
    return min(_cpu_once(folder, *arguments) for _ in range(3))


def _cpu_once(folder: Path, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([ALIGNTAX, *arguments], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main(Path(sys.argv[1]))
