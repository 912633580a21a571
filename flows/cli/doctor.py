"""`doctor`: check this machine and the configuration; with `--ask`, the models as well."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import CONFIG, Config
from flows.cli.output import print_table, program, shown
from tasks.errors import AligntaxError
from warehouse.errors import WarehouseError

_MOST_EMPTY = 0.05  # above it something is wrong with how a model is asked


def doctor(
    config: Config = CONFIG,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask each model a few short questions, and say what to write into its entry.")
    ] = False,
) -> None:
    """Check this machine and the configuration; with --ask the models as well, otherwise nothing is sent."""
    checks = [_check_python(), *_check_packages(), _check_configuration(config), _check_server(), _check_sandbox()]
    print_table("", ["check", "found", ""], checks)
    if any(verdict == "problem" for *_, verdict in checks):
        raise AligntaxError("see the lines marked as a problem.")
    if ask:
        _ask_models(config)


def _ask_models(config: Path) -> None:
    """Print one line for each finding about a model.

    Raises:
        AligntaxError: something was found that would stop a run.
    """
    import asyncio

    from flows.asking.trials import try_models
    from flows.configuration import NOBODY_TO_ASK, load_configuration
    from tasks.steps.try_out import MOST_REQUESTS, Level

    settings = load_configuration(config, {"sample_size": 1})
    for line in _empty_answers(settings.warehouse):
        typer.echo(line)
    if settings.asks_nobody and not settings.judges:
        typer.echo(f"Models: {NOBODY_TO_ASK}")
        return
    typer.echo(f"Asking each model and judge at most {MOST_REQUESTS} short questions, usually 4 ...")
    tried = asyncio.run(try_models(settings, os.environ))
    for finding in tried.findings:
        typer.echo(shown(finding.line))
    cost = "of unknown cost" if tried.cost_usd is None else f"for {tried.cost_usd:.4f} USD"
    if tried.count_requests:
        typer.echo(
            f"{tried.count_requests} requests were sent: {tried.count_tokens} tokens {cost}. Nothing was landed."
        )
    if any(finding.level is Level.PROBLEM for finding in tried.findings):
        raise AligntaxError("the lines marked as a problem would stop a run.")
    typer.echo(f"Next: {program()} plan --config {config}")


def _empty_answers(warehouse: Path) -> list[str]:
    """A line for each model that often gave no text in the newest run of it."""
    from warehouse.connection import Warehouse

    rows: list[tuple[str, str, float]] = []
    # The table is missing if nothing was built yet, for instance because a first run found no server.
    with suppress(WarehouseError), Warehouse.read(warehouse) as reader:
        rows = reader.query_rows("empty_rates")[1]
    return [
        f"warning {model}: earlier runs: {rate:.0%} of its answers to {benchmark} were empty. "
        "Look at the chat template, the stop strings and the token limit"
        for model, benchmark, rate in rows
        if rate > _MOST_EMPTY
    ]


def _check_python() -> tuple[str, str, str]:
    found = ".".join(map(str, sys.version_info[:3]))
    return "Python 3.11 or newer", found, "ok" if sys.version_info >= (3, 11) else "problem"


def _check_packages() -> list[tuple[str, str, str]]:
    from importlib.metadata import PackageNotFoundError, version

    rows = []
    for name in ("duckdb", "polars", "prefect", "openai", "great-expectations"):
        try:
            rows.append((name, version(name), "ok"))
        except PackageNotFoundError:
            rows.append((name, "not installed", "problem"))
    return rows


def _check_configuration(config: Path) -> tuple[str, str, str]:
    from flows.configuration import load_benchmarks, load_configuration
    from warehouse.connection import Warehouse

    try:
        settings = load_configuration(config)
        # What lies on a hub is left out, because nothing is sent.
        load_benchmarks(settings, [entry.name for entry in settings.benchmarks if not isinstance(entry.source, str)])
        if settings.warehouse.exists():
            Warehouse.read(settings.warehouse).close()
    except (AligntaxError, WarehouseError) as error:
        return "configuration", str(error), "problem"
    found = f"{len(settings.models)} models, {len(settings.benchmarks)} benchmarks, {len(settings.pairs())} pairs"
    return "configuration", found, "ok"


def _check_server() -> tuple[str, str, str]:
    from flows.processes.prefect_server import configured_address

    address = configured_address()
    found = address or "none configured: each run starts one on loopback"
    return "Prefect server", found, "ok" if os.name == "posix" or address else "problem"


def _check_sandbox() -> tuple[str, str, str]:
    """Whether programs in answers can be run. A machine without a sandbox passes: only some benchmarks run code."""
    from tasks.sandbox import NoSandbox, open_sandbox

    try:
        with open_sandbox(count_workers=1) as sandbox:
            found = sandbox.back_end
    except NoSandbox as error:
        return "sandbox for programs", f"{error} Benchmarks that run code will not be scored.", "none"
    return "sandbox for programs", f"{found.name}: {', '.join(found.layers)}; Python {found.python_version}", "ok"
