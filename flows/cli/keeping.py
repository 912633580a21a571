"""`backup`, `restore`, `compact`, `prune`: keep a warehouse for years. No model is asked anything."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import CONFIG, Config, naming, whole_number
from flows.cli.output import from_here, program
from tasks.errors import UsageError

if TYPE_CHECKING:
    from warehouse.connection import Warehouse
    from warehouse.keeping import Backup

_SUFFIX = ".duckdb"


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER|FILE", help="Default: backups/ beside the warehouse.")
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Write a copy of the warehouse, checked against it, with the configuration inside.

    The copy is one file that only you can read. It holds all answers, scores, runs, labels and built tables. It leaves
    out what can be made or fetched again: publications (`aligntax publish`), benchmark files, exported sheets and
    Prefect's database. Nothing else can write to the warehouse meanwhile.
    """
    from tasks.settings import load_places
    from warehouse.keeping import back_up

    path = load_places(config, os.environ).warehouse
    made_at = datetime.now(UTC)
    target = _target(to or path.parent / "backups/", f"{path.stem}-{made_at:%Y%m%dT%H%M%SZ}{_SUFFIX}", is_folder=not to)
    made = back_up(path, target, made_at, config.read_text())
    typer.echo(f"Backup:  {from_here(target)} ({_size(target.stat().st_size)}; {_counts(made)})")
    typer.echo(f"Restore: {program()} restore {from_here(target)}{naming(config)} --yes")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `aligntax backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace the present warehouse, which is kept beside it.")] = False,
    config: Config = CONFIG,
) -> None:
    """Put a backup in the place of the warehouse. The present one is kept beside it as `*.before-restore`.

    The backup is read whole and checked first. A configuration that is missing is restored, too; one that is there
    stays as it is. Copies that a migration or an earlier restore left beside the warehouse can be restored as well.
    """
    from tasks.settings import load_places
    from warehouse.keeping import config_of
    from warehouse.keeping import restore as put_back

    if not config.exists() and (text := config_of(file)) is not None:
        _write_private(config, text)
        typer.echo(f"Configuration: {from_here(config)}, as it was backed up.")
    path = load_places(config, os.environ).warehouse
    if path.exists() and not yes:
        raise UsageError(f"{path} exists. --yes replaces it, and keeps it beside as {path.name}.TIME.before-restore.")
    kept = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}.before-restore")
    restored = put_back(file, path, kept)
    made = f" of {restored.made_at:%Y-%m-%d %H:%M} UTC" if restored.made_at else ""
    typer.echo(f"Restored: {from_here(path)} from the backup{made} ({_counts(restored)})")
    if kept.exists():
        typer.echo(f"Before:   {from_here(kept)}")
        typer.echo(f"Undo:     {program()} restore {from_here(kept)}{naming(config)} --yes")
    if restored.config is not None and restored.config != config.read_text():
        typer.echo(f"The configuration has changed since the backup. {from_here(config)} stays as it is.")
    typer.echo(f"Next:     {program()} publish{naming(config)}")


def compact(config: Config = CONFIG) -> None:
    """Write the warehouse anew without unused space, and check the new file before it takes the old one's place.

    It needs room for a second file meanwhile. Nothing else can use the warehouse until it ends. A lake (`landing:`) is
    written anew before: into large files, without old snapshots, and without facts older than `keep_texts_days`.
    """
    from tasks.settings import load_places
    from warehouse.keeping import compact as write_anew

    places = load_places(config, os.environ)
    path = places.warehouse
    if places.landing:
        _compact_lake(config)
    before, after = write_anew(path)
    typer.echo(f"{from_here(path)}: {_size(before)} before, {_size(after)} now.")


def _compact_lake(config: Path) -> None:
    from flows.lake_upkeep import tidied

    typer.echo(tidied(config))


def _target(to: Path, name: str, *, is_folder: bool) -> Path:
    """The file that `--to` names: itself, or one of this name in a folder."""
    return to / name if is_folder or to.is_dir() or to.suffix != _SUFFIX else to


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


def _counts(made: Backup) -> str:
    answers = made.count("raw.generations") + made.count("raw.recorded_scores")
    return f"{made.count('raw.runs')} runs, {answers} answers, schema {made.schema_version}"


def _size(count_bytes: int) -> str:
    return f"{count_bytes / 1e6:.1f} MB"


def prune(
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="DAYS", help="Default: keep_texts_days of the configuration."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed, and remove nothing.")] = False,
    config: Config = CONFIG,
) -> None:
    """Remove the texts of old answers, for good. Scores, outcomes, counts, hashes, tokens and times stay.

    A text is as old as its answer, or its import. Prompts, reasoning, what judges said, and the words of failures go
    with it. What still waits for a score or a judge keeps its text, and so do answers whose metric is computed from
    texts. `raw.text_removals` says what was removed when. Backups keep what they hold, and the file itself shrinks
    with `aligntax compact`.
    """
    from flows.configuration import load_configuration
    from flows.retention import policy
    from tasks.steps.remove_texts import removable_texts, remove_texts
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    days = whole_number("--older-than", older_than, 1, 36_500) or settings.keep_texts_days
    if days is None:
        raise UsageError("--older-than: name a number of days, or set keep_texts_days in the configuration.")
    with Warehouse.open(settings.warehouse) as warehouse:
        ruled = policy(days, "prune")
        found = removable_texts(warehouse, ruled) if dry_run else remove_texts(warehouse, ruled)
    kinds = ", ".join(f"{texts.count_texts} of kind {texts.kind}" for texts in found)
    size = _size(sum(texts.count_characters for texts in found))
    what = f"{size} of text older than {days} days ({kinds})" if found else f"no text older than {days} days"
    typer.echo(f"{'Would remove' if dry_run else 'Removed'} {what}.")
    if found and not dry_run:
        typer.echo(f"Next: {program()} publish{naming(config)}, so that the published copies lose them, too.")


def removed_line(
    warehouse: Warehouse, run_id: str | None = None, benchmark_id: str | None = None, scorer: str | None = None
) -> str | None:
    """How many answers cannot be read again, because their texts were removed; None where all can."""
    parameters = {"run_id": run_id, "benchmark_id": benchmark_id, "scorer": scorer}
    ((count,),) = warehouse.query_rows("count_removed_texts", **parameters)[1]
    answers = "1 answer keeps its score" if count == 1 else f"{count} answers keep their scores"
    return f"{answers} as they are: their texts were removed (`keep_texts_days`, `aligntax prune`)." if count else None
