"""Wait for Prefect's server and the lake's database while they are restarted.

Tested in tests/flows/asking/test_patience.py.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from tasks.errors import AligntaxError
from warehouse.errors import LakeUnreachable

T = TypeVar("T")

LONGEST_AWAY_S = 600.0
_LONGEST_PAUSE_S = 4.0


async def insisting(
    call: Callable[[], Awaitable[T]],
    say: Callable[[str], None] = lambda _: None,
    longest_s: Callable[[], float] = lambda: LONGEST_AWAY_S,
) -> T:
    """Do something repeatable, again and again while the server or the database is away.

    Args:
        call: What is done.
        say: Takes one line when the waiting begins.
        longest_s: How long to go on, asked after every attempt.

    Raises:
        AligntaxError: they were away for too long.
    """
    began, has_said = time.monotonic(), False
    while True:
        try:
            return await call()
        except (OSError, LakeUnreachable, httpx.TransportError, httpx.HTTPStatusError) as error:
            line = str(error).splitlines()[0] if str(error) else type(error).__name__
            if isinstance(error, httpx.HTTPStatusError):
                if not error.response.is_server_error:
                    raise
                line = f"the server answers with status {error.response.status_code}"
        if not has_said:
            say(f"Waiting for the Prefect server or the lake: {line}")
            has_said = True
        if time.monotonic() - began > longest_s():
            raise AligntaxError(f"the workers are out of reach: {line}. The same command goes on.")
        await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_S))  # noqa: S311 - no secret
