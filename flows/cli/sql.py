"""`sql`: ask anything of the published tables, or a question of the cookbook. It imports no Prefect and no SDK."""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import CONFIG, Config, Json, naming
from flows.cli.output import is_too_narrow, paged, print_fitting, print_json, print_table, print_vertical, program
from tasks.errors import UnknownName, UsageError
from warehouse.errors import QueryError
from warehouse.recipes import recipe, recipes

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

_LONGEST_TABLE = 200


def sql(
    query: Annotated[
        str | None, typer.Argument(help="One SELECT, in quotes. Without it: the tables and the cookbook.")
    ] = None,
    ask: Annotated[str | None, typer.Option(help="A question of the cookbook, by its name.")] = None,
    vertical: Annotated[bool, typer.Option("--vertical", help="One line per column, for wide tables.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, all rows.")] = False,
    parquet: Annotated[Path | None, typer.Option(help="Write the rows into this Parquet file.")] = None,
    config: Config = CONFIG,
    live: Annotated[bool, typer.Option("--live", help="Ask the warehouse itself, raw tables included.")] = False,
    json: Json = False,
) -> None:
    """Ask anything of the published tables (read-only, never blocked by a run)."""
    if query and ask:
        raise UsageError("give a SELECT or --ask, not both.")
    if sum([vertical, as_csv, parquet is not None, json]) > 1:
        raise UsageError("--vertical, --csv, --parquet and --json are forms of one answer: give one of them.")
    if ask and ask not in (names := [found.name for found in recipes()]):
        raise UnknownName.of("question of the cookbook", ask, names)
    asked = recipe(ask).sql if ask else query
    with published_or_live(config, is_live=live) as database, _advised(query, is_live=live):
        if asked is None:
            _list(database, config, is_json=json)
        elif parquet is not None:
            _write_parquet(database, asked, parquet)
        elif json:
            print_json(_dicts(*database.rows(asked)))
        elif as_csv:
            _print_csv(*database.rows(asked))
        else:
            empty = recipe(ask).empty if ask else None
            _print(*database.rows(asked, limit=_LONGEST_TABLE + 1), is_vertical=vertical, empty=empty)


@contextmanager
def _advised(query: str | None, *, is_live: bool) -> Iterator[None]:
    """DuckDB's message of a refused query, with what the user of these tables may have meant."""
    try:
        yield
    except QueryError as error:
        said = str(error)
        if not is_live and 'schema "raw" does not exist' in said:
            raise QueryError(f"{said}\nRaw tables are not published. --live reads them from the warehouse.") from None
        column = re.search(r'Referenced column "(.+?)" not found', said)
        if column and f'"{column[1]}"' in (query or ""):
            raise QueryError(f"{said}\nA text stands in single quotes: '{column[1]}'.") from None
        raise


def published_or_live(config: Path, *, is_live: bool) -> Warehouse:
    """The published copy of a configuration's warehouse, or the warehouse itself; read-only."""
    from tasks.settings import load_places
    from warehouse.connection import Warehouse

    places = load_places(config, os.environ)
    return Warehouse.read(places.warehouse if is_live else places.publish.snapshot)


def _list(database: Warehouse, config: Path, *, is_json: bool) -> None:
    """The tables with what each holds, then the questions of the cookbook."""
    tables = database.query_rows("described_tables")
    if is_json:
        print_json(
            {
                "tables": _dicts(*tables),
                "questions": [{"name": found.name, "question": found.question} for found in recipes()],
            }
        )
        return
    questions = [(found.name, found.question) for found in recipes()]
    with paged(len(tables[1]) + len(questions)):
        print_table("Tables", *tables)
        print_table("Questions of the cookbook", ["name", "question"], questions)
    command = f"{program()} sql{naming(config)}"
    typer.echo(f'Next: {command} "describe reports.safety", or {command} --ask surely_lost')


def _print(names: list[str], rows: list[tuple[Any, ...]], *, is_vertical: bool, empty: str | None) -> None:
    if not rows:
        typer.echo(empty or f"0 rows ({', '.join(names)}).")
        return
    shown = rows[:_LONGEST_TABLE]
    is_vertical = is_vertical or is_too_narrow(names, shown)
    with paged(len(shown) * (len(names) if is_vertical else 1)):
        if is_vertical:
            print_vertical(names, shown)
        else:
            print_fitting(names, shown)
    if len(rows) > _LONGEST_TABLE:
        typer.echo(f"The first {_LONGEST_TABLE} rows; --csv, --json and --parquet give all of them.")


def _print_csv(names: list[str], rows: list[tuple[Any, ...]]) -> None:
    from tasks.data_files.cells import no_formula

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([no_formula(value) if isinstance(value, str) else value for value in row] for row in rows)


def _write_parquet(database: Warehouse, query: str, path: Path) -> None:
    from warehouse.whole_files import swapped_in

    frame = database.frame_of(query)
    with swapped_in(path) as building:
        frame.write_parquet(building)
    typer.echo(f"{path}: {frame.height} rows, {frame.width} columns.")


def _dicts(names: list[str], rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]
