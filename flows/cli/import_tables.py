"""`import responses`, `import scores`, `import aggregates`: tables of answers, scores or means obtained elsewhere."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.importing import Came, Import, NoBuild, bring, existing, import_of, mapped, say
from flows.cli.options import CONFIG, AsOf, Config, Json
from flows.cli.output import print_json, shown
from tasks.errors import UnknownName

if TYPE_CHECKING:
    from tasks.planned import Cell
    from tasks.settings import Settings

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        help="JSONL, JSON, CSV, Parquet or Arrow, also packed, in an archive or a folder. Several count as one.",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="OUR_FIELD=THEIR_COLUMN, or a path into objects (output.text); repeat as needed."),
]

_MEANS = "from reports.published_tax"


def responses(
    files: Files,
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
    from tasks.importers.read_responses import read_responses
    from tasks.steps.land import ForeignFiles, land_responses

    work = import_of(config, as_of, publishes=not no_publish)
    cell = _cell(work.settings, model, benchmark, items, scorer)
    source = ForeignFiles(list(map(existing, files)), mapped(mapping))
    read = partial(read_responses, *source.paths, mapping=source.mapping)
    land = partial(land_responses, files=source, as_of_date=work.day, is_extracted=extracted)
    _say_answers(work, bring(work, [lambda warehouse: land(warehouse, work.settings, cell, read)]), is_json=json)


SharedItems = Annotated[
    bool,
    typer.Option(
        "--shared-items",
        help="Equal item ids in several benchmarks are one item, which counts once in taxes over benchmarks. "
        "By default each benchmark has its own items, whatever their ids.",
    ),
]


def scores(
    files: Files,
    mapping: Map = None,
    shared_items: SharedItems = False,
    config: Config = CONFIG,
    as_of: AsOf = None,
    no_publish: NoBuild = False,
    json: Json = False,
) -> None:
    """Import item scores: rows of model, benchmark, item, value; cluster, repeat, outcome, latency, tokens, cost.

    What is said of an item (cluster, subset, chance of a blind guess) must be the same in every row. It is taken for
    answers that are there already, too.
    """
    from flows.configuration import load_benchmarks
    from tasks.importers.read_scores import read_scores
    from tasks.steps.land import ForeignFiles, land_scores

    work = import_of(config, as_of, publishes=not no_publish)
    source = ForeignFiles(list(map(existing, files)), mapped(mapping))
    known = load_benchmarks(work.settings)
    land = partial(land_scores, files=source, as_of_date=work.day, shares_items=shared_items)
    read = partial(read_scores, *source.paths, mapping=source.mapping)
    _say_answers(work, bring(work, [lambda warehouse: land(warehouse, work.settings, known, read)]), is_json=json)


def aggregates(
    files: Files,
    mapping: Map = None,
    config: Config = CONFIG,
    as_of: AsOf = None,
    no_publish: NoBuild = False,
    json: Json = False,
) -> None:
    """Import published means: rows of model, benchmark, mean; metric, standard_error, n, higher_is_better."""
    from flows.cli.results import say_what_follows
    from tasks.importers.read_aggregates import read_aggregates
    from tasks.steps.land import ForeignFiles, land_aggregates

    work = import_of(config, as_of, publishes=not no_publish)
    source = ForeignFiles(list(map(existing, files)), mapped(mapping))
    land = partial(land_aggregates, files=source, as_of_date=work.day)
    read = partial(read_aggregates, *source.paths, mapping=source.mapping)
    came = bring(work, [lambda warehouse: land(warehouse, work.settings, read())], has_answers=False)
    (means,) = came.landed
    if json:
        counts = {"run_id": means.run_id, "count_rows": means.count_rows, "count_new": means.count_new}
        print_json({**counts, "notes": list(means.notes)})
        return
    typer.echo(f"Landed {means.count_rows} means ({means.count_new} new) as run {means.run_id}.")
    for note in means.notes:
        typer.echo(f"  {shown(note)}")
    say_what_follows(0, came.published, work.config, _MEANS)


def _cell(settings: Settings, model: str, benchmark: str, items: Path | None, scorer: str | None) -> Cell:
    """The cell that the answers belong to.

    Raises:
        UnknownName: the benchmark, the model or the scorer does not exist.
    """
    from flows.configuration import load_benchmark
    from tasks.benchmarks.cells import cell_of
    from tasks.scorers import SCORERS

    asked = {entry.name: entry for entry in settings.benchmarks if not entry.imported}
    wanted = asked.get(benchmark)
    if wanted is None:
        raise UnknownName.of("configured benchmark", benchmark, asked)
    if scorer is not None and scorer not in SCORERS:
        raise UnknownName.of("scorer", scorer, SCORERS)
    return cell_of(settings, settings.model(model), load_benchmark(wanted, items), wanted, scorer=scorer)


def _say_answers(work: Import, came: Came, *, is_json: bool) -> None:
    """Say what came of the answers or scores of one import."""
    from flows.cli.results import executions_line

    (imported,), (scored,) = came.landed, came.scored
    counts = {
        "run_id": imported.run_id,
        "count_rows": imported.count_rows,
        "count_new": imported.count_new,
        "count_scored": scored.count_scored,
        "count_quarantined": scored.count_quarantined,
        "count_waiting": scored.count_waiting,
        "executed": dataclasses.asdict(scored.executed),
        "notes": list(imported.notes),
    }
    landed = (
        f"Landed {imported.count_rows} rows ({imported.count_new} new) as run {imported.run_id}; "
        f"{scored.count_scored} scored, {scored.count_quarantined} quarantined."
    )
    executed = executions_line(scored.executed)
    notes = (f"  {shown(note)}" for note in imported.notes)
    say(work, came, counts, [landed, *notes, *([executed] if executed else [])], is_json=is_json)
