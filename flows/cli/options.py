"""Options that several commands share."""

from __future__ import annotations

import math
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.asking import LOG_JSON
from tasks.errors import UsageError

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Date the run belongs to (YYYY-MM-DD); default today, UTC.")]
LogJson = Annotated[
    bool,
    typer.Option("--log-json", help="Write cells and requests to standard error, one JSON a line."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]

CONFIG = Path("aligntax.yaml")
# Memory for DuckDB where a command works through whole tables, beside half a gigabyte of Python. What does not fit
# goes to disk.
BUFFER_MB = 480


def naming(config: Path) -> str:
    """The option that names a configuration in a command that we print; nothing where it is the default."""
    return "" if config == CONFIG else f" --config {config}"


def as_of_date(text: str | None) -> date:
    """The date a run belongs to.

    Raises:
        UsageError: not a date.
    """
    if text in {None, "today"}:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise UsageError(f"--as-of: {text!r} is no date. Write it as 2026-01-31.") from None


def run_date(known: list[str], wanted: str | None) -> str:
    """The date that ``--as-of`` names, among the dates on which something ran; by default the newest.

    Raises:
        UsageError: nothing ran then.
    """
    if not known:
        raise UsageError("nothing ran yet: `aligntax run` or `aligntax import` first.")
    if wanted is None:
        return known[-1]
    date = as_of_date(wanted).isoformat()
    if date not in known:
        raise UsageError(f"--as-of: nothing ran on {date}. The newest date is {known[-1]}.")
    return date


def number(option: str, text: str | None, least: float, most: float, example: str) -> float | None:
    """The number that an option states, None where it is left out.

    Raises:
        UsageError: anything but a number from ``least`` to ``most``.
    """
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not least <= found <= most:  # NaN is not within them either
        raise UsageError(f"{option}: {text!r} must be a number from {least:g} to {most:g}, for example {example}.")
    return found


def whole_number(option: str, text: str | None, least: int, most: int) -> int | None:
    """The same of a whole number."""
    if text is None:
        return None
    if not (text.isdecimal() and least <= float(text) <= most):
        raise UsageError(f"{option}: {text!r} must be a whole number from {least} to {most}.")
    return int(text)


def write_json_log() -> None:
    """Have everything that this process asks written to standard error, one JSON document a line."""
    os.environ[LOG_JSON] = "1"
