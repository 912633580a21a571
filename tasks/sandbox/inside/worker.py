"""The worker: forks one locked-down process for each program and tells how it ended. Reads requests from descriptor 0.

A request is a length and a JSON object: ``source``, ``seconds``, ``memory_mb``, ``wall_s``, ``nonce``. The answer is a
length and a JSON object too. To start Python takes longer than to run a program, so the worker starts once and imports
in advance what programs use. It ends when its input ends.

A program passes when the nonce is written on a private descriptor after its last statement. So a program cannot pass by
exiting before its checks or by printing something. A program that searches its interpreter's frames for the nonce can
forge a pass, as in every harness that runs in one process with what it tests.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
import types
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

from . import landlock, lockdown

_OUTPUT_BYTES = 64 * 1024
_SCRATCH_BYTES = 32 * 1024 * 1024
_SCRATCH_FILES = 1_000
_TICK_S = 0.05  # the time between two looks at the scratch folder
_DETAIL = 200
# Of the CPU limit. The kernel's limit counts time lost to other virtual machines, and the reported usage does not.
_NEARLY = 0.75
_VERDICT_FD = 3
_PRELOADED = """
    abc array base64 bisect calendar cmath collections collections.abc contextlib copy datetime decimal difflib enum
    fractions functools hashlib heapq io itertools json locale math numbers operator pathlib pprint queue random re
    reprlib secrets statistics string struct sys tempfile textwrap threading time timeit traceback types typing
    unicodedata unittest uuid zlib dataclasses asyncio
"""


def main() -> None:
    """Answer requests until the input ends."""
    for name in _PRELOADED.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    libc = lockdown.load_libc()
    base = sys.argv[1]
    gc.collect()
    gc.freeze()
    _send({"python": ".".join(map(str, sys.version_info[:3])), "landlock": landlock.version(libc)})
    while (request := _receive()) is not None:
        _send(_run(libc, base, request))


def _receive() -> dict[str, Any] | None:
    header = _read_exactly(4)
    if header is None:
        return None
    body = _read_exactly(struct.unpack("=I", header)[0])
    return None if body is None else json.loads(body)


def _read_exactly(count: int) -> bytes | None:
    parts = []
    while count:
        part = os.read(0, min(count, 1 << 16))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _send(answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    data = struct.pack("=I", len(body)) + body
    while data:
        data = data[os.write(1, data) :]


def _run(libc: ctypes.CDLL, base: str, request: dict[str, Any]) -> dict[str, Any]:
    scratch = tempfile.mkdtemp(dir=base)
    output, verdict = os.pipe(), os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _child(libc, scratch, output[1], verdict[1], request)
    os.close(output[1])
    os.close(verdict[1])
    watch = _Watch(pid, output[0], verdict[0], scratch)
    stopped = watch.until_dead(started + request["wall_s"])
    _, status, usage = os.wait4(pid, 0)
    duration_ms = 1000 * (time.monotonic() - started)
    message = watch.close()
    shutil.rmtree(scratch, ignore_errors=True)
    cpu_s = usage.ru_utime + usage.ru_stime
    is_out_of_time = cpu_s >= _NEARLY * request["seconds"]
    found, detail = stopped or _verdict(status, message, request["nonce"].encode(), is_out_of_time=is_out_of_time)
    return {"verdict": found, "detail": detail, "duration_ms": duration_ms}


class _Watch:
    """Watches one program until it has ended."""

    def __init__(self, pid: int, output: int, verdict: int, scratch: str) -> None:
        self._pid, self._output, self._verdict, self._scratch = pid, output, verdict, scratch
        self._death = os.pidfd_open(pid)
        self._written = 0
        self._message = b""

    def until_dead(self, deadline: float) -> tuple[str, str] | None:
        """Wait until the program ends, or end it at a limit. Returns the verdict of a reached limit, else None."""
        poll = select.poll()
        for descriptor in (self._death, self._output, self._verdict):
            poll.register(descriptor, select.POLLIN)
        poll.register(0, 0)  # only its hang-up: nobody wants the verdict any more
        look_at = time.monotonic() + _TICK_S
        while True:
            events = dict(poll.poll(1000 * _TICK_S))
            if 0 in events:
                self._kill()
                os._exit(0)
            for descriptor in self._drained(events):
                poll.unregister(descriptor)
            if self._written > _OUTPUT_BYTES:
                return self._kill("output_flood", f"more than {_OUTPUT_BYTES} bytes written")
            if self._death in events:
                return None
            now = time.monotonic()
            if now >= deadline:
                return self._kill("timeout", "wall clock")
            if now >= look_at:
                look_at = now + _TICK_S
                if _is_flooded(self._scratch):
                    return self._kill("file_flood", "too many or too large files")

    def _drained(self, events: Collection[int]) -> list[int]:
        """Read what the program wrote. Returns the descriptors that it closed."""
        closed = []
        for descriptor in (self._output, self._verdict):
            if descriptor not in events:
                continue
            data = os.read(descriptor, 1 << 16)
            self._written += len(data)  # a flood of the private descriptor counts too
            if descriptor == self._verdict:
                self._message += data
            if not data:
                closed.append(descriptor)
        return closed

    def _kill(self, verdict: str = "died", detail: str = "") -> tuple[str, str]:
        os.kill(self._pid, signal.SIGKILL)
        return verdict, detail

    def close(self) -> bytes:
        """The whole message on the private descriptor. Call it after the process has ended."""
        os.set_blocking(self._verdict, False)
        with contextlib.suppress(BlockingIOError):
            while len(self._message) <= _OUTPUT_BYTES and (data := os.read(self._verdict, 1 << 16)):
                self._message += data
        for descriptor in (self._death, self._output, self._verdict):
            os.close(descriptor)
        return self._message


def _is_flooded(scratch: str) -> bool:
    count = size = 0
    for folder, _, names in os.walk(scratch):
        count += 1 + len(names)
        for name in names:
            with contextlib.suppress(OSError):
                size += (Path(folder) / name).lstat().st_blocks * 512
        if count > _SCRATCH_FILES or size > _SCRATCH_BYTES:
            return True
    return False


def _verdict(status: int, message: bytes, nonce: bytes, *, is_out_of_time: bool) -> tuple[str, str | None]:
    if message.startswith(nonce):
        found = json.loads(message[len(nonce) :])
        return found["verdict"], found["detail"]
    if os.WIFSIGNALED(status):
        ended_by = os.WTERMSIG(status)
        if ended_by == signal.SIGXCPU or (ended_by == signal.SIGKILL and is_out_of_time):
            return "timeout", "CPU time"
        return "died", _signal_name(ended_by)
    return "exit", f"status {os.WEXITSTATUS(status)} before the checks were done"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _child(libc: ctypes.CDLL, scratch: str, output: int, verdict: int, request: dict[str, Any]) -> NoReturn:
    """Become the program. Never returns."""
    try:
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for source, target in ((null, 0), (output, 1), (output, 2), (verdict, 100), (100, _VERDICT_FD)):
            os.dup2(source, target)
        os.closerange(_VERDICT_FD + 1, 1024)
        os.chdir(scratch)
        os.environ.clear()
        os.environ["TMPDIR"] = os.environ["HOME"] = scratch
        tempfile.tempdir = None
        sys.argv[1:] = []
        sys.stdin = os.fdopen(0, "r")
        lockdown.lock_down(libc, scratch, seconds=request["seconds"], memory_mb=request["memory_mb"])
    except BaseException:  # noqa: BLE001 - after any error the program must not start
        os._exit(70)
    _execute(request.pop("source"), request.pop("nonce"))


def _execute(source: str, nonce: str) -> NoReturn:
    # Kept under names of our own, because a program may replace them, on purpose or not.
    write, leave, dumps = os.write, os._exit, json.dumps
    program = types.ModuleType("program")
    sys.modules["program"] = program
    detail: str | None = None
    try:
        exec(compile(source, "<program>", "exec", dont_inherit=True), program.__dict__)  # noqa: S102 - this is the purpose of the sandbox
        verdict = "pass"
    except MemoryError:
        verdict = "memory"
    except AssertionError as error:
        verdict, detail = "assert", _described(error)
    except SystemExit as error:
        verdict, detail = "exit", _described(error)
    except BaseException as error:  # noqa: BLE001 - a program may raise anything
        verdict, detail = "error", _described(error)
    write(_VERDICT_FD, (nonce + dumps({"verdict": verdict, "detail": detail})).encode())
    leave(0)


def _described(error: BaseException) -> str:
    name = type(error).__name__
    try:
        return f"{name}: {error}"[:_DETAIL]
    except BaseException:  # noqa: BLE001 - to print the exception may raise again
        return name
