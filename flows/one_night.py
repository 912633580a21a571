"""Hold one night from the command line, and first the missed ones that are to be caught up.

Tested in tests/flows/test_missed_nights.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.configuration import load_configuration
from flows.launch import execute
from flows.missed_nights import missed_before
from flows.night_dates import night_of
from flows.opened import Opened, opened
from flows.telling.night import tell_after, telling
from tasks.domain import RunKind
from tasks.errors import AligntaxError, Interrupted, SettingsError

if TYPE_CHECKING:
    from flows.evaluate import Evaluated


@contextmanager
def opened_for(night: date | None, config: Path, wait_s: float) -> Iterator[Opened]:
    """The configuration and the warehouse of a night. People are told of a night that its configuration prevents.

    Raises:
        SettingsError: the configuration holds a bad value.
        WarehouseBusy: somebody else still writes the warehouse after ``wait_s`` seconds.
    """
    with ExitStack() as held:
        try:
            given = held.enter_context(opened(config, wait_s=wait_s))
        except SettingsError as error:
            with suppress(SettingsError):  # what cannot be read names nobody to tell
                schedule = load_configuration(config, will_send=False).schedule
                tell_after(config, night or night_of(schedule, datetime.now(UTC)), error)
            raise
        yield given


def hold(given: Opened, night: date | None) -> Evaluated:
    """Evaluate a night and tell people how it ended; None means tonight, by the schedule's time zone.

    Missed nights are looked for tonight only: who names a date means that one.
    """
    if night is not None:
        return _held(given, night)
    settings = given.settings
    tonight = night_of(settings.schedule, datetime.now(UTC))
    missed = missed_before(given.warehouse, settings.missed_nights, settings.schedule, tonight)
    for day in missed.caught_up:
        try:
            _held(given, day)
        except Interrupted:
            raise
        except AligntaxError as error:
            sys.stderr.write(f"warning: the night {day} failed: {error}\n")
    return _held(given, tonight, missed.reported)


def _held(given: Opened, night: date, missed: Sequence[date] = ()) -> Evaluated:
    with telling(given, night, missed):
        return execute(given, [night], RunKind.NIGHTLY)
