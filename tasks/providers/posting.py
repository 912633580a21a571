"""Send one request through an official SDK, and read what comes back as a reply, whatever it is.

Both SDKs come from one generator and have the same errors, so one module serves both. Requests go through their public
``client.post`` with the bare response: the typed methods spend half of a request's CPU time on copying the arguments
and on building response models of which a few fields are read (0.80 against 0.38 ms per request).

No key leaves this module. Where a server repeats the key in an answer, an error or a header, it is removed from the
bytes before anything reads them.

Tested in tests/tasks/providers/test_errors.py.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson

from tasks.errors import TransientError
from tasks.providers.event_stream import assembled

if TYPE_CHECKING:
    from types import ModuleType

    import httpx2

_REMOVED = "[key removed]"
# Placeholder keys of local servers (EMPTY, ollama) are words that answers may contain; real keys are longer.
_SHORTEST_KEY = 8
_LONGEST_MESSAGE = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sent. ``document`` is the parsed JSON, or the text if it is not JSON."""

    status: int
    document: Any
    headers: Mapping[str, str]
    request_id: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether the status announces an answer."""
        return 200 <= self.status < 300

    @property
    def error(self) -> Mapping[str, Any]:
        """The error's fields, which some servers nest under ``error``; empty if a gateway sent something else."""
        nested = self._fields.get("error")
        return nested if isinstance(nested, Mapping) else self._fields

    @property
    def states_error(self) -> bool:
        """Whether the document is about an error, whatever the status says."""
        return bool(self._fields.get("error") or self._fields.get("detail"))

    @property
    def _fields(self) -> Mapping[str, Any]:
        """The document's fields; Google puts an error into a list of one."""
        document = self.document
        whole = document[0] if isinstance(document, list) and len(document) == 1 else document
        return whole if isinstance(whole, Mapping) else {}

    @property
    def message(self) -> str:
        """The server's words, on one line."""
        error = self.error
        said = error.get("message") or error.get("error") or error.get("detail") or self.document
        metadata = error.get("metadata")
        # A gateway's own words may be as few as "Provider returned error".
        behind = metadata.get("raw") if isinstance(metadata, Mapping) else None
        return one_line(f"{said}: {behind}" if behind else str(said))


class Sender:
    """One SDK's client, with the key that no text may repeat."""

    def __init__(self, sdk: ModuleType, client: Any, api_key: str | None) -> None:
        self._sdk = sdk
        self._client = client
        is_secret = api_key is not None and len(api_key) >= _SHORTEST_KEY
        # JSON may hold a slash with or without its escape.
        self._secrets = {api_key, api_key.replace("/", "\\/")} if is_secret and api_key else set()

    async def post(self, path: str, body: Mapping[str, Any], timeout_s: float) -> Reply:
        """Make one attempt. The time-out covers all of it, so a server that sends one byte a minute is cut off, too.

        Raises:
            TransientError: No complete reply came.
        """
        import aiohttp  # noqa: PLC0415 - the SDK imported both already
        import httpx2  # noqa: PLC0415

        try:
            async with asyncio.timeout(timeout_s):
                response = await self._client.post(path, cast_to=httpx2.Response, body=body)
        except self._sdk.APIStatusError as error:
            response = error.response
        except TimeoutError:
            raise TransientError(f"timeout: no answer within {timeout_s:g} s", error_type="timeout") from None
        except (self._sdk.APIConnectionError, httpx2.HTTPError, aiohttp.ClientError, OSError) as error:
            raise self._unreachable(error) from None
        return self._reply(response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _reply(self, response: httpx2.Response) -> Reply:
        content, headers = response.content, response.headers
        for secret in self._secrets:
            if secret.encode() in content:
                content = content.replace(secret.encode(), _REMOVED.encode())
        request_id = headers.get("x-request-id") or headers.get("request-id")
        return Reply(response.status_code, _parsed(content), headers, request_id and self._clean(request_id))

    def _unreachable(self, error: BaseException) -> TransientError:
        """Name the failure by its innermost cause, because each transport wraps it in errors of its own."""
        root = error
        while root.__cause__ is not None:
            root = root.__cause__
        is_timeout = isinstance(root, TimeoutError) or "Timeout" in type(root).__name__
        kind = "timeout" if is_timeout else "connection"
        said = one_line(self._clean(str(root) or type(root).__name__))
        return TransientError(f"{kind}: {said}", error_type=kind)

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _REMOVED)
        return text


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The wait that a server asks for, in seconds; it says milliseconds, seconds, or a date by its own clock."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after")
    if (seconds := _number(asked)) is not None:
        return seconds
    if (until := _date(asked)) is None:
        return None
    now = _date(headers.get("date")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def one_line(text: str) -> str:
    """A text without line breaks, cut to the length of a message."""
    return " ".join(text.split())[:_LONGEST_MESSAGE]


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(value) else max(0.0, value)


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _parsed(content: bytes) -> Any:
    """The parsed JSON. The fast reader refuses a lone surrogate; Python's own reader, which takes it, is tried next."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        text = content.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or nested deeper than anybody means
        return assembled(text) or text
