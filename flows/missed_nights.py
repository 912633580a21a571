"""What becomes of nights that were missed: `missed_nights:` says whether they are reported, caught up or skipped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flows.night_dates import missed_nights
from tasks.settings.nights import MissedNights, ScheduleSettings
from warehouse.connection import Warehouse

# A model of today says little about a night of last month, and each night is paid for.
_MOST_CAUGHT_UP = 7


@dataclass(frozen=True, slots=True)
class Missed:
    """The nights to tell of, and the nights to hold now, oldest first."""

    reported: Sequence[date] = ()
    caught_up: Sequence[date] = ()


def missed_before(warehouse: Warehouse, policy: MissedNights, schedule: ScheduleSettings, tonight: date) -> Missed:
    """The nights between the last one that came to an end and tonight; a line names them.

    Only a stated schedule can be missed. Otherwise nobody knows on which dates there should have been a night.
    """
    if policy == "skip" or not schedule.names_nights:
        return Missed()
    held = [day for (day,) in warehouse.query_rows("held_nights")[1]]
    if not (found := missed_nights(schedule, held, tonight)):
        return Missed()
    count = _MOST_CAUGHT_UP if policy == "catch_up" else 0
    missed = Missed(found[: len(found) - count] if count else found, found[-count:] if count else ())
    if missed.reported:
        names = ", ".join(map(str, missed.reported[-3:]))
        more = f" and {len(missed.reported) - 3} earlier ones" if len(missed.reported) > 3 else ""
        sys.stderr.write(f"warning: missed nights: {names}{more}. `aligntax nightly --as-of DATE` holds one now.\n")
    if missed.caught_up:
        sys.stderr.write(f"Catching up on missed nights: {', '.join(map(str, missed.caught_up))}.\n")
    return missed
