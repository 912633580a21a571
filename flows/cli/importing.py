"""What every import shares: options, the columns of a file, and the way from landing to publication."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from flows.cli.options import BUFFER_MB, as_of_date
from flows.cli.output import print_json
from tasks.errors import InputError, UsageError

if TYPE_CHECKING:
    from flows.stages import Unreported
    from flows.transform import Scored
    from tasks.settings import Settings
    from tasks.steps.land import Imported
    from tasks.steps.publish import Published
    from warehouse.connection import Warehouse

app = typer.Typer(help="Bring answers or scores that were obtained elsewhere.", no_args_is_help=True)

NoBuild = Annotated[bool, typer.Option("--no-publish", help="Land, validate and score only; `aligntax publish` later.")]


@dataclass(frozen=True, slots=True)
class Import:
    """How an import is done.

    Attributes:
        config: The configuration's file, named in the next command.
        settings: The configuration itself.
        day: The date that the imported runs belong to.
        publishes: Whether the reports are rebuilt and published at the end.
    """

    config: Path
    settings: Settings
    day: date
    publishes: bool


def import_of(config: Path, as_of: str | None, *, publishes: bool) -> Import:
    """How a command's options say that an import is done.

    Raises:
        SettingsError: the configuration holds a bad value.
        UsageError: ``as_of`` is not a date.
    """
    from flows.configuration import load_configuration

    return Import(config, load_configuration(config, will_send=False), as_of_date(as_of), publishes)


@dataclass(frozen=True, slots=True)
class Came:
    """What came of an import: one entry per source, in the order in which they landed."""

    landed: tuple[Imported, ...]
    scored: tuple[Scored, ...]
    published: Published | None

    @property
    def count_waiting(self) -> int:
        """How many answers wait for a judge."""
        return sum(scored.count_waiting for scored in self.scored)

    @property
    def unreported(self) -> tuple[Unreported, ...]:
        """The cells that validation took out."""
        return tuple(cell for scored in self.scored for cell in scored.unreported)

    @property
    def reported(self) -> list[str]:
        """The runs of which a cell is left."""
        empty = {index for index, scored in enumerate(self.scored) if scored.is_empty}
        return [imported.run_id for index, imported in enumerate(self.landed) if index not in empty]


def bring(work: Import, sources: Iterable[Callable[[Warehouse], Imported]], *, has_answers: bool = True) -> Came:
    """Land each source and score its answers; then publish, unless answers wait for a judge.

    A source of which validation leaves no cell does not hold up the others.

    Args:
        work: How the import is done.
        sources: Each lands one source. It may be called twice, and then lands nothing twice.
        has_answers: False for published means, which leave nothing to score.

    Raises:
        NothingEvaluated: validation left no cell of any source.
    """
    from flows.publish import report_run
    from flows.stages import nothing_left
    from flows.transform import score_import
    from warehouse.connection import Warehouse

    landed, scored = [], []
    with Warehouse.open(work.settings.warehouse) as warehouse:
        sparing = partial(warehouse.sparing, BUFFER_MB)
        for land in sources:
            landed.append(_with_wordings(sparing(partial(land, warehouse)), warehouse, work.settings))
            if has_answers:
                scored.append(sparing(partial(score_import, warehouse, work.settings, landed[-1].run_id)))
        came = Came(tuple(landed), tuple(scored), None)
        if not came.reported:
            raise nothing_left("this import", came.unreported)
        if not work.publishes or came.count_waiting:
            return came
        report = partial(report_run, warehouse, work.settings, came.reported[-1], work.day.isoformat())
        return Came(came.landed, came.scored, sparing(report))


def _with_wordings(imported: Imported, warehouse: Warehouse, settings: Settings) -> Imported:
    """The import with a note for each of its benchmarks whose entry has paraphrases, which imported answers ignore."""
    benchmarks = warehouse.query("imported_benchmarks", run_id=imported.run_id)["benchmark_id"].to_list()
    notes = (
        f"{entry.name}: paraphrases: is ignored here. Imported answers count as answers to one wording, and are never "
        "compared with answers to several"
        for entry in settings.benchmarks
        if entry.paraphrases and entry.name in benchmarks
    )
    return dataclasses.replace(imported, notes=(*imported.notes, *notes))


def say(work: Import, came: Came, counts: Mapping[str, Any], lines: Iterable[str], *, is_json: bool) -> NoReturn:
    """Print the taxes that were published, what landed, and what to do next, or all of it as one document; then exit.

    The exit code is 1 where validation took a cell out.

    Args:
        work: How the import was done.
        came: What came of it.
        counts: What landed, for machines.
        lines: What landed, for people.
        is_json: Print one document for machines.
    """
    from flows.cli.results import headline_rows, say_what_follows, unreported_lines

    rows = headline_rows(came.published, work.day.isoformat())
    if is_json:
        print_json({**counts, "unreported": list(map(dataclasses.asdict, came.unreported)), **rows.as_json()})
    else:
        rows.print()
        for line in lines:
            typer.echo(line)
        say_what_follows(came.count_waiting, came.published, work.config)
        for line in unreported_lines(came.unreported):
            typer.echo(line)
    raise typer.Exit(int(bool(came.unreported)))


def existing(path: Path) -> Path:
    """Return the file or folder if it exists.

    Raises:
        InputError: the path does not exist.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist.")
    return path


def mapped(pairs: list[str] | None) -> dict[str, str]:
    """Read ``--map``: which column of the file holds which field of ours.

    Raises:
        UsageError: a pair is not FIELD=COLUMN.
    """
    mapping = {}
    for pair in pairs or []:
        field, separator, column = pair.partition("=")
        if not (field and separator and column):
            raise UsageError(f"--map: {pair!r} is not FIELD=COLUMN, for example --map response=generated_text.")
        mapping[field] = column
    return mapping
