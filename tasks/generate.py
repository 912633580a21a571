"""Ask one cell's open questions. Knows providers and retries; must not know Prefect, SQL, benchmarks or scores.

Every answer goes to a sink as soon as it is there; a request that failed for good becomes a failure row. One event
loop asks all cells, and the cells of an endpoint share its limit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import tenacity

from tasks.domain import Origin
from tasks.errors import CellError, ProviderError, TerminalError, TransientError
from tasks.providers import Answer, Endpoint
from tasks.work import CellResult, CellWork, Request

Sink = Callable[[str, dict[str, Any]], Awaitable[None]]

# A server may ask for any wait; beyond this bound the item fails and the next run asks again.
_LONGEST_WAIT_S = 60.0
_SIMULATED_FINGERPRINT = "aligntax-simulator"


@dataclass(slots=True)
class Line:
    """An endpoint with its limit, shared by all cells that use it, and the signal to take no more questions."""

    endpoint: Endpoint
    slots: asyncio.Semaphore
    draining: asyncio.Event
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    on_progress: Callable[[int, int, float | None], None] = field(default=lambda *_: None)


async def generate(work: CellWork, line: Line, sink: Sink) -> CellResult:
    """Ask all questions of a cell; returns counts. Raises nothing for a provider's failure: it becomes rows."""
    result = CellResult(work.cell_id)
    requests = iter(work.requests)
    workers = min(work.model.concurrency, len(work.requests))
    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(_worker(work, line, sink, requests, result))
    if line.draining.is_set() and not result.stopped:
        result.stopped = "interrupted"
    return result


async def _worker(work: CellWork, line: Line, sink: Sink, requests: Iterator[Request], result: CellResult) -> None:
    """Take questions one at a time until there are none, the cell is hopeless, or the run is draining."""
    while True:
        async with line.slots:
            if result.stopped or line.draining.is_set():
                return
            request = next(requests, None)
            if request is None:
                return
            await _ask(work, line, sink, request, result)


async def _ask(work: CellWork, line: Line, sink: Sink, request: Request, result: CellResult) -> None:
    started_at, clock = datetime.now(UTC), time.perf_counter()
    retrying = _retrying(work.model.max_attempts, line.sleep)
    attempts = 1
    try:
        async for attempt in retrying:
            with attempt:
                attempts = attempt.retry_state.attempt_number
                clock = time.perf_counter()
                answer = await line.endpoint.ask(request.prompt, request.parameters, work.model.timeout_s)
    except ProviderError as error:
        await sink("raw.failures", _failure_row(work, request, error, attempts))
        result.count_failed += 1
        # A bad request before anything succeeded is a mistake in the configuration, not in one item.
        if isinstance(error, CellError) or (isinstance(error, TerminalError) and not result.count_answered):
            result.stopped, result.is_cell_error = str(error), True
        line.on_progress(0, 1, None)
        return
    latency_ms = (time.perf_counter() - clock) * 1000
    row = _generation_row(work, request, answer)
    row |= {"attempts": attempts, "latency_ms": latency_ms, "started_at": started_at, "finished_at": datetime.now(UTC)}
    await sink("raw.generations", row)
    result.count_answered += 1
    line.on_progress(1, 0, row["cost_usd"])


def _retrying(max_attempts: int, sleep: Callable[[float], Awaitable[None]]) -> tenacity.AsyncRetrying:
    """The one place that decides what is asked again, how often and how soon."""
    backoff = tenacity.wait_random_exponential(multiplier=0.5, max=20)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_s if isinstance(error, ProviderError) else None
        return backoff(state) if asked is None else min(asked, _LONGEST_WAIT_S)

    return tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(max_attempts),
        wait=wait,
        retry=tenacity.retry_if_exception_type(TransientError),
        sleep=sleep,
        reraise=True,
    )


def _generation_row(work: CellWork, request: Request, answer: Answer) -> dict[str, Any]:
    is_simulated = (answer.system_fingerprint or "").startswith(_SIMULATED_FINGERPRINT)
    return {
        "generation_id": request.generation_id,
        "run_id": work.run_id,
        "partition_key": work.partition_key,
        "model_id": work.model.id,
        "benchmark_id": work.benchmark_id,
        "prompt_style": request.prompt.style.value,
        "item_id": request.item_id,
        "repeat": request.repeat,
        "role": "answer",
        "request_hash": request.request_hash,
        "prompt_hash": request.prompt.prompt_hash,
        "origin": Origin.SIMULATED.value if is_simulated else Origin.ENDPOINT.value,
        "status": answer.status,
        "text": answer.text,
        "refusal_text": answer.refusal_text,
        "finish_reason": answer.finish_reason,
        "model_requested": work.model.model,
        "model_served": answer.model_served,
        "system_fingerprint": answer.system_fingerprint,
        "provider_request_id": answer.provider_request_id,
        "parameters": request.parameters,
        "tokens_input": answer.tokens_input,
        "tokens_cached": answer.tokens_cached,
        "tokens_output": answer.tokens_output,
        "tokens_reasoning": answer.tokens_reasoning,
        "cost_usd": work.model.cost_usd(datetime.now(UTC).date(), answer.tokens_input, answer.tokens_output),
    }


def _failure_row(work: CellWork, request: Request, error: ProviderError, attempts: int) -> dict[str, Any]:
    return {
        "run_id": work.run_id,
        "cell_id": work.cell_id,
        "generation_id": request.generation_id,
        "error_type": error.error_type,
        "message": str(error),
        "attempts": attempts,
        "failed_at": datetime.now(UTC),
    }
