"""What goes into a sandbox and what comes out of it. Knows nothing of models, benchmarks or tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "assert", "error", "exit", "timeout", "memory", "output_flood", "file_flood", "died"]


class SandboxError(Exception):
    """Base of what this package raises."""


class NoSandbox(SandboxError):  # noqa: N818 - what is missing, not a mistake
    """No back end holds on this machine, so nothing untrusted may run; the message says why."""


class SandboxBroken(SandboxError):  # noqa: N818 - what happened
    """A back end that held has stopped working; verdicts so far stand."""


@dataclass(frozen=True, slots=True)
class Program:
    """Untrusted source. It passes if it runs to its end; a failed assertion, or anything else, is no pass."""

    source: str
    seconds: int = 3
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True)
class Execution:
    """What became of a program. ``detail`` names the exception, clipped, or the limit that was hit."""

    verdict: Verdict
    detail: str | None
    duration_ms: float


@dataclass(frozen=True, slots=True)
class BackEnd:
    """How programs are kept in: a name, the layers that hold, and the Python that runs them."""

    name: str
    layers: tuple[str, ...]
    python_version: str
