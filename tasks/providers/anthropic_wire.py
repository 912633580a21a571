"""Anthropic's messages over the official SDK.

The SDK's typed method takes no temperature, but the request's body does. There is no seed. A refusal is HTTP 200 with
``stop_reason: refusal`` and often no content. Cached tokens are not part of ``input_tokens``; they are added to it.

Tested in tests/tasks/providers/test_answers.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.answers.finish import Ending, ending_of
from tasks.domain import Prompt, PromptStyle
from tasks.providers.failures import answer_of_failure, unreadable
from tasks.providers.posting import Reply, Sender
from tasks.providers.transport import unused_client
from tasks.providers.wire import (
    Answer,
    Connection,
    Endpoint,
    Provider,
    Said,
    answer_of,
    count_of,
    part_of,
    stop_strings,
    text_of,
)
from tasks.settings import ApiFacts, BatchFacts, ProviderFacts

FACTS = ProviderFacts(
    vendor="Anthropic",
    apis={"messages": ApiFacts(PromptStyle.CHAT, "/messages")},
    own_address="https://api.anthropic.com",
    own_endpoint="api.anthropic.com",
    added_path="/v1",
    takes_seed=False,
    not_taken=("reasoning_effort", "token_limit_name"),
    instead="Thinking is set by sampling.extra.",
    cache_write_factor=1.25,
    batch=BatchFacts(requests=100_000, megabytes=256, price_factor=0.5),
)
PATH = f"{FACTS.added_path}{FACTS.apis['messages'].path}"
# Without a key of ours the SDK would search the machine for credentials.
_NO_KEY = "none"


def connect(connection: Connection) -> Endpoint:
    """Open a client that asks one question at a time."""
    return AnthropicEndpoint(sender_to(connection))


def sender_to(connection: Connection) -> Sender:
    """What sends to a server, as the SDK's client says: where, and under which headers."""
    import anthropic  # noqa: PLC0415 - 4 s of CPU

    client = anthropic.AsyncAnthropic(
        api_key=connection.api_key or _NO_KEY,
        # Always stated: the SDK would take it from the environment otherwise, and ask another server under this name.
        base_url=connection.base_url or FACTS.own_address,
        max_retries=0,
        default_headers=connection.headers,
        http_client=unused_client(),
    )
    return Sender(client, connection.api_key)


class AnthropicEndpoint:
    """One client; each call is one attempt."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def ask(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Answer:
        """Send one request; see ``Endpoint.ask``."""
        reply = await self._sender.post(PATH, body_of(prompt, parameters), timeout_s)
        return self._sender.without_key(answer_in(reply, parameters))

    async def close(self) -> None:
        """Close the connections."""
        await self._sender.close()


def body_of(prompt: Prompt, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent for one question."""
    sent = {
        "model": parameters["model"],
        "max_tokens": parameters["max_tokens"],
        "messages": [{"role": message.role, "content": message.content} for message in prompt.messages],
        "system": parameters.get("system_prompt"),
        "temperature": parameters.get("temperature"),
        "top_p": parameters.get("top_p"),
        "stop_sequences": stop_strings(parameters, FACTS) or None,
    }
    return {**{name: value for name, value in sent.items() if value is not None}, **parameters.get("extra", {})}


def answer_in(reply: Reply, parameters: Mapping[str, Any]) -> Answer:
    """The answer in a reply to a question that was sent with these parameters; see ``Endpoint.ask``."""
    document = reply.document
    content = document.get("content") if isinstance(document, Mapping) else None
    if not reply.is_success or (not isinstance(content, list) and reply.may_state_error):
        return answer_of_failure(reply, parameters["max_tokens"])
    if not isinstance(content, list):
        raise unreadable(reply, "no content")
    word = text_of(document, "stop_reason")
    is_declined = ending_of(word) is Ending.CONTENT_FILTER
    said = Said(
        text=_blocks(content, "text"),
        word=word,
        reasoning=_blocks(content, "thinking"),
        refusal=_refusal(part_of(document, "stop_details")) if is_declined else None,
        is_unread=bool(content) and not any(isinstance(block, dict) and text_of(block, "type") for block in content),
    )
    if reply.states_error and not said.text:
        return answer_of_failure(reply, parameters["max_tokens"])
    if said.is_lost:
        raise unreadable(reply, "no text where one is expected")
    return answer_of(said, _facts(reply))


def _blocks(content: list[Any], kind: str) -> str:
    """The text of all blocks of a kind; a redacted thought has none."""
    texts = [text_of(block, kind) for block in content if isinstance(block, Mapping) and block.get("type") == kind]
    return "".join(text or "" for text in texts)


def _refusal(details: Mapping[str, Any]) -> str | None:
    """Why the provider declined, as far as it says: ``category: explanation``."""
    said = [text_of(details, "category"), text_of(details, "explanation")]
    return ": ".join(part for part in said if part) or None


def _facts(reply: Reply) -> dict[str, Any]:
    document = reply.document
    usage = part_of(document, "usage")
    plain = count_of(usage, "input_tokens")
    cached, written = count_of(usage, "cache_read_input_tokens"), count_of(usage, "cache_creation_input_tokens")
    return {
        "model_served": text_of(document, "model"),
        "system_fingerprint": text_of(document, "system_fingerprint"),  # only the simulated server sends one
        "provider_request_id": reply.request_id or text_of(document, "id"),
        "tokens_input": None if plain is None else plain + (cached or 0) + (written or 0),
        "tokens_cached": cached,
        "tokens_cache_write": written,
        "tokens_output": count_of(usage, "output_tokens"),
        "tokens_reasoning": count_of(part_of(usage, "output_tokens_details"), "thinking_tokens"),
    }


PROVIDER = Provider(FACTS, "anthropic", connect)
