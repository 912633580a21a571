"""Rounds of batches, until every question of a cell has its answer or its time is over.

A round enters batches for all questions that are open, and follows each from where it stands to its end.

Tested in tests/tasks/steps/generate/test_in_batches.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from tasks.errors import ProviderError, TransientError
from tasks.planned import CellResult, CellWork, Request, Sink
from tasks.providers import Account, worst_price_usd
from tasks.steps.generate.in_batches.batched_cell import BatchedCell, question
from tasks.steps.generate.in_batches.collection import collect
from tasks.steps.generate.in_batches.submission import ended, submitted
from tasks.steps.generate.live import Line
from tasks.steps.land import BatchBook, Intent

_BYTES_PER_MEGABYTE = 1_000_000


async def generate_in_batches(
    work: CellWork, line: Line, book: BatchBook, sink: Sink, result: CellResult | None = None
) -> CellResult:
    """Ask all questions of a cell; returns counts. Batches of an earlier run come first.

    A cell whose batches have not ended in time stops, and says which; the next run collects them.
    """
    if line.batches is None:
        raise ValueError(f"no batch API was opened for {work.model.id}")
    result = result or CellResult(work.cell_id)
    deadline_s = asyncio.get_running_loop().time() + work.model.batch.max_wait_hours * 3600
    questions = {request.generation_id: request for request in work.requests}
    cell = BatchedCell(work, line, line.batches, book, sink, result, deadline_s, questions)
    cell.attempts.update(await asyncio.to_thread(book.times_batched, list(questions)))
    pauses = cell.pauses()
    batches = await asyncio.to_thread(book.open, list(questions))
    while True:
        if not cell.is_done:
            batches += await _intended(cell, {name for batch in batches for name in batch.generation_ids})
        async with asyncio.TaskGroup() as group:
            for batch in batches:
                group.create_task(_follow(cell, batch))
        if not cell.open or cell.waiting or cell.is_done:
            break
        batches = []
        await cell.pause(next(pauses))
    if cell.open and not result.stopped:
        result.stopped = "interrupted" if line.draining.is_set() else _in_words(cell)
    return result


def _in_words(cell: BatchedCell) -> str:
    """What a cell still waits for, and what to do."""
    waiting = "; ".join(cell.waiting) or f"{len(cell.open)} questions wait for another batch"
    return f"{waiting}. The same command collects what has ended"


async def _intended(cell: BatchedCell, awaited: set[str]) -> list[Intent]:
    """Enter batches for all open questions that are in none, as few as the limits allow."""
    missing = [request for name, request in cell.open.items() if name not in awaited]
    intents = []
    for names in _parted(cell, missing):
        intents.append(await asyncio.to_thread(cell.book.intend, cell.work, names))
        cell.attempts.update(names)
    return intents


def _parted(cell: BatchedCell, requests: Sequence[Request]) -> Iterator[list[str]]:
    """The ids of requests, as many at a time as one batch takes; one batch holds one prompt style."""
    limits, part, size = cell.work.model.batch_limits, list[str](), 0
    for request in requests:
        more = cell.batches.size_of(question("0" * 16, request))
        if part and (len(part) >= limits.requests or size + more > limits.megabytes * _BYTES_PER_MEGABYTE):
            yield part
            part, size = [], 0
        part.append(request.generation_id)
        size += more
    if part:
        yield part


async def _follow(cell: BatchedCell, intent: Intent) -> None:
    """Take one batch from where it stands to its end. A new one first reserves its worst price, like one request.

    One that was sent by an earlier run is collected whatever the budgets say: it has to be paid.
    """
    ledger, model_id = cell.line.ledger, cell.work.model.id
    if intent.posted_at or intent.batch_id:
        await _bring(cell, intent)
        return
    if said := cell.line.refusals.why_not(cell.work):
        cell.result.stopped, cell.result.is_cell_error = said, True
        return
    worst_usd = _worst_usd(cell, intent) if ledger.covers_money(model_id) else 0.0
    reserved = await ledger.reserve(model_id, worst_usd, len(intent.generation_ids))
    if isinstance(reserved, Account):
        cell.stop_at(reserved)
        return
    usd = None
    try:
        usd = await _bring(cell, intent)
    finally:
        ledger.settle(reserved, usd)


async def _bring(cell: BatchedCell, intent: Intent) -> float | None:
    """Submit, wait and collect; returns what the batch cost, None while nobody knows."""
    try:
        batch = await submitted(cell, intent)
        if batch and batch.state == "waiting":
            cell.line.on_waiting(
                f"waiting for batch {batch.batch_id}: {intent.count_requests} questions of {cell.work.name}"
            )
        batch = batch and await ended(cell, batch)
        if batch is None:
            return None
        if batch.error is None:
            await cell.note(intent, "ended", batch)
            return await collect(cell, intent, batch)
        await cell.abandon(intent, str(batch.error))
        if isinstance(batch.error, TransientError):
            return 0.0
        raise batch.error
    except ProviderError as error:
        cell.stop(error)
        return None


def _worst_usd(cell: BatchedCell, intent: Intent) -> float:
    requests, day = (cell.open[name] for name in intent.generation_ids), datetime.now(UTC).date()
    prices = (worst_price_usd(cell.work.model, asked.prompt, asked.parameters, day) for asked in requests)
    return sum(price or 0.0 for price in prices)
