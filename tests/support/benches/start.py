"""The time of a run before its first request and after its last answer, and the time of small commands.

``python -m tests.support.benches.start alone FOLDER`` prints seconds as JSON: the wait for the first request of a cold
run (its own Prefect server, an empty warehouse) and the CPU of two small commands.
``python -m tests.support.benches.start run CHECKOUT FOLDER`` runs the command line of a checkout once and prints the
CPU seconds of its process tree up to the first request, and from the last answer to its end. The simulated model server
runs before, outside of that process tree.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from flows.processes.simulated import simulated_server

SMALL = """
models: [{{id: aligned, provider: openai, base_url: "http://{address}/v1", is_simulated: true,
           model: harbor-dpo-100, api: chat}}]
benchmarks: [{{id: arithmetic, sample_size: 10}}]
"""
# 1,906 answers at 32 in flight and 200 ms each take 12 seconds, which is short for an ordinary run.
ORDINARY = """
model_defaults:
  {{provider: openai, base_url: "http://{address}/v1", is_simulated: true, api: chat, concurrency: 32}}
models:
  - {{id: base, model: harbor-base, api: completions, family: harbor}}
  - {{id: aligned, model: harbor-dpo-100, base: base}}
benchmarks: [arithmetic, knowledge, reading, borderline, harmful]
"""
COUNT_ANSWERS, LATENCY_MS = 1906, 200
# Every reply is searched for a key, but not for a placeholder.
KEY = "sk-" + "0123456789abcdef" * 3
ALIGNTAX = Path(sys.executable).with_name("aligntax")


def alone(folder: Path) -> dict[str, float]:
    """Seconds until the first request of this checkout, and CPU seconds of its small commands."""
    found = {"first_request_s": first_request_s(folder)}
    found["help_cpu_s"] = cpu_s(folder, "--help")
    found["sql_cpu_s"] = cpu_s(folder, "sql", "select count(*) from marts.fct_scores")
    return found


def first_request_s(folder: Path) -> float:
    """Seconds from the command to its first request at the server. The run then finishes."""
    started = time.perf_counter()
    with running(ALIGNTAX, folder, SMALL, "--log", asked(folder)) as (run, _):
        wait_for(run, lambda: is_asked(folder))
        return time.perf_counter() - started


def run_cpu(checkout: Path, folder: Path) -> dict[str, float]:
    """CPU seconds of a checkout's run up to the first request, and from the last answer to its end."""
    program = checkout / ".venv" / "bin" / "aligntax"
    with running(program, folder, ORDINARY, "--log", asked(folder)) as (run, address):
        tree = psutil.Process(run.pid)
        wait_for(run, lambda: is_asked(folder))
        before = tree_cpu_s(tree)
        wait_for(run, lambda: count_answered(address) >= COUNT_ANSWERS)
        asking = tree_cpu_s(tree)
        # By then all processes of the run have ended and were waited for, so the system has counted their CPU time.
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    total = usage.ru_utime + usage.ru_stime
    return {"start_cpu_s": before, "asking_cpu_s": asking - before, "end_cpu_s": total - asking}


@contextmanager
def running(
    program: Path, folder: Path, config: str, *options: str | Path
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A run in a folder against a simulated server of its own. If the run fails, so does the benchmark."""
    with simulated_server(folder, *options) as address:
        post(f"http://{address}/faults", {"*": {"latency_ms": LATENCY_MS}})
        (folder / "aligntax.yaml").write_text(config.format(address=address))
        variables = {**os.environ, "OPENAI_API_KEY": KEY}
        with subprocess.Popen([program, "run"], cwd=folder, env=variables, stdout=subprocess.DEVNULL) as run:
            yield run, address
        if run.returncode:
            raise SystemExit(f"{program} run ended with {run.returncode}")


def asked(folder: Path) -> Path:
    """The file in which the simulated server logs the questions."""
    return folder / "asked.jsonl"


def is_asked(folder: Path) -> bool:
    """Whether the first question has been logged."""
    return asked(folder).exists() and asked(folder).stat().st_size > 0


def wait_for(run: subprocess.Popen[bytes], is_so: Callable[[], bool]) -> None:
    """Wait until a condition holds. The run must not end before."""
    while not is_so():
        if run.poll() is not None:
            raise SystemExit(f"the run ended too early, with {run.returncode}")
        time.sleep(0.01)


def count_answered(address: str) -> int:
    with urllib.request.urlopen(f"http://{address}/stats", timeout=10) as response:
        return int(json.load(response)["total"]["requests"])


def post(url: str, document: object) -> None:
    request = urllib.request.Request(url, json.dumps(document).encode(), {"content-type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()


def tree_cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process and its children, including children that have ended."""
    total = 0.0
    for member in (process, *process.children(recursive=True)):
        times = member.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def cpu_s(folder: Path, *arguments: str) -> float:
    """CPU seconds of a command, the least of three, because the first call reads files from the disk."""
    return min(_cpu_once(folder, *arguments) for _ in range(3))


def _cpu_once(folder: Path, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([ALIGNTAX, *arguments], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    kind, *given, folder = sys.argv[1:]
    found = alone(Path(folder)) if kind == "alone" else run_cpu(Path(given[0]).resolve(), Path(folder))
    sys.stdout.write(json.dumps(found))
