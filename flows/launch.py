"""Run the evaluation flow from the command line, with a Prefect server that starts while Prefect is imported."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from flows.opened import Opened
from flows.processes import STATE_FOLDER
from flows.processes.prefect_server import prefect_server
from tasks.domain import RunKind
from tasks.providers import import_sdks

if TYPE_CHECKING:
    from flows.evaluate import Evaluated


def execute(
    opened: Opened,
    dates: Sequence[date],
    kind: RunKind = RunKind.ADHOC,
    only: Mapping[str, list[str]] | None = None,
) -> Evaluated:
    """Evaluate one date after the other; returns what came out of the last.

    ``only`` narrows the plan to some ``models`` and ``benchmarks``.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    # Imports create a million objects; looking for garbage among them would cost a quarter of their CPU.
    gc.set_threshold(50_000, 20, 50)
    settings = opened.settings
    with prefect_server(settings.warehouse.parent / STATE_FOLDER, has_workers=settings.work_pool is not None) as server:
        from flows.evaluate import evaluate_dates  # noqa: PLC0415 - imports Prefect, while its server starts

        import_sdks(asked.provider for model in settings.models for asked in model.asked)
        server.wait_until_up()
        try:
            return evaluate_dates(opened, dates, kind, only or {})
        finally:
            if server.process and server.process.was_restarted and not server.process.is_gone:
                sys.stderr.write("warning: the Prefect server died and was started again; the run went on.\n")
