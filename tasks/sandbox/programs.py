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
class Check:
    """Trusted source that defines ``check(candidate)``, and the program's function that it checks.

    The test runs in a process of its own, in which ``given``, the source of the item's prompt, was run before. Only
    values cross to the program and back. A test that needs more, ``is_beside``, runs in the program's process.
    """

    source: str
    entry_point: str
    given: str = ""
    is_beside: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """Untrusted source. It passes only if its check does, or, without one, if it runs to its end.

    ``seconds`` limits the processor time, and four times as much the wall time without waits for a processor.
    """

    source: str
    check: Check | None = None
    seconds: int = 3
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True)
class Execution:
    """How a program ended. ``detail`` names the exception, clipped, or the limit that was reached.

    ``waited_ms`` of ``duration_ms`` the program was ready and had no processor. ``is_beside``: its test passed what
    does not cross, so it was run again in the program's process.
    """

    verdict: Ending
    detail: str | None
    duration_ms: float
    waited_ms: float = 0.0
    is_beside: bool = False

    @property
    def is_by_the_clock(self) -> bool:
        """Whether the clock ended it. Then it may have been the machine's fault."""
        return (self.verdict, self.detail) == ("timeout", "wall clock")


@dataclass(frozen=True, slots=True)
class BackEnd:
    """What keeps the programs in: its name, its layers of protection, and the version of the Python inside."""

    name: str
    layers: tuple[str, ...]
    python_version: str
