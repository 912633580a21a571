"""The faults of a million requests: rates by attempt, and a few bodies that are large, slow or without end."""

from __future__ import annotations

import zlib

from tests.support.hostile.replies import Asked, Reply, Then, whole

# Of 1,000 attempts: (up to which draw, the reply).
_JSON = b"content-type: application/json\r\n"
_RATES = (
    (50, whole(b'{"error": {"message": "Rate limit reached."}}', 429)),
    (70, whole(b'{"error": {"message": "The server had an error."}}', 500)),
    (80, Reply(b"", Then.CLOSE)),
    (85, whole(b'{"id": "chatcmpl-1", "choices": [{"index": 0, "mess')),
    (90, whole(b"<html><body>502 Bad Gateway</body></html>", 200, b"content-type: text/html\r\n")),
)
_LARGE = 50 * 2**20
_HEAD = b"HTTP/1.1 200 OK\r\n" + _JSON
_ODD = (
    Reply(_HEAD + b"content-length: %d\r\n\r\n{" % _LARGE, Then.FLOOD, _LARGE - 1),
    Reply(_HEAD + b"content-length: 100000\r\n\r\n{", Then.DRIP, 99_999),
    Reply(_HEAD + b"connection: close\r\n\r\n{", Then.FLOOD, 2**62),
)


def fault(asked: Asked, share_odd: float) -> Reply | None:
    """The fault that an attempt meets, or None.

    Each kind of odd body (large, slow, without end) comes at the first attempt at a share of the questions.
    """
    if asked.attempt == 1:
        place = int(_drawn("odd", asked) / share_odd)
        if place < len(_ODD):
            return _ODD[place]
    draw = 1000 * _drawn("rate", asked)
    return next((reply for edge, reply in _RATES if draw < edge), None)


def _drawn(what: str, asked: Asked) -> float:
    """A number from 0 to 1 that the attempt decides."""
    return zlib.crc32(f"{what} {asked.model} {asked.item} {asked.seed} {asked.attempt}".encode()) / 2**32
