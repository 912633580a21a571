"""Post notices to a webhook: a few tries within a few seconds. Redirects are not followed; no reply is read."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence

from tasks.providers.transport import open_session
from tasks.settings.notify import Receiver
from tasks.steps.notify import Notice, json_body, signature, slack_body

LONGEST_S = 4.0  # of all tries together
_LONGEST_TRY_S = 2.0
_PAUSES_S = (0.0, 0.2, 0.5)
_BUSY = 429
_SERVER_ERROR = 500


async def post(receiver: Receiver, notices: Sequence[Notice]) -> str | None:
    """Send the notices in one request; why it failed, or None. The reason holds neither address nor secret."""
    trouble: str | None = "no answer"
    try:
        async with asyncio.timeout(LONGEST_S):
            for pause_s in _PAUSES_S:
                await asyncio.sleep(pause_s)
                trouble, is_final = await _try(receiver, notices)
                if is_final:
                    break
    except TimeoutError:
        pass
    return trouble


async def _try(receiver: Receiver, notices: Sequence[Notice]) -> tuple[str | None, bool]:
    """Why the request failed, and whether another try is pointless."""
    import aiohttp  # noqa: PLC0415 - heavy, and needed only where something is sent

    body = slack_body(notices) if receiver.kind == "slack" else json_body(notices)
    address = receiver.url or ""
    session = open_session(address, _headers(receiver, body))
    try:
        async with asyncio.timeout(_LONGEST_TRY_S), session.post(address, data=body, allow_redirects=False) as response:
            return _trouble(response.status), response.status < _SERVER_ERROR and response.status != _BUSY
    except TimeoutError:
        return f"no answer within {_LONGEST_TRY_S:g} s", False
    except aiohttp.ClientResponseError:
        return "its reply is not HTTP", False
    except (aiohttp.ClientError, OSError, ValueError) as error:  # the text of an aiohttp error may hold the address
        number = getattr(error, "errno", None)
        return os.strerror(number).lower() if number and number > 0 else type(error).__name__, False
    finally:
        await session.close()


def _headers(receiver: Receiver, body: bytes) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "aligntax"}
    if receiver.secret is None:
        return headers
    now = int(time.time())
    signed = {"X-Aligntax-Timestamp": str(now), "X-Aligntax-Signature": signature(receiver.secret, now, body)}
    return {**headers, **signed}


def _trouble(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return f"HTTP {status}, and redirects are not followed" if 300 <= status < 400 else f"HTTP {status}"
