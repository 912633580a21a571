"""The morning page in the terminal: the last nights, what they took, alarms, what waits for a person, the next night.

It imports no SDK and no polars, and Prefect only where `schedule:` is stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from flows.cli.output import DASH, interval, points, print_table
from flows.light_imports import light_imports
from tasks.errors import AligntaxError, UsageError

if TYPE_CHECKING:
    from flows.night_dates import Night
    from warehouse.connection import Row, Warehouse

_MOST_LINES = 5
_ENDS: Mapping[str | None, str] = {"failed": "failed", "finished": "partial", "published": "partial"}
# What each thing that waits is, and the command that takes it on.
_WAITING: Mapping[str, str] = {
    "unfinished": "The run {subject} broke off. The same command, with --as-of {as_of_date}, finishes it.",
    "validation": "Validation stopped {subject}. Remove the cause and repeat it, or `aligntax void` it.",
    "import": "The import {subject} is not published: `aligntax publish`",
    "voided": "The run {subject} is voided ({detail}).",
    "batch": "{detail} of {subject} since {as_of_date}: the same command collects them.",
    "notice": "{subject}: {detail}. The next night tries again.",
    "judge": "{detail} of {subject} wait for a judge: `aligntax judge`",
    "label": "No person has checked the judge of {subject}: `aligntax labels export sheet.csv --benchmark {subject}`",
}


@dataclass(frozen=True, slots=True)
class Morning:
    """What the page shows; rows as the queries give them. ``waiting`` and ``month`` are unknown while a run goes on."""

    nights: Sequence[Row]
    spend: Sequence[Row]
    alarms: Sequence[Row]
    waiting: Sequence[Row]
    month: Month | None = None

    @classmethod
    def of(cls, database: Warehouse, config: Path, now: datetime, *, is_live: bool) -> Morning:
        """Read it from the warehouse, or from its published copy."""
        return cls(
            database.named_rows("live_nights" if is_live else "listed_nights"),
            database.named_rows("recent_spend") if database.has("reports.spend") else [],
            database.named_rows("standing_alarms") if database.has("reports.alerts") else [],
            database.named_rows("waiting_for_people") if is_live else [],
            Month.of(database, config, now) if is_live else None,
        )

    def as_json(self) -> dict[str, Any]:
        """The part of a JSON document that holds it."""
        return asdict(self)

    def print(self) -> None:
        """Print it; what is empty takes no line."""
        if self.nights:
            columns = ["night", "state", "cells", "began (UTC)", "minutes", "USD", "planned at most"]
            print_table("Nights", columns, map(self._night_row, self.nights), right=columns[4:], spare=("minutes",))
        if self.month and (line := self.month.line):
            typer.echo(line)
        for title, lines in (("Alarms", map(_alarm_line, self.alarms)), ("Waiting", map(_waiting_line, self.waiting))):
            _print_lines(title, list(lines))

    def _night_row(self, night: Row) -> list[Any]:
        spend = next((row for row in self.spend if row["as_of_date"] == night["as_of_date"]), {})
        lasted = (night["last_event_at"] or night["started_at"]) - night["started_at"]
        return [
            night["as_of_date"],
            state_of(night),
            f"{night['count_cells_complete']} of {night['count_cells']}",
            f"{night['started_at'].astimezone(UTC):%Y-%m-%d %H:%M}",
            f"{lasted.total_seconds() / 60:.0f}",
            *(_usd(spend.get(name)) for name in ("cost_usd", "cost_usd_planned_at_most")),
        ]


def _usd(amount: float | None) -> str:
    return DASH if amount is None else f"{amount:.2f}"


@dataclass(frozen=True, slots=True)
class Month:
    """What has been spent since a month began, as `budget.month` counts it, and what may be; None without a limit."""

    usd: float
    requests: int
    most_usd: float | None
    most_requests: float | None

    @classmethod
    def of(cls, database: Warehouse, config: Path, now: datetime) -> Month | None:
        """Add it up; None where the configuration cannot be read."""
        from tasks.settings.budget import BudgetSettings
        from tasks.settings.document import read_document
        from tasks.settings.nights import ScheduleSettings

        try:
            document = read_document(config)
            budget = BudgetSettings.model_validate(document.get("budget") or {})
            midnight = ScheduleSettings.model_validate(document.get("schedule") or {}).day_began(now)
        except (AligntaxError, ValueError):
            return None
        began = midnight.replace(day=1).astimezone(UTC)
        spans = {"day_began": midnight.astimezone(UTC), "month_began": began}
        with light_imports(has_frames=False):
            spent = database.named_rows("spent_before", run_id="", as_of_date=midnight.date(), **spans)
        usd, requests = (sum(row[f"month_{unit}"] for row in spent) for unit in ("usd", "requests"))
        most = {unit: limit for span, unit, limit in budget.limits() if span == "month"}
        return cls(usd, int(requests), most.get("usd"), most.get("requests"))

    @property
    def line(self) -> str:
        """Both units, each with its budget; empty where nothing was asked and nothing is limited.

        Money stands there only where some was spent or is limited, because models may state no price.
        """
        if not self.requests and self.most_usd is self.most_requests is None:
            return ""
        limit = "" if self.most_usd is None else f" of {self.most_usd:.10g}"
        money = f"{self.usd:.2f}{limit} USD, " if self.usd or limit else ""
        requests = "" if self.most_requests is None else f" of {self.most_requests:,.0f}"
        return f"This month: {money}{self.requests:,}{requests} requests."


def state_of(night: Row) -> str:
    """How a night ended, in a word or two."""
    if night["is_voided"]:
        return "voided"
    is_whole = night["count_cells_complete"] == night["count_cells"]
    is_published = night["last_event"] in {"finished", "published"}
    if is_published and is_whole:
        return "whole"
    if is_published and not night["count_cells_complete"]:
        return "failed"
    return _ENDS.get(night["last_event"], "not finished")


@dataclass(frozen=True, slots=True)
class Coming:
    """The next night, and the time zone that its date is of."""

    night: Night
    timezone: str

    @property
    def line(self) -> str:
        """When it begins, in its own time zone."""
        begins_at = self.night.begins_at.astimezone(ZoneInfo(self.timezone))
        return f"Next night: {self.night.night}, at {begins_at:%H:%M} ({self.timezone})."


def next_night_of(config: Path, now: datetime) -> Coming | None:
    """The next night by the configuration's schedule; None where it states none that can be read."""
    from tasks.settings.document import read_document
    from tasks.settings.nights import ScheduleSettings

    stated = read_document(config).get("schedule")
    if not isinstance(stated, dict):
        return None
    from flows.night_dates import next_night

    try:
        schedule = ScheduleSettings.model_validate(stated)
        night = next_night(schedule, now)
    except (UsageError, ValueError):
        return None
    return Coming(night, schedule.timezone) if night else None


def _alarm_line(alarm: Row) -> str:
    place = f"{alarm['model_id']} on {alarm['benchmark_id']} ({alarm['prompt_style']})"
    fall = f"{points(alarm['fall']).lstrip('+')} points {interval(alarm['fall_low'], alarm['fall_high'])}"
    return f"{place} has fallen by {fall} since {alarm['since_date']}."


def _waiting_line(row: Row) -> str:
    return _WAITING[row["kind"]].format(**row)


def _print_lines(title: str, lines: Sequence[str]) -> None:
    if lines:
        typer.echo(f"{title}:")
    for line in lines[:_MOST_LINES]:
        typer.echo(f"  {line}")
    if (more := len(lines) - _MOST_LINES) > 0:
        typer.echo(f"  {more} more: aligntax status --json")
