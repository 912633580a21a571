"""Say which servers are down before anything is asked: each of a thousand questions would wait and fail by itself."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from flows.asking.endpoints import models_by_endpoint
from tasks.errors import NothingEvaluated
from tasks.planned import CellWork
from tasks.settings import ModelSettings

# A server that is being started anew gets this long.
_LONGEST_S = 10.0
_PAUSE_S = 0.5
_PORTS = {"http": 80, "https": 443}


async def check_servers(work: Iterable[CellWork]) -> None:
    """Warn of servers that are down; their cells will fail.

    Raises:
        NothingEvaluated: no server that has to be asked is up.
    """
    sharing = list(models_by_endpoint(shard for shard in work if shard.requests).values())
    troubles = await asyncio.gather(*(_trouble(models[0].base_url) for models in sharing))
    lines = [_line(models, said) for models, said in zip(sharing, troubles, strict=True) if said]
    if lines and len(lines) == len(sharing):
        raise NothingEvaluated(f"{'; '.join(lines)}. Nothing was asked. Start it, and run the same command again.")
    for line in lines:
        sys.stderr.write(f"warning: {line}; the cells of these models will fail.\n")


def _line(models: Sequence[ModelSettings], trouble: str) -> str:
    names = ", ".join(model.id for model in models)
    return f"no server answers at {models[0].base_url} ({trouble}) for {names}"


async def _trouble(base_url: str | None) -> str | None:
    """Why nobody can be reached at an address; None if somebody can, or if a proxy stands between."""
    parts = urlsplit(base_url or "")
    host = parts.hostname
    if host is None or (parts.scheme in getproxies() and not proxy_bypass(host)):
        return None
    deadline = time.monotonic() + _LONGEST_S
    while trouble := await _refusal(host, parts.port or _PORTS[parts.scheme], _LONGEST_S):
        if time.monotonic() >= deadline:
            return trouble
        await asyncio.sleep(_PAUSE_S)
    return None


async def _refusal(host: str, port: int, timeout_s: float) -> str | None:
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return f"no connection within {timeout_s:g} s"
    except OSError as error:
        return _words(error)
    writer.close()
    return None


def _words(error: OSError) -> str:
    """The system's own words; asyncio puts the numbers of several attempts into one text."""
    numbers = [error.errno] if error.errno else [int(number) for number in re.findall(r"\[Errno (\d+)\]", str(error))]
    words = os.strerror(numbers[0]) if numbers and numbers[0] > 0 else error.strerror or str(error)
    return words.lower()
