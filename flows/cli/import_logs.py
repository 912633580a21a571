"""`import lm-eval`, `import inspect`, `import every-eval-ever`: logs of other tools, their own scores beside ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.importing import NoBuild
from flows.cli.options import CONFIG, AsOf, Config, Json, as_of_date
from flows.cli.output import print_json, shown
from tasks.domain import Dimension, Domain

if TYPE_CHECKING:
    from tasks.importers.log import ForeignLog, LogTool
    from tasks.steps.land import Imported, LogOptions

# Python and its libraries take half a gigabyte beside it.
_BUFFER_MB = 300

Model = Annotated[str | None, typer.Option(help="Configured model that answered, if the log calls it otherwise.")]
Benchmark = Annotated[str | None, typer.Option(help="Configured benchmark whose questions the log asks.")]
Scorer = Annotated[
    str | None, typer.Option(help="Which score counts, e.g. numeric or lm_eval:exact_match,strict-match.")
]
Measures = Annotated[Dimension, typer.Option(help="What a task that no configured benchmark asks measures.")]
About = Annotated[Domain, typer.Option(help="What such a task is about.")]


def command_of(tool: LogTool) -> Callable[..., None]:
    """The command of a tool; the options are the same for all."""
    argument = typer.Argument(metavar=tool.metavar, help=tool.given)

    def command(
        paths: list[Path] = argument,
        model: Model = None,
        benchmark: Benchmark = None,
        scorer: Scorer = None,
        dimension: Measures = Dimension.CAPABILITY,
        domain: About = Domain.REASONING,
        config: Config = CONFIG,
        as_of: AsOf = None,
        no_publish: NoBuild = False,
        json: Json = False,
    ) -> None:
        from tasks.steps.land import LogOptions

        logs = [log for path in paths for log in tool.read(path)]
        options = LogOptions(model, benchmark, scorer, dimension, domain)
        _import(logs, options, config, as_of, publishes=not no_publish, is_json=json)

    return command


def _import(
    logs: Sequence[ForeignLog],
    options: LogOptions,
    config: Path,
    as_of: str | None,
    *,
    publishes: bool,
    is_json: bool,
) -> None:
    from flows.cli.results import published_rows, say_what_follows
    from flows.configuration import load_benchmarks, load_configuration
    from flows.publish import report_run
    from flows.transform import score_run
    from tasks.steps.land import land_log
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    known = load_benchmarks(settings)
    day = as_of_date(as_of)
    found = []
    with Warehouse.open(settings.warehouse) as warehouse:
        for log in logs:
            land = partial(land_log, warehouse, settings, known, log, options=options, as_of_date=day)
            imported = warehouse.sparing(_BUFFER_MB, land)
            score = partial(score_run, warehouse, settings, imported.run_id)
            found.append((log, imported, warehouse.sparing(_BUFFER_MB, score)))
        newest = found[-1][1].run_id
        count_waiting = sum(scored.count_waiting for _, _, scored in found)
        report = partial(report_run, warehouse, settings, newest, day.isoformat())
        is_over = publishes and not count_waiting
        published = warehouse.sparing(_BUFFER_MB, report) if is_over else None
    rows = published_rows(published, day.isoformat())
    counts = [_counts(log, imported, scored.count_scored) for log, imported, scored in found]
    if is_json:
        print_json({"imports": counts, "count_waiting": count_waiting, **rows.as_json()})
        return
    rows.print()
    for row in counts:
        typer.echo(
            f"{row['source']}: landed {row['count_rows']} answers ({row['count_new']} new) as run {row['run_id']}; "
            f"{row['count_scored']} scored by ours."
        )
        for note in row["notes"]:
            typer.echo(f"  {shown(note)}")
    say_what_follows(count_waiting, published, config)


def _counts(log: ForeignLog, imported: Imported, count_scored: int) -> dict[str, Any]:
    first, *others = log.sources
    return {
        "source": f"{first.name} and {len(others)} more" if others else first.name,
        "run_id": imported.run_id,
        "count_rows": imported.count_rows,
        "count_new": imported.count_new,
        "count_scored": count_scored,
        "notes": list(imported.notes),
    }
