"""llama.cpp's server, which speaks OpenAI's formats: what it takes beside them, and what its end means.

A server that we started tells why it is gone. Its cells then stop at once instead of sending each question five times.

Tested in tests/tasks/providers/test_llama_cpp.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tasks.domain import Prompt
from tasks.errors import CellError, TransientError
from tasks.providers import openai_wire
from tasks.providers.wire import Answer, Connection, Endpoint, Provider

FACTS = replace(
    openai_wire.FACTS,
    vendor="llama.cpp",
    own_address="http://127.0.0.1:8080/v1",
    own_endpoint="llama_cpp",
    fewer_alternatives={},
    batch=None,
)


def connect(connection: Connection) -> Endpoint:
    """Open a client that asks one question at a time."""
    # The SDK's client wants an address. A server that did not start lacks one, and is never asked.
    address = connection.base_url or FACTS.own_address
    return LlamaCppEndpoint(connection, openai_wire.connect(replace(connection, base_url=address)))


class LlamaCppEndpoint:
    """OpenAI's formats, with the scales of adapters in each request."""

    def __init__(self, connection: Connection, endpoint: Endpoint) -> None:
        self._adapters, self._why_gone = connection.adapters, connection.why_gone
        self._endpoint = endpoint

    async def ask(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Answer:
        """Send one request; see ``Endpoint.ask``."""
        self._check_there()
        try:
            return await self._endpoint.ask(prompt, self._with_scales(parameters), timeout_s)
        except TransientError:
            self._check_there()
            raise

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    def _check_there(self) -> None:
        if why := self._why_gone():
            raise CellError(why, error_type="server_gone")

    def _with_scales(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with a scale for every adapter of the server, 0 for those of other models."""
        scales: Mapping[str, float] = parameters.get("adapters", {})
        sent = {name: value for name, value in parameters.items() if name != "adapters"}
        if not self._adapters:
            return sent
        lora = [{"id": number, "scale": scales.get(name, 0.0)} for number, name in enumerate(self._adapters)]
        return {**sent, "extra": {**parameters.get("extra", {}), "lora": lora}}


PROVIDER = Provider(FACTS, "openai", connect)
