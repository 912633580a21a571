"""`rescore`: score answers again, beside the old scores. No model is asked anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.keeping import removed_line
from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json, program
from flows.cli.result_tables import print_changes
from tasks.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from warehouse.connection import Warehouse


def rescore(
    scorer: Annotated[str, typer.Option(help="NAME or NAME@VERSION, as `numeric@2`.")],
    run: Annotated[str | None, typer.Option(help="Only the answers of this run; default all runs.")] = None,
    benchmark: Annotated[
        str | None, typer.Option(help="The answers to this benchmark; default the cells whose own scorer it is.")
    ] = None,
    choose: Annotated[
        bool, typer.Option("--choose", help="The cells count by it from now on; choose the old one to go back.")
    ] = False,
    config: Config = CONFIG,
    json: Json = False,
) -> None:
    """Score answers again, beside the old scores, and say what changed per cell. No model is asked anything."""
    from flows.configuration import load_configuration
    from flows.transform import rebuild_dates, run_dates
    from tasks.scorers import SCORERS, versioned
    from warehouse.connection import Warehouse

    if choose and run is not None:
        raise UsageError("--choose: what a benchmark counts by holds for all of its runs. Leave out --run.")
    settings = load_configuration(config, will_send=False)
    name, version = versioned(scorer)
    current = SCORERS[name].version
    with Warehouse.open(settings.warehouse) as warehouse:
        _check_run(warehouse, run)
        # An earlier version of a scorer can no longer score, but the scores it gave can be chosen.
        can_score = not choose or version in {None, current}
        count = _score_again(warehouse, scorer, run, benchmark) if can_score else 0
        chosen = _count_by(warehouse, scorer, benchmark) if choose else []
        rebuild_dates(warehouse, run_dates(warehouse), settings.analysis, settings.margins)
        lacking = removed_line(warehouse, run, benchmark, None if benchmark else name) if can_score else None
        counted_version = version or current
        changes = warehouse.query("rescore_changes", scorer=name, scorer_version=counted_version, run_id=run)
        kept = _kept_line(warehouse, name, counted_version, chosen) if chosen else None
    rows = changes.to_dicts()
    if json:
        print_json({"count_scored": count, "chosen": chosen, "kept": kept, "changes": rows})
        return
    if rows:
        print_changes(rows)
    _say(count, scorer, chosen)
    for line in filter(None, (kept, lacking)):
        typer.echo(line)
    typer.echo(f"Next: {program()} publish --config {config}")


def _check_run(warehouse: Warehouse, run: str | None) -> None:
    known = warehouse.query("run_ids")["run_id"].to_list()
    if run is not None and run not in known:
        raise UnknownName.of("run", run, known)


def _score_again(warehouse: Warehouse, scorer: str, run: str | None, benchmark: str | None) -> int:
    """Score again; where a mended rule makes other programs of the answers, those are run first."""
    from tasks.scorers import ProgramScorer, installed, versioned
    from tasks.steps.execute_programs import execute_programs
    from tasks.steps.score import rescore as score_again

    rule = installed(*versioned(scorer))
    if isinstance(rule, ProgramScorer):
        for run_id in [run] if run else warehouse.query("run_ids")["run_id"]:
            executed = execute_programs(warehouse, run_id, {rule.name: rule})
            if executed.reason:
                raise UsageError(f"{executed.count_waiting} programs cannot be run here: {executed.reason}")
    return score_again(warehouse, rule, run_id=run, benchmark_id=benchmark)


def _count_by(warehouse: Warehouse, scorer: str, benchmark: str | None) -> list[str]:
    from tasks.scorers import versioned
    from tasks.steps.score import choose

    name, version = versioned(scorer)
    try:
        return choose(warehouse, name, version, benchmark)
    except UsageError as error:
        removed = removed_line(warehouse, None, benchmark, None if benchmark else name)
        raise UsageError(f"{error} {removed}" if removed else str(error)) from None


def _kept_line(warehouse: Warehouse, name: str, version: int, chosen: Sequence[str]) -> str | None:
    """How many cells do not count by what was chosen for them; None where all do."""
    parameters = {"scorer": name, "scorer_version": version, "benchmarks": list(chosen)}
    ((count, count_kept),) = warehouse.query_rows("kept_cells", **parameters)[1]
    if not count_kept:
        return None
    return f"{count_kept} of {count} cells keep the score they had: {name}@{version} has not scored all their answers."


def _say(count: int, scorer: str, chosen: Sequence[str]) -> None:
    if count:
        typer.echo(f"{count} answers scored by {scorer}; the old scores stay beside.")
    elif not chosen:
        typer.echo(f"No answer was waiting for a score by {scorer}.")
    if chosen:
        name = scorer.partition("@")[0]
        typer.echo(
            f"Cells of {', '.join(chosen)} count by {scorer} now. A run lets them count by its configuration's scorer: "
            f"write `scorer: {name}` there, too."
        )
