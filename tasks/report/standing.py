"""What is wrong on the date of the page: alarms, cells that are not whole, expectations that did not hold.

Tested in tests/tasks/report/test_page_opening.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tasks.report.report_rows import ReportSource, ReportTables, name_of
from tasks.report.wording import counted, listed, points

STANDING = (
    ReportSource("coverage", ("status", "origin")),
    ReportSource("validations", ("is_success", "severity")),
    ReportSource("alerts", ("model_id", "benchmark_id", "since_date", "fall")),
)
_MOST_ALARMS = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """A title, and sentences on what is wrong or, where nothing is, on what holds."""

    title: str
    is_wrong: bool
    sentences: tuple[str, ...]


def standing_of(tables: ReportTables) -> Standing:
    """What a reader must know before trusting the page."""
    wrong = tuple(_wrong(tables))
    if wrong:
        return Standing("Look at this first", is_wrong=True, sentences=wrong)
    held = f"{counted(len(tables['coverage']), 'cell is complete', 'cells are complete')}, and no alarm stands."
    return Standing("Tonight", is_wrong=False, sentences=(held,) if tables["coverage"] else ())


def _wrong(tables: ReportTables) -> Iterator[str]:
    alarms = tables["alerts"]
    for alarm in alarms[:_MOST_ALARMS]:
        fall = "" if alarm["fall"] is None else f" by {points(alarm['fall'])} points"
        model, benchmark = name_of(alarm["model_id"]), name_of(alarm["benchmark_id"])
        yield f"{model} has fallen{fall} on {benchmark} since {alarm['since_date']}."
    if len(alarms) > _MOST_ALARMS:
        yield f"{counted(len(alarms) - _MOST_ALARMS, 'more alarm')} in the section of the nights."
    if unfinished := len([row for row in tables["coverage"] if row["status"] != "complete"]):
        cells = counted(unfinished, "cell is not complete and is", "cells are not complete and are")
        yield f"{cells} left out of every tax."
    broken = [row["severity"] for row in tables["validations"] if not row["is_success"]]
    if gates := broken.count("gate"):
        guards = counted(gates, "expectation that guards", "expectations that guard")
        yield f"{guards} the publication did not hold."
    if others := [counted(broken.count(kind), kind) for kind in ("limit", "quarantine") if kind in broken]:
        yield f"Of the other expectations, these did not hold: {listed(others)}."
