"""Commands forked from a process that has imported everything, because imports take half the time of a small run."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

PRELOADED = [
    "flows.evaluate",
    "flows.conclude",
    "flows.cli",
    "great_expectations",
    "altair",
    "openai",
    "aiohttp",
    "pandas",
]


class Warm:
    """Runs commands in one environment, which must be set first, because Prefect reads it only when it is imported."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOADED)
        self._environment = dict(environment)
        first = self._context.Process(target=int)
        first.start()
        first.join()

    def start(self, folder: Path, *arguments: str) -> Started:
        """Start the command line in a folder; its output goes to two files there."""
        printed = {name: folder / f".{name}" for name in ("stdout", "stderr")}
        process = self._context.Process(target=_command, args=(folder, arguments, self._environment, printed))
        process.start()
        return Started(process, arguments, printed)

    def run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line in a folder and return what it printed."""
        return self.start(folder, *arguments).ended()


@dataclass(frozen=True, slots=True)
class Started:
    """A command that is running."""

    process: BaseProcess
    arguments: tuple[str, ...]
    printed: Mapping[str, Path]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the command, unless it has ended."""
        if self.process.is_alive() and self.process.pid:
            os.kill(self.process.pid, number)

    def ended(self, timeout_s: float = 240) -> subprocess.CompletedProcess[str]:
        """Wait for the end and return the output; after ``timeout_s`` seconds the command is killed."""
        self.process.join(timeout_s)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        texts = {name: path.read_text() if path.exists() else "" for name, path in self.printed.items()}
        return subprocess.CompletedProcess(self.arguments, self.process.exitcode, **texts)


def _command(
    folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str], printed: Mapping[str, Path]
) -> None:
    from flows.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    for number, path in enumerate(printed.values(), start=1):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC), number)
    sys.argv = ["aligntax", *arguments]
    main()
