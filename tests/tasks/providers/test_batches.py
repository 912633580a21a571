"""What both vendors' batch APIs say, as documented, and what it means; the simulated ones are tested beside it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from tasks.errors import CellError, ProviderError, TransientError
from tasks.providers import Batches, Question
from tasks.providers.anthropic_batches import AnthropicBatches
from tasks.providers.openai_batches import OpenAIBatches
from tasks.providers.posting import Sender
from tests.tasks.providers.conftest import CHAT, CHAT_PROMPT, MESSAGE, Session

KEY = "sk-test-key-0123456789"
PARAMETERS = {"api": "chat", "model": "m", "max_tokens": 64}
QUESTIONS = [Question(f"mark-{name}", CHAT_PROMPT, PARAMETERS) for name in "ab"]
OPENAI = {"id": "batch_1", "object": "batch", "status": "completed", "created_at": 1_767_225_600}
ANTHROPIC = {"id": "msgbatch_1", "type": "message_batch", "created_at": "2026-01-01T00:00:00Z"}


def open_openai(handler: Callable[[httpx2.Request], Any]) -> Batches:
    client = openai.AsyncOpenAI(api_key=KEY, base_url="http://test/v1", max_retries=0)
    return OpenAIBatches(Sender(client, KEY, lambda _, headers: Session(handler, headers)))


def open_anthropic(handler: Callable[[httpx2.Request], Any]) -> Batches:
    client = anthropic.AsyncAnthropic(api_key=KEY, base_url="http://test", max_retries=0)
    return AnthropicBatches(Sender(client, KEY, lambda _, headers: Session(handler, headers)))


def told(document: Any, status: int = 200) -> Callable[[httpx2.Request], httpx2.Response]:
    """A server that says the same to everything."""
    text = document if isinstance(document, str) else json.dumps(document)
    return lambda _: httpx2.Response(status, content=text.encode())


def looked(batches: Batches):
    return asyncio.run(batches.look("any", 5.0))


def lines_of(batches: Batches, batch) -> dict[str, Any]:
    """Each line by its id: the answer, or the type of the error."""

    async def read() -> dict[str, Any]:
        found: dict[str, Any] = {}
        async for custom_id, said in batches.lines(batch, 5.0):
            try:
                found[custom_id] = (
                    said.error_type if isinstance(said, ProviderError) else batches.answer_in(said, PARAMETERS)
                )
            except ProviderError as error:
                found[custom_id] = error.error_type
        return found

    return asyncio.run(read())


def test_openai_gets_a_file_of_lines_and_a_batch_with_our_mark():
    sent: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, json={"id": "file-1"} if request.url.path == "/v1/files" else OPENAI)

    batch = asyncio.run(open_openai(handler).submit("mark", QUESTIONS, 5.0))
    assert (batch.batch_id, batch.created_at) == ("batch_1", datetime(2026, 1, 1, tzinfo=UTC))
    form = sent[0].content.split(b"\r\n\r\n")
    assert form[1].startswith(b"batch\r\n")
    lines = [json.loads(line) for line in form[2].split(b"\r\n")[0].splitlines()]
    assert [line["custom_id"] for line in lines] == ["mark-a", "mark-b"]
    assert {(line["method"], line["url"]) for line in lines} == {("POST", "/v1/chat/completions")}
    assert json.loads(sent[1].content) == {
        "input_file_id": "file-1",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"aligntax_batch": "mark"},
    }


def test_anthropic_gets_one_body():
    sent: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, json={**ANTHROPIC, "processing_status": "in_progress"})

    batch = asyncio.run(open_anthropic(handler).submit("mark", QUESTIONS, 5.0))
    assert (batch.state, batch.created_at) == ("waiting", datetime(2026, 1, 1, tzinfo=UTC))
    assert sent[0].url.path == "/v1/messages/batches"
    requests = json.loads(sent[0].content)["requests"]
    assert [(request["custom_id"], request["params"]["max_tokens"]) for request in requests] == [
        ("mark-a", 64),
        ("mark-b", 64),
    ]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        *[(word, "waiting") for word in ("validating", "in_progress", "finalizing", "cancelling", "a new word")],
        *[(word, "ended") for word in ("completed", "expired", "cancelled")],
        ("failed", "refused"),
    ],
)
def test_the_words_of_openai_for_how_far_a_batch_is(word, state):
    counts = {"total": 5, "completed": 3, "failed": 1}
    batch = looked(open_openai(told({**OPENAI, "status": word, "request_counts": counts})))
    assert (batch.state, batch.word, batch.count_requests, batch.count_done) == (state, word, 5, 4)


@pytest.mark.parametrize(("code", "kind"), [("token_limit_exceeded", TransientError), ("model_not_found", CellError)])
def test_a_batch_that_failed_as_a_whole_says_why(code, kind):
    errors = {"data": [{"code": code, "message": "Enqueued token limit reached."}]}
    error = looked(open_openai(told({**OPENAI, "status": "failed", "errors": errors}))).error
    assert type(error) is kind
    assert str(error) == "the batch batch_1 was refused: Enqueued token limit reached."


def test_the_lines_of_openai_are_read_as_replies_to_single_questions():
    blocked = {"error": {"message": "The response was filtered", "code": "content_filter"}}
    body = {**CHAT, "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": f"{KEY} is the key"}}]}
    lines = [
        {"custom_id": "a", "response": {"status_code": 200, "request_id": "req-1", "body": body}, "error": None},
        {"custom_id": "b", "response": {"status_code": 400, "request_id": "req-2", "body": blocked}},
        {"custom_id": "c", "response": {"status_code": 500, "body": {"error": {"message": "oops"}}}},
        {"custom_id": "d", "response": None, "error": {"code": "batch_expired", "message": "too late"}},
        {"custom_id": "e", "response": {"status_code": 200, "body": None}},
        {"no": "id"},
        ["not", "a", "record"],
    ]
    text = "\n".join(map(json.dumps, lines)) + "\nhalf a li"
    batches = open_openai(told(text))
    batch = looked(open_openai(told({**OPENAI, "output_file_id": "file-2"})))
    found = lines_of(batches, batch)
    assert (found["a"].text, found["a"].provider_request_id) == ("[key removed] is the key", "req-1")
    assert (found["b"].status, found["b"].provider_request_id) == ("filtered", "req-2")
    assert [found[name] for name in "cde"] == ["http_500", "batch_expired", "unreadable_answer"]


def test_the_lines_of_anthropic_are_read_as_replies_to_single_questions():
    def errored(kind: str, message: str) -> dict[str, Any]:
        return {"type": "errored", "error": {"type": "error", "error": {"type": kind, "message": message}}}

    results = {
        "a": {"type": "succeeded", "message": MESSAGE},
        "b": errored("invalid_request_error", "Output blocked by content filtering policy"),
        "c": errored("overloaded_error", "Overloaded"),
        "d": errored("authentication_error", "invalid x-api-key"),
        "e": {"type": "expired"},
        "f": {"type": "canceled"},
        "g": {"type": "succeeded"},
    }
    text = "\n".join(json.dumps({"custom_id": name, "result": result}) for name, result in results.items())
    batch = looked(open_anthropic(told({**ANTHROPIC, "processing_status": "ended"})))
    found = lines_of(open_anthropic(told(text)), batch)
    assert (batch.state, found["a"].text, found["b"].status) == ("ended", "42", "filtered")
    kinds = ["http_529", "http_401", "batch_expired", "batch_canceled", "unreadable_answer"]
    assert [found[name] for name in "cdefg"] == kinds


@pytest.mark.parametrize("opened", [open_openai, open_anthropic])
def test_batches_are_listed_page_by_page_until_they_are_too_old(opened):
    asked: list[str] = []
    days = ["2026-01-04", "2026-01-03", "2026-01-02", "2025-12-01"]

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url.query, "ascii"))
        start = 2 if "after" in asked[-1] else 0
        data = []
        for day in days[start : start + 2]:
            made = datetime.fromisoformat(day).replace(tzinfo=UTC)
            is_openai = opened is open_openai
            data.append({"id": f"b-{day}", "created_at": int(made.timestamp()) if is_openai else made.isoformat()})
        return httpx2.Response(200, json={"data": data, "has_more": start == 0})

    async def read() -> list[str]:
        since = datetime(2026, 1, 1, tzinfo=UTC)
        return [batch.batch_id async for batch in opened(handler).listed(since, 5.0)]

    assert asyncio.run(read()) == ["b-2026-01-04", "b-2026-01-03", "b-2026-01-02"]
    assert [query.partition("=b-")[2] for query in asked] == ["", "2026-01-03"]


@pytest.mark.parametrize("opened", [open_openai, open_anthropic])
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (told({"error": {"message": "wait"}}, 429), TransientError),
        (told({"error": {"message": "no such batch"}}, 404), CellError),
        (told("<html>", 200), TransientError),
        (told({}, 307), ProviderError),
    ],
)
def test_what_is_no_batch_is_an_error(opened, reply, kind):
    with pytest.raises(kind):
        looked(opened(reply))
    with pytest.raises(ProviderError):
        asyncio.run(opened(reply).submit("mark", QUESTIONS, 5.0))
