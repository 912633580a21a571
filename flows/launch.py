"""Run the evaluation flow from the command line: a Prefect server beside us, imports meanwhile, one line of error."""

from __future__ import annotations

import asyncio
import importlib
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.configuration import load_configuration
from flows.server import prefect_server, wait_until_up
from tasks.domain import RunKind
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseBusy

if TYPE_CHECKING:
    from flows.evaluate import Evaluated

STATE_FOLDER = ".aligntax"
_LONGEST_FLUSH_S = 30


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks of the evaluation flow."""

    config: Path
    as_of_date: date
    kind: RunKind = RunKind.ADHOC
    overrides: Mapping[str, Any] = field(default_factory=dict)
    only: Mapping[str, list[str]] = field(default_factory=dict)
    wait_s: float = 0.0


def execute(*orders: Order) -> Evaluated:
    """Evaluate one after the other; returns what came out of the last.

    A mistake in the configuration or a busy warehouse is said before anything is started or sent.
    """
    first = orders[0]
    settings = load_configuration(first.config, dict(first.overrides))
    wait_until_free(settings.warehouse, first.wait_s)
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with prefect_server(settings.warehouse.parent / STATE_FOLDER) as address:
        from flows.evaluate import evaluate  # noqa: PLC0415 - imports Prefect, while its server starts

        threading.Thread(target=_import_ahead, daemon=True).start()
        wait_until_up(address)
        try:
            for order in orders:
                evaluated = asyncio.run(
                    evaluate(
                        str(order.config),
                        order.as_of_date.isoformat(),
                        order.kind.value,
                        dict(order.overrides),
                        dict(order.only),
                    )
                )
            return evaluated
        finally:
            _flush()


def wait_until_free(path: Path, wait_s: float) -> None:
    """Return once nobody else writes the warehouse.

    Raises:
        WarehouseBusy: somebody still does after ``wait_s`` seconds.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            Warehouse.open(path).close()
        except WarehouseBusy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.5)
        else:
            return


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
