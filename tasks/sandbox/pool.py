"""Open the strongest sandbox that holds on this machine, and run programs in it on all cores."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from tasks.sandbox.records import BackEnd, Execution, NoSandbox, Program


class Sandbox(Protocol):
    """An open sandbox."""

    @property
    def back_end(self) -> BackEnd:
        """What holds the programs in."""

    def run(self, programs: Sequence[Program]) -> list[Execution]:
        """Run all of them; results in their order."""


def open_sandbox() -> AbstractContextManager[Sandbox]:
    """Open it for a while.

    Raises:
        NoSandbox: no back end holds here.
    """
    raise NoSandbox("no sandbox has been built for this machine")
