"""A cell while it is asked in batches: its open questions, its time, and how patiently the batch API is called.

Tested in tests/tasks/steps/generate/test_in_batches.py.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from tasks.errors import ProviderError, TransientError
from tasks.planned import CellResult, CellWork, Request, Sink
from tasks.providers import Account, Batch, Batches, Question
from tasks.steps.generate.attempts import Attempts
from tasks.steps.generate.live import Line
from tasks.steps.land import BatchBook, BatchEvent, Intent

Result = TypeVar("Result")
# The pause before the next look, or the next attempt, doubles from the one to the model's ``poll_s``.
_FIRST_PAUSE_S = 1.0


@dataclass(slots=True)
class BatchedCell:
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
        """How long one call of the batch API may take."""
        return self.work.model.batch.timeout_s

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be asked: a budget, an error or a signal ended it."""
        return bool(self.result.stopped) or self.line.draining.is_set()

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return asyncio.get_running_loop().time() >= self.deadline_s

    @property
    def is_done(self) -> bool:
        """Whether it waits for nothing any more."""
        return self.is_over or self.is_late

    def stop(self, error: ProviderError) -> None:
        """End the cell, because no request of it can succeed. A batch that is not found ends this cell alone."""
        if error.fault != "model":
            self.line.refusals.note(self.work, error)
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

    def pauses(self) -> Iterator[float]:
        """How long to wait before each next look or attempt."""
        longest_s = self.work.model.batch.poll_s
        pause_s = min(_FIRST_PAUSE_S, longest_s)
        while True:
            yield pause_s
            pause_s = min(2 * pause_s, longest_s)

    async def patiently(self, call: Callable[[], Awaitable[Result]]) -> Result | None:
        """What a call returns, at whatever attempt; None if the run stopped first."""
        pauses = self.pauses()
        while not self.is_over:
            try:
                return await call()
            except TransientError as error:
                if self.is_late:
                    self.waiting.append(f"the batch API gave no answer: {error}")
                    return None
                await self.pause(error.retry_after_s or next(pauses))
        return None

    async def note(
        self, intent: Intent, event: BatchEvent, batch: Batch | None = None, detail: str | None = None
    ) -> datetime:
        """Enter in the book what happened to a batch; returns when."""
        batch_id, word = (batch.batch_id, batch.word) if batch else (None, None)
        return await asyncio.to_thread(self.book.note, intent.mark, event, batch_id, detail or word)

    async def abandon(self, intent: Intent, reason: str) -> None:
        """Enter that the provider does not work on a batch."""
        await self.note(intent, "given_up", None, reason)
        self.attempts.subtract(intent.generation_ids)


def question(mark: str, request: Request) -> Question:
    """A question under an id that tells both the batch and the answer."""
    return Question(f"{mark}-{request.generation_id}", request.prompt, request.parameters)
