"""Batches of questions: they are taken at once, answered after a delay, and handed out line by line in another order.

Knows how batches go; must not know HTTP or vendors' shapes. Tested in tests/infra/simulator/test_batches.py.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from infra.simulator.batch_faults import BatchFaults
from infra.simulator.faults import FaultBook
from infra.simulator.respondent import Respondent
from infra.simulator.stream import Stream
from infra.simulator.tally import Tally
from infra.simulator.truth import SimulatedModel
from infra.simulator.wire_format import Format, RequestError

# So many questions are answered before other requests get their turn.
_AT_A_TIME = 25
_LONGEST_SLEEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of a batch: the id that its line carries, and its request's fields."""

    custom_id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: a document with its status, or the word for why it was not worked on."""

    custom_id: str
    kind: Literal["answered", "expired", "canceled"]
    status: int = 200
    document: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""


@dataclass(slots=True)
class SimulatedBatch:
    """A batch and how far it is. Its outcomes are there once it has ended."""

    number: int
    wire: Format
    entries: Sequence[Entry]
    night: str | None
    about: Mapping[str, Any]
    created_at: float
    outcomes: list[Outcome] = field(default_factory=list)
    has_ended: bool = False
    is_canceled: bool = False

    def count(self, kind: str) -> int:
        """How many questions came to an end of a kind; ``errored`` are answers with an error's status."""
        found = Counter("errored" if outcome.status != 200 else outcome.kind for outcome in self.outcomes)
        return found[kind]


class BatchDesk:
    """Every batch of this process, the newest last."""

    def __init__(
        self,
        respondent: Respondent,
        faults: FaultBook,
        tally: Tally,
        models: Mapping[str, SimulatedModel],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._respondent, self._faults, self.tally = respondent, faults, tally
        self._models, self._sleep = models, sleep
        self._attempts: Counter[tuple[object, ...]] = Counter()
        self._working: set[asyncio.Task[None]] = set()
        self.batches: list[SimulatedBatch] = []

    def faults_of(self, entries: Sequence[Entry]) -> BatchFaults:
        """How batches of the model of these questions go."""
        name = entries[0].fields.get("model") if entries else None
        faults = self._faults.by_model.get(str(name))
        return faults.batch if faults else BatchFaults()

    def take(
        self, wire: Format, entries: Sequence[Entry], night: str | None, about: Mapping[str, Any]
    ) -> SimulatedBatch:
        """Begin a batch.

        Raises:
            RequestError: Too many batches are being worked on.
        """
        faults = self.faults_of(entries)
        if sum(not batch.has_ended for batch in self.batches) >= faults.most_live:
            self.tally.batches["refused"] += 1
            raise RequestError(429, "Too many batches are in progress", code="rate_limit_exceeded")
        batch = SimulatedBatch(len(self.batches) + 1, wire, entries, night, about, time.time())
        self.batches.append(batch)
        self.tally.batches["created"] += 1
        task = asyncio.create_task(self._work(batch))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return batch

    def lines_of(self, batch: SimulatedBatch) -> Iterator[Outcome]:
        """The outcomes in another order at each time, some of them twice."""
        faults = self.faults_of(batch.entries)
        self.tally.batches["reads"] += 1
        stream = Stream("batch lines", batch.number, self.tally.batches["reads"])
        drawn = sorted((stream.uniform(), number) for number in range(len(batch.outcomes)))
        for _, number in drawn:
            for _ in range(1 + (stream.uniform() < faults.duplicated)):
                self.tally.batches["lines"] += 1
                yield batch.outcomes[number]

    async def _work(self, batch: SimulatedBatch) -> None:
        """Answer the questions after the delay that is in force then: who shortens it, ends what is waiting."""
        while (left_s := batch.created_at + self.faults_of(batch.entries).delay_s - time.time()) > 0:
            await self._sleep(min(left_s, _LONGEST_SLEEP_S))
        faults, outcomes = self.faults_of(batch.entries), []
        for number, entry in enumerate(batch.entries):
            outcomes.append(self._outcome(batch, entry, faults))
            if number % _AT_A_TIME == 0:
                await asyncio.sleep(0)
        batch.outcomes, batch.has_ended = outcomes, True

    def _outcome(self, batch: SimulatedBatch, entry: Entry, faults: BatchFaults) -> Outcome:
        """Answer a question as it is answered live, unless the batch fails it."""
        try:
            asked = batch.wire.read(entry.fields, self._models)
        except RequestError as error:
            return self._failed(batch, entry, error, "refused")
        identity = self._respondent.identify(asked, batch.night)
        self._attempts[identity.key] += 1
        draw = Stream("batch", *identity.key, self._attempts[identity.key]).uniform()
        if batch.is_canceled or draw < faults.expired:
            return Outcome(entry.custom_id, "canceled" if batch.is_canceled else "expired")
        if draw < faults.expired + faults.errored:
            broken = RequestError(500, "The server had an error while processing the request")
            return self._failed(batch, entry, broken, identity.request_id)
        answered = self._respondent.answer(asked, identity, is_logged=True)
        self.tally.count(asked.model.model_id, 200, ())
        try:
            document = batch.wire.shape(asked, answered, asked.model.model_id)
        except RequestError as error:
            return self._failed(batch, entry, error, identity.request_id)
        return Outcome(entry.custom_id, "answered", 200, document, f"{batch.wire.id_prefix}{identity.request_id}")

    def _failed(self, batch: SimulatedBatch, entry: Entry, error: RequestError, request_id: str) -> Outcome:
        named = f"{batch.wire.id_prefix}{request_id}"
        return Outcome(entry.custom_id, "answered", error.status, batch.wire.shape_error(error), named)
