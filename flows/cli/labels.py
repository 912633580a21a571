"""`labels export` and `labels import`: sheets of answers for people to grade, and their grades back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.importing import existing
from flows.cli.options import CONFIG, AsOf, Config, Json, as_of_date
from flows.cli.output import print_json
from tasks.errors import UsageError

if TYPE_CHECKING:
    from tasks.steps.labels import Sheet

app = typer.Typer(
    help="Let people grade answers: to know what a judge is worth, and to correct by it.", no_args_is_help=True
)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Sheet to write: .csv or .jsonl.")],
    benchmark: Annotated[list[str] | None, typer.Option(help="Only these benchmarks; repeat as needed.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Items per benchmark; every model's answer to each.")] = 50,
    seed: Annotated[int, typer.Option(help="Another seed draws other items.")] = 0,
    include_harmful: Annotated[
        bool, typer.Option("--include-harmful", help="Harmful requests and answers, too.")
    ] = False,
    config: Config = CONFIG,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Write a blind, stratified sample of answers for people to grade."""
    from flows.configuration import load_configuration
    from flows.transform import run_dates
    from tasks.steps.labels import export_labels
    from warehouse.connection import Warehouse

    if file.suffix not in {".csv", ".jsonl"}:
        raise UsageError(f"{file}: a sheet is .csv or .jsonl, found {file.suffix!r}.")
    settings = load_configuration(config, will_send=False)
    with Warehouse.open(settings.warehouse) as warehouse:
        dates = run_dates(warehouse)
        if not dates:
            raise UsageError("nothing ran yet: `aligntax run` or `aligntax import` first.")
        sheet = export_labels(
            warehouse,
            file,
            as_of_date(as_of).isoformat() if as_of else dates[-1],
            benchmarks=benchmark or [],
            count_items=count,
            seed=seed,
            include_harmful=include_harmful,
        )
    if json:
        print_json({"file": file, "count_answers": sheet.count_answers, "left_out": sheet.left_out})
    else:
        _say_exported(sheet, file)


def _say_exported(sheet: Sheet, file: Path) -> None:
    if sheet.left_out:
        typer.echo(f"Left out, because the text is harmful: {', '.join(sheet.left_out)} (--include-harmful adds them).")
    typer.echo(f"Wrote {sheet.count_answers} answers to {file}. Fill the grade columns, then:")
    typer.echo(f"  aligntax labels import {file} --labeller NAME")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Filled sheet, .csv or .jsonl.")],
    labeller: Annotated[str | None, typer.Option(help="Who graded, where the sheet does not say.")] = None,
    config: Config = CONFIG,
    json: Json = False,
) -> None:
    """Land people's grades, and rebuild what they are compared with."""
    from flows.cli.results import show_places
    from flows.configuration import load_configuration
    from flows.publish import report_dates
    from flows.transform import run_dates
    from tasks.steps.labels import import_labels
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    existing(file)
    with Warehouse.open(settings.warehouse) as warehouse:
        landed = import_labels(warehouse, file, labeller)
        published = report_dates(warehouse, settings, run_dates(warehouse))
    counts = {"count_rows": landed.count_rows, "count_blank": landed.count_blank, "count_new": landed.count_new}
    if json:
        print_json(counts)
        return
    graded = landed.count_rows - landed.count_blank
    typer.echo(f"Landed {graded} grades ({landed.count_new} new); {landed.count_blank} rows were left blank.")
    if published:
        show_places(published, config, "from reports.judge_agreement")
