"""What crosses the boundary to a provider: a connection, an effective request, an answer.

Tested in tests/tasks/providers/test_requests.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tasks.answers.finish import Ending, ending_of, is_broken_off
from tasks.domain import Prompt
from tasks.errors import TransientError
from tasks.settings import ProviderFacts

# No answer has so many tokens, and the sum of ten million such counts fits in a table.
_MORE_THAN_ANY = 2**36


@dataclass(frozen=True, slots=True)
class Connection:
    """Where an endpoint is and how it is reached. The key stays out of every printed form.

    ``night`` is sent to a simulated server only, which gives each night answers of its own. For a server that we
    started, ``adapters`` are the hashes of its adapters in the order of their numbers, and ``why_gone`` says in one
    line why it is gone, None while it runs.
    """

    name: str
    provider: str
    base_url: str | None
    concurrency: int
    timeout_s: float
    api_key: str | None = field(default=None, repr=False)
    night: str | None = None
    adapters: tuple[str, ...] = ()
    why_gone: Callable[[], str | None] = lambda: None

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
    reasoning tokens. ``finish_reason`` is one of OpenAI's words or ``unknown``, ``finish_word`` the server's own.
    ``reasoning_text`` is what the model thought before it answered, where the server keeps it apart.
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
    finish_word: str | None = None
    reasoning_text: str | None = None


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
    """One wire: what it takes, the module of its SDK, and how a client for it is opened."""

    facts: ProviderFacts
    sdk: str
    connect: Callable[[Connection], Endpoint]


@dataclass(frozen=True, slots=True)
class Said:
    """What a server's document says: a text, the thoughts before it, and the word for its end.

    ``refusal`` is the reason for which the model or the provider declined; ``is_blocked`` that the provider did,
    whatever the word for the end is. ``is_unread``: the text stands in a form that nobody knows.
    """

    text: str | None
    word: str | None
    reasoning: str | None = None
    refusal: str | None = None
    is_blocked: bool = False
    is_unread: bool = False

    @property
    def is_lost(self) -> bool:
        """Whether the model came to its end, and what it said cannot be read. An empty answer would be a wrong one."""
        is_over = ending_of(self.word) in {Ending.STOP, Ending.UNKNOWN} and not is_broken_off(self.word)
        is_said = self.text or self.reasoning or self.refusal or self.is_blocked
        return self.is_unread and is_over and not is_said


def answer_of(said: Said, facts: Mapping[str, Any]) -> Answer:
    """The answer in a document: refusal and filter are read first, because the first that applies names the outcome.

    Raises:
        TransientError: The server broke off, whatever text it had by then.
    """
    if is_broken_off(said.word):
        told = f"the server broke off: finish reason {said.word!r}"
        raise TransientError(told, error_type="broken_off", may_be_billed=True)
    ending = Ending.CONTENT_FILTER if said.is_blocked else ending_of(said.word)
    is_filtered = said.refusal or ending is Ending.CONTENT_FILTER
    return Answer(
        "filtered" if is_filtered else "answered",
        (said.text or None) if is_filtered else said.text or "",
        ending.value,
        refusal_text=said.refusal,
        finish_word=said.word,
        reasoning_text=said.reasoning or None,
        **facts,
    )


def stop_strings(parameters: Mapping[str, Any], facts: ProviderFacts) -> list[str]:
    """The stop strings that are sent: the first so many of those that were asked for, as the server takes no more."""
    return list(parameters.get("stop") or ())[: parameters.get("max_stop_strings", facts.max_stop_strings)]


def text_of(record: Mapping[str, Any], name: str) -> str | None:
    """A text of a server's document; None where it is absent or something else."""
    value = record.get(name)
    return value if isinstance(value, str) else None


def count_of(record: Mapping[str, Any], name: str) -> int | None:
    """A count of a server's document; None where it is absent or cannot be one. Some servers write 12 as 12.0."""
    value = record.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MORE_THAN_ANY
    return value if is_count else None


def part_of(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested record of a server's document; empty where it is absent or something else."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}
