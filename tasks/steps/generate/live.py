"""Ask one cell's open questions, each in a request of its own.

Every answer goes to a sink as soon as it is there; a request that failed for good becomes a failure row. One event
loop asks all cells, and the cells of an endpoint share its limiter. All retries are made here. A request that waits for
its next attempt does not count as in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace

from tasks.answers import Ending, read_answer
from tasks.domain import AnswerFlag
from tasks.errors import CellError, ProviderError, TerminalError, TransientError
from tasks.planned import CellResult, CellWork, Request, Sink
from tasks.providers import Account, Answer, Batch, Batches, Endpoint, Ledger, Limiter
from tasks.steps.generate.attempts import Attempts
from tasks.steps.generate.refusals import Refusals
from tasks.steps.generate.rows import failure_row, generation_row
from tasks.steps.land import Intent

# What a server that has too much to do says, or does. After any other error it is asked at the same pace.
_OVERLOADED = {
    **dict.fromkeys(("timeout", "http_408", "http_504", "http_524"), "time-out"),
    **dict.fromkeys(("overloaded", "http_429", "http_498", "http_503", "http_529"), "overload"),
}
# So many bad requests, and nothing answered, are a mistake in the configuration, and not in the items. So are as many
# replies about a parameter, and nothing answered since the first. ``Refusals`` reads what is said of key or model.
_MOST_BAD_REQUESTS = 5
# The wait before another attempt is drawn between 0 and this, which doubles with each attempt, up to the longest. With
# such full jitter, requests that failed at the same time are not sent again at the same time.
_FIRST_BACKOFF_S = 1.0
_LONGEST_BACKOFF_S = 30.0
# English text: about four characters a token. The limiter is corrected by what the server counts.
_CHARACTERS_PER_TOKEN = 4


async def _always() -> None:
    """The room of a sink that takes everything at once."""


@dataclass(slots=True)
class Line:
    """An endpoint with its limiter, shared by all cells that use it, and the signal to take no more questions.

    ``batches`` is open where a model behind the endpoint is asked in batches.
    """

    endpoint: Endpoint
    limiter: Limiter
    draining: asyncio.Event
    batches: Batches | None = None
    on_progress: Callable[[int, int, float | None], None] = field(default=lambda *_: None)
    on_slowed: Callable[[str], None] = field(default=lambda *_: None)
    on_ended: Callable[[Attempts, str | None], None] | None = (
        None  # a question's attempts, and the error without answer
    )
    on_batch: Callable[[CellWork, Intent, Batch], None] | None = None  # a batch whose lines have been collected
    on_waiting: Callable[[str], None] = field(default=lambda *_: None)  # is told of each batch that is waited for
    jitter: Callable[[], float] = random.random
    ledger: Ledger = field(default_factory=Ledger)  # of the run: all its endpoints share the budgets
    room: Callable[[], Awaitable[None]] = _always  # waits until the sink can take another answer
    refusals: Refusals = field(default_factory=Refusals)


@dataclass(slots=True)
class _Cell:
    """A cell while it is asked: its questions, its own limit, and the workers that take one question after another."""

    work: CellWork
    line: Line
    sink: Sink
    result: CellResult
    questions: Iterator[Request]
    slots: asyncio.Semaphore
    group: asyncio.TaskGroup
    count_workers: int = 0
    count_waiting: int = 0
    count_bad_requests: int = 0
    count_denied: int = 0

    @property
    def is_over(self) -> bool:
        return bool(self.result.stopped) or self.line.draining.is_set()

    def hire(self) -> None:
        """Start a worker, if fewer ask than may be in flight and no more than so many wait."""
        most = self.work.model.concurrency
        if self.count_workers - self.count_waiting < most and self.count_workers < 2 * most:
            self.count_workers += 1
            self.group.create_task(_work(self))

    @property
    def has_spare_workers(self) -> bool:
        """Whether those that waited are back, so that one of their stand-ins may go."""
        return self.count_workers - self.count_waiting > self.work.model.concurrency

    def failed(self, error: ProviderError) -> None:
        """Count a request that got no answer, and stop the cell if no other request of it can get one."""
        self.result.count_failed += 1
        self.count_bad_requests += isinstance(error, TerminalError)
        self.count_denied += isinstance(error, CellError) and error.fault is None
        fewest = _MOST_BAD_REQUESTS if self.has_answers else min(_MOST_BAD_REQUESTS, len(self.work.requests))
        is_mistaken = self.count_bad_requests >= _MOST_BAD_REQUESTS and not self.has_answers
        if self.count_denied >= fewest or is_mistaken:
            self.stop(str(error))

    def stop(self, said: str | None) -> None:
        """Ask nothing more, because no request of the cell can succeed, as a reply says."""
        if said and not self.result.stopped:
            self.result.stopped, self.result.is_cell_error = said, True

    def stop_at(self, account: Account) -> None:
        """Ask nothing more, because a budget is used up."""
        if not self.result.stopped:
            self.result.stopped, self.result.budget = account.sentence, account.name

    def answered(self) -> None:
        """Count an answer. It shows that the parameters are right."""
        self.result.count_answered += 1
        self.count_denied = 0

    @property
    def has_answers(self) -> bool:
        """Whether a request of the cell was answered, in this run or before."""
        return self.work.is_resumed or self.result.count_answered > 0


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer, how many attempts it took, and how long the last attempt took."""

    answer: Answer
    attempts: int
    latency_ms: float


async def generate(work: CellWork, line: Line, sink: Sink, result: CellResult | None = None) -> CellResult:
    """Ask all questions of a cell; returns counts. A provider's failure is not raised: it becomes a row.

    A caller that gives the ``result`` sees its counts grow.
    """
    result, concurrency = result or CellResult(work.cell_id), work.model.concurrency
    async with _closing_when_draining(line), asyncio.TaskGroup() as group:
        cell = _Cell(work, line, sink, result, iter(work.requests), asyncio.Semaphore(concurrency), group)
        for _ in range(min(concurrency, len(work.requests))):
            cell.hire()
    if result.count_answered < len(work.requests):
        cell.stop(line.refusals.why_not(work))
    is_done = result.count_answered + result.count_failed == len(work.requests)
    if line.draining.is_set() and not is_done and not result.stopped:
        result.stopped = "interrupted"
    return result


@contextlib.asynccontextmanager
async def _closing_when_draining(line: Line) -> AsyncIterator[None]:
    """Close the limiter once the run drains, so that no worker waits for the end of a server's pause after Ctrl-C."""

    async def close() -> None:
        await line.draining.wait()
        line.limiter.close()

    watch = asyncio.create_task(close())
    try:
        yield
    finally:
        watch.cancel()


async def _work(cell: _Cell) -> None:
    """Take questions one at a time until none is left, enough others do, the cell has stopped or the run drains."""
    while not cell.is_over and not cell.has_spare_workers and (request := next(cell.questions, None)) is not None:
        await _ask(cell, request)
    cell.count_workers -= 1


async def _ask(cell: _Cell, request: Request) -> None:
    """Bring one question to its end: the row of an answer or of a failure, or no row if the run stopped first."""
    line, tried = cell.line, Attempts(cell.work, request)
    # The composer counts the answers of a composite model; of a part only its cost is counted here.
    count = 0 if cell.work.role == "part" else 1
    answered, error_type = None, None
    try:
        if answered := await _answer(cell, tried):
            row = generation_row(cell.work, request, answered.answer, answered.attempts, answered.latency_ms)
            await cell.sink("raw.generations", {**row, **tried.columns})
            cell.answered()
            line.on_progress(count, 0, row["cost_usd"])
    except ProviderError as error:
        await cell.sink("raw.failures", failure_row(cell.work, request, error, tried.count_sent))
        cell.failed(error)
        line.on_progress(0, count, None)
        error_type = error.error_type
    if line.on_ended and (answered or error_type):
        line.on_ended(tried, error_type)
    if extra := tried.extra_row(has_answer=answered is not None):
        await cell.sink("raw.extra_spend", extra)


async def _answer(cell: _Cell, tried: Attempts) -> _Answered | None:
    """Make attempts until one is answered; None if the run stopped first.

    An answer without a word gets one more attempt; it stands if that one is empty, too, or fails. While a request waits
    between two attempts, a stand-in takes the next question, and goes when the wait is over: up to as many requests may
    wait as may be in flight. A wait that the server named is the limiter's, for everybody.

    Raises:
        ProviderError: The last attempt failed, or one that no other can better.
    """
    most = cell.work.model.max_attempts
    empty: _Answered | None = None
    while True:
        try:
            answered = await _attempt(cell, tried)
        except ProviderError as error:
            attempts = tried.count_sent
            if attempts >= most or not isinstance(error, TransientError):
                if empty is None:
                    raise
                return replace(empty, attempts=attempts)
            await _wait_after(error, attempts, cell)
        else:
            if empty:
                tried.discard(empty.answer)
            is_last = answered is None or empty or answered.attempts >= most
            if answered is None or is_last or not is_empty(answered.answer, tried.request):
                return answered
            empty = answered
            tried.retry_after(AnswerFlag.EMPTY)


async def _wait_after(error: ProviderError, attempts: int, cell: _Cell) -> None:
    """Wait before the next attempt, while a stand-in takes the next question."""
    if error.retry_after_s:
        return
    ceiling = min(_LONGEST_BACKOFF_S, _FIRST_BACKOFF_S * 2 ** (attempts - 1))
    cell.count_waiting += 1
    cell.hire()
    await cell.line.limiter.wait(cell.line.jitter() * ceiling)
    cell.count_waiting -= 1


def is_empty(answer: Answer, request: Request) -> bool:
    """Whether the model came to its end without a word, a thought or a likelihood."""
    stop = request.parameters.get("stop") or ()
    reading = read_answer(answer.text, reasoning_text=answer.reasoning_text, stop=stop)
    is_cut_or_blocked = answer.status != "answered" or answer.finish_reason == Ending.LENGTH
    return AnswerFlag.EMPTY in reading.flags and not is_cut_or_blocked and answer.first_token_json is None


async def _attempt(cell: _Cell, tried: Attempts) -> _Answered | None:
    """Ask once, within the limits of cell and budgets; None if the run or a budget has ended."""
    ledger, model_id = cell.line.ledger, cell.work.model.id
    async with cell.slots:
        worst_usd = tried.worst_usd if ledger.covers_money(model_id) else None
        reserved = await ledger.reserve(model_id, worst_usd or 0.0)
        if isinstance(reserved, Account):
            cell.stop_at(reserved)
            return None
        count_before, usd = tried.count_sent, None
        try:
            answered = await _in_place(cell, tried)
            usd = tried.answered(answered.answer) if answered else None
        except ProviderError as error:
            usd = tried.failed(error)
            raise
        finally:
            ledger.settle(reserved, usd, was_sent=tried.count_sent > count_before)
    return answered


async def _in_place(cell: _Cell, tried: Attempts) -> _Answered | None:
    """Ask once, within the limits of the endpoint, and tell the limiter how it went."""
    line, limiter, request = cell.line, cell.line.limiter, tried.request
    place = await limiter.enter(_most_tokens(request) if limiter.counts_tokens else 0)
    if place is None:
        return None
    used: int | None = None
    try:
        await line.room()
        if cell.is_over or not await line.refusals.may_begin(cell.work):
            cell.stop(line.refusals.why_not(cell.work))
            return None
        tried.send()
        with line.refusals.noted(cell.work):
            answer = await _asked(line.endpoint, request, cell.work.model.timeout_s)
        latency_ms = tried.elapsed_ms
        used = _used_tokens(answer)
        limiter.succeeded(place)
    except TransientError as error:
        if trouble := _OVERLOADED.get(error.error_type):
            limiter.pushed_back(place)
            line.on_slowed(trouble)
        if error.retry_after_s:
            limiter.pause(error.retry_after_s)
        raise
    finally:
        limiter.leave(place, used)
    return _Answered(answer, tried.count_sent, latency_ms)


async def _asked(endpoint: Endpoint, request: Request, timeout_s: float) -> Answer:
    """Ask once. Whatever a server sends, it costs one request and never the cell."""
    try:
        return await endpoint.ask(request.prompt, request.parameters, timeout_s)
    except ProviderError:
        raise
    except Exception as error:
        said = f"unreadable answer: {type(error).__name__}"
        raise TransientError(said, error_type="unreadable_answer", may_be_billed=True) from error


def _most_tokens(request: Request) -> int:
    """The most tokens that a request may take; servers count it so before they answer."""
    return len(request.prompt.content) // _CHARACTERS_PER_TOKEN + int(request.parameters.get("max_tokens", 0))


def _used_tokens(answer: Answer) -> int | None:
    if answer.tokens_input is None or answer.tokens_output is None:
        return None
    return answer.tokens_input + answer.tokens_output
