"""The attempts at one question: how often it was sent, why again, how long it waited, and what that cost.

An answer's row holds what that answer took. What the question took beside it is a row of ``raw.extra_spend``.

Tested in tests/tasks/steps/generate/test_spending.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tasks.errors import ProviderError
from tasks.planned import CellWork, Request
from tasks.providers import Answer, worst_price_usd


@dataclass(slots=True)
class Extra:
    """What requests took that no answer's row accounts for. ``held_usd`` are worst prices of unknown ones."""

    tokens_input: int = 0
    tokens_output: int = 0
    usd: float = 0.0
    held_usd: float = 0.0


@dataclass(slots=True)
class Attempts:
    """A request of a cell, and what its attempts took so far. Times are seconds of ``time.perf_counter``."""

    work: CellWork
    request: Request
    count_sent: int = 0
    retried_for: list[str] = field(default_factory=list)
    began_s: float = field(default_factory=time.perf_counter)
    sent_s: float = 0.0
    retried_s: float = 0.0
    service_ms: float | None = None
    extra: Extra = field(default_factory=Extra)

    def send(self) -> None:
        """Note that an attempt begins."""
        self.count_sent += 1
        self.sent_s = time.perf_counter()

    @property
    def elapsed_ms(self) -> float:
        """How long the newest attempt has taken."""
        return (time.perf_counter() - self.sent_s) * 1000

    @property
    def worst_usd(self) -> float | None:
        """The most that one attempt can cost today; None without a price."""
        day = datetime.now(UTC).date()
        return worst_price_usd(self.work.model, self.request.prompt, self.request.parameters, day)

    def cost_usd(self, answer: Answer) -> float | None:
        """What an answer cost; None while price or usage is unknown."""
        return self.work.model.cost_usd(
            datetime.now(UTC).date(),
            answer.tokens_input,
            answer.tokens_output,
            answer.tokens_cached,
            answer.tokens_cache_write,
        )

    def failed(self, error: ProviderError) -> float | None:
        """Note a failed attempt; returns what it cost, None where nobody knows."""
        self.retry_after(error.error_type)
        return self.billed(error)

    def billed(self, error: ProviderError) -> float | None:
        """What an error cost; None where nobody knows, and its worst price is then held."""
        if not error.may_be_billed:
            return 0.0
        self._hold()
        return None

    def retry_after(self, reason: str) -> None:
        """Note that the newest attempt does not count, and why."""
        self.retried_for.append(reason)
        self.service_ms = self.elapsed_ms
        self.retried_s += self.service_ms / 1000

    def answered(self, answer: Answer) -> float | None:
        """Note an answer; returns what it cost, None where nobody knows."""
        self.service_ms = self.elapsed_ms
        return self.priced(answer)

    def priced(self, answer: Answer) -> float | None:
        """What an answer cost; None where nobody knows, and its worst price is then held."""
        if not self.work.model.price:
            return None
        if (usd := self.cost_usd(answer)) is None:
            self._hold()
        return usd

    def discard(self, answer: Answer) -> None:
        """Note that an answer was paid for, and that another takes its place."""
        self.extra.tokens_input += answer.tokens_input or 0
        self.extra.tokens_output += answer.tokens_output or 0
        self.extra.usd += self.cost_usd(answer) or 0.0

    def _hold(self) -> None:
        self.extra.held_usd += self.worst_usd or 0.0

    @property
    def columns(self) -> dict[str, Any]:
        """What an answer's row says of the attempts before it, and of our own waiting."""
        waited_s = self.sent_s - self.began_s - self.retried_s
        return {"waited_ms": max(0.0, 1000 * waited_s), "retried_for": ", ".join(self.retried_for) or None}

    def extra_row(self, *, has_answer: bool) -> dict[str, Any] | None:
        """What the question took beside its answer; None where that is nothing. An answer's row has all attempts."""
        count, extra = 0 if has_answer else self.count_sent, self.extra
        if not count and extra == Extra():
            return None
        return {
            "run_id": self.work.run_id,
            "cell_id": self.work.cell_id,
            "generation_id": self.request.generation_id,
            "model_id": self.work.model.id,
            "role": self.work.role,
            "count_requests": count,
            "tokens_input": extra.tokens_input,
            "tokens_output": extra.tokens_output,
            "cost_usd": extra.usd,
            "cost_held_usd": extra.held_usd,
            "spent_at": datetime.now(UTC),
        }
