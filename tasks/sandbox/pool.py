"""Open the strongest sandbox that is safe on this machine, and run programs in it on all cores."""

from __future__ import annotations

import os
import platform
import queue
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tasks.sandbox.backends import MACHINES, Start, starts
from tasks.sandbox.canaries import canaries
from tasks.sandbox.inside.scratch import Flat
from tasks.sandbox.programs import BackEnd, Execution, NoSandbox, Program, SandboxBroken
from tasks.sandbox.workers import Worker

_MOST_WORKERS = 8


class Sandbox:
    """An open sandbox: a few workers of one back end."""

    def __init__(self, start: Start, first: Worker, count_workers: int) -> None:
        self.back_end: BackEnd = first.back_end
        self._start = start
        self._idle: queue.SimpleQueue[Worker | None] = queue.SimpleQueue()
        for worker in (first, *[None] * (count_workers - 1)):  # the others are started when they are needed
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count_workers, thread_name_prefix="sandbox")

    def run(self, programs: Sequence[Program]) -> list[Execution]:
        """Run all programs and return their executions in the same order. Those that the clock ended run again, alone.

        Raises:
            SandboxBroken: two workers were lost over the same program.
        """
        executions = list(self._threads.map(self._run_one, programs))
        for place, execution in enumerate(executions):
            if execution.is_by_the_clock:
                executions[place] = self._run_one(programs[place])
        return executions

    def _run_one(self, program: Program) -> Execution:
        worker = self._idle.get()
        try:
            worker = worker or Worker(self._start)
            try:
                return worker.run(program)
            except SandboxBroken:
                worker.close()
                worker = None
                worker = Worker(self._start)
                return worker.run(program)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all workers."""
        self._threads.shutdown(cancel_futures=True)
        while not self._idle.empty():
            if worker := self._idle.get():
                worker.close()


@contextmanager
def open_sandbox(ways: Sequence[Start] | None = None, count_workers: int | None = None) -> Iterator[Sandbox]:
    """Open a sandbox for a while, in the first of the ``ways`` in which no canary gets out.

    Raises:
        NoSandbox: no way is safe on this machine.
    """
    start, worker = strongest(starts() if ways is None else ways)
    count = count_workers or min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
    sandbox = Sandbox(start, worker, count)
    try:
        yield sandbox
    finally:
        sandbox.close()


def strongest(ways: Sequence[Start]) -> tuple[Start, Worker]:
    """The first way that is safe, with a worker of it.

    Raises:
        NoSandbox: no way is safe. The message gives the reason for each.
    """
    if not ways:
        here = f"{platform.system()} on {platform.machine()}"
        raise NoSandbox(f"the sandbox needs Linux on {' or '.join(MACHINES)}, found {here}.")
    reasons = []
    for way in ways:
        try:
            worker = Worker(way)
        except SandboxBroken as error:
            reasons.append(f"{way.name}: {error}")
            continue
        if escaped := _escaped(worker):
            worker.close()
            reasons.append(f"{way.name}: a program could {escaped}")
            continue
        return way, worker
    raise NoSandbox(f"no sandbox is safe on this machine ({'; '.join(reasons)}).")


def _escaped(worker: Worker) -> str | None:
    """What a canary could do although it must not, or what the harmless program could not do; None if all is well."""
    with _host_file() as host_file:
        for name, program in canaries(host_file).items():
            try:
                ending = worker.run(program).verdict
            except SandboxBroken:
                return f"{name}, or broke the worker"
            if ending != "pass":
                return f"not {name}" if name == "run at all" else name
    return None


@contextmanager
def _host_file() -> Iterator[Path]:
    """A file of the host, in a folder that goes as the scratch folders do."""
    folder = Flat(tempfile.gettempdir())
    try:
        path = Path(folder.folder, "canary")
        path.touch()
        yield path
    finally:
        folder.remove()
