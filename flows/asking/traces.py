"""Traces by OpenTelemetry: a span for each cell, and below it one for each request and batch. Needs the extra ``otel``.

OpenTelemetry's standard variables say where the spans go, how many are kept and what the service is called. A thread of
their own sends them over HTTP. A run waits for it at most five seconds, at its end.

Tested in tests/flows/asking/test_observers.py.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import StatusCode, set_span_in_context

from flows.asking.observers import batch_facts, cell_facts, request_facts
from tasks.planned import CellResult, CellWork
from tasks.providers import Batch
from tasks.steps.generate import Attempts
from tasks.steps.land import Intent

# How long the end of a run waits for the last spans to be sent.
_LONGEST_FLUSH_MS = 5_000
_NANOSECONDS = 1_000_000_000


class _Exporter(SpanExporter):
    """The exporter to the collector, which remembers whether anything was lost."""

    def __init__(self) -> None:
        self.has_failed = False
        self._sending = OTLPSpanExporter()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._sending.export(spans)
        self.has_failed |= result is not SpanExportResult.SUCCESS
        return result

    def shutdown(self) -> None:
        self._sending.shutdown()  # type: ignore[no-untyped-call]


class Traces:
    """An observer that makes spans."""

    def __init__(self, log: TextIO) -> None:
        # The exporter would log a collector that is down once a batch, with tracebacks; we say it once.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        self._log, self._exporter = log, _Exporter()
        resource = Resource({SERVICE_NAME: "aligntax"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("aligntax")
        self._spans: dict[str, Any] = {}  # by the name of the work
        self._parents: dict[str, Any] = {}  # by the cell

    def cell_began(self, work: CellWork) -> None:
        """Begin the span of a cell."""
        span = self._tracer.start_span(f"{work.role} cell")
        self._spans[work.name] = self._parents[work.cell_id] = span

    def cell_ended(self, work: CellWork, result: CellResult) -> None:
        """End the span of a cell."""
        span = self._spans.pop(work.name)
        _describe(span, cell_facts(work, result))
        if result.is_cell_error:
            span.set_status(StatusCode.ERROR)
        span.end()

    def request_ended(self, tried: Attempts, error_type: str | None) -> None:
        """Make the span of a request, below that of its cell: from its first wait to its end."""
        ended_ns = time.time_ns()
        began_ns = ended_ns - int((time.perf_counter() - tried.began_s) * _NANOSECONDS)
        span = self._below(tried.work, "request", began_ns)
        _describe(span, request_facts(tried))
        if error_type:
            span.set_attribute("error.type", error_type)
            span.set_status(StatusCode.ERROR)
        span.end(ended_ns)

    def batch_ended(self, work: CellWork, intent: Intent, batch: Batch) -> None:
        """Make the span of a batch, below that of its cell: from the intent to the last line."""
        span = self._below(work, "batch", int(intent.intended_at.timestamp() * _NANOSECONDS))
        _describe(span, batch_facts(work, intent, batch))
        span.end()

    def _below(self, work: CellWork, what: str, began_ns: int) -> Span | Any:
        """A span that began at a time, below that of its cell."""
        parent = self._parents.get(work.cell_id)
        context = set_span_in_context(parent) if parent else None
        return self._tracer.start_span(f"{work.role} {what}", context, start_time=began_ns)

    def close(self) -> None:
        """Send what is left, and say so where spans were lost."""
        is_sent = self._provider.force_flush(_LONGEST_FLUSH_MS)
        if self._exporter.has_failed or not is_sent:
            self._log.write("warning: the collector did not take all traces; the run is not affected.\n")
        self._provider.shutdown()


def _describe(span: Span | Any, facts: Mapping[str, Any]) -> None:
    span.set_attributes({f"aligntax.{name}": value for name, value in facts.items() if value is not None})
