"""The book of batches: which were meant, submitted, ended and collected. Each entry is committed when a call returns.

Knows the raw tables' columns; must not know providers. Tested in tests/tasks/steps/generate/test_in_batches.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

import polars as pl

from tasks.planned import CellWork
from warehouse.connection import Row, Warehouse

BatchEvent: TypeAlias = Literal["posting", "refused", "submitted", "ended", "collected", "given_up"]

_MARK_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Intent:
    """A batch that was meant: the answers that it is to bring, and how far its submission is known to have come.

    ``count_requests`` are all that it held when it was meant; ``generation_ids`` those that are still open.
    ``posted_at`` is when an attempt began that may have made the batch.
    """

    mark: str
    generation_ids: tuple[str, ...]
    count_requests: int
    intended_at: datetime
    batch_id: str | None = None
    posted_at: datetime | None = None


class BatchBook:
    """The batches in a warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def open(self, generation_ids: Collection[str]) -> list[Intent]:
        """The batches that are still to bring some of these answers, whichever run meant them."""
        rows = self._warehouse.query("open_batches", frames={"wanted_generations": _wanted(generation_ids)})
        return [Intent(**row | {"generation_ids": tuple(row["generation_ids"])}) for row in rows.iter_rows(named=True)]

    def times_batched(self, generation_ids: Collection[str]) -> dict[str, int]:
        """In how many batches that were worked on each answer was asked for; absent for none."""
        rows = self._warehouse.query("batched_before", frames={"wanted_generations": _wanted(generation_ids)})
        return dict(rows.iter_rows())

    def batch_ids(self) -> set[str]:
        """The provider's ids of all batches that are known."""
        return set(self._warehouse.query("submitted_batches")["batch_id"])

    def intend(self, work: CellWork, generation_ids: Sequence[str]) -> Intent:
        """Enter a batch before it is submitted."""
        mark = uuid.uuid4().hex[:_MARK_DIGITS]
        batch: Row = {
            "mark": mark,
            "run_id": work.run_id,
            "cell_id": work.cell_id,
            "model_id": work.model.id,
            "endpoint": work.model.endpoint,
            "count_requests": len(generation_ids),
            "intended_at": datetime.now(UTC),
        }
        requests = [{"mark": mark, "generation_id": generation_id} for generation_id in generation_ids]
        self._warehouse.append({"raw.batches": [batch], "raw.batch_requests": requests})
        return Intent(mark, tuple(generation_ids), len(generation_ids), batch["intended_at"])

    def note(self, mark: str, event: BatchEvent, batch_id: str | None = None, detail: str | None = None) -> datetime:
        """Enter what happened to a batch, and when: now."""
        row = event_row(mark, event, batch_id, detail)
        self._warehouse.append({"raw.batch_events": [row]})
        happened_at: datetime = row["happened_at"]
        return happened_at


def event_row(mark: str, event: BatchEvent, batch_id: str | None = None, detail: str | None = None) -> Row:
    """The row of ``raw.batch_events`` for what happens to a batch now."""
    return {"mark": mark, "event": event, "batch_id": batch_id, "detail": detail, "happened_at": datetime.now(UTC)}


def _wanted(generation_ids: Collection[str]) -> pl.DataFrame:
    wanted: Any = {"generation_id": list(generation_ids)}
    return pl.DataFrame(wanted, schema={"generation_id": pl.String})
