"""`import aggregates`: means that a paper or a leaderboard gives, compared without their items."""

from __future__ import annotations

import typer

from flows.cli.importing import File, Map, NoBuild, existing, mapped
from flows.cli.options import CONFIG, AsOf, Config, Json, as_of_date
from flows.cli.output import print_json


def aggregates(
    file: File,
    mapping: Map = None,
    config: Config = CONFIG,
    as_of: AsOf = None,
    no_publish: NoBuild = False,
    json: Json = False,
) -> None:
    """Import published means: rows of model, benchmark, mean; metric, standard_error, n, higher_is_better."""
    from flows.cli.results import show_places
    from flows.configuration import load_configuration
    from flows.publish import report_run
    from tasks.importers.read_aggregates import read_aggregates
    from tasks.steps.land import land_aggregates
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    day = as_of_date(as_of)
    with Warehouse.open(settings.warehouse) as warehouse:
        batches = read_aggregates(existing(file), mapped(mapping))
        imported = land_aggregates(warehouse, settings, batches, source=file, as_of_date=day)
        published = None if no_publish else report_run(warehouse, settings, imported.run_id, day.isoformat())
    if json:
        print_json({"run_id": imported.run_id, "count_rows": imported.count_rows, "count_new": imported.count_new})
        return
    typer.echo(f"Landed {imported.count_rows} means ({imported.count_new} new) as run {imported.run_id}.")
    if published:
        show_places(published, config, "from reports.published_tax")
    else:
        typer.echo(f"Next: aligntax publish --config {config}")
