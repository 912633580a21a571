"""The simulated server as a raw ASGI program: OpenAI chat and legacy completions, models, health, statistics.

Knows HTTP and the OpenAI shapes; decisions and words come from ``draw`` and ``phrasing``. A request goes through three
steps, ``_route`` (which handler), the handler (a ``Response`` value), ``_send`` (bytes on the wire); whatever is to
disturb answers later belongs between the last two.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, BinaryIO

import orjson

from infra.simulator.draw import Question, Stream, build_index, decide, prompt_digest
from infra.simulator.phrasing import Limits, Reply, Voice, count_tokens, reply
from infra.simulator.truth import SimulatedModel, Truth
from tasks.domain import Benchmark, PromptStyle

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Tokens of an answer when the client states no limit.
DEFAULT_MAX_TOKENS = 512

_COMPLETION_PATHS = {"/v1/chat/completions": PromptStyle.CHAT, "/v1/completions": PromptStyle.COMPLETION}
_READ_PATHS = frozenset({"/v1/models", "/health", "/stats"})


class RequestError(Exception):
    """A request that gets an error in OpenAI's shape."""

    def __init__(self, status: int, message: str, *, param: str | None = None, code: str | None = None) -> None:
        """Keep what the error body shows."""
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code


@dataclass(frozen=True, slots=True)
class Response:
    """What goes on the wire: status, JSON body, and the model whose statistics it counts for."""

    status: int
    body: bytes
    request_id: str | None = None
    model_id: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A completion request, checked. ``lookup`` is the text an item was rendered to, ``content`` all that was sent."""

    model: SimulatedModel
    style: PromptStyle
    lookup: tuple[str, ...]
    content: str
    repeat: int
    limits: Limits


@dataclass(slots=True)
class Statistics:
    """Counts of completion requests by status, in total and per known model."""

    total: Counter[int] = field(default_factory=Counter)
    models: dict[str, Counter[int]] = field(default_factory=dict)

    def count(self, response: Response) -> None:
        """Count one answered completion request."""
        self.total[response.status] += 1
        if response.model_id is not None:  # names that clients invent must not grow the table
            self.models.setdefault(response.model_id, Counter())[response.status] += 1

    def as_json(self) -> bytes:
        """``{"total": {"requests", "by_status"}, "models": {model: the same}}``."""
        models = {model_id: _counted(counts) for model_id, counts in sorted(self.models.items())}
        return orjson.dumps({"total": _counted(self.total), "models": models})


class Simulator:
    """The ASGI program. ``log`` receives one JSON line per answered question; ``sleep`` waits for a latency."""

    def __init__(
        self,
        truth: Truth,
        benchmarks: Mapping[str, Benchmark],
        log: BinaryIO | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Render every prompt once, so that questions can be recognised."""
        self._sleep = sleep
        self.truth = truth
        self.statistics = Statistics()
        self._index = build_index(benchmarks)
        self._log = log
        self._fingerprint = f"aligntax-simulator-{truth.version}"
        self._started_at = int(time.time())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise NotImplementedError(f"expected http, found {scope['type']!r}")
        is_completion = scope["path"] in _COMPLETION_PATHS
        body = await _read(receive)
        try:
            response = await self._route(scope, body)
        except RequestError as error:
            response = _refused(error, self._model_named_in(body) if is_completion else None)
        if is_completion:
            self.statistics.count(response)
        await _send(send, response)

    async def _route(self, scope: Scope, body: bytes) -> Response:
        path, method = scope["path"], scope["method"]
        style = _COMPLETION_PATHS.get(path)
        if style is None and path not in _READ_PATHS:
            raise RequestError(404, f"Invalid URL ({method} {path})")
        if method != ("GET" if style is None else "POST"):
            raise RequestError(405, f"Method {method} is not allowed for {path}")
        if path.startswith("/v1/"):
            self._authorise(scope)
        if style is not None:
            return await self._complete(style, body)
        if path == "/stats":
            return Response(200, self.statistics.as_json())
        if path == "/health":
            return Response(200, b'{"status":"ok"}')
        return Response(200, self._models())

    def _authorise(self, scope: Scope) -> None:
        if self.truth.api_key is None:
            return
        found = dict(scope["headers"]).get(b"authorization", b"")
        if not hmac.compare_digest(found, f"Bearer {self.truth.api_key}".encode()):
            raise RequestError(401, "Incorrect API key provided.", code="invalid_api_key")

    def _models(self) -> bytes:
        data = [
            {"id": model_id, "object": "model", "created": self._started_at, "owned_by": model.family}
            for model_id, model in self.truth.models.items()
        ]
        return orjson.dumps({"object": "list", "data": data})

    async def _complete(self, style: PromptStyle, body: bytes) -> Response:
        asked = read_request(style, body, self.truth.models)
        answer, request_id = self._answer(asked)
        if asked.model.latency_ms:
            await self._sleep(asked.model.latency_ms / 1000)
        shaped = _shaped(asked, answer, request_id)
        shaped["system_fingerprint"] = self._fingerprint
        return Response(200, orjson.dumps(shaped), request_id, asked.model.model_id)

    def _answer(self, asked: Asked) -> tuple[Reply, str]:
        """Recognise, decide and phrase; the id depends on model, request and repeat alone."""
        digest = prompt_digest(asked.style, asked.content).hex()
        key = (self.truth.seed, asked.model.model_id, digest, asked.repeat)
        question = self._recognised(asked)
        stream = Stream("answer", *key)
        decision = decide(self.truth, asked.model, question, stream)
        topic = (question.benchmark.benchmark_id, question.item.item_id) if question else (digest,)
        shared_draw = Stream("opening", self.truth.seed, asked.repeat, *topic).uniform()
        answer = reply(decision, question, Voice(asked.model.rank, asked.style, shared_draw), asked.limits, stream)
        request_id = blake2b("\x1f".join(map(str, key)).encode(), digest_size=12).hexdigest()
        if self._log is not None:
            self._log.write(_log_line(asked, question, decision, request_id))
        return answer, request_id

    def _recognised(self, asked: Asked) -> Question | None:
        for text in asked.lookup:
            question = self._index.get(prompt_digest(asked.style, text))
            if question is not None:
                return question
        return None

    def _model_named_in(self, body: bytes) -> str | None:
        """The known model a refused request was meant for, if it can be told."""
        try:
            name = orjson.loads(body)["model"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return None
        return name if isinstance(name, str) and name in self.truth.models else None


def read_request(style: PromptStyle, body: bytes, models: Mapping[str, SimulatedModel]) -> Asked:
    """Check a completion request.

    Raises:
        RequestError: 400 for anything the simulator cannot honour, 404 for an unknown model.
    """
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestError(400, f"We could not parse the JSON body of your request: {error}") from error
    if not isinstance(fields, dict):
        raise RequestError(400, "The request body must be a JSON object")
    name = fields.get("model")
    if not isinstance(name, str):
        raise RequestError(400, "you must provide a model parameter", param="model")
    if name not in models:
        raise RequestError(404, f"The model `{name}` does not exist", param="model", code="model_not_found")
    if fields.get("stream"):
        raise RequestError(400, "The simulator does not stream", param="stream")
    if fields.get("n") not in (None, 1):
        raise RequestError(400, "The simulator gives one choice per request", param="n")
    lookup, content = _chat_texts(fields) if style is PromptStyle.CHAT else _completion_texts(fields)
    repeat = _integer(fields, "seed", 0)
    limits = Limits(_stop(fields), _max_tokens(fields))
    return Asked(models[name], style, lookup, content, repeat, limits)


def _chat_texts(fields: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """The last user turn, and all turns but the system's as a prompt stores them; then everything that was sent."""
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise RequestError(400, "messages must be a non-empty list of messages", param="messages")
    turns = [{"role": str(m.get("role")), "content": _text_of(m.get("content"))} for m in messages]
    users = [turn["content"] for turn in turns if turn["role"] == "user"]
    asked = [turn for turn in turns if turn["role"] not in {"system", "developer"}]
    whole = _as_stored(asked)
    lookup = (whole, users[-1]) if users else (whole,)
    return lookup, whole if len(asked) == len(turns) else _as_stored(turns)


def _as_stored(turns: list[dict[str, str]]) -> str:
    return json.dumps(turns, ensure_ascii=False)


def _text_of(content: Any) -> str:
    """A message's text, given as such or as a list of text parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return "".join(str(part.get("text", "")) for part in content)
    raise RequestError(400, "a message's content must be text", param="messages")


def _completion_texts(fields: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    prompt = fields.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise RequestError(400, "prompt must be one text", param="prompt")
    return (prompt,), prompt


def _stop(fields: Mapping[str, Any]) -> tuple[str, ...]:
    stop = fields.get("stop")
    marks = [stop] if isinstance(stop, str) else stop or []
    if not isinstance(marks, list) or not all(isinstance(mark, str) for mark in marks):
        raise RequestError(400, "stop must be a text or a list of texts", param="stop")
    return tuple(marks)


def _max_tokens(fields: Mapping[str, Any]) -> int:
    name = "max_completion_tokens" if fields.get("max_completion_tokens") is not None else "max_tokens"
    limit = _integer(fields, name, DEFAULT_MAX_TOKENS)
    if limit < 1:
        raise RequestError(400, f"{name} must be at least 1, found {limit}", param=name)
    return limit


def _integer(fields: Mapping[str, Any], name: str, default: int) -> int:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise RequestError(400, f"{name} must be an integer, found {value!r}", param=name)
    return value


def _shaped(asked: Asked, answer: Reply, request_id: str) -> dict[str, Any]:
    """The answer in OpenAI's shape for the endpoint it was asked on."""
    is_chat = asked.style is PromptStyle.CHAT
    choice: dict[str, Any] = {"index": 0, "logprobs": None, "finish_reason": answer.finish_reason}
    if is_chat:
        choice["message"] = {"role": "assistant", "content": answer.text, "refusal": None}
    else:
        choice["text"] = answer.text
    count_prompt = count_tokens(asked.content)
    return {
        "id": f"{'chatcmpl' if is_chat else 'cmpl'}-{request_id}",
        "object": "chat.completion" if is_chat else "text_completion",
        "created": int(time.time()),
        "model": asked.model.model_id,
        "choices": [choice],
        "usage": {
            "prompt_tokens": count_prompt,
            "completion_tokens": answer.count_tokens,
            "total_tokens": count_prompt + answer.count_tokens,
        },
    }


def _refused(error: RequestError, model_id: str | None) -> Response:
    shaped = {"message": str(error), "type": "invalid_request_error", "param": error.param, "code": error.code}
    return Response(error.status, orjson.dumps({"error": shaped}), model_id=model_id)


def _log_line(asked: Asked, question: Question | None, decision: str, request_id: str) -> bytes:
    line = {
        "model": asked.model.model_id,
        "benchmark": question.benchmark.benchmark_id if question else None,
        "item_id": question.item.item_id if question else None,
        "seed": asked.repeat,
        "decision": decision,
        "style": asked.style,
        "request_id": request_id,
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _counted(counts: Counter[int]) -> dict[str, Any]:
    by_status = {str(status): count for status, count in sorted(counts.items())}
    return {"requests": counts.total(), "by_status": by_status}


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
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(response.body)).encode())]
    if response.request_id is not None:
        headers.append((b"x-request-id", f"req-{response.request_id}".encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
