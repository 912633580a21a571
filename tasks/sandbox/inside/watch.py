"""Watches the processes of one program until they have ended, and ends them at a limit.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Collection
from pathlib import Path

from .scratch import Flat, Mounted

OUTPUT_BYTES = 4 * 1024 * 1024  # printed; it is thrown away
_VERDICT_BYTES = 64 * 1024
WALL = "wall clock"
_TICK_S = 0.05  # the time between two looks at the scratch folder
_LAST_WAIT_S = 2.0  # for the end of a program that has closed its channel
# x the limit of a program's own time: where so much was spent in the queue, the machine is too busy to tell anything.
BUSY_FACTOR = 20


class Watch:
    """Watches the process that gives the verdict, and the program where that is another process."""

    def __init__(self, judge: int, program: int, output: int, verdict: int, scratch: Flat | Mounted) -> None:
        self._pids = tuple(dict.fromkeys((judge, program)))
        self._deaths = {pid: os.pidfd_open(pid) for pid in self._pids}
        self._judge, self._program = judge, program
        self._output, self._verdict, self._scratch = output, verdict, scratch
        self._started = time.monotonic()
        self._written = 0
        self._message = b""
        self.waited_s = 0.0

    def until_judged(self, own_s: float) -> tuple[str, str] | None:
        """Wait until there is a verdict, or end the program at a limit. Returns the verdict of a reached limit."""
        poll = select.poll()
        for descriptor in (self._deaths[self._judge], self._output, self._verdict):
            poll.register(descriptor, select.POLLIN)
        poll.register(0, 0)  # only its hang-up: nobody wants the verdict any more
        look_at = 0.0
        while True:
            events = dict(poll.poll(1000 * _TICK_S))
            if 0 in events:
                raise EOFError
            for descriptor in self._drained(events):
                poll.unregister(descriptor)
            if self._written > OUTPUT_BYTES or len(self._message) > _VERDICT_BYTES:
                return "output_flood", f"more than {OUTPUT_BYTES >> 20} MB written"
            is_over = self._deaths[self._judge] in events
            now = time.monotonic()
            if is_over or now >= look_at:
                look_at = now + _TICK_S
                self.waited_s = max(self.waited_s, sum(map(_waited_s, self._pids)))
                if self._scratch.is_flooded():
                    return "file_flood", "too many or too large files"
            if is_over:
                return None
            if self._is_late(now, own_s):
                return "timeout", WALL

    def _is_late(self, now: float, own_s: float) -> bool:
        """Whether the program has used up its own time: what passed, less what it waited for a processor."""
        passed = now - self._started
        return passed - self.waited_s >= own_s or passed >= BUSY_FACTOR * own_s

    def _drained(self, events: Collection[int]) -> list[int]:
        """Read what the program wrote. Returns the descriptors that it closed."""
        closed = []
        for descriptor in (self._output, self._verdict):
            if descriptor not in events:
                continue
            data = os.read(descriptor, 1 << 16)
            if descriptor == self._verdict:
                self._message += data
            self._written += len(data)
            if not data:
                closed.append(descriptor)
        return closed

    def message(self) -> bytes:
        """The whole message on the private descriptor. Call it after the process that gives the verdict has ended."""
        os.set_blocking(self._verdict, False)
        with contextlib.suppress(BlockingIOError):
            while len(self._message) <= _VERDICT_BYTES and (data := os.read(self._verdict, 1 << 16)):
                self._message += data
        return self._message

    def program_ends(self) -> bool:
        """Whether a program that has closed its channel ends within a moment, so that it is known how it ended."""
        return bool(select.select([self._deaths[self._program]], [], [], _LAST_WAIT_S)[0])

    def end(self) -> None:
        """End what still runs."""
        for pid, death in self._deaths.items():
            os.kill(pid, signal.SIGKILL)
            select.select([death], [], [])
            os.close(death)
        os.close(self._output)
        os.close(self._verdict)


def _waited_s(pid: int) -> float:
    """How long a process was ready to run and had no processor; 0 where this kernel does not tell."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return max(int((task / "schedstat").read_text().split()[1]) / 1e9 for task in tasks)
    except (OSError, ValueError, IndexError):
        return 0.0
