"""Say what came out of a run: the taxes, what they bought, failures, paths, and what to try next."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.output import print_json, print_safety, print_taxes
from warehouse.connection import Warehouse

if TYPE_CHECKING:
    from flows.evaluate import Evaluated
    from tasks.steps.execute_programs import Executed
    from tasks.steps.publish import Published

_TRY = (
    "select candidate_model_id, benchmark_id, tax_absolute, p_value_holm from reports.alignment_tax where is_headline"
)


def summarise(evaluated: Evaluated, *, config: Path, is_json: bool) -> None:
    """Print a run's result."""
    taxes, safety = published_rows(evaluated.published["database"], evaluated.as_of_date)
    if is_json:
        print_json({**dataclasses.asdict(evaluated), "alignment_tax": taxes, "safety": safety})
        return
    print_taxes(taxes)
    if safety:
        print_safety(safety)
    asked = evaluated.count_answered + evaluated.count_failed
    typer.echo(
        f"Run {evaluated.run_id}: {evaluated.count_cells} cells, {evaluated.count_planned} answers planned, "
        f"{evaluated.count_reused} there already, {asked} asked, {evaluated.count_failed} failed, "
        f"{evaluated.count_scored} scored, {evaluated.count_quarantined} quarantined."
    )
    if evaluated.judging.count_asked:
        typer.echo(f"Judges were asked {evaluated.judging.count_asked} times, {evaluated.judging.count_failed} failed.")
    if evaluated.count_undecided:
        typer.echo(
            f"{evaluated.count_undecided} answers of composite models stand only because their checker or chooser gave "
            "no verdict of its menu."
        )
    if said := executions_line(evaluated.executed):
        typer.echo(said)
    for failure in evaluated.failures:
        typer.echo(f"  failed cell: {failure}")
    show_places(evaluated.published, config)


def executions_line(executed: Executed) -> str | None:
    """What became of the programs in the answers, None if there were none to run."""
    if executed.reason is not None:
        return f"{executed.count_waiting} programs not run, their answers not scored: {executed.reason}"
    if executed.count_executed or executed.count_reused:
        return f"{executed.count_executed} programs run in the sandbox, {executed.count_reused} known from before."
    return None


def show_places(published: Published, config: Path, query: str = _TRY) -> None:
    """Where the publication is, and a query to begin with."""
    typer.echo(f"Report:   {published['report']}")
    typer.echo(f"Tables:   {published['database']} and {published['parquet']}/")
    option = "" if config == Path("aligntax.yaml") else f" --config {config}"
    typer.echo(f'Try next: {program()} sql{option} "{query}"')


def program() -> str:
    """How this program is called from here: by name if the shell finds it, else by its path."""
    called = Path(sys.argv[0])
    if shutil.which(called.name) or not called.is_file():
        return "aligntax"
    return os.path.relpath(called)


def published_rows(database: Path, as_of_date: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Headline taxes and safety rows of a date, from the publication."""
    with Warehouse.read(database) as snapshot:
        taxes = snapshot.query_rows("headline_taxes", as_of_date=as_of_date)
        safety = snapshot.query_rows("headline_safety", as_of_date=as_of_date)
    return _dicts(*taxes), _dicts(*safety)


def _dicts(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]
