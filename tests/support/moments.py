"""Run the command line, and stop the process or set its clock at a chosen moment of a phase.

``python -m tests.support.moments FILE PHASE NUMBER TROUBLE ARGUMENT ...`` does so at the call of that number in the
code of the phase. TROUBLE is ``stop`` (SIGSTOP, as if the machine had halted) or the hours by which the clock is set
forward or back. Several troubles are written with commas, ``100,200`` and ``72,-72``. With a number of 0 the run is
undisturbed. The calls of each phase are written to the file, as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import time_machine

from tests.support.runs import ROOT

PRELOADED = ("great_expectations", "altair", "openai", "aiohttp", "pandas", "tasks.scorers", "warehouse.connection")
# The code of each phase: modules and packages. What leaves most behind comes first, where a short test looks.
PHASES = {
    "executing": ("tasks/steps/execute_programs.py", "tasks/sandbox/"),
    "publishing": ("tasks/steps/publish/", "tasks/report/", "warehouse/publish.py", "warehouse/whole_files.py"),
    "migrating": ("warehouse/backup.py", "warehouse/migrate.py", "warehouse/opening.py"),
    "asking": ("tasks/steps/generate/", "flows/asking/"),
    "judging": ("tasks/steps/judge.py", "flows/judge_answers.py"),
    "scoring": ("tasks/steps/score.py", "tasks/scorers/"),
    "building": ("warehouse/build.py", "tasks/steps/aggregate/"),
    "planning": ("tasks/steps/plan.py", "flows/planning.py"),
}


def main(file: str, phase: str, numbers: str, troubles: str, *arguments: str) -> None:
    """Run the command line while its calls are counted. What may be imported before Prefect is imported unwatched."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    for name in PRELOADED:
        importlib.import_module(name)
    from flows.cli import main as command_line

    at = dict(zip(map(int, numbers.split(",")), troubles.split(","), strict=True))
    places = {name: tuple(f"{ROOT}/{place}" for place in code) for name, code in PHASES.items()}
    phase_of: dict[str, str | None] = {}
    counts: Counter[str] = Counter()

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event != "call":
            return
        path = frame.f_code.co_filename
        if path not in phase_of:
            phase_of[path] = next((name for name, code in places.items() if path.startswith(code)), None)
        if found := phase_of[path]:
            counts[found] += 1
            if found == phase and counts[found] in at:
                happen(at[counts[found]])

    threading.setprofile(look)
    sys.setprofile(look)
    sys.argv = ["aligntax", *arguments]
    try:
        command_line()
    finally:
        Path(file).write_text(json.dumps(counts))


def happen(trouble: str) -> None:
    """Stop, or set the clock."""
    if trouble == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        time_machine.travel(datetime.now(UTC) + timedelta(hours=float(trouble))).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
