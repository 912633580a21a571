"""`demo`, `plan`, `run`, `nightly`, `backfill`, `serve`: from a configuration to a published tax."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import CONFIG, AsOf, Config, Json, LogJson, as_of_date, write_json_log
from flows.cli.output import from_here, print_json, program
from tasks.errors import NothingDue, NothingEvaluated, UsageError

if TYPE_CHECKING:
    from tasks.settings.nights import ScheduleSettings
    from warehouse.connection import Warehouse

Fresh = Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo left and start over.")]
SampleSize = Annotated[int | None, typer.Option("--sample-size", min=1, help="Items per benchmark.")]
Wait = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for a busy warehouse.")]
Concurrency = Annotated[int | None, typer.Option("--concurrency", min=1, help="Requests in flight per endpoint.")]


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo writes.")] = Path(".demo"),
    fresh: Fresh = False,
    json: Json = False,
) -> None:
    """See an alignment tax without a key: simulated models on loopback, everything else real."""
    from flows.cli.results import summarise
    from flows.demonstration import demonstrate

    if fresh and folder.exists():
        shutil.rmtree(folder)
    shown = demonstrate(folder)
    code = summarise(shown.evaluated, config=shown.config, is_json=json)
    if not json:
        typer.echo(
            f"{shown.count_requests} real HTTP answers from simulated models in {shown.seconds:.0f} s; "
            f"their true rates are in {from_here(shown.truth)}."
        )
    raise typer.Exit(code)


def plan(
    config: Config = CONFIG,
    as_of: AsOf = None,
    sample_size: SampleSize = None,
    detect: Annotated[
        str | None,
        typer.Option("--detect", metavar="TAX", help="Show the items that would detect this tax (0.02: 2 points)."),
    ] = None,
    margin: Annotated[
        str | None,
        typer.Option(
            "--margin",
            metavar="POINTS",
            help="Show the items that let a tax of 0 count as surely below this many points (3: 3 points).",
        ),
    ] = None,
    nights: Annotated[
        str | None,
        typer.Option(
            "--nights",
            metavar="NIGHTS",
            help="Show the items a night with which the monitor sees a fall within so many nights (1 to 365).",
        ),
    ] = None,
    fall: Annotated[
        str | None,
        typer.Option("--fall", metavar="POINTS", help="The fall that --nights is about (5: 5 points, the default)."),
    ] = None,
    nightly: Annotated[
        bool, typer.Option("--nightly", help="Show what the night of this date asks, and which cells rest.")
    ] = False,
    json: Json = False,
) -> None:
    """Show cells, requests, tokens, money and detectable tax before anything is sent."""
    from flows.cli.plan_questions import StatedQuestions
    from flows.cli.plan_table import show_plan
    from flows.configuration import NOBODY_TO_ASK, load_configuration
    from flows.planning import plan_run, resting
    from tasks.domain import RunKind

    stated = StatedQuestions.of(detect, margin, nights, fall)
    settings = load_configuration(config, {"sample_size": sample_size})
    if settings.asks_nobody:
        raise NothingEvaluated(NOBODY_TO_ASK)
    with _existing(settings.warehouse) as warehouse:
        planned = plan_run(warehouse, settings, as_of_date(as_of), RunKind.NIGHTLY if nightly else RunKind.ADHOC)
        rests = resting(warehouse, settings, planned.as_of_date) if nightly else ()
        show_plan(warehouse, planned, is_json=json, questions=stated.about(planned), resting=rests)
    if not json:
        typer.echo(f"Next: {program()} {'nightly' if nightly else 'run'} --config {config}")


def run(
    config: Config = CONFIG,
    as_of: AsOf = None,
    sample_size: SampleSize = None,
    concurrency: Concurrency = None,
    wait: Wait = 0,
    json: Json = False,
    log_json: LogJson = False,
) -> None:
    """Evaluate the configured models; finishes what an interrupted run began and reuses every good answer."""
    from flows.cli.results import summarise, waiting_line
    from flows.launch import execute
    from flows.opened import opened

    if log_json:
        write_json_log()
    with opened(config, {"sample_size": sample_size, "concurrency": concurrency}, wait) as given:
        code = summarise(execute(given, [as_of_date(as_of)]), config=config, is_json=json)
        from flows.judge_imports import count_waiting  # statistics, which a run does without while it asks

        # A run asks no judge about imported answers, because they belong to none of its cells.
        if not json and (count := count_waiting(given.warehouse)):
            typer.echo(waiting_line(count))
    raise typer.Exit(code)


def nightly(
    config: Config = CONFIG, as_of: AsOf = None, wait: Wait = 0, json: Json = False, log_json: LogJson = False
) -> None:
    """Evaluate with fresh answers that belong to the night; the same night again asks only for what is open.

    Without --as-of it is tonight, by `schedule:`; nights that were missed are then handled as `missed_nights:` says.
    """
    from flows.cli.results import summarise
    from flows.night_backups import back_up_night
    from flows.one_night import hold, opened_for

    if log_json:
        write_json_log()
    night = as_of_date(as_of) if as_of else None
    try:
        with opened_for(night, config, wait) as given:
            evaluated = hold(given, night)
            code = summarise(evaluated, config=config, is_json=json)
    except NothingDue as rest:
        print_json({"outcome": "nothing_due", "reason": str(rest)}) if json else typer.echo(str(rest))
        return
    if evaluated.outcome == "complete":
        back_up_night(given.settings, config, date.fromisoformat(evaluated.as_of_date))
    raise typer.Exit(code)


def backfill(
    model: Annotated[list[str], typer.Option(help="Model to fill in; repeat as needed.")],
    benchmarks: Annotated[list[str] | None, typer.Option("--benchmarks", help="Only these; repeat as needed.")] = None,
    config: Config = CONFIG,
    as_of: Annotated[
        list[str] | None, typer.Option("--as-of", help="Date(s) to fill in (YYYY-MM-DD); default today, UTC.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what is missing and what it would cost.")] = False,
    wait: Wait = 0,
    json: Json = False,
    log_json: LogJson = False,
) -> None:
    """Fill in exactly the cells of some models that are missing, reusing every good answer."""
    from flows.backfill import backfill as fill_in
    from flows.cli.results import summarise
    from flows.opened import opened

    if log_json:
        write_json_log()
    only = {"models": model, "benchmarks": benchmarks or []}
    dates = [as_of_date(text) for text in (as_of or ["today"])]
    if dry_run:
        _show_missing(config, only, dates, is_json=json)
        return
    with opened(config, wait_s=wait) as given:
        evaluated = fill_in(given, only, dates)
    if evaluated:
        raise typer.Exit(summarise(evaluated, config=config, is_json=json))
    typer.echo(_nothing_missing(model, dates))


def _nothing_missing(models: Sequence[str], dates: Iterable[date]) -> str:
    days = ", ".join(day.isoformat() for day in dates)
    return f"Nothing is missing on {days}: every cell of {', '.join(models)} is complete. Nothing was sent."


def _show_missing(config: Path, only: Mapping[str, list[str]], dates: Iterable[date], *, is_json: bool) -> None:
    from flows.cli.plan_table import show_plan
    from flows.configuration import load_configuration
    from flows.planning import plan_run
    from tasks.domain import RunKind

    settings = load_configuration(config)
    with _existing(settings.warehouse) as warehouse:
        for day in dates:
            planned = plan_run(warehouse, settings, day, RunKind.BACKFILL, only)
            if planned.cells or is_json:
                show_plan(warehouse, planned, is_json=is_json)
            else:
                typer.echo(_nothing_missing(only["models"], [day]))


def serve(
    config: Config = CONFIG,
    cron: Annotated[
        str | None, typer.Option(help="When, as a cron expression; by default schedule.cron, else 0 2 * * *.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Where: the time zone of the expression; by default schedule.timezone, else UTC.")
    ] = None,
) -> None:
    """Run the nightly evaluation on a schedule, until interrupted."""
    from flows.configuration import load_configuration
    from flows.processes import STATE_FOLDER
    from flows.processes.prefect_server import prefect_server
    from flows.telling.night import receivers_of

    settings = load_configuration(config)
    receivers_of(settings)
    schedule = _stated_schedule(settings.schedule, cron, timezone)
    folder, has_workers = settings.warehouse.parent / STATE_FOLDER, settings.work_pool is not None
    with prefect_server(folder, has_schedules=True, has_workers=has_workers) as server:
        from flows.cli.night_line import say_night
        from flows.nightly import checked_cron
        from flows.nightly import serve as serve_nightly

        checked_cron(schedule)
        server.wait_until_up()
        asks = f", which ask for the password in {server.password}" if server.password else ""
        pages = server.address.removesuffix("/api")
        typer.echo(
            f"Serving the nightly flow at {schedule.cron!r} ({schedule.timezone}). Prefect's pages are at "
            f"{pages}{asks}. Ctrl-C ends it."
        )
        serve_nightly(config, schedule, say_night)


def _stated_schedule(schedule: ScheduleSettings, cron: str | None, timezone: str | None) -> ScheduleSettings:
    """The configured schedule with what the options state.

    Raises:
        UsageError: no such time zone.
    """
    from tasks.settings.nights import ScheduleSettings, checked_zone

    try:
        zone = checked_zone(timezone or schedule.timezone)
    except ValueError as error:
        raise UsageError(f"--timezone: {error}") from None
    return ScheduleSettings(cron=cron or schedule.cron, timezone=zone)


@contextmanager
def _existing(path: Path) -> Iterator[Warehouse | None]:
    """The warehouse, if there is one: looking at a plan creates none."""
    from warehouse.connection import Warehouse

    if not path.exists():
        yield None
        return
    with Warehouse.open(path) as warehouse:
        yield warehouse
