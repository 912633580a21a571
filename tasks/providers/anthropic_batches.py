"""Anthropic's message batches: the questions are sent in one body, and one stream of lines comes back.

A batch keeps no mark, so that one whose submission broke off is known only by the ids of its lines.
Limits as documented for POST /v1/messages/batches: 100,000 requests and 256 MB.

Tested in tests/tasks/providers/test_batches.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tasks.errors import ProviderError, TransientError
from tasks.providers import anthropic_wire
from tasks.providers.batches import Batch, Batches, Line, Question, listed, record_in, written
from tasks.providers.failures import failure_of
from tasks.providers.posting import Reply, Sender, json_bytes
from tasks.providers.wire import Answer, Connection, count_of, part_of, text_of

_BATCHES = f"{anthropic_wire.PATH}/batches"
_JSON = "application/json"
_COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")
# The status that a single question would have got with an error of this kind.
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_OTHER_STATUS = 500


def connect(connection: Connection) -> Batches:
    """Open a client of the batch API."""
    return AnthropicBatches(anthropic_wire.sender_to(connection))


class AnthropicBatches:
    """One client; each call is one attempt."""

    keeps_marks = False

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def size_of(self, question: Question) -> int:
        """The bytes of a question, and of the comma after it."""
        return len(_request(question)) + 1

    async def submit(self, mark: str, questions: Iterable[Question], timeout_s: float) -> Batch:  # noqa: ARG002 - see keeps_marks
        """Make the batch; see ``Batches.submit``."""
        with written(_parts(questions)) as file:
            return _batch(record_in(await self._sender.post_file(_BATCHES, file, _JSON, timeout_s)))

    async def look(self, batch_id: str, timeout_s: float) -> Batch:
        """How far a batch is; see ``Batches.look``."""
        return _batch(record_in(await self._sender.get(_path_of(batch_id), timeout_s)))

    def listed(self, since: datetime, timeout_s: float) -> AsyncIterator[Batch]:
        """The newest batches; see ``Batches.listed``."""
        return listed(self._sender, _BATCHES, "after_id", _batch, since, timeout_s)

    async def lines(self, batch: Batch, timeout_s: float) -> AsyncGenerator[Line]:
        """The lines; see ``Batches.lines``. They are asked for at the configured address, whatever the batch names."""
        async for record in self._sender.lines(f"{_path_of(batch.batch_id)}/results", timeout_s, failure_of):
            if isinstance(record, Mapping) and (custom_id := text_of(record, "custom_id")):
                yield custom_id, _said(part_of(record, "result"))

    def answer_in(self, reply: Reply, parameters: Mapping[str, Any]) -> Answer:
        """The answer in a line; see ``Batches.answer_in``."""
        return self._sender.without_key(anthropic_wire.answer_in(reply, parameters))

    async def close(self) -> None:
        """Close the connections."""
        await self._sender.close()


def _path_of(batch_id: str) -> str:
    return f"{_BATCHES}/{quote(batch_id, safe='')}"


def _request(question: Question) -> bytes:
    params = anthropic_wire.body_of(question.prompt, question.parameters)
    return json_bytes({"custom_id": question.custom_id, "params": params})


def _parts(questions: Iterable[Question]) -> Iterator[bytes]:
    """The body, question by question."""
    yield b'{"requests":['
    for number, question in enumerate(questions):
        yield (b"," if number else b"") + _request(question)
    yield b"]}"


def _batch(record: Mapping[str, Any]) -> Batch:
    word, given = text_of(record, "processing_status") or "unknown", part_of(record, "request_counts")
    counts = {name: count_of(given, name) or 0 for name in _COUNTS}
    total = sum(counts.values())
    return Batch(
        batch_id=str(record["id"]),
        state="ended" if word == "ended" else "waiting",
        word=word,
        created_at=_time(text_of(record, "created_at")),
        count_requests=total or None,
        count_done=total - counts["processing"],
    )


def _time(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _said(result: Mapping[str, Any]) -> Reply | ProviderError:
    """What a question came to: a reply as to a single question, or no reply, because the batch ended before it."""
    kind = text_of(result, "type") or "unknown"
    if kind == "succeeded":
        return Reply(200, result.get("message"), {})
    if kind == "errored":
        error = part_of(result, "error")
        named = text_of(part_of(error, "error"), "type") or text_of(error, "type") or ""
        return Reply(_STATUS.get(named, _OTHER_STATUS), error, {}, text_of(error, "request_id"))
    return TransientError(f"in a batch: the request is {kind}", error_type=f"batch_{kind}"[:40])
