"""OpenAI's two wire formats over the official SDK, which most servers speak: chat completions and completions.

Other servers (vLLM, llama.cpp, Ollama) come by ``base_url``; what they leave out (usage, fingerprint, request id)
stays unknown.

A prompt that does not fit the model's context (HTTP 400 ``context_length_exceeded`` and its local spellings) is an
answer of length 0: text "" and finish reason ``length``, so its outcome is ``truncated``. Model and item decide it, and
no later run changes it, so it must not count as missing. A token limit that leaves no room for any prompt is a mistake
in the configuration: it shows in the truncation rate, which validation limits.

Tested in tests/tasks/providers/test_answers.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tasks.domain import Prompt, PromptStyle
from tasks.providers.posting import Reply, Sender, status_error, unreadable
from tasks.providers.wire import Answer, Connection, Endpoint, Provider, answered, count_of, part_of, text_of
from tasks.settings import ApiFacts, ProviderFacts

# The SDK refuses to start without a key; local servers do not ask for one.
_NO_KEY = "none"
_FILTER_CODES = frozenset({"content_filter", "content_policy_violation"})
_CONTEXT_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
# Names of ours that are not sent, or are sent under another name.
_OURS = frozenset({"api", "system_prompt", "extra", "token_limit_name", "max_tokens", "top_logprobs"})
FACTS = ProviderFacts(
    vendor="OpenAI",
    # OpenAI's own numbers of alternatives; five are enough for the letters of four choices.
    apis={
        "chat": ApiFacts(PromptStyle.CHAT, "/chat/completions", alternatives=20),
        "completions": ApiFacts(PromptStyle.COMPLETION, "/completions", alternatives=5),
    },
    own_address="https://api.openai.com/v1",
    cache_write_factor=1.25,
)


def connect(connection: Connection) -> Endpoint:
    """Open a client on the aiohttp transport: the SDK's default one collapses above a few dozen requests in flight.

    The number of connections must be stated: left open, aiohttp's own 100 would be the limit.
    """
    import httpx2  # noqa: PLC0415 - heavy
    import openai  # noqa: PLC0415 - 2 s of CPU

    limits = httpx2.Limits(max_connections=connection.concurrency, max_keepalive_connections=connection.concurrency)
    client = openai.AsyncOpenAI(
        api_key=connection.api_key or _NO_KEY,
        base_url=connection.base_url,
        timeout=connection.timeout_s,
        max_retries=0,
        default_headers=connection.headers,
        http_client=openai.DefaultAioHttpClient(limits=limits),
    )
    return OpenAIEndpoint(Sender(openai, client, connection.api_key))


class OpenAIEndpoint:
    """One client for both formats; each call is one attempt."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def ask(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Answer:
        """Send one request; see ``Endpoint.ask``."""
        is_chat = prompt.style is PromptStyle.CHAT
        asked = {"messages": _messages(prompt, parameters)} if is_chat else {"prompt": prompt.text}
        path = FACTS.apis[FACTS.api_for(prompt.style)].path
        return _read(await self._sender.post(path, {**asked, **_arguments(parameters)}, timeout_s))

    async def close(self) -> None:
        """Close the connections."""
        await self._sender.close()


def _messages(prompt: Prompt, parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    messages = [{"role": message.role, "content": message.content} for message in prompt.messages]
    if system_prompt := parameters.get("system_prompt"):
        messages.insert(0, {"role": "system", "content": system_prompt})
    return messages


def _arguments(parameters: Mapping[str, Any]) -> dict[str, Any]:
    sent = {name: value for name, value in parameters.items() if name not in _OURS}
    sent[parameters.get("token_limit_name", "max_tokens")] = parameters["max_tokens"]
    if count := parameters.get("top_logprobs"):
        is_chat = parameters["api"] == "chat"
        sent |= (
            {"logprobs": True, "top_logprobs": count}
            if is_chat
            else {"logprobs": min(count, FACTS.apis["completions"].alternatives)}
        )
    return {**sent, **parameters.get("extra", {})}


def _read(reply: Reply) -> Answer:
    """Read refusal and filter first, then length, then emptiness: the first that applies names the outcome."""
    if not reply.is_success:
        return _declined(reply)
    choice = _first_choice(reply)
    message = part_of(choice, "message")
    text, finish = _content(message) or text_of(choice, "text"), text_of(choice, "finish_reason")
    refusal = text_of(message, "refusal")
    facts = {**_facts(reply), "first_token_json": _first_token(part_of(choice, "logprobs"))}
    if refusal or finish == "content_filter":
        return Answer("filtered", text or None, finish, refusal_text=refusal, **facts)
    return answered(text, finish, facts)


def _content(message: Mapping[str, Any]) -> str | None:
    """A message's text, which some servers send in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(text_of(part, "text") or "" for part in content if isinstance(part, Mapping))
    return text_of(message, "content")


def _first_token(logprobs: Mapping[str, Any]) -> str | None:
    """The first token's alternatives as a JSON object: a list of records in chat, one object each in completions."""
    tokens = logprobs.get("content", logprobs.get("top_logprobs"))
    first = tokens[0] if isinstance(tokens, list) and tokens else None
    if not isinstance(first, Mapping):
        return None
    if "top_logprobs" in first:
        entries = [entry for entry in first["top_logprobs"] or () if isinstance(entry, Mapping)]
        first = {entry.get("token"): entry.get("logprob") for entry in entries}
    kept = {str(token): value for token, value in first.items() if isinstance(value, float | int)}
    return json.dumps(kept) if kept else None


def _declined(reply: Reply) -> Answer:
    """The answer behind a bad request: blocked by a filter, or too long a prompt. Other bad requests are errors."""
    if reply.status == 400 and reply.codes & _FILTER_CODES:
        return Answer(
            "filtered", None, "content_filter", refusal_text=reply.message, provider_request_id=reply.request_id
        )
    is_too_long = reply.codes & _CONTEXT_CODES or "maximum context length" in reply.message
    if reply.status == 400 and is_too_long:
        return Answer("answered", "", "length", provider_request_id=reply.request_id)
    raise status_error(reply)


def _first_choice(reply: Reply) -> Mapping[str, Any]:
    """The first choice, or a transient error: a gateway's HTML page arrives here as a plain text."""
    document = reply.document
    choices = document.get("choices") if isinstance(document, Mapping) else None
    if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
        return choices[0]
    raise unreadable(reply, "no choices")


def _facts(reply: Reply) -> dict[str, Any]:
    document = reply.document
    usage = part_of(document, "usage")
    prompt, output = part_of(usage, "prompt_tokens_details"), part_of(usage, "completion_tokens_details")
    return {
        "model_served": text_of(document, "model"),
        "system_fingerprint": text_of(document, "system_fingerprint"),
        "provider_request_id": reply.request_id or text_of(document, "id"),
        "tokens_input": count_of(usage, "prompt_tokens"),
        "tokens_cached": count_of(prompt, "cached_tokens"),
        "tokens_cache_write": count_of(prompt, "cache_write_tokens"),
        "tokens_output": count_of(usage, "completion_tokens"),
        "tokens_reasoning": count_of(output, "reasoning_tokens"),
    }


PROVIDER = Provider(FACTS, connect)
