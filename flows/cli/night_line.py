"""What `serve` says when a night has ended: one line.

Tested in tests/flows/test_serve.py.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli.answers import tax_sentences, wrong_sentences
from flows.cli.output import shown
from tasks.errors import NothingDue
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from flows.evaluate import Evaluated
    from flows.orchestration import Outcome


def say_night(night: str, outcome: Outcome[Evaluated]) -> None:
    """Print it; a terminal that is gone takes no night with it."""
    with suppress(OSError):
        typer.echo(shown(night_line(night, outcome)))


def night_line(night: str, outcome: Outcome[Evaluated]) -> str:
    """The night, how its cells stand, its alarms, the answer on the taxes and the report; or why it failed."""
    if isinstance(outcome.error, NothingDue):
        return str(outcome.error)
    if outcome.error:
        return f"Night {night} failed: {' '.join(str(outcome.error).split())}"
    evaluated = outcome.result()
    complete = evaluated.count_cells - len(evaluated.unreported)
    cells = f"Night {night} ended: {complete} of {evaluated.count_cells} cells complete."
    if evaluated.unpublished:
        cells += f" But {' '.join(evaluated.unpublished.split())}"
    try:
        with Warehouse.read(Path(evaluated.published["database"])) as snapshot:
            wrong = wrong_sentences(snapshot, night) or ("No alarm stands.",)
            answer = tax_sentences(snapshot, night).answers[:1]
    except WarehouseError as error:  # the disk was full, for instance; the night has ended all the same
        return f"{cells} What was published cannot be read: {' '.join(str(error).split())}"
    return " ".join([cells, *wrong, *answer, f"Report: {evaluated.published['report']}"])
