"""OpenAI's two wire formats over the official SDK, which most servers speak: chat completions and completions.

Other servers (vLLM, llama.cpp, Ollama) come by ``base_url``; what they leave out (usage, fingerprint, request id)
stays unknown.

Tested in tests/tasks/providers/test_answers.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tasks.domain import Prompt, PromptStyle
from tasks.providers.alternatives import check_not_refused, check_told, first_token_json
from tasks.providers.failures import answer_of_failure, filtered, unreadable
from tasks.providers.openai_choice import said_in
from tasks.providers.posting import Reply, Sender
from tasks.providers.transport import unused_client
from tasks.providers.wire import (
    Answer,
    Connection,
    Endpoint,
    Provider,
    answer_of,
    count_of,
    part_of,
    stop_strings,
    text_of,
)
from tasks.settings import ApiFacts, BatchFacts, ProviderFacts

# The SDK refuses to start without a key; local servers do not ask for one.
_NO_KEY = "none"
# Names of ours that are not sent, or are sent under another name.
_OURS = frozenset(
    {"api", "system_prompt", "extra", "token_limit_name", "max_tokens", "top_logprobs", "stop", "max_stop_strings"}
)
FACTS = ProviderFacts(
    vendor="OpenAI",
    # vLLM's default for both apis, and OpenAI's number for chat; llama.cpp tells any number.
    apis={
        "chat": ApiFacts(PromptStyle.CHAT, "/chat/completions", alternatives=20),
        "completions": ApiFacts(PromptStyle.COMPLETION, "/completions", alternatives=20),
    },
    # As documented: OpenAI's completions tell five (openai-python, issue 38), Groq refuses to be asked.
    fewer_alternatives={
        "api.openai.com": {"completions": 5},
        "openai.azure.com": {"completions": 5},
        "api.groq.com": {"chat": 0, "completions": 0},
    },
    own_address="https://api.openai.com/v1",
    max_stop_strings=4,
    cache_write_factor=1.25,
    batch=BatchFacts(requests=50_000, megabytes=200, price_factor=0.5),
)


def connect(connection: Connection) -> Endpoint:
    """Open a client that asks one question at a time."""
    return OpenAIEndpoint(sender_to(connection))


def sender_to(connection: Connection) -> Sender:
    """What sends to a server, as the SDK's client says: where, and under which headers."""
    import openai  # noqa: PLC0415 - 2 s of CPU

    client = openai.AsyncOpenAI(
        api_key=connection.api_key or _NO_KEY,
        base_url=connection.base_url,
        max_retries=0,
        default_headers=connection.headers,
        http_client=unused_client(),
    )
    return Sender(client, connection.api_key)


class OpenAIEndpoint:
    """One client for both formats; each call is one attempt."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def ask(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Answer:
        """Send one request; see ``Endpoint.ask``."""
        reply = await self._sender.post(path_for(prompt.style), body_of(prompt, parameters), timeout_s)
        return self._sender.without_key(answer_in(reply, parameters))

    async def close(self) -> None:
        """Close the connections."""
        await self._sender.close()


def path_for(style: PromptStyle) -> str:
    """Where questions of a prompt style are sent, after the address."""
    return FACTS.apis[FACTS.api_for(style)].path


def body_of(prompt: Prompt, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent for one question."""
    is_chat = prompt.style is PromptStyle.CHAT
    asked = {"messages": _messages(prompt, parameters)} if is_chat else {"prompt": prompt.text}
    return {**asked, **_arguments(parameters)}


def answer_in(reply: Reply, parameters: Mapping[str, Any]) -> Answer:
    """The answer in a reply to a question that was sent with these parameters; see ``Endpoint.ask``."""
    check_not_refused(reply, parameters.get("top_logprobs"))
    answer = _read(reply, parameters["max_tokens"])
    check_told(answer, parameters.get("top_logprobs"))
    return answer


def _messages(prompt: Prompt, parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    messages = [{"role": message.role, "content": message.content} for message in prompt.messages]
    if system_prompt := parameters.get("system_prompt"):
        messages.insert(0, {"role": "system", "content": system_prompt})
    return messages


def _arguments(parameters: Mapping[str, Any]) -> dict[str, Any]:
    sent = {name: value for name, value in parameters.items() if name not in _OURS}
    sent[parameters.get("token_limit_name", "max_tokens")] = parameters["max_tokens"]
    if stop := stop_strings(parameters, FACTS):
        sent["stop"] = stop
    if count := parameters.get("top_logprobs"):
        is_chat = parameters["api"] == "chat"
        sent |= {"logprobs": True, "top_logprobs": count} if is_chat else {"logprobs": count}
    return {**sent, **parameters.get("extra", {})}


def _read(reply: Reply, max_tokens: int) -> Answer:
    document = reply.document
    choice = _first_choice(document) if reply.is_success else None
    if choice is None:
        return _read_without_choice(reply, max_tokens)
    if error := choice.get("error"):  # a gateway's upstream failed after the answer had begun
        return answer_of_failure(replace(reply, document={"error": error}), max_tokens)
    first_token, said = first_token_json(part_of(choice, "logprobs")), said_in(choice, document)
    if reply.states_error and not said.text:
        return answer_of_failure(reply, max_tokens)
    if said.is_lost and first_token is None:
        raise unreadable(reply, "no text where one is expected")
    return answer_of(said, {**_facts(reply), "first_token_json": first_token})


def _read_without_choice(reply: Reply, max_tokens: int) -> Answer:
    """A failure, whatever its status; or Google's way to say that a prompt was blocked."""
    document = reply.document
    if not reply.is_success or reply.may_state_error:
        return answer_of_failure(reply, max_tokens)
    if isinstance(document, Mapping) and (part_of(document, "prompt_feedback") or part_of(document, "promptFeedback")):
        return filtered(reply)
    raise unreadable(reply, "no choices")


def _first_choice(document: Any) -> Mapping[str, Any] | None:
    choices = document.get("choices") if isinstance(document, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) else None


def _facts(reply: Reply) -> dict[str, Any]:
    document = reply.document
    usage = part_of(document, "usage")
    prompt = part_of(usage, "prompt_tokens_details")
    return {
        "model_served": text_of(document, "model"),
        "system_fingerprint": text_of(document, "system_fingerprint"),
        "provider_request_id": reply.request_id or text_of(document, "id"),
        "tokens_input": count_of(usage, "prompt_tokens"),
        "tokens_cached": count_of(prompt, "cached_tokens"),
        "tokens_cache_write": count_of(prompt, "cache_write_tokens"),
        **_output_tokens(usage),
    }


def _output_tokens(usage: Mapping[str, Any]) -> dict[str, int | None]:
    """Output with its reasoning, which some servers count beside the output: their total says so."""
    given, total = count_of(usage, "completion_tokens"), count_of(usage, "total_tokens")
    places = (part_of(usage, name) for name in ("completion_tokens_details", "output_tokens_details"))
    counts = (count_of(place, name) for place in (*places, usage) for name in ("reasoning_tokens", "thinking_tokens"))
    reasoning = next((count for count in counts if count is not None), None)
    is_beside = reasoning and total == (count_of(usage, "prompt_tokens") or 0) + (given or 0) + reasoning
    return {
        "tokens_output": (given or 0) + (reasoning or 0) if is_beside else given,
        "tokens_reasoning": reasoning,
    }


PROVIDER = Provider(FACTS, "openai", connect)
