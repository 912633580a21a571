"""The notes of a warehouse, of which the newest counts: their times never run back, not even where a clock does.

A note that is made after the clock was set back is given the time right after the newest note, so that it still is the
newest.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import polars as pl

# The tables whose newest row says how something stands, and when each row was noted.
NOTED_AT = {
    "raw.runs": "started_at",
    "raw.run_events": "happened_at",
    "raw.cell_events": "happened_at",
    "raw.voids": "happened_at",
    "raw.scorer_choices": "chosen_at",
    "raw.validations": "validated_at",
    "raw.executions": "executed_at",
    "raw.labels": "labelled_at",
    "raw.batch_events": "happened_at",
    "raw.budget_stops": "stopped_at",
    "raw.notices": "noted_at",
    "raw.notice_events": "happened_at",
    "meta.built_dates": "built_at",
}
_SMALLEST_STEP = timedelta(microseconds=1)


class Notes:
    """When the newest note of an open warehouse was made. ``connection`` is asked once, before the first note."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._newest: datetime | None = None

    def after_all(self, frame: pl.DataFrame, column: str) -> pl.DataFrame:
        """Notes with their times in a column, all moved on by as much as the first of them is too early."""
        import polars as pl  # noqa: PLC0415 - the command line opens warehouses without polars

        if self._newest is None:
            self._newest = self._found()
        first: datetime = frame[column].min()  # type: ignore[assignment]
        if self._newest is not None and first < self._newest:
            frame = frame.with_columns(pl.col(column) + (self._newest + _SMALLEST_STEP - first))
        self._newest = max(frame[column].max(), self._newest or first)  # type: ignore[type-var, assignment]
        return frame

    def _found(self) -> datetime | None:
        parts = (f"select max({column}) as noted_at from {table}" for table, column in NOTED_AT.items())  # noqa: S608 - names are ours
        union = " union all ".join(parts)
        row = self._connection.execute(f"select max(noted_at) from ({union})").fetchone()  # noqa: S608 - names are ours
        return row[0] if row else None
