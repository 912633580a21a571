"""What a command says at its end: the taxes, what they bought, failures, where things are, and what to try next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.answers import tax_sentences
from flows.cli.odd_answers import odd_lines
from flows.cli.options import naming
from flows.cli.output import print_json, program
from flows.cli.result_tables import print_safety, print_taxes
from warehouse.connection import Warehouse

if TYPE_CHECKING:
    from flows.evaluate import Evaluated
    from flows.stages import Unreported
    from tasks.steps.execute_programs import ExecutedPrograms
    from tasks.steps.publish import Published

_TRY = (
    "select candidate_model_id, benchmark_id, tax_absolute, p_value_holm from reports.alignment_tax where is_headline"
)


@dataclasses.dataclass(frozen=True, slots=True)
class HeadlineRows:
    """Headline taxes and safety rows of one date, as they were published; empty if nothing was.

    ``answers`` say for each pair whether alignment cost capability, ``benchmarks`` what stands out on single ones;
    ``warnings`` which of the answers behind them were odd, ``gaps`` which benchmarks of the date before they lack.
    """

    answers: Sequence[str] = ()
    benchmarks: Sequence[str] = ()
    alignment_tax: Sequence[dict[str, Any]] = ()
    safety: Sequence[dict[str, Any]] = ()
    warnings: Sequence[str] = ()
    gaps: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The part of a JSON document that holds them."""
        return {name: list(rows) for name, rows in dataclasses.asdict(self).items()}

    def print(self) -> None:
        """Print the answer, a table of each kind that has rows, and the warnings."""
        if self.alignment_tax:
            _say(self.answers)
            print_taxes(self.alignment_tax)
            _say(self.benchmarks)
        _say(self.gaps)
        if self.safety:
            print_safety(self.safety)
        _say(self.warnings)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def headline_rows(published: Published | None, as_of_date: str | None) -> HeadlineRows:
    """Read the rows of a date from a publication, if there is one."""
    if published is None or as_of_date is None:
        return HeadlineRows()
    with Warehouse.read(Path(published["database"])) as snapshot:
        taxes = snapshot.query_rows("headline_taxes", as_of_date=as_of_date)
        safety = snapshot.query_rows("headline_safety", as_of_date=as_of_date)
        warnings = tuple(odd_lines(snapshot, as_of_date))
        gaps = tuple(gap_lines(snapshot, as_of_date))
        said = tax_sentences(snapshot, as_of_date)
    return HeadlineRows(said.answers, said.benchmarks, _dicts(*taxes), _dicts(*safety), warnings, gaps)


def rows_of(evaluated: Evaluated) -> HeadlineRows:
    """The same of a run; empty where its snapshot could not be written, which the run says by itself."""
    if evaluated.unpublished and not Path(evaluated.published["database"]).is_file():
        return HeadlineRows()
    return headline_rows(evaluated.published, evaluated.as_of_date)


def gap_lines(snapshot: Warehouse, as_of_date: str) -> Iterator[str]:
    """A line for each pair whose tax over all capability goes over fewer benchmarks than on the date before."""
    for candidate, reference, missing in snapshot.query_rows("fewer_benchmarks", as_of_date=as_of_date)[1]:
        yield (
            f"{candidate} against {reference}: mean taxes lack {missing}, which the date before had, so they do not "
            "compare with it."
        )


def summarise(evaluated: Evaluated, *, config: Path, is_json: bool) -> int:
    """Print a run's result; returns the exit code: 1 where a cell is in no report or a target was not published."""
    exit_code = int(evaluated.outcome == "partial" or evaluated.unpublished is not None)
    rows = rows_of(evaluated)
    if is_json:
        print_json({**dataclasses.asdict(evaluated), **rows.as_json()})
        return exit_code
    rows.print()
    if rows.warnings:
        typer.echo(f"`aligntax doctor --ask --config {config}` asks the models and says what to change.")
    for line in _lines(evaluated):
        typer.echo(line)
    show_places(evaluated.published, config)
    if evaluated.unpublished:
        typer.echo(evaluated.unpublished)
    for line in (*unreported_lines(evaluated.unreported), *_budget_lines(evaluated, config)):
        typer.echo(line)
    return exit_code


def _budget_lines(evaluated: Evaluated, config: Path) -> Iterator[str]:
    """Which budgets stopped the run, what is missing, and the command that asks for it."""
    commands = {"adhoc": "run", "nightly": "nightly"}
    if command := commands.get(evaluated.kind):
        finishes = f"this finishes them: {program()} {command} --config {config} --as-of {evaluated.as_of_date}"
    else:
        finishes = "the same command finishes them."
    for stop in evaluated.budget_stops:
        span = stop.budget.partition(".")[0]
        later = {"night": "On another day, or with", "month": "In the next month, or with"}.get(span, "With")
        resumed = f"{later} a larger budget, {finishes}"
        cells = "1 cell lacks" if stop.count_cells == 1 else f"{stop.count_cells} cells lack"
        yield f"Stopped by budget {stop.budget}: {cells} {stop.count_missing} answers. {resumed}"


def unreported_lines(missing: Sequence[Unreported]) -> list[str]:
    """Which cells are in no report, and how they come back; nothing where all are reported."""
    from flows.stages import by_reason

    if not missing:
        return []
    counted = "1 cell is" if len(missing) == 1 else f"{len(missing)} cells are"
    return [
        f"{counted} in no report, so the exit code is 1:",
        *(f"  {line}" for line in by_reason(missing)),
        "The same command asks for what is missing; where only a limit was raised, nothing is asked again.",
    ]


def _lines(evaluated: Evaluated) -> list[str]:
    """What a run did, in a line each."""
    asked = evaluated.count_answered + evaluated.count_failed
    lines = [
        (
            f"Run {evaluated.run_id}: {evaluated.count_cells} cells, {evaluated.count_planned} answers planned, "
            f"{evaluated.count_reused} there already, {asked} asked, {evaluated.count_failed} failed, "
            f"{evaluated.count_scored} scored, {evaluated.count_quarantined} quarantined."
        )
    ]
    judging = evaluated.judging
    if judging.count_asked:
        lines.append(f"Judges were asked {judging.count_asked} times, {judging.count_failed} failed.")
    if evaluated.count_undecided:
        lines.append(
            f"{evaluated.count_undecided} answers of composite models stand only because their checker or chooser gave "
            "no verdict of its menu."
        )
    if said := executions_line(evaluated.executed):
        lines.append(said)
    lines += [f"In quarantine: {line}" for line in evaluated.quarantine]
    return [*lines, *(f"  failed judge: {failure}" for failure in evaluated.judging.failures)]


def executions_line(executed: ExecutedPrograms) -> str | None:
    """What became of the programs in the answers; None if there were none to run."""
    if executed.reason is not None:
        return f"{executed.count_waiting} programs not run, their answers not scored: {executed.reason}"
    beside = f" Tested in the program's own process, items of {', '.join(executed.beside)}." if executed.beside else ""
    if executed.count_executed or executed.count_reused:
        ran = f"{executed.count_executed} different programs run in the sandbox."
        if executed.count_reused:
            ran += f" {executed.count_reused} more answers hold a program that was run already, here or in another run."
        return ran + beside
    return None


def waiting_line(count: int) -> str:
    """How many answers wait for a judge, and how to ask it."""
    return f"{count} answers wait for their judge, without a score: `aligntax judge` asks it."


def say_what_follows(count_waiting: int, published: Published | None, config: Path, query: str = _TRY) -> None:
    """Say where an import was published, or which command continues it."""
    if count_waiting:
        typer.echo(waiting_line(count_waiting))
        typer.echo(f"Next: {program()} judge --config {config}")
    elif published:
        show_places(published, config, query)
    else:
        typer.echo(f"Next: {program()} publish --config {config}")


def show_places(published: Published, config: Path, query: str = _TRY) -> None:
    """Say where the publication is, and a query to begin with; then what earlier publications left beside it."""
    from tasks.steps.publish import standing

    places = {"Report": published["report"], "Tables": f"{published['database']} and {published['parquet']}/"}
    for name in sorted(published.keys() - {"report", "database", "parquet"}):
        places[name.replace("_", " ").capitalize()] = published[name]
    places["Try next"] = f'{program()} sql{naming(config)} "{query}"'
    width = max(map(len, places)) + 1
    for name, place in places.items():
        typer.echo(f"{name + ':':{width}} {place}")
    for path, date in standing(Path(published["report"]).parent).left.items():
        typer.echo(
            f"{path} holds the publication of {date}: its target is switched off. Delete it when nobody reads it."
        )


def _dicts(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]
