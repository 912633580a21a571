"""What crosses the boundary to a provider: a connection, an effective request, an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tasks.domain import Prompt, PromptStyle
from tasks.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class Connection:
    """Where an endpoint is and how it is reached. The key stays out of every printed form."""

    name: str
    provider: str
    base_url: str | None
    concurrency: int
    timeout_s: float
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the provider gave it. Unknown is None: a server that reports no usage cost an unknown amount.

    ``status`` is ``answered``, or ``filtered`` when the provider declined on the model's behalf (``refusal_text``).
    Token counts are normalised: input includes cached tokens, output includes reasoning tokens.
    """

    status: str
    text: str | None
    finish_reason: str | None
    model_served: str | None = None
    refusal_text: str | None = None
    system_fingerprint: str | None = None
    provider_request_id: str | None = None
    tokens_input: int | None = None
    tokens_cached: int | None = None
    tokens_output: int | None = None
    tokens_reasoning: int | None = None


class Endpoint(Protocol):
    """An open client. ``ask`` makes exactly one attempt; retries live in ``tasks.generate``."""

    async def ask(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Answer:
        """Send one request.

        Raises:
            TransientError: worth another attempt.
            TerminalError: this request can never succeed.
            CellError: no request with these parameters can succeed.
        """

    async def close(self) -> None:
        """Close the connections."""


def effective_parameters(model: ModelSettings, prompt: Prompt, repeat: int) -> dict[str, Any]:
    """Everything that is sent beside the prompt, after defaults: what the raw row stores and the hash covers.

    The repeat travels as the seed, so that a server with seeds gives each repeat an answer of its own.
    """
    sampling = model.sampling
    stop = [*prompt.stop, *(sampling.stop or ())]
    parameters = {
        "api": "completions" if prompt.style is PromptStyle.COMPLETION else "chat",
        "model": model.model,
        "max_tokens": sampling.max_tokens or prompt.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": (sampling.seed or 0) + repeat if sampling.seed is not None or repeat else None,
        "stop": stop or None,
        "system_prompt": model.system_prompt if prompt.style is PromptStyle.CHAT else None,
        "extra": dict(sampling.extra) or None,
    }
    return {name: value for name, value in parameters.items() if value is not None}
