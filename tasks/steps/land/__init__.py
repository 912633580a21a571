"""Land facts in the warehouse: what a run is, every answer soon after it came, and answers from elsewhere.

Knows the raw tables' columns; must not know Prefect, providers or scores of its own.
"""

from tasks.steps.land.aggregates import land_aggregates
from tasks.steps.land.batches import BatchBook, BatchEvent, Intent, event_row
from tasks.steps.land.foreign_rows import ForeignFiles, Imported
from tasks.steps.land.log_cells import LogOptions
from tasks.steps.land.logs import land_log
from tasks.steps.land.responses import land_responses
from tasks.steps.land.runs import (
    cell_events,
    due_cells,
    land_plan,
    missing_cells,
    open_requests,
    resting_cells,
    run_event,
    standing,
    void,
)
from tasks.steps.land.scores import land_scores
from tasks.steps.land.sink import Landing

__all__ = [
    "BatchBook",
    "BatchEvent",
    "ForeignFiles",
    "Imported",
    "Intent",
    "Landing",
    "LogOptions",
    "cell_events",
    "due_cells",
    "event_row",
    "land_aggregates",
    "land_log",
    "land_plan",
    "land_responses",
    "land_scores",
    "missing_cells",
    "open_requests",
    "resting_cells",
    "run_event",
    "standing",
    "void",
]
