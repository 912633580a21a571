"""OpenAI's batch API: a file of questions is uploaded, a batch is made of it, and two files of lines come back.

A batch keeps ``metadata``, by which it is found again. The one file of lines has the answers, the other the errors.
Limits as documented for POST /batches: 50,000 requests and 200 MB.

Tested in tests/tasks/providers/test_batches.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tasks.errors import CellError, TransientError, one_line
from tasks.providers import openai_wire
from tasks.providers.batches import Batch, Batches, Line, Question, listed, record_in, written
from tasks.providers.failures import failure_of
from tasks.providers.posting import Reply, Sender, json_bytes
from tasks.providers.wire import Answer, Connection, count_of, part_of, text_of

_BATCHES, _FILES = "/batches", "/files"
_MARK = "aligntax_batch"
_VERSION = "/v1"
_WINDOW = "24h"
_BOUNDARY = "aligntax-batch-file"
_FILE_TYPE = f"multipart/form-data; boundary={_BOUNDARY}"
_ENDED = frozenset({"completed", "expired", "cancelled"})
_FAILED = "failed"
# Codes of a batch that failed as a whole because too much is waiting already.
_FULL = frozenset({"token_limit_exceeded", "request_limit_exceeded", "rate_limit_exceeded"})


def connect(connection: Connection) -> Batches:
    """Open a client of the batch API."""
    return OpenAIBatches(openai_wire.sender_to(connection))


class OpenAIBatches:
    """One client; each call is one attempt."""

    keeps_marks = True

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def size_of(self, question: Question) -> int:
        """The bytes of a line."""
        return len(_line(question))

    async def submit(self, mark: str, questions: Iterable[Question], timeout_s: float) -> Batch:
        """Upload the questions, then make the batch; see ``Batches.submit``."""
        asked = list(questions)
        with written(_parts(mark, asked)) as file:
            uploaded = record_in(await self._sender.post_file(_FILES, file, _FILE_TYPE, timeout_s))
        body = {
            "input_file_id": uploaded["id"],
            "endpoint": _VERSION + openai_wire.path_for(asked[0].prompt.style),
            "completion_window": _WINDOW,
            "metadata": {_MARK: mark},
        }
        return _batch(record_in(await self._sender.post(_BATCHES, body, timeout_s)))

    async def look(self, batch_id: str, timeout_s: float) -> Batch:
        """How far a batch is; see ``Batches.look``."""
        return _batch(record_in(await self._sender.get(f"{_BATCHES}/{quote(batch_id, safe='')}", timeout_s)))

    def listed(self, since: datetime, timeout_s: float) -> AsyncIterator[Batch]:
        """The newest batches; see ``Batches.listed``."""
        return listed(self._sender, _BATCHES, "after", _batch, since, timeout_s)

    async def lines(self, batch: Batch, timeout_s: float) -> AsyncGenerator[Line]:
        """The lines of both files; see ``Batches.lines``."""
        for place in batch.places:
            path = f"{_FILES}/{quote(place, safe='')}/content"
            async for record in self._sender.lines(path, timeout_s, failure_of):
                if isinstance(record, Mapping) and (custom_id := text_of(record, "custom_id")):
                    yield custom_id, _said(record)

    def answer_in(self, reply: Reply, parameters: Mapping[str, Any]) -> Answer:
        """The answer in a line; see ``Batches.answer_in``."""
        return self._sender.without_key(openai_wire.answer_in(reply, parameters))

    async def close(self) -> None:
        """Close the connections."""
        await self._sender.close()


def _line(question: Question) -> bytes:
    record = {
        "custom_id": question.custom_id,
        "method": "POST",
        "url": _VERSION + openai_wire.path_for(question.prompt.style),
        "body": openai_wire.body_of(question.prompt, question.parameters),
    }
    return json_bytes(record) + b"\n"


def _parts(mark: str, questions: Iterable[Question]) -> Iterator[bytes]:
    """A form of two fields: what the file is for, and the file."""
    purpose = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    file = f'Content-Disposition: form-data; name="file"; filename="{mark}.jsonl"\r\nContent-Type: application/jsonl'
    yield f"{purpose}--{_BOUNDARY}\r\n{file}\r\n\r\n".encode()
    yield from map(_line, questions)
    yield f"\r\n--{_BOUNDARY}--\r\n".encode()


def _batch(record: Mapping[str, Any]) -> Batch:
    word, counts = text_of(record, "status") or "unknown", part_of(record, "request_counts")
    created = count_of(record, "created_at")
    places = (text_of(record, "output_file_id"), text_of(record, "error_file_id"))
    return Batch(
        batch_id=str(record["id"]),
        state="refused" if word == _FAILED else "ended" if word in _ENDED else "waiting",
        word=word,
        created_at=None if created is None else datetime.fromtimestamp(created, UTC),
        count_requests=count_of(counts, "total"),
        count_done=(count_of(counts, "completed") or 0) + (count_of(counts, "failed") or 0),
        mark=text_of(part_of(record, "metadata"), _MARK),
        places=tuple(place for place in places if place),
        error=_error(record) if word == _FAILED else None,
    )


def _error(record: Mapping[str, Any]) -> CellError | TransientError:
    """Why a batch failed as a whole: its file was checked and refused, or too much is waiting."""
    listed = part_of(record, "errors").get("data")
    errors = [error for error in listed or () if isinstance(error, Mapping)] if isinstance(listed, list) else []
    said = one_line("; ".join(text_of(error, "message") or "" for error in errors)) or "no reason was given"
    is_full = any(error.get("code") in _FULL for error in errors)
    text = f"the batch {record['id']} was refused: {said}"
    return (TransientError if is_full else CellError)(text, error_type="batch_refused")


def _said(record: Mapping[str, Any]) -> Reply | TransientError:
    """What a question came to: a reply as to a single question, or no reply, because the batch ended before it."""
    response = part_of(record, "response")
    status = count_of(response, "status_code")
    if status is not None:
        return Reply(status, response.get("body"), {}, text_of(response, "request_id"))
    error = part_of(record, "error")
    said = one_line(text_of(error, "message") or "the line holds no answer")
    return TransientError(f"in a batch: {said}", error_type=text_of(error, "code") or "batch_error")
