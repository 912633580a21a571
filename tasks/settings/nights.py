"""When nights are: how often a cell is asked, when the schedule fires, and what becomes of a night that was missed.

Tested in tests/tasks/settings/test_nights.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator

from tasks.settings.fields import Text, shown
from tasks.settings.section import Section

MissedNights: TypeAlias = Literal["report", "skip", "catch_up"]
_WORDS = {"nightly": 1, "weekly": 7}


def parsed_cadence(value: object) -> int:
    """How many days lie between two evaluations."""
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise ValueError(f"must be nightly, weekly or a number of days, found {shown(value)}.")


def checked_zone(value: str) -> str:
    """A time zone by its name."""
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # a folder of zones gives an OSError
        raise ValueError(f"must be a time zone such as Europe/Berlin, found {value!r}.") from None
    return value


Cadence = Annotated[int, BeforeValidator(parsed_cadence)]


class ScheduleSettings(Section):
    """When `aligntax serve` begins a night; a night's date is the one in this time zone."""

    cron: Text = "0 2 * * *"
    timezone: Annotated[Text, AfterValidator(checked_zone)] = "UTC"

    @property
    def names_nights(self) -> bool:
        """Whether somebody stated when nights begin. The default is for `aligntax serve`, and nobody promised it."""
        return "cron" in self.model_fields_set

    def day_began(self, now: datetime) -> datetime:
        """The midnight before a moment, in this time zone."""
        return now.astimezone(ZoneInfo(self.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
