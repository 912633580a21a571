"""`import responses`, `import scores`, `import aggregates`: tables of answers, scores or means obtained elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
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
    from tasks.steps.land import ForeignFiles

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


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A table whose import needs nothing but its columns: the command's name and help, and what is done with files."""

    command: str
    help: str
    bring: Callable[[Import, ForeignFiles, bool], None]


def command_of(table: Table) -> Callable[..., None]:
    """The command of a table; the options are the same for all."""

    def command(
        files: Files,
        mapping: Map = None,
        config: Config = CONFIG,
        as_of: AsOf = None,
        no_publish: NoBuild = False,
        json: Json = False,
    ) -> None:
        from tasks.steps.land import ForeignFiles

        work = import_of(config, as_of, publishes=not no_publish)
        table.bring(work, ForeignFiles(list(map(existing, files)), mapped(mapping)), json)

    return command


def _bring_scores(work: Import, files: ForeignFiles, is_json: bool) -> None:
    from flows.configuration import load_benchmarks
    from tasks.importers.read_scores import read_scores
    from tasks.steps.land import land_scores

    known = load_benchmarks(work.settings)
    land = partial(land_scores, files=files, as_of_date=work.day)
    read = partial(read_scores, *files.paths, mapping=files.mapping)
    _say_answers(work, bring(work, [lambda warehouse: land(warehouse, work.settings, known, read)]), is_json=is_json)


def _bring_means(work: Import, files: ForeignFiles, is_json: bool) -> None:
    from flows.cli.results import say_what_follows
    from tasks.importers.read_aggregates import read_aggregates
    from tasks.steps.land import land_aggregates

    land = partial(land_aggregates, files=files, as_of_date=work.day)
    sources = [lambda warehouse: land(warehouse, work.settings, read_aggregates(*files.paths, mapping=files.mapping))]
    came = bring(work, sources, has_answers=False)
    (means,) = came.landed
    if is_json:
        print_json({"run_id": means.run_id, "count_rows": means.count_rows, "count_new": means.count_new})
        return
    typer.echo(f"Landed {means.count_rows} means ({means.count_new} new) as run {means.run_id}.")
    say_what_follows(0, came.published, work.config, _MEANS)


TABLES = (
    Table(
        "scores",
        "Import item scores: rows of model, benchmark, item, value; cluster, repeat, outcome, latency, tokens, cost.",
        _bring_scores,
    ),
    Table(
        "aggregates",
        "Import published means: rows of model, benchmark, mean; metric, standard_error, n, higher_is_better.",
        _bring_means,
    ),
)


def _cell(settings: Settings, model: str, benchmark: str, items: Path | None, scorer: str | None) -> Cell:
    """The cell that the answers belong to.

    Raises:
        UnknownName: the benchmark, the model or the scorer does not exist.
    """
    from flows.configuration import load_benchmark
    from tasks.benchmarks.cells import cell_of
    from tasks.scorers import SCORERS

    wanted = next((entry for entry in settings.benchmarks if entry.name == benchmark), None)
    if wanted is None:
        raise UnknownName.of("configured benchmark", benchmark, (entry.name for entry in settings.benchmarks))
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
