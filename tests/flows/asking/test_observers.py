"""What is told of cells and requests: JSON lines, and spans that a collector receives over HTTP."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from flows.asking import LOG_JSON
from flows.asking.observers import open_observers
from tasks.domain import Message, Prompt, PromptStyle
from tasks.planned import CellResult, CellWork, Request
from tasks.providers import Batch
from tasks.settings import ModelSettings
from tasks.steps.generate import Attempts
from tasks.steps.land import Intent
from tests.support.known import known_names

MODEL = ModelSettings.model_validate(
    {"id": "m", "provider": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m", "api": "chat", "base": None},
    context={"known": known_names()},
)
PROMPT = Prompt(PromptStyle.CHAT, messages=(Message("user", "a secret question"),))
REQUESTS = [Request(f"g{number}", f"i{number}", 0, "hash", PROMPT, {"max_tokens": 9}) for number in range(2)]
WORK = CellWork("run", "", "m/b/chat", "b", MODEL, REQUESTS, "m/b/chat")
INTENT = Intent("mark", ("g0", "g1"), 2, datetime.now(UTC))
BATCH = Batch("batch-1", "ended", "completed")


def ask_two(environment: dict[str, str]) -> str:
    """Let two requests of a cell end, one by an error, and then their batch; returns what was written."""
    written, result = io.StringIO(), CellResult("m/b/chat")
    observers = open_observers(environment, written)
    with observers.cell(WORK, result):
        for request, error_type in zip(REQUESTS, (None, "http_500"), strict=True):
            tried = Attempts(WORK, request)
            tried.send()
            tried.retry_after("http_503")
            tried.send()
            observers.request_ended(tried, error_type)
        observers.batch_ended(WORK, INTENT, BATCH)
        result.count_answered, result.count_failed = 1, 1
    observers.close()
    return written.getvalue()


def test_nothing_is_observed_or_imported_without_a_wish():
    assert open_observers({}).everyone == ()
    assert open_observers({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"}).everyone == ()
    code = "import sys; import flows.asking.session; print(any(m.startswith('opentelemetry.sdk') for m in sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_each_line_has_the_ids_of_run_cell_and_request():
    lines = [json.loads(line) for line in ask_two({LOG_JSON: "1"}).splitlines()]
    ends = ["request ended", "request ended", "batch ended", "cell ended"]
    assert [line["event"] for line in lines] == ["cell began", *ends]
    assert {(line["run_id"], line["cell_id"]) for line in lines} == {("run", "m/b/chat")}
    ended = lines[2]
    assert (ended["request_id"], ended["attempts"], ended["error_type"]) == ("g1", 2, "http_500")
    assert (ended["retried_for"], ended["service_ms"] >= 0, ended["waited_ms"] >= 0) == ("http_503", True, True)
    assert (lines[3]["batch_id"], lines[3]["count_requests"], lines[3]["state"]) == ("batch-1", 2, "completed")
    assert (lines[4]["count_answered"], lines[4]["count_failed"], lines[4]["stopped"]) == (1, 1, None)
    assert "secret" not in json.dumps(lines)


@contextmanager
def collector(status: int = 200) -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """A collector on loopback; yields its address and what it received."""
    received: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces"
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_collector_receives_a_span_for_each_cell_request_and_batch(monkeypatch):
    with collector() as (address, received):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        assert ask_two({"OTEL_EXPORTER_OTLP_ENDPOINT": address}) == ""
    (sent,) = [resource for request in received for resource in request.resource_spans]
    services = {attribute.key: attribute.value.string_value for attribute in sent.resource.attributes}
    spans = [span for scope in sent.scope_spans for span in scope.spans]
    assert services["service.name"] == "aligntax"
    assert sorted(span.name for span in spans) == ["answer batch", "answer cell", "answer request", "answer request"]
    (cell,) = [span for span in spans if span.name == "answer cell"]
    requests = [span for span in spans if span.name == "answer request"]
    assert {span.parent_span_id for span in spans if span is not cell} == {cell.span_id}
    facts = [{a.key: a.value.string_value or a.value.int_value for a in span.attributes} for span in requests]
    assert {fact["aligntax.request_id"] for fact in facts} == {"g0", "g1"}
    assert {fact.get("error.type") for fact in facts} == {None, "http_500"}
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans)
    assert b"secret" not in sent.SerializeToString()


def test_a_collector_that_refuses_is_one_line(monkeypatch):
    with collector(400) as (address, _):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        said = ask_two({"OTEL_EXPORTER_OTLP_ENDPOINT": address})
    assert said == "warning: the collector did not take all traces; the run is not affected.\n"


def test_missing_packages_are_one_line_that_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "flows.asking.traces", None)
    said = ask_two({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})
    assert said.count("\n") == 1
    assert "pip install 'aligntax[otel]'" in said


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_variable_asks_for_nothing(value):
    assert (
        open_observers({} if value is None else {LOG_JSON: value, "OTEL_EXPORTER_OTLP_ENDPOINT": value}).everyone == ()
    )
