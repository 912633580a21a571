"""Run the evaluation flow from the command line: a Prefect server beside us, imports meanwhile, one line of error."""

from __future__ import annotations

import asyncio
import importlib
import os
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.configuration import load_configuration
from flows.server import prefect_server, wait_until_up
from tasks.domain import RunKind
from warehouse.connection import Warehouse

if TYPE_CHECKING:
    from flows.evaluate import Evaluated

STATE_FOLDER = ".aligntax"
_LONGEST_FLUSH_S = 30


def execute(config: Path, as_of_date: date, overrides: Mapping[str, Any], kind: RunKind = RunKind.ADHOC) -> Evaluated:
    """Evaluate; a mistake in the configuration or a busy warehouse is said before anything is started or sent."""
    settings = load_configuration(config, dict(overrides))
    Warehouse.open(settings.warehouse).close()
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with prefect_server(settings.warehouse.parent / STATE_FOLDER) as address:
        from flows.evaluate import evaluate  # noqa: PLC0415 - imports Prefect, while its server starts

        threading.Thread(target=_import_ahead, daemon=True).start()
        wait_until_up(address)
        running = evaluate(str(config), as_of_date.isoformat(), kind.value, dict(overrides))
        try:
            return asyncio.run(running)
        finally:
            _flush()


def _import_ahead() -> None:
    """What comes after the answers takes six seconds of CPU to import: do it while the server starts."""
    for name in ("great_expectations", "altair", "great_tables"):
        importlib.import_module(name)


def _flush() -> None:
    """Let Prefect hand over its last events and logs before its server goes: it prints tracebacks otherwise."""
    from prefect.events.worker import EventsWorker  # noqa: PLC0415 - see execute
    from prefect.logging.handlers import APILogWorker  # noqa: PLC0415 - see execute

    for worker in (EventsWorker, APILogWorker):
        draining = worker.drain_all(timeout=_LONGEST_FLUSH_S)
        if asyncio.iscoroutine(draining):
            asyncio.run(draining)
