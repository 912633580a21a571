"""Start helper processes that cannot outlive us, not even when we are killed, and that know no key.

A child runs ``python -m flows.processes.children MODULE ARGS``. It reads its standard input, a pipe that only we hold,
and ends when the pipe closes. That needs no signal from a dying parent. Its environment holds what a Python process
needs and what it is given, so no provider's key. The files it writes are readable for their owner only.
"""

from __future__ import annotations

import gc
import os
import runpy
import signal
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
_INHERITED = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PATH",
    "PREFECT_HOME",
    "PREFECT_PROFILES_PATH",
    "PYTHONPATH",
    "TMPDIR",
    "TZ",
)


@contextmanager
def child(
    module: str, arguments: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m module`` beside us, its output in a log file; it has ended when the context is left."""
    log.unlink(missing_ok=True)
    process = start(module, arguments, log=log, environment=environment)
    try:
        yield process
    finally:
        stop(process)


def start(
    module: str,
    arguments: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start ``python -m module`` with its output in a log file; it inherits some open descriptors."""
    with private_file(log) as output:
        # A session of its own: Ctrl-C in the terminal reaches us, and we decide when the child may go.
        return subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-m", "flows.processes.children", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**_inherited(), **SAFE_PATH, **(environment or {})},
            pass_fds=descriptors,
            start_new_session=True,
            umask=0o077,
        )


def private_folder(path: Path) -> Path:
    """A folder that only its owner can enter; it is created if need be."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def private_file(path: Path) -> IO[bytes]:
    """Open a file for appending; where it is created, only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a child: politely, then for good."""
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
