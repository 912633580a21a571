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
from pathlib import Path
from typing import Any

from tasks.sandbox.backends import Start
from tasks.sandbox.programs import BackEnd, Execution, Program, SandboxBroken

_LONGEST_START_S = 30.0
_LONGEST_SILENCE_S = 15.0  # beyond the time limit of a program, a silent worker itself hangs
_WALL_FACTOR = (
    4  # x the CPU limit: a program that only waits must end too, but a busy machine must not end one that computes
)


class Worker:
    """A running worker. Use it from one thread at a time.

    Raises:
        SandboxBroken: the process did not start.
    """

    def __init__(self, start: Start) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="aligntax-sandbox-"))
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed together with the worker
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                start.command(self._scratch),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={},
                cwd="/",
                start_new_session=True,  # Ctrl-C must not reach the worker: its programs run to their end
            )
        except OSError as error:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._errors.close()
            raise SandboxBroken(f"{start.name} did not start: {error}") from None
        try:
            hello = self._receive(_LONGEST_START_S)
        except BaseException:
            self.close()
            raise
        landlock = (f"landlock {hello['landlock']}",) if hello["landlock"] else ()
        layers = (*start.outer_layers, *landlock, "seccomp", "limits")
        self.back_end = BackEnd(start.name, layers, hello["python"])

    def run(self, program: Program) -> Execution:
        """Run one program to its end or to its limits.

        Raises:
            SandboxBroken: the worker has ended or does not answer.
        """
        wall_s = _WALL_FACTOR * program.seconds
        request = {
            "source": program.source,
            "seconds": program.seconds,
            "memory_mb": program.memory_mb,
            "wall_s": wall_s,
            "nonce": secrets.token_hex(16),
        }
        body = json.dumps(request).encode()
        stream = self._process.stdin
        assert stream is not None  # noqa: S101 - opened above
        try:
            stream.write(struct.pack("=I", len(body)) + body)
            stream.flush()
        except OSError as error:
            raise SandboxBroken(f"the worker has ended: {error}") from None
        return Execution(**self._receive(wall_s + _LONGEST_SILENCE_S))

    def close(self) -> None:
        """End the worker and everything that it started."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()
        # Not rmtree, because a program can nest folders deeper than rmtree can follow.
        subprocess.run(["rm", "-rf", "--", str(self._scratch)], check=False)  # noqa: S603, S607 - the folder is ours

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
