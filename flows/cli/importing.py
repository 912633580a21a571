"""`import responses` and `import scores`: answers obtained elsewhere go through everything after generation."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import CONFIG, AsOf, Config, Json, as_of_date
from flows.cli.output import print_json
from tasks.errors import InputError, UnknownName, UsageError

if TYPE_CHECKING:
    from flows.transform import Scored
    from tasks.steps.execute_programs import ExecutedPrograms
    from tasks.steps.land import Imported
    from tasks.steps.publish import Published

# What DuckDB may hold of a big import before it spills; where that is too little, the step is done again with more.
_BUFFER_MB = 600

app = typer.Typer(help="Bring answers or scores that were obtained elsewhere.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="JSONL, JSON, CSV or Parquet; .gz and .zip too.")]
Map = Annotated[list[str] | None, typer.Option("--map", help="OUR_FIELD=THEIR_COLUMN; repeat as needed.")]
NoBuild = Annotated[bool, typer.Option("--no-publish", help="Land, validate and score only; `aligntax publish` later.")]


@app.command()
def responses(
    file: File,
    benchmark: Annotated[str, typer.Option(help="Benchmark the answers belong to, as configured.")],
    model: Annotated[str, typer.Option(help="Model that answered, as configured.")],
    mapping: Map = None,
    extracted: Annotated[
        bool, typer.Option("--extracted", help="The responses are answers the source had already extracted.")
    ] = False,
    items: Annotated[
        Path | None, typer.Option(help="Edition of the items that was asked, if it is not the configured source.")
    ] = None,
    scorer: Annotated[str | None, typer.Option(help="Score with this scorer instead of the benchmark's.")] = None,
    config: Config = CONFIG,
    as_of: AsOf = None,
    no_publish: NoBuild = False,
    json: Json = False,
) -> None:
    """Import recorded answers; they are validated, scored and reported like any other."""
    from flows.configuration import load_benchmark, load_configuration
    from flows.publish import report_run
    from flows.transform import score_run
    from tasks.benchmarks.cells import cell_of
    from tasks.importers.read_responses import read_responses
    from tasks.scorers import SCORERS
    from tasks.steps.land import land_responses
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    wanted = next((entry for entry in settings.benchmarks if entry.name == benchmark), None)
    if wanted is None:
        raise UnknownName.of("configured benchmark", benchmark, (entry.name for entry in settings.benchmarks))
    if scorer is not None and scorer not in SCORERS:
        raise UnknownName.of("scorer", scorer, SCORERS)
    cell = cell_of(settings, settings.model(model), load_benchmark(wanted, items), wanted, scorer=scorer)
    read = partial(read_responses, existing(file), mapped(mapping))
    day = as_of_date(as_of)
    with Warehouse.open(settings.warehouse) as warehouse:
        land = partial(land_responses, source=file, as_of_date=day, is_extracted=extracted)
        imported = warehouse.sparing(_BUFFER_MB, partial(land, warehouse, settings, cell, read))
        score = partial(score_run, warehouse, settings, imported.run_id)
        scored = warehouse.sparing(_BUFFER_MB, score)
        report = partial(report_run, warehouse, settings, imported.run_id, day.isoformat())
        is_over = not (no_publish or scored.count_waiting)
        published = warehouse.sparing(_BUFFER_MB, report) if is_over else None
    _say(_counts(imported, scored), scored.executed, published, config, day.isoformat(), is_json=json)


@app.command()
def scores(
    file: File,
    mapping: Map = None,
    config: Config = CONFIG,
    as_of: AsOf = None,
    no_publish: NoBuild = False,
    json: Json = False,
) -> None:
    """Import item scores: rows of model, benchmark, item, value; cluster, repeat, outcome, latency, tokens, cost."""
    from flows.configuration import load_benchmarks, load_configuration
    from flows.publish import report_run
    from flows.transform import score_run
    from tasks.importers.read_scores import read_scores
    from tasks.steps.land import land_scores
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    read = partial(read_scores, existing(file), mapped(mapping))
    day = as_of_date(as_of)
    with Warehouse.open(settings.warehouse) as warehouse:
        known = load_benchmarks(settings)
        imported = land_scores(warehouse, settings, known, read, source=file, as_of_date=day)
        scored = score_run(warehouse, settings, imported.run_id)
        published = None if no_publish else report_run(warehouse, settings, imported.run_id, day.isoformat())
    _say(_counts(imported, scored), scored.executed, published, config, day.isoformat(), is_json=json)


def existing(file: Path) -> Path:
    """The file itself.

    Raises:
        InputError: there is none.
    """
    if not file.is_file():
        raise InputError(f"{file} does not exist.")
    return file


def mapped(pairs: list[str] | None) -> dict[str, str]:
    """Columns of the file by fields of ours.

    Raises:
        UsageError: a pair is no FIELD=COLUMN.
    """
    mapping = {}
    for pair in pairs or []:
        field, separator, column = pair.partition("=")
        if not (field and separator and column):
            raise UsageError(f"--map: {pair!r} is not FIELD=COLUMN, for example --map response=generated_text.")
        mapping[field] = column
    return mapping


def _counts(imported: Imported, scored: Scored) -> dict[str, Any]:
    return {
        "run_id": imported.run_id,
        "count_rows": imported.count_rows,
        "count_new": imported.count_new,
        "count_scored": scored.count_scored,
        "count_quarantined": scored.count_quarantined,
        "count_waiting": scored.count_waiting,
        "executed": dataclasses.asdict(scored.executed),
    }


def _say(
    counts: dict[str, Any],
    executed: ExecutedPrograms,
    published: Published | None,
    config: Path,
    as_of_date: str,
    *,
    is_json: bool,
) -> None:
    from flows.cli.results import executions_line, published_rows, say_what_follows

    rows = published_rows(published, as_of_date)
    if is_json:
        print_json({**counts, **rows.as_json()})
        return
    rows.print()
    typer.echo(
        f"Landed {counts['count_rows']} rows ({counts['count_new']} new) as run {counts['run_id']}; "
        f"{counts['count_scored']} scored, {counts['count_quarantined']} quarantined."
    )
    if said := executions_line(executed):
        typer.echo(said)
    say_what_follows(counts["count_waiting"], published, config)
