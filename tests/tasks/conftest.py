"""An event loop whose clock jumps to the next timer instead of waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest


class InstantLoop(asyncio.SelectorEventLoop):
    """Time stands still while anything can run, and jumps when everything waits. For programs without real sockets."""

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0

    def time(self) -> float:
        return self._now_s

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self._now_s = max(self._now_s, self._scheduled[0]._when)
        super()._run_once()


@pytest.fixture
def instantly() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Run a coroutine on a loop on which waiting takes no time; ``loop.time()`` starts at 0 and is exact."""

    def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=InstantLoop) as runner:
            return runner.run(coroutine)

    return run
