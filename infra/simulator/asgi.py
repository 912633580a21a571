"""The simulated server as an ASGI program: questions in three wire formats, models, health, statistics and faults.

Knows HTTP. The wire formats shape the answers, ``respondent`` gives them, and ``faults`` says what goes wrong. A
question passes through ``_complete`` (which checks it), ``_respond`` (which answers it or meets a fault) and ``_send``.

    POST /v1/chat/completions, /v1/completions   OpenAI, with ``logprobs``
    POST /v1/messages                            Anthropic
    the paths of both vendors' batch APIs        see ``batch_paths``
    GET  /v1/models, /health, /stats
    GET  /faults                                 the faults in force, in a form that can be posted back
    POST /faults                                 ``{model or "*": faults}`` replaces them; ``{"*": {}}`` removes all

The header ``x-night`` holds any text and makes nights differ. Like a repeat, it changes the draws that a model makes on
its own; the items stay as hard as they were. Both SDKs send it as ``extra_headers``, and real endpoints ignore it. It
is a header because no field of all requests can carry it: completions have no ``metadata``, OpenAI's requires answers
to be stored, and Anthropic's holds only a user's id.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import orjson

from infra.simulator.anthropic_format import MESSAGES
from infra.simulator.batch_desk import BatchDesk, SimulatedBatch
from infra.simulator.batch_paths import BatchPaths, Call, wire_of
from infra.simulator.faults import Fault, FaultBook, Incident
from infra.simulator.openai_format import CHAT, COMPLETIONS
from infra.simulator.request_fields import known_model, parsed
from infra.simulator.respondent import Identity, Respondent
from infra.simulator.stream import Stream
from infra.simulator.tally import Tally
from infra.simulator.truth import Truth
from infra.simulator.wire_format import AskedQuestion, Format, RequestError
from tasks.domain import Benchmark

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: The ASGI extension with which the server in ``__main__`` lets us close a connection without an answer.
DROP_EXTENSION = "aligntax.drop_connection"

NIGHT_HEADER = b"x-night"

FORMATS: dict[str, Format] = {
    "/v1/chat/completions": CHAT,
    "/v1/completions": COMPLETIONS,
    "/v1/messages": MESSAGES,
}
_METHODS = {"/v1/models": ("GET",), "/health": ("GET",), "/stats": ("GET",), "/faults": ("GET", "POST")}
_ERRORS = {
    Fault.RATE_LIMITED: (429, "Rate limit reached, please try again later"),
    Fault.SERVER_ERROR: (500, "The server had an error while processing the request"),
    Fault.OVERLOADED: (529, "Overloaded"),
}
_JSON = b"application/json"
_LINES = b"application/x-ndjson"
_LINES_IN_A_PIECE = 100
_GATEWAY_PAGE = b"<!DOCTYPE html>\n<html><head><title>Gateway</title></head><body><h1>Please wait</h1></body></html>\n"


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent. With status None the connection is closed without an answer. ``pieces`` stand for a long body."""

    status: int | None
    body: bytes = b""
    content_type: bytes = _JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    pieces: AsyncIterator[bytes | None] | None = None


class Simulator:
    """The ASGI program. One JSON line for each answered question goes to ``log``; ``sleep`` waits for a latency."""

    def __init__(
        self,
        truth: Truth,
        benchmarks: Mapping[str, Benchmark],
        log: BinaryIO | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Prepare to answer; see ``Respondent``."""
        self._sleep = sleep
        self.truth = truth
        self.tally = Tally()
        self.faults = FaultBook({model_id: model.faults for model_id, model in truth.everyone.items()})
        self._respondent = Respondent(truth, benchmarks, log)
        self._desk = BatchDesk(self._respondent, self.faults, self.tally, truth.everyone, sleep)
        self._batch_paths = BatchPaths(self._desk)
        self._started_at = int(time.time())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise NotImplementedError(f"expected http, found {scope['type']!r}")
        body = await _read(receive)
        wire = FORMATS.get(scope["path"])
        if wire is not None:
            response = await self._complete(wire, scope, body)
        elif batched := wire_of(scope["path"]):
            response = await self._batch(batched, scope, body)
        else:
            try:
                response = self._serve(scope, body)
            except RequestError as error:
                response = _failed(CHAT, error)
        if response.status is None:
            await _drop(scope, receive)
        elif response.pieces is not None:
            await _send_pieces(scope, receive, send, response.pieces)
        else:
            await _send(send, response)

    async def _batch(self, wire: Format, scope: Scope, body: bytes) -> Response:
        """Serve a call to a batch API. The reply to a batch that was made may come late, or be lost."""
        headers = dict(scope["headers"])
        night = headers.get(NIGHT_HEADER)
        named = None if night is None else night.decode("latin-1")
        try:
            self._check_headers(wire, headers)
            query = scope.get("query_string", b"").decode()
            given = self._batch_paths.serve(Call(scope["method"], scope["path"], query, headers, body, named))
        except RequestError as error:
            return _failed(wire, error)
        if given.lines is not None and given.of is not None:
            return Response(200, pieces=self._pieces(given.lines, given.of))
        if given.of is not None:
            faults = self._desk.faults_of(given.of.entries)
            await self._sleep(faults.reply_delay_s)
            if Stream("lost reply", given.of.number).uniform() < faults.lost_replies:
                return Response(None)
        return Response(200, orjson.dumps(given.document))

    async def _pieces(self, lines: Iterator[bytes], batch: SimulatedBatch) -> AsyncIterator[bytes | None]:
        """The lines, a hundred at a time. A reading may break off after the first."""
        faults = self._desk.faults_of(batch.entries)
        is_cut = Stream("cut", batch.number, self.tally.batches["reads"]).uniform() < faults.cut_lines
        while piece := b"".join(islice(lines, _LINES_IN_A_PIECE)):
            yield piece
            if is_cut:
                yield None
                return
            await self._sleep(faults.piece_delay_s)

    def _serve(self, scope: Scope, body: bytes) -> Response:
        """Serve every path but those for questions."""
        path, method = scope["path"], scope["method"]
        if path not in _METHODS:
            raise RequestError(404, f"Invalid URL ({method} {path})")
        if method not in _METHODS[path]:
            raise RequestError(405, f"Method {method} is not allowed for {path}")
        if path == "/health":
            return Response(200, b'{"status":"ok"}')
        if path == "/stats":
            return Response(200, self.tally.as_json())
        if path == "/v1/models":
            self._authorise(dict(scope["headers"]))
            return Response(200, self._models())
        if method == "POST" and (mistakes := self.faults.replace(parsed(body))):
            raise RequestError(400, "\n".join(mistakes))
        return Response(200, orjson.dumps(self.faults.by_model))

    def _check_headers(self, wire: Format, headers: Mapping[bytes, bytes]) -> None:
        self._authorise(headers)
        for name in wire.required_headers:
            if name not in headers:
                raise RequestError(400, f"{name.decode()}: header is required")

    def _authorise(self, headers: Mapping[bytes, bytes]) -> None:
        """Ask for the truth's key, in the header of either vendor."""
        if self.truth.api_key is None:
            return
        found, key = headers.get(b"authorization", b""), self.truth.api_key.encode()
        is_known = hmac.compare_digest(found, b"Bearer " + key)
        if not is_known and not hmac.compare_digest(headers.get(b"x-api-key", b""), key):
            raise RequestError(401, "Incorrect API key provided.", code="invalid_api_key")

    def _models(self) -> bytes:
        data = [
            {"id": model_id, "object": "model", "created": self._started_at, "owned_by": model.family}
            for model_id, model in self.truth.everyone.items()
        ]
        return orjson.dumps({"object": "list", "data": data})

    async def _complete(self, wire: Format, scope: Scope, body: bytes) -> Response:
        """Check a question, answer it, and count it."""
        headers = dict(scope["headers"])
        try:
            asked = self._checked(wire, scope, headers, body)
        except RequestError as error:
            self.tally.count(self._model_named_in(body), error.status, ())
            return _failed(wire, error)
        model, night = asked.model, headers.get(NIGHT_HEADER)
        identity = self._respondent.identify(asked, None if night is None else night.decode("latin-1"))
        incident = self.faults.befall(model.model_id, identity.key, model.latency_ms)
        response = await self._respond(wire, asked, identity, incident)
        self.tally.count(model.model_id, response.status, incident.kinds)
        return response

    def _checked(self, wire: Format, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> AskedQuestion:
        if scope["method"] != "POST":
            raise RequestError(405, f"Method {scope['method']} is not allowed for {scope['path']}")
        self._check_headers(wire, headers)
        return wire.read(parsed(body), self.truth.everyone)

    async def _respond(self, wire: Format, asked: AskedQuestion, identity: Identity, incident: Incident) -> Response:
        """The answer, or what this attempt gets instead."""
        fault = incident.fault
        answered = None
        if fault is None or fault is Fault.MALFORMED_JSON:
            answered = self._respondent.answer(asked, identity, is_logged=fault is None)
        if incident.delay_s:
            await self._sleep(incident.delay_s)
        if fault in _ERRORS:
            status, message = _ERRORS[fault]
            error = RequestError(status, message, retry_after_s=incident.retry_after_s)
            return _failed(wire, error, f"{identity.request_id}-{incident.attempt}")
        if fault is Fault.HTML:
            return Response(200, _GATEWAY_PAGE, b"text/html; charset=utf-8")
        if answered is None:
            return Response(None)
        try:
            shaped = wire.shape(asked, answered, incident.served_name or asked.model.model_id)
        except RequestError as error:
            return _failed(wire, error, identity.request_id)
        if incident.is_usage_missing:
            del shaped["usage"]
        body = orjson.dumps(shaped)
        body = body[: len(body) // 2] if fault is Fault.MALFORMED_JSON else body
        return Response(200, body, headers=(_named(wire, identity.request_id),))

    def _model_named_in(self, body: bytes) -> str | None:
        """The model that a refused request names, or None where it names no known one."""
        try:
            return known_model({"model": parsed(body).get("model")}, self.truth.everyone).model_id
        except RequestError:
            return None


def _failed(wire: Format, error: RequestError, request_id: str | None = None) -> Response:
    headers = [] if request_id is None else [_named(wire, request_id)]
    if error.retry_after_s is not None:
        headers.append((b"retry-after", f"{error.retry_after_s:g}".encode()))
    return Response(error.status, orjson.dumps(wire.shape_error(error)), headers=tuple(headers))


def _named(wire: Format, request_id: str) -> tuple[bytes, bytes]:
    return wire.id_header, f"{wire.id_prefix}{request_id}".encode()


async def _read(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts = [body]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


async def _send(send: Send, response: Response) -> None:
    fixed = [(b"content-type", response.content_type), (b"content-length", str(len(response.body)).encode())]
    await send({"type": "http.response.start", "status": response.status, "headers": [*fixed, *response.headers]})
    await send({"type": "http.response.body", "body": response.body})


async def _send_pieces(scope: Scope, receive: Receive, send: Send, pieces: AsyncIterator[bytes | None]) -> None:
    """Send what comes piece by piece; None in the place of a piece closes the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", _LINES)]})
    async for piece in pieces:
        if piece is None:
            await _drop(scope, receive)
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection and wait until it is closed. Otherwise the server would send an answer of its own."""
    scope["extensions"][DROP_EXTENSION]()
    while (await receive())["type"] != "http.disconnect":
        pass
