"""A command for each tool of ``tasks.importers.LOG_TOOLS``: its logs are imported with the scores that it gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.importing import Import, NoBuild, bring, say
from flows.cli.options import CONFIG, AsOf, Config, Json, as_of_date
from flows.cli.output import shown
from tasks.domain import Dimension, Domain

if TYPE_CHECKING:
    from tasks.importers.log import ForeignLog, LogTool
    from tasks.steps.land import Imported

Model = Annotated[str | None, typer.Option(help="Configured model that answered, if the log calls it otherwise.")]
Benchmark = Annotated[str | None, typer.Option(help="Configured benchmark whose questions the log asks.")]
Scorer = Annotated[
    str | None, typer.Option(help="Which score counts, e.g. numeric or lm_eval:exact_match,strict-match.")
]
Measures = Annotated[Dimension, typer.Option(help="What a task that no configured benchmark asks measures.")]
About = Annotated[Domain, typer.Option(help="What such a task is about.")]


def command_of(tool: LogTool) -> Callable[..., None]:
    """The command of a tool; all of them have the same options."""
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
        from flows.configuration import load_benchmarks, load_configuration
        from tasks.steps.land import LogOptions, land_log

        logs = [log for path in paths for log in tool.logs_at(path)]
        settings = load_configuration(config, will_send=False)
        known, day = load_benchmarks(settings), as_of_date(as_of)
        options = LogOptions(model, benchmark, scorer, dimension, domain)
        land = partial(land_log, settings=settings, known=known, options=options, as_of_date=day)
        work = Import(config, settings, day, publishes=not no_publish)
        came = bring(work, [partial(land, log=log) for log in logs])
        imports = [
            _counts(log, imported, scored.count_scored)
            for log, imported, scored in zip(logs, came.landed, came.scored, strict=True)
        ]
        counts = {"imports": imports, "count_waiting": came.count_waiting}
        say(work, came, counts, _lines(imports), is_json=json)

    return command


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


def _lines(imports: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each log, with its notes below."""
    for row in imports:
        yield (
            f"{row['source']}: landed {row['count_rows']} answers ({row['count_new']} new) as run {row['run_id']}; "
            f"{row['count_scored']} scored by ours."
        )
        yield from (f"  {shown(note)}" for note in row["notes"])
