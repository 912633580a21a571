"""Start helper processes that cannot outlive us, not even when we are killed.

A child runs ``python -m flows.processes.children MODULE ARGS``. It reads its standard input, a pipe that only we hold,
and ends when the pipe closes. That works on every system and needs no signal from a dying parent.
"""

from __future__ import annotations

import gc
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_GRACE_S = 5.0
# Without it ``python -m`` would import from the current directory first, where a user may keep a folder of our names.
SAFE_PATH = {"PYTHONSAFEPATH": "1"}


@contextmanager
def child(
    module: str, arguments: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m module`` beside us, its output in a log file; it has ended when the context is left."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = _start(module, arguments, output, environment or {})
        try:
            yield process
        finally:
            _stop(process)


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _start(
    module: str, arguments: Sequence[str], output: IO[bytes], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal reaches us, and we decide when the child may go.
    return subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        [sys.executable, "-m", "flows.processes.children", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **SAFE_PATH, **environment},
        start_new_session=True,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_with_parent() -> None:
    """Wait until the parent's end of the pipe is gone, then end this process: politely, then for good."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    os._exit(1)


def _main(arguments: list[str]) -> None:
    # A server's imports create a million objects; looking for garbage among them would cost a quarter of its start.
    gc.set_threshold(50_000, 20, 50)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    module, sys.argv = arguments[0], arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main(sys.argv[1:])
