"""The worker: forks the locked-down processes of each program and tells how it ended. Reads requests from descriptor 0.

A request is a length and a JSON object, ``seconds``, ``memory_mb``, ``own_s``, ``nonce`` and ``parts`` (pairs of a role
and a length), and behind it the parts themselves; see ``children``. The answer is a length and a JSON object. To start
Python takes longer than to run a program, so the worker starts once and imports in advance what programs use. It ends
when its input ends.

The verdict is written behind the nonce, by the process of the tests. The program has another process, which knows no
nonce, and its channel leads to the tests alone. A program that is run together with its test, in one process, may find
the nonce in its interpreter's frames and forge a pass.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
from typing import Any

from . import landlock, lockdown
from .children import FIRST, Limits, read_exactly, start
from .scratch import Flat, Mounted
from .watch import Watch

_DETAIL = 200
# Of the CPU limit. The kernel's limit counts time lost to other virtual machines, and the reported usage does not.
_NEARLY = 0.75
# The verdicts that a process of ours writes.
_WRITTEN = {"pass", "assert", "error", "exit", "memory", "ended", "beside"}
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
    kind, folder = sys.argv[1:3]
    scratch = Mounted(folder) if kind == "mounted" else Flat(folder)
    gc.collect()
    gc.freeze()
    version = ".".join(map(str, sys.version_info[:3]))
    try:
        _send({"python": version, "landlock": landlock.version(libc), "scratch": scratch.folder})
        while header := read_exactly(4):
            _send(_run(libc, scratch, json.loads(read_exactly(struct.unpack("=I", header)[0]) or b"")))
    except (EOFError, OSError):  # the host has ended
        pass
    finally:
        scratch.remove()


def _send(answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    data = struct.pack("=I", len(body)) + body
    while data:
        data = data[os.write(1, data) :]


def _run(libc: ctypes.CDLL, scratch: Flat | Mounted, request: dict[str, Any]) -> dict[str, Any]:
    """Run a program, with its tests if there are any.

    Raises:
        EOFError: the host has ended.
    """
    limits = Limits(request["seconds"], request["memory_mb"])
    started = time.monotonic()
    output, verdict = os.pipe(), os.pipe()
    ours, theirs = (end.detach() for end in socket.socketpair())
    descriptors = {
        "alone": {1: output[1], 2: output[1], FIRST: verdict[1]},
        "program": {1: output[1], 2: output[1], FIRST: theirs},
        "tests": {FIRST: ours, FIRST + 1: verdict[1]},
    }
    pids = []
    try:
        for role, size in request["parts"]:
            pids.append(start(role, size, descriptors[role], limits, scratch, libc))
    finally:
        for descriptor in (output[1], verdict[1], ours, theirs):
            os.close(descriptor)
    watch = Watch(pids[-1], pids[0], output[0], verdict[0], scratch)
    try:
        found, detail = _judged(watch, pids, request)
    finally:
        scratch.clear()
    duration_s = time.monotonic() - started
    return {
        "verdict": found,
        "detail": detail,
        "duration_ms": 1000 * duration_s,
        "waited_ms": 1000 * min(watch.waited_s, duration_s),
    }


def _judged(watch: Watch, pids: list[int], request: dict[str, Any]) -> tuple[str, str | None]:
    """Wait for the end, and say by message or by status how it came."""
    try:
        stopped = watch.until_judged(request["own_s"])
        found, detail = stopped or _said(watch.message(), request["nonce"].encode())
        if found == "ended" and not watch.program_ends():
            found, detail = "exit", detail or "it closed its channel before the checks were done"
    finally:
        watch.end()
        ends = [os.wait4(pid, 0) for pid in pids]
    if found == "ended":
        return _by_status(ends[0], request["seconds"], detail)
    if found == "unsaid":
        return _by_status(ends[-1], request["seconds"], None)
    return found, detail


def _said(message: bytes, nonce: bytes) -> tuple[str, str | None]:
    """The verdict that one of our processes has written. A forged one of another form is the program's own failure."""
    if not message.startswith(nonce):
        return "unsaid", None
    try:
        said = json.loads(message[len(nonce) :])
        found, detail = said["verdict"], said["detail"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return "error", "a forged verdict"
    if not isinstance(found, str) or found not in _WRITTEN or not isinstance(detail, str | None):
        return "error", "a forged verdict"
    return found, detail and detail[:_DETAIL]


def _by_status(
    end: tuple[int, int, resource.struct_rusage], seconds: int, detail: str | None
) -> tuple[str, str | None]:
    """How a process ended that wrote no verdict."""
    _, status, usage = end
    if os.WIFSIGNALED(status):
        ended_by = os.WTERMSIG(status)
        is_out_of_time = usage.ru_utime + usage.ru_stime >= _NEARLY * seconds
        if ended_by == signal.SIGXCPU or (ended_by == signal.SIGKILL and is_out_of_time):
            return "timeout", "CPU time"
        return "died", _signal_name(ended_by)
    return "exit", detail or f"status {os.WEXITSTATUS(status)} before the checks were done"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
