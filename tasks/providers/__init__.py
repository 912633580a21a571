"""How models are asked: one module per wire format behind one small protocol.

A provider turns a prompt into an ``Answer`` or raises a ``ProviderError`` whose type decides the retry. It states what
its wire takes (``ProviderFacts``) and knows nothing else: no benchmarks, no warehouse, no scores. The SDKs take seconds
to import, so each module imports its own when a client is opened.

Tested in tests/tasks/providers/test_requests.py.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any

from tasks.domain import Prompt, PromptStyle
from tasks.errors import UnknownName
from tasks.providers import anthropic_batches, anthropic_wire, llama_cpp_wire, openai_batches, openai_wire
from tasks.providers.batches import Batch, Batches, Question
from tasks.providers.ledger import Account, Ledger, worst_price_usd
from tasks.providers.limiter import Limiter
from tasks.providers.posting import Reply
from tasks.providers.wire import Answer, Connection, Endpoint, Provider
from tasks.settings import ModelSettings, ProviderFacts

PROVIDERS: dict[str, Provider] = {
    "openai": openai_wire.PROVIDER,
    "anthropic": anthropic_wire.PROVIDER,
    "llama_cpp": llama_cpp_wire.PROVIDER,
}

_BATCHES: dict[str, Callable[[Connection], Batches]] = {
    "openai": openai_batches.connect,
    "anthropic": anthropic_batches.connect,
}

__all__ = [
    "PROVIDERS",
    "Account",
    "Answer",
    "Batch",
    "Batches",
    "Connection",
    "Endpoint",
    "Ledger",
    "Limiter",
    "Question",
    "Reply",
    "connect",
    "connect_batches",
    "effective_parameters",
    "facts_of",
    "import_sdks",
    "worst_price_usd",
]


def connect(connection: Connection) -> Endpoint:
    """Open the one client of an endpoint.

    Raises:
        UnknownName: no wire format of that name.
    """
    return _provider(connection.provider).connect(connection)


def connect_batches(connection: Connection) -> Batches:
    """Open a client of a provider's batch API. The settings have checked that it has one."""
    return _BATCHES[connection.provider](connection)


def facts_of(model: ModelSettings) -> ProviderFacts:
    """What the wire of a model takes.

    Raises:
        UnknownName: no wire format of that name.
    """
    return _provider(model.provider).facts


def import_sdks(names: Iterable[str]) -> None:
    """Import the SDKs of those names that are providers. It takes seconds, so it is done while something else waits."""
    for name in PROVIDERS.keys() & set(names):
        importlib.import_module(PROVIDERS[name].sdk)


def effective_parameters(model: ModelSettings, prompt: Prompt, repeat: int) -> dict[str, Any]:
    """Everything that is sent beside the prompt, after defaults: what the raw row stores and the hash covers.

    All wires share one spelling, so that validation can compare a pair. ``max_tokens`` is the token limit, and
    ``token_limit_name`` its name on the wire where that differs. A prompt that asks for alternatives keeps its own
    limit, because only its first tokens are read. ``stop`` holds the stop strings of every wire, also those beyond
    ``max_stop_strings``, which are not sent. The repeat is added to the seed, so that a server that takes seeds gives
    each repeat an answer of its own.
    """
    sampling, facts = model.sampling, facts_of(model)
    seed = (sampling.seed or 0) + repeat if sampling.seed is not None or repeat else None
    limit_name = sampling.limit_name
    parameters = {
        "api": facts.api_for(prompt.style),
        "model": model.model,
        "max_tokens": prompt.max_tokens if prompt.top_logprobs else sampling.max_tokens or prompt.max_tokens,
        "token_limit_name": limit_name if limit_name != "max_tokens" else None,
        "reasoning_effort": sampling.reasoning_effort,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": seed if facts.takes_seed else None,
        "stop": [*prompt.stop, *(sampling.stop or ())] or None,
        "max_stop_strings": sampling.max_stop_strings,
        "top_logprobs": prompt.top_logprobs or None,
        "system_prompt": model.system_prompt if prompt.style is PromptStyle.CHAT else None,
        "adapters": model.adapter_scales or None,
        "extra": dict(sampling.extra) or None,
    }
    return {name: value for name, value in parameters.items() if value is not None and name not in facts.not_taken}


def _provider(name: str) -> Provider:
    if name not in PROVIDERS:
        raise UnknownName.of("provider", name, PROVIDERS)
    return PROVIDERS[name]
