"""How models are asked: one module per wire format behind one small protocol.

A provider turns a prompt into an ``Answer`` or raises a ``ProviderError`` whose type decides the retry. It knows
wire formats only: no benchmarks, no warehouse, no scores. The SDKs take seconds to import, so each module imports
its own inside ``connect``.
"""

from __future__ import annotations

from collections.abc import Callable

from tasks.errors import UnknownName
from tasks.providers import anthropic_wire, openai_wire
from tasks.providers.limiter import Limiter, Limits
from tasks.providers.wire import Answer, Connection, Endpoint, effective_parameters

PROVIDERS: dict[str, Callable[[Connection], Endpoint]] = {
    "anthropic": anthropic_wire.connect,
    "openai": openai_wire.connect,
}

__all__ = ["PROVIDERS", "Answer", "Connection", "Endpoint", "Limiter", "Limits", "connect", "effective_parameters"]


def connect(connection: Connection) -> Endpoint:
    """Open the one client of an endpoint.

    Raises:
        UnknownName: no wire format of that name.
    """
    if connection.provider not in PROVIDERS:
        raise UnknownName.of("provider", connection.provider, PROVIDERS)
    return PROVIDERS[connection.provider](connection)
