"""Open the strongest sandbox that holds on this machine, and run programs in it on all cores."""

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
from tasks.sandbox.records import BackEnd, Execution, NoSandbox, Program, SandboxBroken
from tasks.sandbox.workers import Worker

_MOST_WORKERS = 8


class Sandbox:
    """An open sandbox: a few workers behind one back end."""

    def __init__(self, start: Start, first: Worker, count_workers: int) -> None:
        self.back_end: BackEnd = first.back_end
        self._start = start
        self._idle: queue.SimpleQueue[Worker | None] = queue.SimpleQueue()
        for worker in (first, *[None] * (count_workers - 1)):  # the others start when they are needed
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count_workers, thread_name_prefix="sandbox")

    def run(self, programs: Sequence[Program]) -> list[Execution]:
        """Run all of them; results in their order.

        Raises:
            SandboxBroken: a worker was lost twice over the same program.
        """
        return list(self._threads.map(self._run_one, programs))

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
    """Open it for a while; the first way in which every canary is held is taken.

    Raises:
        NoSandbox: none holds here.
    """
    start, worker = strongest(starts() if ways is None else ways)
    count = count_workers or min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
    sandbox = Sandbox(start, worker, count)
    try:
        yield sandbox
    finally:
        sandbox.close()


def strongest(ways: Sequence[Start]) -> tuple[Start, Worker]:
    """The first way that holds, with a worker of it.

    Raises:
        NoSandbox: none does; the message says why of each.
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
    raise NoSandbox(f"no sandbox holds here ({'; '.join(reasons)}).")


def _escaped(worker: Worker) -> str | None:
    """What a canary managed that it must not, or the harmless one did not."""
    with tempfile.NamedTemporaryFile(prefix="aligntax-canary-") as host_file:
        for name, program in canaries(Path(host_file.name)).items():
            try:
                verdict = worker.run(program).verdict
            except SandboxBroken:
                return f"{name}, or broke the worker"
            if verdict != "pass":
                return f"not {name}" if name == "run at all" else name
    return None
