"""One batch from its entry in the book to its end: found again where an earlier run made it, or submitted.

Tested in tests/tasks/steps/generate/test_in_batches.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from functools import partial

from tasks.errors import ProviderError, TransientError
from tasks.providers import Batch
from tasks.steps.generate.in_batches.batched_cell import BatchedCell, question
from tasks.steps.land import Intent

# Clocks differ. Batches that are older than the submission by more than this are not looked at.
_CLOCK_SLACK = timedelta(hours=1)
# What an error of this kind says for certain: the batch was not made.
_NOT_MADE = "http_429"


async def submitted(cell: BatchedCell, intent: Intent) -> Batch | None:
    """The batch of an intent: the one that was made already, or a new one; None if the run stopped first.

    An attempt may have made the batch although no reply came. It is looked for until an attempt cannot take effect any
    more, and only then submitted again.
    """
    if intent.batch_id is not None:
        return await cell.patiently(lambda: cell.batches.look(intent.batch_id or "", cell.timeout_s))
    posted_at, pauses = intent.posted_at, cell.pauses()
    while not cell.is_done:
        batch = await _found(cell, intent, posted_at) if posted_at else None
        if batch is None and posted_at and datetime.now(UTC) - posted_at < timedelta(seconds=cell.timeout_s):
            await cell.pause(next(pauses))
            continue
        if batch is None and len(cell.open.keys() & set(intent.generation_ids)) < intent.count_requests:
            await cell.abandon(intent, "some of its questions are no longer open")
            return None
        batch, posted_at = (batch, posted_at) if batch else await _posted(cell, intent, pauses)
        if batch:
            await cell.note(intent, "submitted", batch)
            return batch
    cell.waiting.append(f"a batch of {intent.count_requests} requests could not be submitted yet")
    return None


async def _posted(cell: BatchedCell, intent: Intent, pauses: Iterator[float]) -> tuple[Batch | None, datetime | None]:
    """Make one attempt; without a batch, the time of an attempt that may have made it all the same."""
    if cell.is_done:
        return None, None
    posted_at = await cell.note(intent, "posting")
    questions = [question(intent.mark, cell.open[name]) for name in intent.generation_ids]
    try:
        return await cell.batches.submit(intent.mark, questions, cell.timeout_s), posted_at
    except TransientError as error:
        is_refused = error.error_type == _NOT_MADE
        if is_refused:
            await cell.note(intent, "refused", None, str(error))
        await cell.pause(error.retry_after_s or next(pauses))
        return None, None if is_refused else posted_at
    except ProviderError as error:
        await cell.abandon(intent, str(error))
        raise


async def _found(cell: BatchedCell, intent: Intent, posted_at: datetime) -> Batch | None:
    """The batch that an earlier attempt made, by its mark, or by the ids of its lines once it has ended.

    Until it ends, Anthropic's API gives only the size of a batch and when it was made. So a batch of the same size that
    another program made at about that time is waited for, a day at most; those that have ended are looked at first.
    """
    since, until = posted_at - _CLOCK_SLACK, posted_at + timedelta(seconds=cell.timeout_s) + _CLOCK_SLACK

    async def listed() -> list[Batch]:
        return [batch async for batch in cell.batches.listed(since, cell.timeout_s)]

    known = await asyncio.to_thread(cell.book.batch_ids)
    for batch in sorted(await cell.patiently(listed) or (), key=lambda batch: batch.state == "waiting"):
        if batch.mark == intent.mark:
            return batch
        has_its_size = batch.count_requests in {None, intent.count_requests}
        is_later = batch.created_at is not None and batch.created_at > until
        if cell.batches.keeps_marks or batch.batch_id in known or not has_its_size or is_later:
            continue
        if ended := await _proven(cell, batch, intent):
            return ended
    return None


async def _proven(cell: BatchedCell, batch: Batch, intent: Intent) -> Batch | None:
    """A likely batch once it has ended and is the intent's; None once it is known to be another's."""
    pauses = cell.pauses()
    while not cell.is_done:
        if batch.batch_id in await asyncio.to_thread(cell.book.batch_ids):
            return None
        if batch.state != "waiting":
            return batch if await _is_of(cell, batch, intent) else None
        await cell.pause(next(pauses))
        batch = await cell.patiently(partial(cell.batches.look, batch.batch_id, cell.timeout_s)) or batch
    cell.waiting.append(_still_waiting(batch))
    return None


async def _is_of(cell: BatchedCell, batch: Batch, intent: Intent) -> bool:
    """Whether the lines of a batch have the intent's mark; the first one tells."""

    async def first_id() -> str:
        async with aclosing(cell.batches.lines(batch, cell.timeout_s)) as lines:
            return await anext((custom_id async for custom_id, _ in lines), "")

    return (await cell.patiently(first_id) or "").startswith(intent.mark)


async def ended(cell: BatchedCell, batch: Batch) -> Batch | None:
    """Wait for the end of a batch; None if the run stops first."""
    pauses = cell.pauses()
    while batch.state == "waiting":
        if cell.is_done:
            cell.waiting.append(_still_waiting(batch))
            return None
        await cell.pause(next(pauses))
        batch = await cell.patiently(partial(cell.batches.look, batch.batch_id, cell.timeout_s)) or batch
    return batch


def _still_waiting(batch: Batch) -> str:
    done = f", {batch.count_done} of {batch.count_requests} requests done" if batch.count_requests else ""
    return f"the batch {batch.batch_id} has not ended ({batch.word}{done})"
