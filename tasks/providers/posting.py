"""Send one request as an official SDK's client would, and read what comes back as a reply, whatever it is.

Both SDKs come from one generator, so one module serves both. Their clients say what to send to: address, key, headers.
The request itself goes through aiohttp, on which the SDKs' own HTTP clients for many connections stand. The layers in
between copy the arguments, the headers and the address of every request and build response models of which a few
fields are read: they take four fifths of a request's CPU time.

A server may be hostile. A body is read up to ``LARGEST_BODY`` bytes, unpacked; few large bodies are read at a time, so
that memory stays bounded. Redirects are not followed: prompts and keys go to no host that the configuration does not
name. No key leaves this module: where a server repeats it in an answer, an error or a header, it is removed from the
bytes before anything reads them.

Tested in tests/tasks/providers/test_errors.py.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, BinaryIO, Protocol

import orjson

from tasks.domain import storable
from tasks.errors import ProviderError, TerminalError, TransientError, one_line
from tasks.providers.event_stream import assembled
from tasks.providers.keys import KeyRemover
from tasks.providers.line_stream import split_lines
from tasks.providers.transport import Response, Session, open_session
from tasks.providers.wire import Answer

LARGEST_BODY = 16 * 2**20
# What is larger waits until no other such body is read, with all that is made of it.
_LARGE_BODY = 2**18
_MOST_AT_ONCE = 1
# Brackets and commas: the objects of a parsed document take up to a hundred times the room of its text.
_MOST_PARTS = 1_000_000
_PARTS = (b"{", b"[", b",")
# The headers that are read.
_READ = ("x-request-id", "request-id", "retry-after", "retry-after-ms", "date", "location")
# Where servers put the words of an error: vLLM and Zhipu, Baidu, MiniMax.
_WORDS = ("message", "msg", "error_msg", "status_msg")
# The texts of an answer that are put together of parts.
_JOINED = ("text", "refusal_text", "reasoning_text")


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
        nested = (self._fields.get(name) for name in ("error", "base_resp"))
        return next((fields for fields in nested if isinstance(fields, Mapping)), self._fields)

    @property
    def states_error(self) -> bool:
        """Whether a field of the document is about an error, whatever the status says."""
        return any(self._fields.get(name) for name in ("error", "errors", "detail"))

    @property
    def may_state_error(self) -> bool:
        """Whether a document without an answer is about an error: by such a field, or by words alone."""
        error = self.error
        return self.states_error or any(isinstance(error.get(name), str) and error[name] for name in _WORDS)

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
        given = (error.get(name) for name in ("message", "error", "detail", *_WORDS))
        said = next(filter(None, given), self.document)
        metadata = error.get("metadata")
        # A gateway's own words may be as few as "Provider returned error".
        behind = metadata.get("raw") if isinstance(metadata, Mapping) else None
        return one_line(f"{said}: {behind}" if behind else str(said))


class SdkClient(Protocol):
    """What both SDKs' clients tell about the requests that they send."""

    @property
    def base_url(self) -> object:
        """The address before the path."""

    @property
    def auth_headers(self) -> Mapping[str, str]:
        """The headers that hold the key."""

    @property
    def default_headers(self) -> Mapping[str, object]:
        """All other headers. Only those whose value is a text are sent."""

    async def close(self) -> None:
        """Close the connections."""


class Sender:
    """What an SDK's client says of requests, the session that sends them, and the key that no text may repeat."""

    def __init__(
        self,
        client: SdkClient,
        api_key: str | None,
        opened: Callable[[str, Mapping[str, str]], Session] = open_session,
    ) -> None:
        self._client = client
        self._address = str(client.base_url).rstrip("/")
        given = {**client.auth_headers, **client.default_headers, "Accept-Encoding": "gzip, deflate"}
        headers = {name: value for name, value in given.items() if isinstance(value, str)}
        self._session = opened(self._address, headers)
        self._key = KeyRemover.of_key(api_key)
        self._large = asyncio.Semaphore(_MOST_AT_ONCE)

    async def post(self, path: str, body: Mapping[str, Any], timeout_s: float) -> Reply:
        """Make one attempt. The time-out covers all of it, so a server that sends one byte a minute is cut off, too.

        Raises:
            TransientError: No complete reply came.
            TerminalError: The reply is larger than any answer.
        """
        return await self._exchange(
            self._session.post(self._address + path, data=json_bytes(body), allow_redirects=False), timeout_s
        )

    async def post_file(self, path: str, body: BinaryIO, content_type: str, timeout_s: float) -> Reply:
        """The same with a body of any size, which is read from a file while it is sent."""
        headers = {"Content-Type": content_type}
        sent = self._session.post(self._address + path, data=body, headers=headers, allow_redirects=False)
        return await self._exchange(sent, timeout_s)

    async def get(self, path: str, timeout_s: float) -> Reply:
        """The same for what is at an address."""
        return await self._exchange(self._session.get(self._address + path, allow_redirects=False), timeout_s)

    async def lines(
        self, path: str, timeout_s: float, failure_of: Callable[[Reply], ProviderError]
    ) -> AsyncIterator[Any]:
        """The parsed lines of a document of any size; the time-out is for each piece of it.

        Raises:
            TransientError: The document broke off.
            ProviderError: The server sent something else; ``failure_of`` says what that means.
        """
        sent = self._session.get(self._address + path, allow_redirects=False)
        with self._naming_failures(timeout_s):
            async with AsyncExitStack() as opened:
                async with asyncio.timeout(timeout_s):
                    response = await opened.enter_async_context(sent)
                    refused = None if response.status == HTTPStatus.OK else await self._read(response)
                if refused:
                    raise failure_of(refused)
                async for line in split_lines(response.content.iter_any(), LARGEST_BODY, timeout_s):
                    yield _parsed(self._key.removed(line))

    async def _exchange(self, sent: AbstractAsyncContextManager[Response], timeout_s: float) -> Reply:
        with self._naming_failures(timeout_s):
            async with asyncio.timeout(timeout_s), sent as response:
                return await self._read(response)

    @contextmanager
    def _naming_failures(self, timeout_s: float) -> Iterator[None]:
        """What goes wrong on the way, as an error that decides what happens next."""
        import aiohttp  # noqa: PLC0415 - the session imported it already

        try:
            yield
        except TimeoutError:
            said = f"timeout: no answer within {timeout_s:g} s"
            raise TransientError(said, error_type="timeout", may_be_billed=True) from None
        except (aiohttp.ClientError, OSError) as error:
            was_sent = not isinstance(error, aiohttp.ClientConnectorError)
            raise self._unreachable(error, was_sent=was_sent) from None

    def without_key(self, answer: Answer) -> Answer:
        """An answer without a key that the server split over the parts of which a text is made."""
        texts = {name: text for name in _JOINED if (text := getattr(answer, name))}
        cleaned: dict[str, Any] = {name: self._key.removed_from(text) for name, text in texts.items()}
        return answer if cleaned == texts else replace(answer, **cleaned)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
        await self._client.close()

    async def _read(self, response: Response) -> Reply:
        """The reply. While a large body is read and parsed, other large ones wait."""
        arriving = response.content.iter_any()
        content = await _up_to(_LARGE_BODY, arriving)
        if len(content) <= _LARGE_BODY:
            return self._reply(response, content)
        async with self._large:
            content += await _up_to(LARGEST_BODY - len(content), arriving)
            if len(content) > LARGEST_BODY:
                del content  # the error's traceback would keep it
                said = f"reply larger than {LARGEST_BODY // 2**20} MB"
                raise TerminalError(said, error_type="too_large", may_be_billed=True)
            return self._reply(response, content)

    def _reply(self, response: Response, content: bytes) -> Reply:
        given = {name: response.headers[name] for name in _READ if name in response.headers}
        headers = {name: storable(self._key.removed_from(value)) for name, value in given.items()}
        request_id = headers.get("x-request-id") or headers.get("request-id")
        return Reply(response.status, _parsed(self._key.removed(content)), headers, request_id)

    def _unreachable(self, error: BaseException, *, was_sent: bool) -> TransientError:
        """Name the failure by its innermost cause, because each transport wraps it in errors of its own."""
        root = error
        while root.__cause__ is not None:
            root = root.__cause__
        is_timeout = isinstance(root, TimeoutError) or "Timeout" in type(root).__name__
        kind = "timeout" if is_timeout else "connection"
        said = one_line(self._key.removed_from(str(root) or type(root).__name__))
        return TransientError(f"{kind}: {said}", error_type=kind, may_be_billed=was_sent)


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


async def _up_to(size: int, chunks: AsyncIterator[bytes]) -> bytes:
    """The bytes that come next: all of them, or, where there are more than ``size``, a little more than that."""
    found: list[bytes] = []
    async for chunk in chunks:
        found.append(chunk)
        size -= len(chunk)
        if size < 0:
            break
    return b"".join(found)


def json_bytes(body: Mapping[str, Any]) -> bytes:
    """The body as JSON. The fast writer refuses a lone surrogate and large integers; Python's own takes them."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode()


def _parsed(content: bytes) -> Any:
    """The parsed JSON. The fast reader refuses a lone surrogate; Python's own reader, which takes it, is tried next.

    No table and no message can hold a lone surrogate, wherever it stands, so its escape takes its place.

    Raises:
        TerminalError: The document has more parts than any answer.
    """
    if len(content) > _MOST_PARTS and sum(map(content.count, _PARTS)) > _MOST_PARTS:
        raise TerminalError("reply of more parts than any answer", error_type="too_large", may_be_billed=True)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return _storable(json.loads(text))
    except (ValueError, RecursionError):  # no JSON, or nested deeper than anybody means
        return _storable(assembled(text)) or text


def _storable(value: Any) -> Any:
    """A document of which every text and name can be stored."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {storable(name): _storable(part) for name, part in value.items()}
    return value
