"""`status` is the morning page: nights, alarms, what waits, the next night, on one screen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from flows.cli.morning import Month, Morning, next_night_of, state_of
from tests.support.receiver import nobody
from tests.support.runs import write_config

BEGAN = datetime(2026, 1, 31, 2, tzinfo=UTC)
NIGHT = {
    "as_of_date": "2026-01-31",
    "run_id": "r",
    "last_event": "finished",
    "count_cells": 6,
    "count_cells_complete": 6,
    "started_at": BEGAN,
    "last_event_at": BEGAN + timedelta(minutes=12),
    "is_voided": False,
}


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "whole"),
        ({"count_cells_complete": 5}, "partial"),
        ({"last_event": "failed", "count_cells_complete": 0}, "failed"),
        ({"last_event": "published", "count_cells_complete": 0}, "failed"),
        ({"count_cells_complete": 0}, "failed"),
        ({"last_event": "started"}, "not finished"),
        ({"last_event": None}, "not finished"),
        ({"is_voided": True}, "voided"),
    ],
)
def test_a_night_is_one_word(changes, state):
    assert state_of({**NIGHT, **changes}) == state


def test_what_waits_names_the_command_and_a_long_list_is_cut(capsys):
    waiting = [
        {"kind": "import", "subject": f"i{number}", "as_of_date": "2026-01-31", "detail": None} for number in range(7)
    ]
    spend = {"as_of_date": "2026-01-31", "cost_usd": 1.5, "cost_usd_planned_at_most": 4.25}
    Morning([NIGHT], [spend], [], waiting, Month(12.3, 5216, 300.0, None)).print()
    said = capsys.readouterr().out
    assert "The import i0 is not published: `aligntax publish`" in said
    assert "  2 more: aligntax status --json" in said
    assert "i5" not in said
    assert "This month: 12.30 of 300 USD, 5,216 requests." in said
    for part in ("whole", "6 of 6", "2026-01-31 02:00", "12", "1.50", "4.25"):
        assert part in said


@pytest.mark.parametrize(
    ("month", "line"),
    [
        (Month(0.0, 720, None, None), "This month: 720 requests."),
        (Month(0.0, 720, 5.0, 1000), "This month: 0.00 of 5 USD, 720 of 1,000 requests."),
        (Month(1.5, 720, None, None), "This month: 1.50 USD, 720 requests."),
        (Month(0.0, 0, None, None), ""),
    ],
)
def test_money_of_a_month_is_named_where_some_was_spent_or_is_limited(month, line):
    assert month.line == line


def test_the_next_night_is_said_in_its_own_time_zone(tmp_path):
    path = tmp_path / "aligntax.yaml"
    now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    path.write_text('schedule: {cron: "30 1 * * *", timezone: Europe/London}\n')
    assert next_night_of(path, now).line == "Next night: 2026-03-29, at 02:30 (Europe/London)."
    path.write_text("schedule: {cron: nonsense}\n")
    assert next_night_of(path, now) is None
    path.write_text("models: []\n")
    assert next_night_of(path, now) is None


@pytest.mark.accept
def test_the_page_of_a_real_night_fits_on_a_screen_and_is_fast(tmp_path, simulator, aligntax):
    config = write_config(tmp_path, simulator, size=10)
    more = f'\nschedule: {{cron: "0 2 * * *"}}\nnotify: [{{kind: json, name: ops, url: "{nobody()}"}}]\n'
    more += "budget: {month: {requests: 5000}}\n"
    config.write_text(config.read_text() + more)
    aligntax(tmp_path, "nightly", "--as-of", "2026-01-30")
    whole = config.read_text()
    config.write_text(whole.replace(f"http://{simulator}", nobody()))
    aligntax(tmp_path, "nightly", "--as-of", "2026-01-31", code=1)
    config.write_text(whole)
    said = aligntax(tmp_path, "status").stdout
    assert len(said.splitlines()) < 40
    nights = [line.split() for line in said.splitlines() if "2026-01-3" in line and " of " in line]
    assert [(line[1], line[3]) for line in nights[:2]] == [("2026-01-31", "failed"), ("2026-01-30", "whole")]
    assert "ops: 1 not delivered: connection refused. The next night tries again." in said
    assert "Next night: " in said
    assert " of 5,000 requests." in said
    document = json.loads(aligntax(tmp_path, "status", "--json").stdout)
    assert [row["kind"] for row in document["waiting"]] == ["notice"]
    assert {cell["status"] for cell in document["cells"]} == {"failed"}
    assert document.keys() == {"nights", "spend", "alarms", "waiting", "month", "cells", "next_night"}
    assert document["month"]["requests"] > 0
