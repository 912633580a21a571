"""The lines of a batch that has ended: answers land, and what got none is asked again or lands as a failure.

Tested in tests/tasks/steps/generate/test_in_batches.py.
"""

from __future__ import annotations

import time
from contextlib import aclosing
from datetime import UTC, datetime

from tasks.domain import AnswerFlag
from tasks.errors import ProviderError, TransientError
from tasks.planned import Request
from tasks.providers import Answer, Batch, Reply
from tasks.steps.generate.attempts import Attempts
from tasks.steps.generate.in_batches.batched_cell import BatchedCell
from tasks.steps.generate.live import is_empty
from tasks.steps.generate.rows import failure_row, generation_row
from tasks.steps.land import Intent, event_row

_NO_LINE = TransientError("the batch ended without a line for this request", error_type="no_line")
_EMPTY = TransientError("the answer is empty", error_type=AnswerFlag.EMPTY)


async def collect(cell: BatchedCell, intent: Intent, batch: Batch) -> float | None:
    """Take the lines of a batch. Those without an answer, and questions without a line, are asked again.

    Returns what the batch cost; None where its lines could not be read to their end.
    """
    paid_usd: dict[str, float] = {}

    async def lines() -> bool:
        async with aclosing(cell.batches.lines(batch, cell.timeout_s)) as found:
            async for custom_id, said in found:
                if cell.line.draining.is_set():
                    return False
                name = custom_id.removeprefix(f"{intent.mark}-")
                paid_usd[name] = await _take(cell, intent, name, said) or paid_usd.get(name, 0.0)
        return True

    if not await cell.patiently(lines):
        cell.waiting.append(f"the lines of the batch {batch.batch_id} have not been read to their end")
        return None
    await _fail_tried(cell, intent)
    # In the sink behind the answers: the batch is not collected before they are committed.
    await cell.sink("raw.batch_events", event_row(intent.mark, "collected", batch.batch_id))
    if cell.line.on_batch:
        cell.line.on_batch(cell.work, intent, batch)
    return sum(paid_usd.values())


def _tried(cell: BatchedCell, intent: Intent, request: Request) -> Attempts:
    """A question of a batch. Each batch in which it was is an attempt, and the last one is the provider's time."""
    since_s = time.perf_counter() - (datetime.now(UTC) - intent.intended_at).total_seconds()
    return Attempts(cell.work, request, cell.attempts[request.generation_id], began_s=since_s, sent_s=since_s)


async def _take(cell: BatchedCell, intent: Intent, name: str, said: Reply | ProviderError) -> float:
    """Land what a line says; returns what it cost, at worst where nobody knows.

    Lines that have landed, or that nobody asked for, are left out.
    """
    request = cell.open.get(name)
    if request is None:
        return 0.0
    tried = _tried(cell, intent, request)
    try:
        answer = _read(cell, request, said)
    except ProviderError as error:
        cell.left[name] = tried, error
        return tried.billed(error) or tried.extra.held_usd
    if is_empty(answer, request) and tried.count_sent == 1 < cell.work.model.max_attempts:
        tried.discard(answer)
        cell.left[name] = tried, _EMPTY
        return tried.extra.usd
    del cell.open[name]
    usd = tried.priced(answer)
    row = generation_row(cell.work, request, answer, tried.count_sent, None)
    await cell.sink("raw.generations", {**row, "started_at": intent.intended_at})
    cell.result.count_answered += 1
    cell.line.on_progress(1, 0, usd)
    await _close(cell, tried, None)
    return usd or tried.extra.held_usd


async def _close(cell: BatchedCell, tried: Attempts, error_type: str | None) -> None:
    """Account for a question that came to its end."""
    if cell.line.on_ended:
        cell.line.on_ended(tried, error_type)
    if extra := tried.extra_row(has_answer=error_type is None):
        await cell.sink("raw.extra_spend", extra)


def _read(cell: BatchedCell, request: Request, said: Reply | ProviderError) -> Answer:
    """The answer in a line. Whatever a server sends, it costs one request and never the cell."""
    if isinstance(said, ProviderError):
        raise said
    try:
        return cell.batches.answer_in(said, request.parameters)
    except ProviderError:
        raise
    except Exception as error:
        said_of_it = f"unreadable answer: {type(error).__name__}"
        raise TransientError(said_of_it, error_type="unreadable_answer", may_be_billed=True) from error


async def _fail_tried(cell: BatchedCell, intent: Intent) -> None:
    """Land the failures of a batch that another one cannot better, and end a cell that can get no answer."""
    said = []
    for name in intent.generation_ids:
        left = cell.left.pop(name, None)
        if (request := cell.open.get(name)) is None:
            continue
        tried, error = left or (_tried(cell, intent, request), _NO_LINE)
        said.append(error)
        if isinstance(error, TransientError) and tried.count_sent < cell.work.model.max_attempts:
            if extra := tried.extra_row(has_answer=True):
                await cell.sink("raw.extra_spend", extra)
            continue
        del cell.open[name]
        await cell.sink("raw.failures", failure_row(cell.work, request, error, tried.count_sent))
        cell.result.count_failed += 1
        cell.line.on_progress(0, 1, None)
        await _close(cell, tried, error.error_type)
    is_mistaken = len(said) == len(intent.generation_ids) and not any(isinstance(e, TransientError) for e in said)
    if is_mistaken and not cell.work.is_resumed and not cell.result.count_answered:
        cell.stop(said[0])
