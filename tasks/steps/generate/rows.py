"""The rows of what asking came to: an answer, or the recorded failure to get one.

Tested in tests/tasks/steps/generate/test_live.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tasks.domain import Origin
from tasks.errors import ProviderError
from tasks.planned import CellWork, Request
from tasks.providers import Answer

_SIMULATED_FINGERPRINT = "aligntax-simulator"


def generation_row(
    work: CellWork, request: Request, answer: Answer, attempts: int, latency_ms: float | None
) -> dict[str, Any]:
    """The row of an answer that came just now; ``latency_ms`` is None where nobody waited for this answer alone."""
    now = datetime.now(UTC)
    return {
        **work.columns_of(request),
        "origin": _origin(work, answer).value,
        "status": answer.status,
        "text": answer.text,
        "reasoning_text": answer.reasoning_text,
        "refusal_text": answer.refusal_text,
        "finish_reason": answer.finish_reason,
        "finish_word": answer.finish_word,
        "model_served": answer.model_served,
        "system_fingerprint": answer.system_fingerprint,
        "provider_request_id": answer.provider_request_id,
        "tokens_input": answer.tokens_input,
        "tokens_cached": answer.tokens_cached,
        "tokens_cache_write": answer.tokens_cache_write,
        "tokens_output": answer.tokens_output,
        "tokens_reasoning": answer.tokens_reasoning,
        "cost_usd": _cost_usd(work, answer, now),
        "attempts": attempts,
        "latency_ms": latency_ms,
        "started_at": None if latency_ms is None else now - timedelta(milliseconds=latency_ms),
        "finished_at": now,
        "first_token_json": answer.first_token_json,
    }


def failure_row(work: CellWork, request: Request, error: ProviderError, attempts: int) -> dict[str, Any]:
    """The row of a request that got no answer."""
    return {
        "run_id": work.run_id,
        "cell_id": work.cell_id,
        "generation_id": request.generation_id,
        "error_type": error.error_type,
        "message": str(error),
        "attempts": attempts,
        "failed_at": datetime.now(UTC),
    }


def _origin(work: CellWork, answer: Answer) -> Origin:
    """Where an answer came from, by the server's fingerprint; without one, as the configuration declares it."""
    if answer.system_fingerprint is None:
        return Origin.SIMULATED if work.model.is_simulated else Origin.ENDPOINT
    is_simulated = answer.system_fingerprint.startswith(_SIMULATED_FINGERPRINT)
    return Origin.SIMULATED if is_simulated else Origin.ENDPOINT


def _cost_usd(work: CellWork, answer: Answer, now: datetime) -> float | None:
    return work.model.cost_usd(
        now.date(), answer.tokens_input, answer.tokens_output, answer.tokens_cached, answer.tokens_cache_write
    )
