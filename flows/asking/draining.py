"""Ctrl-C and SIGTERM let the requests in flight finish; a second signal ends the process at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_CAUGHT = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def drain_on_signal(draining: asyncio.Event) -> Iterator[None]:
    """Set the event at the first signal, and give signals their default action back."""
    loop = asyncio.get_running_loop()

    def drain() -> None:
        draining.set()
        for number in _CAUGHT:
            loop.remove_signal_handler(number)

    for number in _CAUGHT:
        loop.add_signal_handler(number, drain)
    try:
        yield
    finally:
        for number in _CAUGHT:
            loop.remove_signal_handler(number)
