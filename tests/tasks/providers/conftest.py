"""The three wire formats, each as: how to ask, what a good document is, and what prompt and parameters are."""

from __future__ import annotations

import asyncio
import copy
import inspect
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from tasks.domain import Message, Prompt, PromptStyle
from tasks.providers import Answer
from tasks.providers.anthropic_wire import AnthropicEndpoint
from tasks.providers.openai_wire import OpenAIEndpoint
from tasks.providers.posting import Sender

CHAT_PROMPT = Prompt(PromptStyle.CHAT, messages=(Message("user", "six times seven?"),))
TEXT_PROMPT = Prompt(PromptStyle.COMPLETION, text="six times seven is", stop=("\n\n",))
CHAT: Mapping[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m-2026",
    "system_fingerprint": "fp_1",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "42", "refusal": None}}
    ],
    "usage": {
        "prompt_tokens": 1000,
        "completion_tokens": 200,
        "total_tokens": 1200,
        "prompt_tokens_details": {"cached_tokens": 600},
        "completion_tokens_details": {"reasoning_tokens": 150},
    },
}
COMPLETION: Mapping[str, Any] = {
    **CHAT,
    "id": "cmpl-1",
    "object": "text_completion",
    "choices": [{"index": 0, "finish_reason": "stop", "text": "42", "logprobs": None}],
}
MESSAGE: Mapping[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m-2026",
    "content": [{"type": "text", "text": "42"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 300,
        "cache_read_input_tokens": 600,
        "cache_creation_input_tokens": 100,
        "output_tokens": 200,
        "output_tokens_details": {"thinking_tokens": 150},
    },
}


@dataclass(frozen=True)
class Wire:
    """A wire format. ``open`` makes an endpoint of the real SDK on a handler that stands for the server."""

    name: str
    document: Mapping[str, Any]
    prompt: Prompt
    open: Callable[[Callable[[httpx2.Request], Any], str], Any]
    request_id_header: str

    @property
    def parameters(self) -> dict[str, Any]:
        return {"api": self.name, "model": "m", "max_tokens": 64, "temperature": 0.0}

    def changed(self, changes: Mapping[tuple[str | int, ...], Any]) -> dict[str, Any]:
        """The good document with values put in other ones' places."""
        document: Any = copy.deepcopy(dict(self.document))
        for location, value in changes.items():
            target = document
            for step in location[:-1]:
                target = target[step]
            target[location[-1]] = value
        return document

    def ask(
        self,
        handler: Callable[[httpx2.Request], Any],
        *,
        key: str = "sk-test-key-0123456789",
        timeout_s: float = 5.0,
        prompt: Prompt | None = None,
        **parameters: Any,
    ) -> Answer:
        async def run() -> Answer:
            endpoint = self.open(handler, key)
            try:
                return await endpoint.ask(prompt or self.prompt, {**self.parameters, **parameters}, timeout_s)
            finally:
                await endpoint.close()

        return asyncio.run(run())

    def answer(self, document: Any, status: int = 200, headers: Mapping[str, str] | None = None, **arguments: Any):
        """The answer to a document (or to text, which is sent as it is) with a status."""
        is_text = isinstance(document, str)
        content = (document if is_text else json.dumps(document)).encode("utf-8", "surrogatepass")
        given = {"content-type": "text/html" if is_text else "application/json", **(headers or {})}
        return self.ask(lambda _: httpx2.Response(status, content=content, headers=given), **arguments)


class Session:
    """What ``posting`` uses of aiohttp's session, on a handler that stands for the server."""

    def __init__(self, handler: Callable[[httpx2.Request], Any], headers: Mapping[str, str]) -> None:
        self._handler, self._headers = handler, headers

    @asynccontextmanager
    async def post(
        self, url: str, *, data: Any, headers: Mapping[str, str] | None = None, allow_redirects: bool
    ) -> AsyncIterator[Any]:
        assert not allow_redirects
        content = data if isinstance(data, bytes) else data.read()
        request = httpx2.Request("POST", url, headers={**self._headers, **(headers or {})}, content=content)
        async with self._replied(request) as response:
            yield response

    @asynccontextmanager
    async def get(self, url: str, *, allow_redirects: bool) -> AsyncIterator[Any]:
        assert not allow_redirects
        async with self._replied(httpx2.Request("GET", url, headers=self._headers)) as response:
            yield response

    @asynccontextmanager
    async def _replied(self, request: httpx2.Request) -> AsyncIterator[Any]:
        replied = self._handler(request)
        response = await replied if inspect.isawaitable(replied) else replied
        body = SimpleNamespace(iter_any=response.aiter_bytes)
        yield SimpleNamespace(status=response.status_code, headers=response.headers, content=body)

    async def close(self) -> None:
        pass


def open_openai(handler: Callable[[httpx2.Request], Any], key: str) -> OpenAIEndpoint:
    client = openai.AsyncOpenAI(api_key=key, base_url="http://test/v1", max_retries=0)
    return OpenAIEndpoint(Sender(client, key, lambda _, headers: Session(handler, headers)))


def open_anthropic(handler: Callable[[httpx2.Request], Any], key: str) -> AnthropicEndpoint:
    client = anthropic.AsyncAnthropic(api_key=key, base_url="http://test", max_retries=0)
    return AnthropicEndpoint(Sender(client, key, lambda _, headers: Session(handler, headers)))


WIRES = {
    wire.name: wire
    for wire in (
        Wire("chat", CHAT, CHAT_PROMPT, open_openai, "x-request-id"),
        Wire("completions", COMPLETION, TEXT_PROMPT, open_openai, "x-request-id"),
        Wire("messages", MESSAGE, CHAT_PROMPT, open_anthropic, "request-id"),
    )
}


@pytest.fixture
def wires() -> Mapping[str, Wire]:
    return WIRES


@pytest.fixture(params=tuple(WIRES))
def wire(request) -> Wire:
    """Each wire format in turn."""
    return WIRES[request.param]
