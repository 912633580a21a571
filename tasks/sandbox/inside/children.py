"""The processes that a worker forks: a program, its tests, or both in one. Each reads its own part of the request.

The worker never reads a part. So no program finds the tests, or another program, in the memory that it inherits.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import tempfile
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from . import answering, asking, lockdown, values
from .scratch import Flat, Mounted

FIRST = 3  # of the private descriptors: a program has its channel, or its verdict, there
_DETAIL = 200
_FAILED_START = 70


@dataclass(frozen=True)
class Limits:
    """What a process may use: seconds of processor time, and MB of memory."""

    seconds: int
    memory_mb: int


def start(
    role: str, size: int, descriptors: Mapping[int, int], limits: Limits, scratch: Flat | Mounted, libc: ctypes.CDLL
) -> int:
    """Fork a process that reads its part, ``size`` bytes, from descriptor 0 and then does what its role says.

    ``descriptors`` gives by their number in the new process those that it inherits. Returns the process's id.

    Raises:
        EOFError: the part could not be read, so that the next one cannot be found.
    """
    is_read, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        _begin(role, size, descriptors, limits, scratch, libc, tell)
    os.close(tell)
    said = os.read(is_read, 1)
    os.close(is_read)
    if not said:
        raise EOFError
    return pid


def read_exactly(count: int) -> bytes | None:
    """So many bytes of descriptor 0; None if it ends before."""
    parts = []
    while count:
        part = os.read(0, min(count, 1 << 16))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _begin(
    role: str, size: int, descriptors: Mapping[int, int], limits: Limits, scratch: Flat | Mounted, libc: ctypes.CDLL,
    tell: int,
) -> NoReturn:  # fmt: skip
    try:
        body = read_exactly(size)
        if body is None:
            os._exit(_FAILED_START)
        os.write(tell, b"r")
        part = json.loads(body)
        del body
        _take(descriptors)
        _lock(role, limits, scratch, libc)
    except BaseException:  # noqa: BLE001 - after any error the program must not start
        os._exit(_FAILED_START)
    _ROLES[role](part)


def _take(descriptors: Mapping[int, int]) -> None:
    """Give the inherited descriptors their numbers, and close all others."""
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    wanted = {0: null, 1: null, 2: null, **descriptors}
    for place, target in enumerate(wanted):
        os.dup2(wanted[target], 100 + place)
    for place, target in enumerate(wanted):
        os.dup2(100 + place, target)
    os.closerange(max(wanted) + 1, 1024)


def _lock(role: str, limits: Limits, scratch: Flat | Mounted, libc: ctypes.CDLL) -> None:
    """Limit this process. Tests have no folder to write to."""
    os.environ.clear()
    writable = []
    if role == "tests":
        os.chdir("/")
    else:
        scratch.enter(libc)
        writable.append(scratch.folder)
        os.environ["TMPDIR"] = os.environ["HOME"] = scratch.folder
    tempfile.tempdir = None
    sys.argv[1:] = []
    sys.stdin = os.fdopen(0, "r")
    lockdown.lock_down(
        libc,
        writable,
        seconds=limits.seconds,
        memory_mb=limits.memory_mb,
        may_make_folders=scratch.may_make_folders,
    )


def _program(part: dict[str, Any]) -> NoReturn:
    answering.answer(values.Channel(FIRST), part.pop("source"), part.pop("entry_point"))


def _tests(part: dict[str, Any]) -> NoReturn:
    channel = values.Channel(FIRST)
    _judge(
        FIRST + 1,
        part.pop("nonce"),
        lambda: asking.run_tests(channel, part["given"], part["test"], part["entry_point"]),
    )


def _alone(part: dict[str, Any]) -> NoReturn:
    _judge(FIRST, part.pop("nonce"), lambda: _run_alone(part.pop("source"), part.pop("beside")))


def _run_alone(source: str, beside: dict[str, str] | None) -> None:
    """Run a program to its end, and a test beside it where there is one. They are compiled apart."""
    program = types.ModuleType("program")
    sys.modules["program"] = program
    names = program.__dict__
    exec(compile(source, "<program>", "exec", dont_inherit=True), names)  # noqa: S102 - this is the purpose of the sandbox
    if beside:
        exec(compile(beside["test"], "<test>", "exec", dont_inherit=True), names)  # noqa: S102 - the same
        names["check"](names[beside["entry_point"]])


def _judge(descriptor: int, nonce: str, run: Callable[[], None]) -> NoReturn:
    """Run something and write how it ended, after the nonce."""
    # Kept under names of our own, because a program may replace them, on purpose or not.
    write, leave, dumps = os.write, os._exit, json.dumps
    detail: str | None = None
    try:
        run()
        verdict = "pass"
    except MemoryError:
        verdict = "memory"
    except asking.ProgramEnded as error:
        verdict, detail = "ended", str(error)
    except asking.NeedsOneProcess as error:
        verdict, detail = "beside", str(error)
    except AssertionError as error:
        verdict, detail = "assert", _described(error)
    except (SystemExit, asking.ProgramExits) as error:
        verdict, detail = "exit", _described(error)
    except BaseException as error:  # noqa: BLE001 - a program may raise anything
        verdict, detail = "error", _described(error)
    write(descriptor, (nonce + dumps({"verdict": verdict, "detail": detail})).encode())
    leave(0)


def _described(error: BaseException) -> str:
    name = type(error).__name__
    try:
        text = getattr(error, asking.DESCRIBED, None) or f"{name}: {error}"
        return str(text)[:_DETAIL]
    except BaseException:  # noqa: BLE001 - to print the exception may raise again
        return name


_ROLES: dict[str, Callable[[dict[str, Any]], NoReturn]] = {"program": _program, "tests": _tests, "alone": _alone}
