"""Ask a cell's open questions through a provider's batch API: submit, wait, collect.

Each batch is entered in the book before it is submitted. So a program that was killed at any moment finds its batches
again, and pays for nothing twice. What a batch did not answer goes into the next one.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from tasks.domain import AnswerFlag
from tasks.errors import ProviderError, TransientError
from tasks.planned import CellResult, CellWork, Request, Sink
from tasks.providers import Account, Answer, Batch, Batches, Question, Reply, worst_price_usd
from tasks.steps.generate.attempts import Attempts
from tasks.steps.generate.live import Line, is_empty
from tasks.steps.generate.rows import failure_row, generation_row
from tasks.steps.land import BatchBook, BatchEvent, Intent, event_row

Result = TypeVar("Result")

# The pause before the next look, or the next attempt, doubles from the one to the model's ``poll_s``.
_FIRST_PAUSE_S = 1.0
# Clocks differ. Batches that are older than the submission by more than this are not looked at.
_CLOCK_SLACK = timedelta(hours=1)
_BYTES_PER_MEGABYTE = 1_000_000
# What an error of this kind says for certain: the batch was not made.
_NOT_MADE = "http_429"
_NO_LINE = TransientError("the batch ended without a line for this request", error_type="no_line")
_EMPTY = TransientError("the answer is empty", error_type=AnswerFlag.EMPTY)


@dataclass(slots=True)
class _Cell:
    """A cell while it is asked: its open questions by the ids of their answers, and when its waiting ends.

    ``attempts`` counts the batches in which each question was since it last failed; ``left`` holds why the last one
    left a question open, and what that cost.
    """

    work: CellWork
    line: Line
    batches: Batches
    book: BatchBook
    sink: Sink
    result: CellResult
    deadline_s: float
    open: dict[str, Request]
    attempts: Counter[str] = field(default_factory=Counter)
    left: dict[str, tuple[Attempts, ProviderError]] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)

    @property
    def timeout_s(self) -> float:
        return self.work.model.batch.timeout_s

    @property
    def is_over(self) -> bool:
        return bool(self.result.stopped) or self.line.draining.is_set()

    @property
    def is_late(self) -> bool:
        return asyncio.get_running_loop().time() >= self.deadline_s

    @property
    def is_done(self) -> bool:
        return self.is_over or self.is_late

    def stop(self, error: ProviderError) -> None:
        """End the cell, because no request of it can succeed."""
        self.result.stopped, self.result.is_cell_error = str(error), True

    def stop_at(self, account: Account) -> None:
        """End the cell, because a budget is used up."""
        if not self.result.stopped:
            self.result.stopped, self.result.budget = account.sentence, account.name

    async def pause(self, seconds: float) -> None:
        """Wait, at most until the deadline or a signal."""
        left_s = self.deadline_s - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(seconds, left_s))):
                await self.line.draining.wait()


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
    cell = _Cell(work, line, line.batches, book, sink, result, deadline_s, questions)
    cell.attempts.update(await asyncio.to_thread(book.times_batched, list(questions)))
    pauses = _pauses(work.model.batch.poll_s)
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


def _in_words(cell: _Cell) -> str:
    """What a cell still waits for, and what to do."""
    waiting = "; ".join(cell.waiting) or f"{len(cell.open)} questions wait for another batch"
    return f"{waiting}. The same command collects what has ended"


def _pauses(longest_s: float) -> Iterator[float]:
    pause_s = min(_FIRST_PAUSE_S, longest_s)
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, longest_s)


async def _intended(cell: _Cell, awaited: set[str]) -> list[Intent]:
    """Enter batches for all open questions that are in none, as few as the limits allow."""
    missing = [request for name, request in cell.open.items() if name not in awaited]
    intents = []
    for names in _parted(cell, missing):
        intents.append(await asyncio.to_thread(cell.book.intend, cell.work, names))
        cell.attempts.update(names)
    return intents


def _parted(cell: _Cell, requests: Sequence[Request]) -> Iterator[list[str]]:
    """The ids of requests, as many at a time as one batch takes; one batch holds one prompt style."""
    limits, part, size = cell.work.model.batch_limits, list[str](), 0
    for request in requests:
        more = cell.batches.size_of(_question("0" * 16, request))
        if part and (len(part) >= limits.requests or size + more > limits.megabytes * _BYTES_PER_MEGABYTE):
            yield part
            part, size = [], 0
        part.append(request.generation_id)
        size += more
    if part:
        yield part


def _question(mark: str, request: Request) -> Question:
    """A question under an id that tells both the batch and the answer."""
    return Question(f"{mark}-{request.generation_id}", request.prompt, request.parameters)


async def _follow(cell: _Cell, intent: Intent) -> None:
    """Take one batch from where it stands to its end. A new one first reserves its worst price, like one request.

    One that was sent by an earlier run is collected whatever the budgets say: it has to be paid.
    """
    ledger, model_id = cell.line.ledger, cell.work.model.id
    if intent.posted_at or intent.batch_id:
        await _bring(cell, intent)
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


async def _bring(cell: _Cell, intent: Intent) -> float | None:
    """Submit, wait and collect; returns what the batch cost, None while nobody knows."""
    try:
        batch = await _submitted(cell, intent)
        if batch and batch.state == "waiting":
            cell.line.on_waiting(
                f"waiting for batch {batch.batch_id}: {intent.count_requests} questions of {cell.work.name}"
            )
        batch = batch and await _ended(cell, batch)
        if batch is None:
            return None
        if batch.error is None:
            await _note(cell, intent, "ended", batch)
            return await _collect(cell, intent, batch)
        await _abandon(cell, intent, str(batch.error))
        if isinstance(batch.error, TransientError):
            return 0.0
        raise batch.error
    except ProviderError as error:
        cell.stop(error)
        return None


def _worst_usd(cell: _Cell, intent: Intent) -> float:
    requests, day = (cell.open[name] for name in intent.generation_ids), datetime.now(UTC).date()
    prices = (worst_price_usd(cell.work.model, asked.prompt, asked.parameters, day) for asked in requests)
    return sum(price or 0.0 for price in prices)


async def _submitted(cell: _Cell, intent: Intent) -> Batch | None:
    """The batch of an intent: the one that was made already, or a new one; None if the run stopped first.

    An attempt may have made the batch although no reply came. It is looked for until an attempt cannot take effect any
    more, and only then submitted again.
    """
    if intent.batch_id is not None:
        return await _patiently(cell, lambda: cell.batches.look(intent.batch_id or "", cell.timeout_s))
    posted_at, pauses = intent.posted_at, _pauses(cell.work.model.batch.poll_s)
    while not cell.is_done:
        batch = await _found(cell, intent, posted_at) if posted_at else None
        if batch is None and posted_at and datetime.now(UTC) - posted_at < timedelta(seconds=cell.timeout_s):
            await cell.pause(next(pauses))
            continue
        if batch is None and len(cell.open.keys() & set(intent.generation_ids)) < intent.count_requests:
            await _abandon(cell, intent, "some of its questions are no longer open")
            return None
        batch, posted_at = (batch, posted_at) if batch else await _posted(cell, intent, pauses)
        if batch:
            await _note(cell, intent, "submitted", batch)
            return batch
    cell.waiting.append(f"a batch of {intent.count_requests} requests could not be submitted yet")
    return None


async def _posted(cell: _Cell, intent: Intent, pauses: Iterator[float]) -> tuple[Batch | None, datetime | None]:
    """Make one attempt; without a batch, the time of an attempt that may have made it all the same."""
    if cell.is_done:
        return None, None
    posted_at = await _note(cell, intent, "posting")
    questions = [_question(intent.mark, cell.open[name]) for name in intent.generation_ids]
    try:
        return await cell.batches.submit(intent.mark, questions, cell.timeout_s), posted_at
    except TransientError as error:
        is_refused = error.error_type == _NOT_MADE
        if is_refused:
            await _note(cell, intent, "refused", None, str(error))
        await cell.pause(error.retry_after_s or next(pauses))
        return None, None if is_refused else posted_at
    except ProviderError as error:
        await _abandon(cell, intent, str(error))
        raise


async def _found(cell: _Cell, intent: Intent, posted_at: datetime) -> Batch | None:
    """The batch that an earlier attempt made, by its mark, or by the ids of its lines once it has ended.

    Until it ends, Anthropic's API gives only the size of a batch and when it was made. So a batch of the same size that
    another program made at about that time is waited for, a day at most; those that have ended are looked at first.
    """
    since, until = posted_at - _CLOCK_SLACK, posted_at + timedelta(seconds=cell.timeout_s) + _CLOCK_SLACK

    async def listed() -> list[Batch]:
        return [batch async for batch in cell.batches.listed(since, cell.timeout_s)]

    known = await asyncio.to_thread(cell.book.batch_ids)
    for batch in sorted(await _patiently(cell, listed) or (), key=lambda batch: batch.state == "waiting"):
        if batch.mark == intent.mark:
            return batch
        has_its_size = batch.count_requests in {None, intent.count_requests}
        is_later = batch.created_at is not None and batch.created_at > until
        if cell.batches.keeps_marks or batch.batch_id in known or not has_its_size or is_later:
            continue
        if ended := await _proven(cell, batch, intent):
            return ended
    return None


async def _proven(cell: _Cell, batch: Batch, intent: Intent) -> Batch | None:
    """A likely batch once it has ended and is the intent's; None once it is known to be another's."""
    pauses = _pauses(cell.work.model.batch.poll_s)
    while not cell.is_done:
        if batch.batch_id in await asyncio.to_thread(cell.book.batch_ids):
            return None
        if batch.state != "waiting":
            return batch if await _is_of(cell, batch, intent) else None
        await cell.pause(next(pauses))
        batch = await _patiently(cell, partial(cell.batches.look, batch.batch_id, cell.timeout_s)) or batch
    cell.waiting.append(_still_waiting(batch))
    return None


async def _is_of(cell: _Cell, batch: Batch, intent: Intent) -> bool:
    """Whether the lines of a batch have the intent's mark; the first one tells."""

    async def first_id() -> str:
        async with aclosing(cell.batches.lines(batch, cell.timeout_s)) as lines:
            return await anext((custom_id async for custom_id, _ in lines), "")

    return (await _patiently(cell, first_id) or "").startswith(intent.mark)


async def _ended(cell: _Cell, batch: Batch) -> Batch | None:
    """Wait for the end of a batch; None if the run stops first."""
    pauses = _pauses(cell.work.model.batch.poll_s)
    while batch.state == "waiting":
        if cell.is_done:
            cell.waiting.append(_still_waiting(batch))
            return None
        await cell.pause(next(pauses))
        batch = await _patiently(cell, partial(cell.batches.look, batch.batch_id, cell.timeout_s)) or batch
    return batch


def _still_waiting(batch: Batch) -> str:
    done = f", {batch.count_done} of {batch.count_requests} requests done" if batch.count_requests else ""
    return f"the batch {batch.batch_id} has not ended ({batch.word}{done})"


async def _patiently(cell: _Cell, call: Callable[[], Awaitable[Result]]) -> Result | None:
    """What a call returns, at whatever attempt; None if the run stopped first."""
    pauses = _pauses(cell.work.model.batch.poll_s)
    while not cell.is_over:
        try:
            return await call()
        except TransientError as error:
            if cell.is_late:
                cell.waiting.append(f"the batch API gave no answer: {error}")
                return None
            await cell.pause(error.retry_after_s or next(pauses))
    return None


async def _collect(cell: _Cell, intent: Intent, batch: Batch) -> float | None:
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

    if not await _patiently(cell, lines):
        cell.waiting.append(f"the lines of the batch {batch.batch_id} have not been read to their end")
        return None
    await _fail_tried(cell, intent)
    # In the sink behind the answers: the batch is not collected before they are committed.
    await cell.sink("raw.batch_events", event_row(intent.mark, "collected", batch.batch_id))
    if cell.line.on_batch:
        cell.line.on_batch(cell.work, intent, batch)
    return sum(paid_usd.values())


def _tried(cell: _Cell, intent: Intent, request: Request) -> Attempts:
    """A question of a batch. Each batch in which it was is an attempt, and the last one is the provider's time."""
    since_s = time.perf_counter() - (datetime.now(UTC) - intent.intended_at).total_seconds()
    return Attempts(cell.work, request, cell.attempts[request.generation_id], began_s=since_s, sent_s=since_s)


async def _take(cell: _Cell, intent: Intent, name: str, said: Reply | ProviderError) -> float:
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


async def _close(cell: _Cell, tried: Attempts, error_type: str | None) -> None:
    """Account for a question that came to its end."""
    if cell.line.on_ended:
        cell.line.on_ended(tried, error_type)
    if extra := tried.extra_row(has_answer=error_type is None):
        await cell.sink("raw.extra_spend", extra)


def _read(cell: _Cell, request: Request, said: Reply | ProviderError) -> Answer:
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


async def _fail_tried(cell: _Cell, intent: Intent) -> None:
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


async def _abandon(cell: _Cell, intent: Intent, reason: str) -> None:
    """Enter that the provider does not work on a batch."""
    await _note(cell, intent, "given_up", None, reason)
    cell.attempts.subtract(intent.generation_ids)


async def _note(
    cell: _Cell, intent: Intent, event: BatchEvent, batch: Batch | None = None, detail: str | None = None
) -> datetime:
    batch_id, word = (batch.batch_id, batch.word) if batch else (None, None)
    return await asyncio.to_thread(cell.book.note, intent.mark, event, batch_id, detail or word)
