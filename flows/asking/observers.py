"""What others see of the asking while it goes on: a JSON line or a trace span for each cell, request and batch.

Nothing is observed, and nothing imported, unless ``--log-json`` or OpenTelemetry's standard variables ask for it. Lines
and spans hold ids, counts and times; never a prompt, an answer or a key.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TextIO

from flows.asking import LOG_JSON
from tasks.planned import CellResult, CellWork
from tasks.providers import Batch
from tasks.steps.generate import Attempts
from tasks.steps.land import Intent

_COLLECTOR = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_WITHOUT_SDK = (
    "warning: {name} names a collector, but the packages that send traces are missing. The run goes on without traces; "
    "pip install 'aligntax[otel]' adds them.\n"
)


class Observer(Protocol):
    """Who is told of cells, requests and batches. It must return at once and raise nothing."""

    def cell_began(self, work: CellWork) -> None:
        """A cell, a shard of one, or its judging begins."""

    def cell_ended(self, work: CellWork, result: CellResult) -> None:
        """It has ended."""

    def request_ended(self, tried: Attempts, error_type: str | None) -> None:
        """A question has its answer, or ended by an error of a type."""

    def batch_ended(self, work: CellWork, intent: Intent, batch: Batch) -> None:
        """The lines of a batch have been collected."""

    def close(self) -> None:
        """The asking is over."""


@dataclass(frozen=True, slots=True)
class Observers:
    """All who want to be told."""

    everyone: tuple[Observer, ...] = ()

    @contextmanager
    def cell(self, work: CellWork, result: CellResult) -> Iterator[None]:
        """Tell of a cell's begin and end. The counts of its result grow meanwhile."""
        for observer in self.everyone:
            observer.cell_began(work)
        try:
            yield
        finally:
            for observer in self.everyone:
                observer.cell_ended(work, result)

    def request_ended(self, tried: Attempts, error_type: str | None) -> None:
        """Tell of a request's end."""
        for observer in self.everyone:
            observer.request_ended(tried, error_type)

    def batch_ended(self, work: CellWork, intent: Intent, batch: Batch) -> None:
        """Tell of a batch's end."""
        for observer in self.everyone:
            observer.batch_ended(work, intent, batch)

    def close(self) -> None:
        """Tell that the asking is over."""
        for observer in self.everyone:
            observer.close()


def open_observers(environment: Mapping[str, str], log: TextIO = sys.stderr) -> Observers:
    """The observers that the environment asks for."""
    observers: list[Observer] = []
    if environment.get(LOG_JSON):
        observers.append(JsonLog(log))
    named = next((name for name in _COLLECTOR if environment.get(name)), None)
    if named and environment.get("OTEL_SDK_DISABLED", "").lower() != "true":
        try:
            from flows.asking.traces import Traces  # noqa: PLC0415 - an extra, and nobody else waits for its import
        except ImportError:
            log.write(_WITHOUT_SDK.format(name=named))
        else:
            observers.append(Traces(log))
    return Observers(tuple(observers))


def request_facts(tried: Attempts) -> dict[str, Any]:
    """The ids of a request, and what its attempts took, in milliseconds; ``service_ms`` is the last attempt's."""
    return {
        **_ids(tried.work),
        "request_id": tried.request.generation_id,
        "attempts": tried.count_sent,
        **tried.columns,
        "service_ms": tried.service_ms,
    }


def batch_facts(work: CellWork, intent: Intent, batch: Batch) -> dict[str, Any]:
    """The ids of a batch, how many requests it held when it was submitted, and the provider's word for its end."""
    about = {"batch_id": batch.batch_id, "mark": intent.mark, "state": batch.word}
    return {**_ids(work), **about, "count_requests": intent.count_requests}


def _ids(work: CellWork) -> dict[str, Any]:
    return {"run_id": work.run_id, "cell_id": work.cell_id, "role": work.role, "model_id": work.model.id}


def cell_facts(work: CellWork, result: CellResult | None = None) -> dict[str, Any]:
    """The ids of a cell, and how it ended."""
    facts = {**_ids(work), "count_requests": len(work.requests)}
    if result is None:
        return facts
    counts = {"count_answered": result.count_answered, "count_failed": result.count_failed}
    return {**facts, **counts, "stopped": result.stopped}


@dataclass(frozen=True, slots=True)
class JsonLog:
    """One JSON document a line for the begin and the end of each cell, and for the end of each request and batch."""

    stream: TextIO

    def cell_began(self, work: CellWork) -> None:
        """Write the line ``cell began``."""
        self._write("cell began", cell_facts(work))

    def cell_ended(self, work: CellWork, result: CellResult) -> None:
        """Write the line ``cell ended``."""
        self._write("cell ended", cell_facts(work, result))

    def request_ended(self, tried: Attempts, error_type: str | None) -> None:
        """Write the line ``request ended``."""
        self._write("request ended", {**request_facts(tried), "error_type": error_type})

    def batch_ended(self, work: CellWork, intent: Intent, batch: Batch) -> None:
        """Write the line ``batch ended``."""
        self._write("batch ended", batch_facts(work, intent, batch))

    def close(self) -> None:
        """Leave no line behind in a buffer."""
        self.stream.flush()

    def _write(self, event: str, facts: Mapping[str, Any]) -> None:
        line = {"time": datetime.now(UTC).isoformat(), "event": event, **facts}
        self.stream.write(f"{json.dumps(line, ensure_ascii=False)}\n")
