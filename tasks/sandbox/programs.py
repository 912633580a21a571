"""What goes into a sandbox, what comes out of it, and its errors. Knows no models, benchmarks or tables.

Tested in tests/tasks/sandbox/test_attacks.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# How a program ended.
Ending = Literal["pass", "assert", "error", "exit", "timeout", "memory", "output_flood", "file_flood", "died"]


class SandboxError(Exception):
    """Base of the errors of this package."""


class NoSandbox(SandboxError):  # noqa: N818 - the name says what is missing
    """No back end is safe on this machine, so no untrusted program may run. The message says why."""


class SandboxBroken(SandboxError):  # noqa: N818 - the name says what happened
    """A back end has stopped working. The executions before that are valid."""


@dataclass(frozen=True, slots=True)
class Program:
    """Untrusted source. It passes only if it runs to its end without an exception, an exit or a limit."""

    source: str
    seconds: int = 3
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True)
class Execution:
    """How a program ended. ``detail`` names the exception, clipped, or the limit that was reached."""

    verdict: Ending
    detail: str | None
    duration_ms: float


@dataclass(frozen=True, slots=True)
class BackEnd:
    """What keeps the programs in: its name, its layers of protection, and the version of the Python inside."""

    name: str
    layers: tuple[str, ...]
    python_version: str
