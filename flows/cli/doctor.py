"""`doctor`: check this machine and the configuration, without sending anything to a model."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flows.cli.options import CONFIG, Config
from flows.cli.output import print_table
from tasks.errors import AligntaxError
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError


def doctor(config: Config = CONFIG) -> None:
    """Check this machine and the configuration; sends nothing to any model."""
    checks = [_check_python(), *_check_packages(), _check_configuration(config), _check_server(), _check_sandbox()]
    print_table("", ["check", "found", ""], checks)
    if any(verdict == "problem" for *_, verdict in checks):
        raise AligntaxError("see the lines marked as a problem.")


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
    from flows.configuration import load_configuration

    try:
        settings = load_configuration(config)
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
