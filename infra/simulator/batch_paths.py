"""The batch APIs of both vendors: OpenAI's files and batches, Anthropic's message batches.

    POST /v1/files, GET /v1/files/ID/content
    POST /v1/batches, GET /v1/batches, GET /v1/batches/ID, POST /v1/batches/ID/cancel
    POST /v1/messages/batches, GET /v1/messages/batches, GET .../ID, GET .../ID/results, POST .../ID/cancel

Knows vendors' shapes; must not know decisions. Tested in tests/infra/simulator/test_batches.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import orjson

from infra.simulator.anthropic_format import MESSAGES
from infra.simulator.batch_desk import BatchDesk, Entry, Outcome, SimulatedBatch
from infra.simulator.openai_format import CHAT, COMPLETIONS
from infra.simulator.request_fields import parsed
from infra.simulator.wire_format import Format, RequestError

_FILES, _BATCHES, _MESSAGES = "/v1/files", "/v1/batches", "/v1/messages/batches"
_WINDOW = timedelta(hours=24)
_BY_ENDPOINT = {"/v1/chat/completions": CHAT, "/v1/completions": COMPLETIONS}
_MOST_ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a batch API."""

    method: str
    path: str
    query: str
    headers: Mapping[bytes, bytes]
    body: bytes
    night: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """What is sent back: a document, or lines; ``of`` is the batch that was made, or whose lines they are."""

    document: Mapping[str, Any] | None = None
    lines: Iterator[bytes] | None = None
    of: SimulatedBatch | None = None


def wire_of(path: str) -> Format | None:
    """The vendor's format that a path of a batch API belongs to; None for any other path."""
    if re.match(rf"{_MESSAGES}(/|$)", path):
        return MESSAGES
    return CHAT if re.match(rf"({_FILES}|{_BATCHES})(/|$)", path) else None


class BatchPaths:
    """Both APIs. Uploaded files are kept as long as the process lives."""

    def __init__(self, desk: BatchDesk) -> None:
        self._desk = desk
        self._files: list[bytes] = []

    def serve(self, call: Call) -> Given:
        """Answer a call.

        Raises:
            RequestError: The vendor would refuse it.
        """
        routes: tuple[tuple[str, str, Callable[..., Given]], ...] = (
            ("POST", _FILES, self._upload),
            ("GET", rf"{_FILES}/([\w-]+)/content", self._content),
            ("POST", _BATCHES, self._create),
            ("GET", _BATCHES, self._list_openai),
            ("GET", rf"{_BATCHES}/([\w-]+)", self._show_openai),
            ("POST", rf"{_BATCHES}/([\w-]+)/cancel", self._cancel_openai),
            ("POST", _MESSAGES, self._create_messages),
            ("GET", _MESSAGES, self._list_anthropic),
            ("GET", rf"{_MESSAGES}/([\w-]+)", self._show_anthropic),
            ("GET", rf"{_MESSAGES}/([\w-]+)/results", self._results),
            ("POST", rf"{_MESSAGES}/([\w-]+)/cancel", self._cancel_anthropic),
        )
        for method, pattern, serve in routes:
            if method == call.method and (found := re.fullmatch(pattern, call.path)):
                return serve(call, *found.groups())
        raise RequestError(404, f"Invalid URL ({call.method} {call.path})")

    def _upload(self, call: Call) -> Given:
        self._files.append(_file_in(call))
        number = len(self._files)
        return Given({"id": f"file-in{number}", "object": "file", "purpose": "batch", "bytes": len(self._files[-1])})

    def _create(self, call: Call) -> Given:
        fields = parsed(call.body)
        found = re.fullmatch(r"file-in(\d+)", str(fields.get("input_file_id")))
        if found is None or not 0 < int(found[1]) <= len(self._files):
            raise RequestError(400, f"No such file: {fields.get('input_file_id')}", param="input_file_id")
        wire = _BY_ENDPOINT.get(str(fields.get("endpoint")))
        if wire is None:
            raise RequestError(400, "endpoint must be one of " + ", ".join(_BY_ENDPOINT), param="endpoint")
        records = [orjson.loads(line) for line in self._files[int(found[1]) - 1].splitlines() if line.strip()]
        entries = [Entry(record["custom_id"], record["body"]) for record in records]
        _check_ids(entries)
        about = {"endpoint": fields["endpoint"], "metadata": fields.get("metadata"), "input": fields["input_file_id"]}
        batch = self._desk.take(wire, entries, call.night, about)
        return Given(_openai_batch(batch), of=batch)

    def _create_messages(self, call: Call) -> Given:
        requests = parsed(call.body).get("requests")
        if not isinstance(requests, list) or not requests:
            raise RequestError(400, "requests: must hold at least one request", param="requests")
        entries = [Entry(request["custom_id"], request["params"]) for request in requests]
        _check_ids(entries)
        batch = self._desk.take(MESSAGES, entries, call.night, {})
        return Given(_anthropic_batch(batch), of=batch)

    def _list_openai(self, call: Call) -> Given:
        return self._listed(call, "after", is_anthropic=False, shape=_openai_batch)

    def _list_anthropic(self, call: Call) -> Given:
        return self._listed(call, "after_id", is_anthropic=True, shape=_anthropic_batch)

    def _listed(
        self, call: Call, after: str, shape: Callable[[SimulatedBatch], dict[str, Any]], *, is_anthropic: bool
    ) -> Given:
        """A page of batches, the newest first."""
        self._desk.tally.batches["lists"] += 1
        asked = {name: values[-1] for name, values in parse_qs(call.query).items()}
        own = [shape(b) for b in reversed(self._desk.batches) if (b.wire is MESSAGES) is is_anthropic]
        names = [batch["id"] for batch in own]
        start = names.index(asked[after]) + 1 if asked.get(after) in names else 0
        page = own[start : start + min(int(asked.get("limit", "20")), _MOST_ON_A_PAGE)]
        has_more = start + len(page) < len(own)
        return Given({"object": "list", "data": page, "has_more": has_more})

    def _show_openai(self, _: Call, name: str) -> Given:
        return Given(_openai_batch(self._looked_at(name)))

    def _show_anthropic(self, _: Call, name: str) -> Given:
        return Given(_anthropic_batch(self._looked_at(name)))

    def _cancel_openai(self, _: Call, name: str) -> Given:
        batch = self._looked_at(name)
        batch.is_canceled = True
        return Given(_openai_batch(batch))

    def _cancel_anthropic(self, _: Call, name: str) -> Given:
        batch = self._looked_at(name)
        batch.is_canceled = True
        return Given(_anthropic_batch(batch))

    def _content(self, _: Call, name: str) -> Given:
        found = re.fullmatch(r"file-(out|err)(\d+)", name)
        batch = self._batch(int(found[2])) if found else None
        if found is None or batch is None or not batch.has_ended:
            raise RequestError(404, f"No such File object: {name}", param="id")
        wanted = found[1] == "out"
        outcomes = (each for each in self._desk.lines_of(batch) if _is_output(each) is wanted)
        return Given(lines=map(_openai_line, outcomes), of=batch)

    def _results(self, _: Call, name: str) -> Given:
        batch = self._looked_at(name)
        if not batch.has_ended:
            raise RequestError(400, f"The batch {name} has not ended")
        return Given(lines=map(_anthropic_line, self._desk.lines_of(batch)), of=batch)

    def _looked_at(self, name: str) -> SimulatedBatch:
        self._desk.tally.batches["looks"] += 1
        found = re.fullmatch(r"(?:batch|msgbatch)_(\d+)", name)
        batch = self._batch(int(found[1])) if found else None
        if batch is None:
            raise RequestError(404, f"No batch found with id '{name}'")
        return batch

    def _batch(self, number: int) -> SimulatedBatch | None:
        return self._desk.batches[number - 1] if 0 < number <= len(self._desk.batches) else None


def _file_in(call: Call) -> bytes:
    """The file of an uploaded form."""
    found = re.search(rb"boundary=([^;]+)", call.headers.get(b"content-type", b""))
    for part in call.body.split(b"--" + found[1]) if found else ():
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise RequestError(400, "the form holds no file", param="file")


def _check_ids(entries: Sequence[Entry]) -> None:
    names = {entry.custom_id for entry in entries}
    if len(names) < len(entries) or not all(re.fullmatch(r"[\w-]{1,64}", name, re.ASCII) for name in names):
        raise RequestError(400, "custom_id must be unique, and match [a-zA-Z0-9_-]{1,64}", param="custom_id")


def _is_output(outcome: Outcome) -> bool:
    """Whether OpenAI puts an outcome into the file of answers, and not into that of errors."""
    return outcome.kind == "answered" and outcome.status == 200


def _openai_batch(batch: SimulatedBatch) -> dict[str, Any]:
    count_done = sum(map(_is_output, batch.outcomes))
    has_errors = count_done < len(batch.outcomes)
    status = "expired" if batch.count("expired") else "cancelled" if batch.count("canceled") else "completed"
    return {
        "id": f"batch_{batch.number}",
        "object": "batch",
        "endpoint": batch.about["endpoint"] if batch.about else None,
        "input_file_id": batch.about.get("input"),
        "completion_window": "24h",
        "status": status if batch.has_ended else "in_progress",
        "created_at": int(batch.created_at),
        "output_file_id": f"file-out{batch.number}" if batch.has_ended and count_done else None,
        "error_file_id": f"file-err{batch.number}" if batch.has_ended and has_errors else None,
        "request_counts": {
            "total": len(batch.entries),
            "completed": count_done,
            "failed": len(batch.outcomes) - count_done,
        },
        "metadata": batch.about.get("metadata"),
    }


def _openai_line(outcome: Outcome) -> bytes:
    line: dict[str, Any] = {"id": f"batch_req_{outcome.custom_id}", "custom_id": outcome.custom_id}
    if outcome.kind == "answered":
        response = {
            "status_code": outcome.status,
            "request_id": outcome.request_id,
            "body": outcome.document,
        }
        line |= {"response": response, "error": None}
    else:
        message = "This request could not be executed before the completion window expired."
        line |= {"response": None, "error": {"code": f"batch_{outcome.kind}", "message": message}}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _anthropic_batch(batch: SimulatedBatch) -> dict[str, Any]:
    created = datetime.fromtimestamp(batch.created_at, UTC)
    counts = {"succeeded": batch.count("answered"), "errored": batch.count("errored")}
    counts |= {kind: batch.count(kind) for kind in ("canceled", "expired")}
    return {
        "id": f"msgbatch_{batch.number}",
        "type": "message_batch",
        "processing_status": "ended" if batch.has_ended else "in_progress",
        "request_counts": {"processing": len(batch.entries) - len(batch.outcomes), **counts},
        "created_at": created.isoformat(),
        "expires_at": (created + _WINDOW).isoformat(),
        "results_url": f"{_MESSAGES}/msgbatch_{batch.number}/results" if batch.has_ended else None,
    }


def _anthropic_line(outcome: Outcome) -> bytes:
    result: dict[str, Any] = {"type": outcome.kind}
    if outcome.kind == "answered":
        is_good = outcome.status == 200
        result = (
            {"type": "succeeded", "message": outcome.document}
            if is_good
            else {"type": "errored", "error": {**outcome.document, "request_id": outcome.request_id}}
        )
    line = {"custom_id": outcome.custom_id, "result": result}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
