"""What crosses the boundary to a provider: a connection, an effective request, an answer.

Tested in tests/tasks/providers/test_requests.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tasks.domain import Prompt
from tasks.errors import TransientError
from tasks.settings import ProviderFacts

# The tables hold counts of 63 bits.
_MORE_THAN_FITS = 2**63


@dataclass(frozen=True, slots=True)
class Connection:
    """Where an endpoint is and how it is reached. The key stays out of every printed form.

    ``night`` is sent to a simulated server only, which gives each night answers of its own.
    """

    name: str
    provider: str
    base_url: str | None
    concurrency: int
    timeout_s: float
    api_key: str | None = field(default=None, repr=False)
    night: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries beside the SDK's own headers."""
        return {"x-night": self.night} if self.night else {}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the provider gave it. Unknown is None: without a report of usage the cost is unknown, not 0.

    ``status`` is ``answered``, or ``filtered`` when the provider declined on the model's behalf (``refusal_text``).
    ``first_token_json`` holds the first token's alternatives with their log-probabilities, if they were asked for.
    Token counts are normalised: input includes what was read from a cache and what was written to it, output includes
    reasoning tokens. Finish reasons are OpenAI's words for every provider.
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
    tokens_cache_write: int | None = None
    tokens_output: int | None = None
    tokens_reasoning: int | None = None
    first_token_json: str | None = None


class Endpoint(Protocol):
    """An open client. ``ask`` makes exactly one attempt; retries live in ``tasks.steps.generate``."""

    async def ask(self, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Answer:
        """Send one request.

        Raises:
            TransientError: worth another attempt.
            TerminalError: this request can never succeed.
            CellError: no request with these parameters can succeed.
        """

    async def close(self) -> None:
        """Close the connections."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One wire: what it takes, and how a client for it is opened."""

    facts: ProviderFacts
    connect: Callable[[Connection], Endpoint]


def answered(text: str | None, finish: str | None, facts: Mapping[str, Any]) -> Answer:
    """An answer in words, or cut off before the first one.

    Raises:
        TransientError: The answer is empty although nothing cut it off: another attempt may give one.
    """
    if not text and finish != "length":
        raise TransientError("the answer is empty", error_type="empty_answer")
    return Answer("answered", text or "", finish, **facts)


def text_of(record: Mapping[str, Any], name: str) -> str | None:
    """A text of a server's document; None where it is absent or something else."""
    value = record.get(name)
    return value if isinstance(value, str) else None


def count_of(record: Mapping[str, Any], name: str) -> int | None:
    """A count of a server's document; None where it is absent or cannot be one."""
    value = record.get(name)
    return value if isinstance(value, int) and 0 <= value < _MORE_THAN_FITS else None


def part_of(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested record of a server's document; empty where it is absent or something else."""
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}
