"""OpenAI's two wire formats over the official SDK, which most servers speak: chat completions and completions.

Other servers (vLLM, llama.cpp, Ollama) come by ``base_url``; what they leave out (usage, fingerprint, request id)
stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tasks.domain import Prompt, PromptStyle
from tasks.errors import CellError, ProviderError, TerminalError, TransientError
from tasks.providers.wire import Answer, Connection, Endpoint

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

# The SDK refuses to start without a key; local servers ask for none.
_NO_KEY = "none"
_TRANSIENT_STATUS = frozenset({408, 409, 425, 429})
_CELL_STATUS = frozenset({401, 403, 404})


def connect(connection: Connection) -> Endpoint:
    """Open a client on the aiohttp transport: the SDK's default one collapses above a few dozen requests in flight."""
    import httpx2  # noqa: PLC0415 - heavy
    from openai import AsyncOpenAI, DefaultAioHttpClient  # noqa: PLC0415 - 2 s of CPU

    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=connection.concurrency)
    client = AsyncOpenAI(
        api_key=connection.api_key or _NO_KEY,
        base_url=connection.base_url,
        timeout=connection.timeout_s,
        max_retries=0,
        http_client=DefaultAioHttpClient(limits=limits),
    )
    return OpenAIEndpoint(client)


class OpenAIEndpoint:
    """One client for both formats; each call is one attempt."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def ask(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Answer:
        """Send one request; see ``Endpoint.ask``."""
        import openai  # noqa: PLC0415 - imported by connect already

        try:
            if prompt.style is PromptStyle.COMPLETION:
                return _completion_answer(await self._complete(prompt, parameters, timeout_s))
            return _chat_answer(await self._chat(prompt, parameters, timeout_s))
        except openai.APIStatusError as error:
            if _is_content_filter(error):
                return Answer("filtered", None, "content_filter", provider_request_id=error.request_id)
            raise _status_error(error) from None
        except openai.APIConnectionError as error:
            kind = "timeout" if isinstance(error, openai.APITimeoutError) else "connection"
            raise TransientError(f"{kind}: {error.__cause__ or error}", error_type=kind) from None
        except (openai.APIError, ValueError) as error:
            raise TransientError(f"unreadable answer: {error}", error_type="unreadable_answer") from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _chat(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Any:
        messages: list[Any] = [{"role": m.role, "content": m.content} for m in prompt.messages]
        if system_prompt := parameters.get("system_prompt"):
            messages.insert(0, {"role": "system", "content": system_prompt})
        sent = _arguments(parameters)
        return await self._client.chat.completions.create(messages=messages, timeout=timeout_s, **sent)

    async def _complete(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Any:
        return await self._client.completions.create(prompt=prompt.text, timeout=timeout_s, **_arguments(parameters))


def _arguments(parameters: Mapping[str, Any]) -> dict[str, Any]:
    sent = {name: value for name, value in parameters.items() if name not in {"api", "system_prompt", "extra"}}
    if extra := parameters.get("extra"):
        sent["extra_body"] = extra
    return sent


def _chat_answer(response: Any) -> Answer:
    """Read refusal and filter before length, length before emptiness: the order decides what an answer is called."""
    choice = _first_choice(response)
    message = getattr(choice, "message", None)
    finish = choice.finish_reason
    refusal = getattr(message, "refusal", None)
    facts = _facts(response)
    if refusal or finish == "content_filter":
        return Answer("filtered", getattr(message, "content", None), finish, refusal_text=refusal, **facts)
    return _answered(getattr(message, "content", None), finish, facts)


def _completion_answer(response: Any) -> Answer:
    choice = _first_choice(response)
    facts = _facts(response)
    if choice.finish_reason == "content_filter":
        return Answer("filtered", choice.text, choice.finish_reason, **facts)
    return _answered(choice.text, choice.finish_reason, facts)


def _answered(text: str | None, finish: str | None, facts: dict[str, Any]) -> Answer:
    if not text and finish != "length":
        raise TransientError("the answer is empty", error_type="empty_answer")
    return Answer("answered", text or "", finish, **facts)


def _first_choice(response: Any) -> Any:
    """The first choice, or a transient error: a gateway's HTML page arrives here as a plain string."""
    choices = getattr(response, "choices", None)
    if not choices:
        found = f"text starting {response[:60]!r}" if isinstance(response, str) else "no choices"
        raise TransientError(f"unreadable answer: {found}", error_type="unreadable_answer")
    return choices[0]


def _facts(response: Any) -> dict[str, Any]:
    usage = response.usage
    prompt_details = getattr(usage, "prompt_tokens_details", None)
    output_details = getattr(usage, "completion_tokens_details", None)
    return {
        "model_served": response.model,
        "system_fingerprint": response.system_fingerprint,
        "provider_request_id": getattr(response, "_request_id", None) or response.id,
        "tokens_input": getattr(usage, "prompt_tokens", None),
        "tokens_cached": getattr(prompt_details, "cached_tokens", None),
        "tokens_output": getattr(usage, "completion_tokens", None),
        "tokens_reasoning": getattr(output_details, "reasoning_tokens", None),
    }


def _is_content_filter(error: APIStatusError) -> bool:
    return error.status_code == 400 and "content_filter" in {error.code, error.type}


def _status_error(error: APIStatusError) -> ProviderError:
    status, kind = error.status_code, f"http_{error.status_code}"
    message = f"HTTP {status}: {' '.join(str(error.message).split())[:200]}"
    if status in _TRANSIENT_STATUS or status >= 500:
        return TransientError(message, error_type=kind, retry_after_s=_retry_after(error))
    if status in _CELL_STATUS:
        return CellError(message, error_type=kind)
    return TerminalError(message, error_type=kind)


def _retry_after(error: APIStatusError) -> float | None:
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None
