"""A server process that is started once more when it dies.

We hold the socket on which it listens. So requests wait for the new process instead of being refused. A server that
dies twice within an hour stays away, and then the socket is closed: requests are refused at once.
"""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flows.processes.children import stop

_LONGEST_BETWEEN_DEATHS_S = 3600.0


class Restarted:
    """What became of the server so far: whether it was started again, and whether it is gone for good."""

    def __init__(self, begin: Callable[[], subprocess.Popen[bytes]], listener: socket.socket) -> None:
        """Start the process."""
        self.was_restarted = False
        self.is_gone = False
        self._begin, self._listener = begin, listener
        self._process = begin()
        self._last_death = -_LONGEST_BETWEEN_DEATHS_S
        self._is_ending = False
        self._lock = threading.Lock()
        threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        """End the process, and start it no more."""
        with self._lock:
            self._is_ending = True
        stop(self._process)
        self._listener.close()

    def _watch(self) -> None:
        while not self.is_gone:
            self._process.wait()
            with self._lock:
                if self._is_ending:
                    return
                stop(self._process)
                now = time.monotonic()
                self.is_gone = now - self._last_death < _LONGEST_BETWEEN_DEATHS_S
                self._last_death = now
                if self.is_gone:
                    self._listener.close()
                else:
                    self._process = self._begin()
                    self.was_restarted = True


@contextmanager
def restarted(begin: Callable[[], subprocess.Popen[bytes]], listener: socket.socket) -> Iterator[Restarted]:
    """Keep a process running until the context is left; ``begin`` starts it on the socket."""
    server = Restarted(begin, listener)
    try:
        yield server
    finally:
        server.end()
