"""The commands and the one place where errors become a line on stderr and an exit code."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import Annotated, NoReturn

import typer

from flows.cli import (
    catalogue,
    doctor,
    execute,
    explore,
    gate,
    import_logs,
    import_tables,
    importing,
    init,
    items,
    judge,
    keeping,
    labels,
    looking,
    publishing,
    rescore,
    running,
    sql,
    weights,
)
from flows.cli.help_text import WholeHelp
from flows.cli.output import shown
from flows.cli.unforeseen import EXIT_CODE, line_of
from flows.processes.standard_error import outlive_reader
from tasks.errors import AligntaxError, innermost
from tasks.importers import LOG_TOOLS
from warehouse.errors import WarehouseError

app = typer.Typer(
    name="aligntax",
    cls=WholeHelp,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"aligntax {version('aligntax')}")
        raise typer.Exit


@app.callback()
def aligntax(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Measure what aligning a language model cost, what it bought, and how sure we are."""


for command in (
    running.demo,
    init.init,
    running.plan,
    running.run,
    running.nightly,
    running.backfill,
    running.serve,
    judge.judge,
    rescore.rescore,
    execute.execute,
    publishing.void,
    publishing.unvoid,
    publishing.build,
    publishing.publish,
    publishing.report,
    gate.gate,
    sql.sql,
    items.item,
    items.diff,
    explore.explore,
    looking.status,
    looking.runs,
    keeping.backup,
    keeping.restore,
    keeping.compact,
    keeping.prune,
    doctor.doctor,
    weights.steer,
    weights.merge,
):
    app.command()(command)
importing.app.command()(import_tables.responses)
importing.app.command()(import_tables.scores)
importing.app.command()(import_tables.aggregates)
for tool in LOG_TOOLS:
    importing.app.command(tool.command, help=tool.help)(import_logs.command_of(tool))
for name, group in (("import", importing.app), ("benchmarks", catalogue.app), ("labels", labels.app)):
    app.add_typer(group, name=name, cls=WholeHelp)


def main() -> NoReturn:
    """Run a command. Exit codes: 0 done, 1 failed, 2 asked wrongly, 70 an unforeseen error, 130 interrupted.

    What it writes may hold harmful texts, so new files and folders are for their owner only, as are those of the
    processes that it starts. A folder or file that exists keeps its permissions.
    """
    outlive_reader()
    atexit.register(gc.freeze)  # else the end of the interpreter looks through every object, several times
    os.umask(0o077)
    os.environ.setdefault("DO_NOT_TRACK", "1")  # else Prefect reports its first import on a terminal to its makers
    try:
        app()
    except BaseException as error:  # noqa: BLE001 - some libraries, such as polars, raise errors outside Exception
        _end(error)
    raise SystemExit(0)


def _end(error: BaseException) -> NoReturn:
    """One line that says what happened, and the exit code."""
    cause = innermost(error)
    if isinstance(cause, SystemExit):
        raise cause
    if isinstance(cause, KeyboardInterrupt):
        fail("interrupted. The same command finishes the run.", 130)
    if isinstance(cause, AligntaxError | WarehouseError):
        fail(str(cause), cause.exit_code)
    if isinstance(cause, ModuleNotFoundError):
        fail(f"the package {cause.name!r} is not installed. Install the locked dependencies again: make install", 1)
    if type(cause).__module__.partition(".")[0] == "httpx":  # only Prefect's client uses it; the SDKs use httpx2
        fail(f"the Prefect server is gone ({cause}). What came in is committed; the same command finishes the run.", 1)
    if isinstance(cause, OSError):  # a full disk or a forbidden folder, wherever it was met
        fail(f"{cause.filename or 'the system'}: {cause.strerror or cause}", 1)
    fail(line_of(error), EXIT_CODE)


def fail(message: str, exit_code: int) -> NoReturn:
    """One line on stderr, without characters that could control a terminal, and out."""
    lines = "\n".join(map(shown, message.splitlines()))
    sys.stderr.write(f"error: {lines}\n")
    raise SystemExit(exit_code)
