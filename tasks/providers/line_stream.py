"""Cut a document that is still arriving into lines, so that memory holds one line of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


async def split_lines(chunks: AsyncIterator[bytes], longest: int, timeout_s: float) -> AsyncIterator[bytes]:
    """The lines of a document without those that are empty or longer than ``longest`` bytes.

    Raises:
        TimeoutError: Nothing came for ``timeout_s`` seconds.
    """
    begun, is_too_long = b"", False
    while chunk := await _next(chunks, timeout_s):
        first, *later = chunk.split(b"\n")
        begun = begun if is_too_long else begun + first
        for follower in later:
            if begun.strip() and not is_too_long and len(begun) <= longest:
                yield begun
            begun, is_too_long = follower, False
        if len(begun) > longest:
            begun, is_too_long = b"", True
    if begun.strip():
        yield begun


async def _next(chunks: AsyncIterator[bytes], timeout_s: float) -> bytes:
    """The next piece that is not empty; nothing at the end."""
    async with asyncio.timeout(timeout_s):
        while (chunk := await anext(chunks, None)) is not None:
            if chunk:
                return chunk
    return b""
