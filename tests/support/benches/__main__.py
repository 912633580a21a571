"""`make bench`: speed as ratios within one run, because machines are noisy. No benchmark passes or fails.

Generation is compared with bare aiohttp and the bare SDK loop in turns. Medians are printed beside our targets.
`make bench ONLY=generation` measures one subject alone; each subject is a function of this module's table.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.processes.simulated import simulated_server
from tests.support.benches.scoring import BAR_MICROSECONDS, BARRED
from tests.support.machines import PYTHON as LAKE_PYTHON

PAIRS, COUNT = 5, 2_000
# in flight, latency in ms, and our target as a share of the ideal: answers x latency / in flight
SETTINGS = ((32, 200, 0.97), (256, 1000, 0.94), (256, 200, 0.84))
MOST_IN_FLIGHT = 256
COUNT_PROGRAMS, SANDBOX_BAR_S = 164, 5  # as many as HumanEval has
CPU_BAR_MS, MEMORY_BAR_MB, LANDING_BAR, BUILD_BAR_S = 0.45, 500, 20_000, 60
RESAMPLES_BAR_S, NIGHT_BAR = 2.5, 1.5
START_BAR_S = 1
OTHER = "ALIGNTAX_BENCH_AGAINST"
IMPORT_BAR_MB = 4_000
LOG_MB, LOG_BAR_MB = 1_000, 1_000
POSTGRES_BAR_S = 60
MACHINE_BARS = {1: 1.0, 2: 1.8, 4: 3.2}
FACT_COUNTS = (1_000_000, 10_000_000)
SCORE_COUNTS = (1_000_000, 10_000_000)
SCORE_BARS = {"import_s": 20, "import_mb": 120, "again_s": 3, "publish_s": 30, "publish_peak_mb": 1_000}


def measured(module: str, *arguments: object, python: str | Path = sys.executable) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", f"tests.support.benches.{module}", *map(str, arguments), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3600)
        if done.returncode:
            raise SystemExit(done.stderr)
        return dict(json.loads(done.stdout.splitlines()[-1]))


def generation() -> None:
    with simulator() as address:
        compare(address)


@contextmanager
def simulator() -> Iterator[str]:
    """The address of a simulated server in a process of its own."""
    with tempfile.TemporaryDirectory() as name, simulated_server(Path(name)) as address:
        yield address


def isolation() -> None:
    """Throughput beside an endpoint with ten times the error rates that a run must tolerate."""
    faults = {"rate_429": 0.5, "retry_after_s": 0.05, "rate_500": 0.2, "dropped": 0.1}
    with simulator() as healthy, simulator() as broken:
        post(f"http://{healthy}/faults", {"*": {"latency_ms": 200}})
        post(f"http://{broken}/faults", {"*": {**faults, "malformed_json": 0.05, "html": 0.05, "latency_ms": 200}})
        pairs = [measured("isolation", healthy, broken) for _ in range(3)]
    share = median(pair["alone_s"] / pair["beside_s"] for pair in pairs)
    print(f"isolation: beside a breaking endpoint a healthy one keeps {share:.2f} of its throughput (bar 0.90)")


def start() -> None:
    found = measured("start", "alone")
    print(
        f"start: {found['first_request_s']:.1f} s from `aligntax run`, its own Prefect server included, to the first "
        f"request; CPU of `aligntax --help` {found['help_cpu_s']:.2f} s, of `aligntax sql` {found['sql_cpu_s']:.2f} s "
        f"(bar {START_BAR_S} s each)"
    )
    if other := os.environ.get(OTHER):
        compare_runs(other)
    else:
        print(f"start and end of a run: not compared; {OTHER}=FOLDER names another checkout with its own .venv")


def compare_runs(other: str) -> None:
    """CPU of a run before its first request and after its last answer, compared with that of another checkout."""
    pairs = [{side: measured("start", "run", side) for side in (other, ".")} for _ in range(PAIRS)]
    for what, name, bar in (("start to first request", "start_cpu_s", 0.65), ("last answer to exit", "end_cpu_s", 0.6)):
        ratio = median(pair["."][name] / pair[other][name] for pair in pairs)
        seconds = [median(pair[side][name] for pair in pairs) for side in (other, ".")]
        print(
            f"  {what}: {ratio:.2f} x the CPU of {other} (bar {bar}); {seconds[0]:.1f} s there, {seconds[1]:.1f} s here"
        )


def compare(address: str) -> None:
    print(f"generation of {COUNT} answers, medians of {PAIRS}; share of the ideal and CPU an answer, beside bare loops")
    for concurrency, latency_ms, bar in SETTINGS:
        post(f"http://{address}/faults", {"*": {"latency_ms": latency_ms}})
        runs = [
            {side: measured("generation", side, address, concurrency) for side in ("ours", "aiohttp", "sdk")}
            for _ in range(PAIRS)
        ]
        ideal = COUNT * latency_ms / 1000 / concurrency
        share = {side: ideal / median(run[side]["seconds"] for run in runs) for side in runs[0]}
        cpu_ms = {side: 1000 * median(run[side]["cpu_s"] for run in runs) / COUNT for side in runs[0]}
        print(
            f"  {concurrency:3} in flight, {latency_ms:4} ms: {share['ours']:.3f} of the ideal (bar {bar}; "
            f"aiohttp {share['aiohttp']:.3f}, SDK {share['sdk']:.3f}); "
            f"CPU {cpu_ms['ours']:.2f} ms (aiohttp {cpu_ms['aiohttp']:.2f}, SDK {cpu_ms['sdk']:.2f})",
            flush=True,
        )


def asking() -> None:
    runs = [measured("asking", MOST_IN_FLIGHT) for _ in range(PAIRS)]
    found = {name: median(run[name] for run in runs) for name in runs[0]}
    print(
        f"a whole run with its Prefect server, {MOST_IN_FLIGHT} in flight, while it asks: {found['cpu_ms']:.2f} ms of "
        f"CPU an answer (bar {CPU_BAR_MS}); peak {found['peak_mb']:.0f} MB (bar {MEMORY_BAR_MB}), with pages that its "
        f"processes share counted twice {found['resident_mb']:.0f} MB; after the answers {found['run_peak_mb']:.0f} MB"
    )


def tables() -> None:
    found = measured("tables", 1_000_000)
    print(
        f"landing: {found['rows_per_s']:,.0f} answers/s (bar {LANDING_BAR:,}); scores imported from a file: "
        f"{found['rows'] / found['import_s']:,.0f}/s; "
        f"all reports over {found['rows']:,} scores: {found['build_s']:.1f} s (bar {BUILD_BAR_S}); "
        f"peak {found['peak_mb']:.0f} MB"
    )


def targets() -> None:
    found = measured("targets", 1_000_000)
    print(
        f"publishing {found['rows']:,} scores of {found['dates']} dates: snapshot {found['snapshot_s']:.1f} s, Parquet "
        f"{found['parquet_s']:.1f} s, PostgreSQL {found['postgres_s']:.1f} s (bar {POSTGRES_BAR_S} s), again "
        f"{found['again_s']:.1f} s, with one date changed {found['changed_s']:.1f} s; peak {found['peak_mb']:.0f} MB"
    )


def scores(*counts: int) -> None:
    """Imported scores through the command line, beside what DuckDB takes to load the same rows into one table."""
    found = [measured("scores", count) for count in counts or SCORE_COUNTS]
    for each in found:
        print(
            f"{each['rows']:,.0f} scores: imported in {each['import_s']:.1f} s (bar {SCORE_BARS['import_s']} for a "
            f"million) into {each['import_mb']:.0f} MB (bar {SCORE_BARS['import_mb']}), "
            f"peak {each['import_peak_mb']:.0f} MB; the same file again {each['again_s']:.1f} s "
            f"(bar {SCORE_BARS['again_s']}); built and published in {each['publish_s']:.1f} s "
            f"(bar {SCORE_BARS['publish_s']}), peak {each['publish_peak_mb']:.0f} MB "
            f"(bar {SCORE_BARS['publish_peak_mb']}); bare DuckDB {each['bare_s']:.2f} s and {each['bare_mb']:.0f} MB"
        )
    if len(found) > 1:
        few, many = found[0], found[-1]
        slopes = (f"{name} {many[f'{name}_s'] / few[f'{name}_s']:.1f}" for name in ("import", "publish", "bare"))
        print(f"from {few['rows']:,.0f} to {many['rows']:,.0f} scores, times as long: {', '.join(slopes)}")


def statistics_speed() -> None:
    found = measured("resamples")
    print(
        "100 cells of 1,000 items, 2,000 paired resamples: "
        + ", ".join(f"{name.removesuffix('_s').replace('_', ' ')} {seconds:.2f} s" for name, seconds in found.items())
        + f" (bar {RESAMPLES_BAR_S} s)"
    )
    found = measured("nights", 365)
    ratio = found["last_s"] / found["first_s"]
    print(
        f"a year of nights at once: {found['year_s']:.1f} s; the 365th added: {found['last_s']:.2f} s, "
        f"{ratio:.2f} x the first (bar {NIGHT_BAR})"
    )


def sandbox() -> None:
    found: dict[str, Any] = measured("sandbox", COUNT_PROGRAMS)
    print(
        f"sandbox: {found['count_passed']} of {COUNT_PROGRAMS} passed in {found['seconds']:.2f} s with 2 workers "
        f"(bar {SANDBOX_BAR_S} s), {1000 * found['cpu_s'] / COUNT_PROGRAMS:.1f} ms of CPU each; "
        f"probed in {found['start_s']:.2f} s: {found['back_end']}"
    )


def imports() -> None:
    few, many = (measured("imports", count) for count in (250_000, 1_000_000))
    print(
        f"import, scores and reports of {many['rows']:,} answers of 500 characters: {many['seconds']:.0f} s, "
        f"peak {many['peak_mb']:.0f} MB (bar {IMPORT_BAR_MB:,}); of {few['rows']:,}: {few['peak_mb']:.0f} MB"
    )


def logs(megabytes: int = LOG_MB) -> None:
    for kind in ("json", "eval", "lm_eval"):
        found = measured("logs", kind, megabytes)
        print(
            f"import of a log of {megabytes:,} MB ({kind}): {found['rows']:,} answers at "
            f"{found['rows'] / found['import_s']:,.0f} rows/s, peak {found['import_mb']:.0f} MB; "
            f"published: {found['peak_mb']:.0f} MB (bar {LOG_BAR_MB:,})",
            flush=True,
        )


def machines() -> None:
    """Workers of a Prefect work pool, which `make lake` gives the lake's extensions."""
    alone = None
    for count, bar in MACHINE_BARS.items():
        found = measured("machines", count)
        alone = alone or found["seconds"]
        print(
            f"{found['count']:,} answers that take a second, {count} workers with 16 in flight: "
            f"{found['seconds']:.0f} s from the first to the last, {alone / found['seconds']:.2f} x one worker "
            f"(bar {bar}); whole run {found['whole_s']:.0f} s",
            flush=True,
        )


def intake(*counts: int) -> None:
    """The facts of a lake, taken in by the builder."""
    found = [measured("intake", count, python=LAKE_PYTHON) for count in counts or FACT_COUNTS]
    for each in found:
        print(
            f"{each['rows']:,.0f} facts of a lake: taken in at {each['rows'] / each['seconds']:,.0f} rows/s, "
            f"peak {each['peak_mb']:.0f} MB; again {each['again_s']:.1f} s"
        )
    if len(found) > 1:
        few, many = found[0], found[-1]
        print(
            f"from {few['rows']:,.0f} to {many['rows']:,.0f} facts: {many['seconds'] / few['seconds']:.1f} times as "
            f"long, {many['peak_mb'] / few['peak_mb']:.2f} times the memory"
        )


def median(values: Any) -> float:
    return statistics.median(values)


def post(url: str, document: object) -> None:
    request = urllib.request.Request(url, json.dumps(document).encode(), {"content-type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()


def scoring() -> None:
    print(f"scoring, microseconds of CPU an answer (bar {BAR_MICROSECONDS} for {', '.join(BARRED)})")
    for name, microseconds in sorted(measured("scoring").items(), key=lambda entry: entry[1]):
        print(f"  {name:20} {microseconds:8.1f}{' *' if name in BARRED else ''}")


SUBJECTS = {
    "generation": generation,
    "asking": asking,
    "isolation": isolation,
    "start": start,
    "tables": tables,
    "targets": targets,
    "scores": scores,
    "imports": imports,
    "logs": logs,
    "machines": machines,
    "intake": intake,
    "scoring": scoring,
    "sandbox": sandbox,
    "statistics": statistics_speed,
}


def main(*names: str) -> None:
    for name in names or SUBJECTS:
        SUBJECTS[name]()


if __name__ == "__main__":
    main(*sys.argv[1:])
