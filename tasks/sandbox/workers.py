"""One worker process, seen from the outside: start it, give it a program, read how the program ended, stop it.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from tasks.sandbox.backends import Start
from tasks.sandbox.programs import BackEnd, Execution, Program, SandboxBroken

_LONGEST_START_S = 30.0
_LONGEST_SILENCE_S = 15.0  # beyond the time limit of a program, a silent worker itself hangs
_OWN_FACTOR = 4  # x the CPU limit: a program that only sleeps must end too
_BUSY_FACTOR = 20  # x its own time, at which the worker ends a program whatever it waited for
_LAST_S = 2.0  # in which a worker whose input ended cleans up


class Worker:
    """A running worker. Use it from one thread at a time.

    Raises:
        SandboxBroken: the process did not start.
    """

    def __init__(self, start: Start) -> None:
        self._scratch: str | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed together with the worker
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                start.command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={},
                cwd="/",
                start_new_session=True,  # Ctrl-C must not reach the worker: its programs run to their end
            )
        except OSError as error:
            self._errors.close()
            raise SandboxBroken(f"{start.name} did not start: {error}") from None
        try:
            hello = self._receive(_LONGEST_START_S)
        except BaseException:
            self.close()
            raise
        self._scratch = hello["scratch"] if start.name == "lockdown" else None
        landlock = (f"landlock {hello['landlock']}",) if hello["landlock"] else ()
        layers = (*start.outer_layers, *landlock, "seccomp", "limits")
        self.back_end = BackEnd(start.name, layers, hello["python"])

    def run(self, program: Program) -> Execution:
        """Run one program to its end or to its limits; beside its test, where the test turns out to need that.

        Raises:
            SandboxBroken: the worker has ended or does not answer.
        """
        ended = self._ended(program)
        check, needs_one_process = program.check, ended["verdict"] == "beside"
        if needs_one_process and check and not check.is_beside:
            ended = self._ended(replace(program, check=replace(check, is_beside=True)))
        if ended["verdict"] == "beside":
            ended |= {"verdict": "error", "detail": "a forged verdict"}
        return Execution(**ended, is_beside=needs_one_process)

    def _ended(self, program: Program) -> dict[str, Any]:
        """How one program ended, as the worker says."""
        own_s = _OWN_FACTOR * program.seconds
        nonce = secrets.token_hex(16)
        parts = [(role, json.dumps(part).encode()) for role, part in _parts(program, nonce)]
        header = {
            "seconds": program.seconds,
            "memory_mb": program.memory_mb,
            "own_s": own_s,
            "nonce": nonce,
            "parts": [(role, len(body)) for role, body in parts],
        }
        body = json.dumps(header).encode()
        stream = self._process.stdin
        assert stream is not None  # noqa: S101 - opened above
        try:
            stream.write(struct.pack("=I", len(body)) + body + b"".join(body for _, body in parts))
            stream.flush()
        except OSError as error:
            raise SandboxBroken(f"the worker has ended: {error}") from None
        return self._receive(_BUSY_FACTOR * own_s + _LONGEST_SILENCE_S)

    def close(self) -> None:
        """End the worker and everything that it started. It removes its scratch folder."""
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_S)
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdout, self._errors):
            if stream:
                stream.close()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _last_line(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read(1 << 16).decode(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else "it wrote no message"

    def _receive(self, longest_s: float) -> dict[str, Any]:
        deadline = time.monotonic() + longest_s
        (length,) = struct.unpack("=I", self._read(4, deadline))
        answer: dict[str, Any] = json.loads(self._read(length, deadline))
        return answer

    def _read(self, count: int, deadline: float) -> bytes:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 - opened above
        parts = b""
        while len(parts) < count:
            if not select.select([stream], [], [], max(deadline - time.monotonic(), 0))[0]:
                raise SandboxBroken("the worker does not answer")
            part = os.read(stream.fileno(), count - len(parts))
            if not part:
                raise SandboxBroken(f"the worker has ended: {self._last_line()}")
            parts += part
        return parts


def _parts(program: Program, nonce: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each process of a program gets, by its role. Only the process of the check knows the nonce."""
    check = program.check
    if check is None or check.is_beside:
        beside = {"test": check.source, "entry_point": check.entry_point} if check else None
        yield "alone", {"source": program.source, "beside": beside, "nonce": nonce}
        return
    yield "program", {"source": program.source, "entry_point": check.entry_point}
    yield "tests", {"given": check.given, "test": check.source, "entry_point": check.entry_point, "nonce": nonce}
