"""The date of every night: one for each date that the schedule names, in every time zone and over every clock change.

A cron time that the clocks skip is moved by as much as they skip; of one that they repeat, the first counts. On a
date that a zone skipped (Samoa, 30 December 2011) nothing runs. Prefect begins the nights; where it moves one over
midnight, ``night_of`` still gives the night its own date.

Tested in tests/flows/test_night_dates.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from prefect._vendor.croniter.croniter import CroniterBadDateError, CroniterError, croniter

from tasks.errors import UsageError, one_line
from tasks.settings.nights import ScheduleSettings

_DAY = timedelta(days=1)
_MOST_MISSED = 366


@dataclass(frozen=True, slots=True)
class Night:
    """A date, and when its night begins (UTC)."""

    night: date
    begins_at: datetime


def nights(schedule: ScheduleSettings, first: date, last: date) -> Iterator[Night]:
    """The nights of some dates, oldest first.

    Raises:
        UsageError: no such cron expression.
    """
    zone, after = ZoneInfo(schedule.timezone), datetime.combine(first, time()) - timedelta(seconds=1)
    while (wall := _next(schedule.cron, after)) is not None and wall.date() <= last:
        if (begins_at := _instant(wall, zone)) is not None:
            yield Night(wall.date(), begins_at)
        after = datetime.combine(wall.date(), time.max).replace(microsecond=0)


def night_of(schedule: ScheduleSettings, scheduled_at: datetime) -> date:
    """The date of the night that begins at an instant.

    Prefect moves a midnight that the clocks skip to the evening before. By as much as the clocks change there, an
    instant belongs to the night beside it.
    """
    zone = ZoneInfo(schedule.timezone)
    local = scheduled_at.astimezone(zone)
    for night in nights(schedule, local.date() - _DAY, local.date() + _DAY):
        change = abs(_offset(night.begins_at, zone) - _offset(scheduled_at, zone))
        if abs(night.begins_at - scheduled_at) <= change:
            return night.night
    return local.date()


def next_night(schedule: ScheduleSettings, now: datetime) -> Night | None:
    """The next night that begins; None if the schedule names none within a year."""
    today = now.astimezone(ZoneInfo(schedule.timezone)).date()
    return next((night for night in nights(schedule, today, today + 366 * _DAY) if night.begins_at > now), None)


def missed_nights(schedule: ScheduleSettings, held: Collection[date], tonight: date) -> list[date]:
    """The nights between the last one that was held and tonight; none before the first night of all."""
    before = [night for night in held if night < tonight]
    if not before:
        return []
    first = max(max(before) + _DAY, tonight - _MOST_MISSED * _DAY)
    return [night.night for night in nights(schedule, first, tonight - _DAY)]


def _next(cron: str, after: datetime) -> datetime | None:
    """The first wall time of a cron expression after another; None where no date of the next decades fits."""
    try:
        times: Any = croniter(cron, after)  # type: ignore[no-untyped-call]
        found: datetime = times.get_next(datetime)
    except CroniterBadDateError:
        return None
    except (CroniterError, ValueError, KeyError, AttributeError) as error:
        raise UsageError(
            f"the schedule {cron!r} must be a cron expression such as '0 2 * * *' ({one_line(error)})."
        ) from None
    return found


def _instant(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """When a wall time is, in UTC: moved on, or else back, where the clocks skip it; None if its date is skipped."""
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).date() == wall.date():
            return instant
    return None


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
