"""One night per date, in every zone, over every change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from prefect.server.schemas.schedules import CronSchedule

from flows.night_dates import missed_nights, next_night, night_of, nights
from tasks.errors import UsageError
from tasks.settings.nights import ScheduleSettings

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
CRONS = ("0 0 * * *", "30 0 * * *", "0 1 * * *", "0 2 * * *", "30 2 * * *", "45 23 * * *")
DAY = timedelta(days=1)


def schedule(cron="0 2 * * *", zone="UTC"):
    return ScheduleSettings(cron=cron, timezone=zone)


def offset(zone, day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()


def changes(zone, year):
    """The dates around which the clocks of a zone change."""
    days = [date(year, 1, 1) + timedelta(number) for number in range(366)]
    return [day for day in days if offset(zone, day) != offset(zone, day + DAY)]


def local_dates(zone, first, last):
    """The dates that a zone has."""
    start, hours = datetime(first.year, first.month, first.day, tzinfo=UTC), int((last - first) / DAY) * 24
    seen = {(start + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).date() for hour in range(-24, hours + 48)}
    return sorted(day for day in seen if first <= day <= last)


def check(zone, cron, first, last):
    found = list(nights(schedule(cron, zone), first, last))
    assert [night.night for night in found] == local_dates(zone, first, last), (zone, cron)
    for night in found:
        assert night.begins_at.astimezone(ZoneInfo(zone)).date() == night.night, (zone, cron)
        assert night_of(schedule(cron, zone), night.begins_at) == night.night, (zone, cron)
    assert all(one.begins_at < other.begins_at for one, other in pairwise(found))


@pytest.mark.accept
@pytest.mark.parametrize("cron", CRONS)
def test_every_date_of_a_year_has_one_night_around_every_change_in_every_zone(cron):
    for zone in ZONES:
        for day in changes(zone, 2026):
            check(zone, cron, day - 2 * DAY, day + 3 * DAY)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Pacific/Apia", date(2011, 12, 30)),  # a date that was skipped
        ("Pacific/Kwajalein", date(1993, 8, 21)),  # another one
        ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
        ("America/Havana", date(2026, 3, 8)),  # midnight is skipped
        ("Africa/Cairo", date(2026, 4, 24)),
        ("America/Nuuk", date(2026, 3, 28)),  # the last hour of a date is skipped
        ("Europe/Berlin", date(2026, 10, 25)),  # 02:00 comes twice
        ("Antarctica/Troll", date(2026, 3, 29)),  # two hours
    ],
)
@pytest.mark.parametrize("cron", CRONS)
def test_every_date_has_one_night_over_the_oddest_changes(zone, day, cron):
    check(zone, cron, day - 3 * DAY, day + 3 * DAY)


@pytest.mark.parametrize("cron", CRONS)
@pytest.mark.parametrize(
    "zone", ["America/Havana", "Africa/Cairo", "Antarctica/Troll", "Europe/Berlin", "Pacific/Apia"]
)
def test_what_prefect_begins_has_the_date_of_its_night(zone, cron):
    """Prefect begins a night of America/Havana at 23:00 of the evening before, where the clocks skip midnight."""
    for day in changes(zone, 2026) or [date(2026, 3, 1)]:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - 4 * DAY
        fired = CronSchedule(cron=cron, timezone=zone)._get_dates_generator(n=9, start=start)
        found = [night_of(schedule(cron, zone), datetime.fromtimestamp(at.timestamp(), UTC)) for at in fired]
        assert found == [found[0] + timedelta(number) for number in range(len(found))]


def test_a_run_by_hand_belongs_to_the_day_on_which_it_was_started():
    havana = schedule("0 0 * * *", "America/Havana")
    assert night_of(havana, datetime(2026, 6, 2, 3, 30, tzinfo=UTC)) == date(2026, 6, 1)


def test_a_weekly_schedule_misses_no_other_day():
    weekly = schedule("0 2 * * 1")
    assert missed_nights(weekly, [date(2026, 1, 5)], date(2026, 1, 12)) == []
    assert missed_nights(weekly, [date(2026, 1, 5)], date(2026, 1, 26)) == [date(2026, 1, 12), date(2026, 1, 19)]


def test_nights_are_missed_only_after_the_last_one_that_was_held():
    held = [date(2026, 1, 1), date(2026, 1, 3)]
    assert missed_nights(schedule(), held, date(2026, 1, 6)) == [date(2026, 1, 4), date(2026, 1, 5)]
    assert missed_nights(schedule(), held, date(2026, 1, 4)) == []
    assert missed_nights(schedule(), [], date(2026, 1, 4)) == []
    assert len(missed_nights(schedule(), [date(1999, 1, 1)], date(2026, 1, 4))) == 366


def test_the_next_night_is_later_than_now():
    now = datetime(2026, 1, 1, 2, tzinfo=UTC)
    found = next_night(schedule(), now)
    assert (found.night, found.begins_at) == (date(2026, 1, 2), now + DAY)
    assert next_night(schedule("0 2 30 2 *"), now) is None


def test_what_is_no_schedule_is_one_line():
    with pytest.raises(UsageError, match="the schedule 'every night' must be a cron expression"):
        next_night(schedule("every night"), datetime(2026, 1, 1, tzinfo=UTC))
