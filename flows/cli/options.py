"""Options that several commands share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from tasks.errors import UsageError

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Date the run belongs to (YYYY-MM-DD); default today, UTC.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]

CONFIG = Path("aligntax.yaml")


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
