"""Every way in which a server gives no answer: its error's type decides what happens next."""

from __future__ import annotations

import asyncio

import aiohttp
import httpx2
import pytest

from tasks.errors import CellError, ProviderError, TerminalError, TransientError
from tasks.providers import Answer

BUSY = {"error": {"message": "slow down", "type": "rate_limit_error"}}

STATUSES = {
    400: TerminalError,
    401: CellError,
    402: CellError,
    403: CellError,
    404: CellError,
    408: TransientError,
    409: TransientError,
    422: TerminalError,
    425: TransientError,
    429: TransientError,
    500: TransientError,
    502: TransientError,
    503: TransientError,
    504: TransientError,
    529: TransientError,
}


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_each_status_gives_its_kind_of_error(wire, status, kind):
    with pytest.raises(kind) as raised:
        wire.answer({"error": {"message": "the\n server's words", "type": "x"}}, status)
    error = raised.value
    assert type(error) is kind
    assert (str(error), error.error_type) == (f"HTTP {status}: the server's words", f"http_{status}")
    assert error.retry_after_s is None


WORDS = {
    "flat": ({"object": "error", "message": "no room", "code": 500}, "no room"),
    "a text": ({"error": "model not loaded"}, "model not loaded"),
    "a page": ("<html>\n<h1>Bad gateway</h1></html>", "<html> <h1>Bad gateway</h1></html>"),
    "a list": ([1, 2], "[1, 2]"),
    "odd kinds": ({"error": {"message": {"a": 1}, "code": [1], "type": {}}}, "{'a': 1}"),
    "nothing": ("", ""),
    "a novel": ({"error": {"message": "x" * 1000}}, "x" * 200),
}


@pytest.mark.parametrize(("document", "words"), WORDS.values(), ids=WORDS.keys())
def test_every_error_is_one_short_line(wire, document, words):
    with pytest.raises(TransientError) as raised:
        wire.answer(document, 502)
    assert str(raised.value) == f"HTTP 502: {words}"


WAITS = {
    "seconds": ({"retry-after": "7"}, 7.0),
    "a fraction": ({"retry-after": "0.5"}, 0.5),
    "milliseconds go first": ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
    "a date by the server's clock": (
        {"retry-after": "Sat, 21 Nov 2026 03:00:30 GMT", "date": "Sat, 21 Nov 2026 03:00:00 GMT"},
        30.0,
    ),
    "a date that is past": (
        {"retry-after": "Sat, 21 Nov 2026 02:00:00 GMT", "date": "Sat, 21 Nov 2026 03:00:00 GMT"},
        0.0,
    ),
    "a date without a zone": (
        {"retry-after": "Sat, 21 Nov 2026 03:00:30", "date": "Sat, 21 Nov 2026 03:00:00 GMT"},
        30.0,
    ),
    "negative": ({"retry-after": "-3"}, 0.0),
    "no number": ({"retry-after": "soon"}, None),
    "not a number": ({"retry-after": "nan"}, None),
    "for ever": ({"retry-after": "inf"}, float("inf")),
    "empty": ({"retry-after": ""}, None),
    "absent": ({}, None),
}


@pytest.mark.parametrize("status", [429, 503, 529])
@pytest.mark.parametrize(("headers", "seconds"), WAITS.values(), ids=WAITS.keys())
def test_the_wait_that_a_server_asks_for_is_read_in_every_form(wire, status, headers, seconds):
    with pytest.raises(TransientError) as raised:
        wire.answer(BUSY, status, headers)
    assert raised.value.retry_after_s == seconds


@pytest.mark.parametrize("field", ["code", "type"])
def test_a_spent_quota_stops_the_cell_although_it_comes_as_a_rate_limit(wire, field):
    with pytest.raises(CellError) as raised:
        wire.answer({"error": {"message": "You exceeded your current quota.", field: "insufficient_quota"}}, 429)
    assert raised.value.error_type == "http_429"


FAULTS = [
    # (status, the server's words, what is at fault)
    (401, "Incorrect API key provided", "key"),
    (400, "API key not valid. Please pass a valid API key.", "key"),
    (403, "Invalid API key", "key"),
    (401, "litellm.AuthenticationError: AnthropicException - invalid x-api-key", "model"),
    (403, "Project does not have access to model m", "model"),
    (404, "The model `m` does not exist", "model"),
    (404, "Not Found", "model"),
    (402, "Insufficient Balance", "credit"),
    (429, "You exceeded your current quota: insufficient_quota", "credit"),
    (400, "Your credit balance is too low to access the API", "credit"),
    (429, "litellm.RateLimitError: insufficient_quota", "quota"),
    (429, "Quota exceeded: GenerateRequestsPerDayPerProjectPerModel", "quota"),
    (400, "max_tokens must be less than or equal to 16", None),
    (429, "Rate limit reached", None),
    (400, "an odd item", None),
]


@pytest.mark.parametrize(("status", "words", "fault"), FAULTS)
def test_what_is_at_fault_decides_who_is_asked_no_more(wire, status, words, fault):
    with pytest.raises(ProviderError) as raised:
        wire.answer({"error": {"message": words}}, status)
    assert raised.value.fault == fault


UNREADABLE = {
    "a page": ("<html>login</html>", "text starting '<html>login</html>'"),
    "half a document": ('{"choices": [{"fini', 'text starting \'{"choices": [{"fini\''),
    "nothing": ("", "text starting ''"),
    "null": (None, "no {}"),
    "a list": ([], "no {}"),
    "another document": ({"ok": True}, "no {}"),
}


@pytest.mark.parametrize(("document", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_success_without_an_answer_is_asked_for_again(wire, document, words):
    with pytest.raises(TransientError) as raised:
        wire.answer(document)
    missing = words.replace("{}", "content" if wire.name == "messages" else "choices")
    assert (str(raised.value), raised.value.error_type) == (f"unreadable answer: {missing}", "unreadable_answer")


IN_A_SUCCESS = {
    "a gateway's error": ({"message": "upstream is busy", "code": 502}, TransientError, "http_502"),
    "a refused key": ({"message": "no auth", "code": 401}, CellError, "http_401"),
    "a text": ("model not loaded", TransientError, "unreadable_answer"),
}


@pytest.mark.parametrize(("error", "kind", "error_type"), IN_A_SUCCESS.values(), ids=IN_A_SUCCESS.keys())
def test_an_error_in_a_success_counts_by_its_own_code(wire, error, kind, error_type):
    with pytest.raises(kind) as raised:
        wire.answer({"error": error})
    assert raised.value.error_type == error_type
    assert str(raised.value).startswith("HTTP 200")


@pytest.mark.parametrize("choices", [[], None, {}, [None], "42"])
@pytest.mark.parametrize("name", ["chat", "completions"])
def test_a_document_without_a_first_choice_holds_no_answer(wires, name, choices):
    with pytest.raises(TransientError, match=r"^unreadable answer: no choices$"):
        wires[name].answer(wires[name].changed({("choices",): choices}))


TOO_LONG = {
    "openai": ("chat", {"message": "This model's maximum...", "code": "context_length_exceeded"}),
    "openai completions": ("completions", {"message": "too long", "code": "context_length_exceeded"}),
    "llama.cpp": ("chat", {"message": "too long", "type": "exceed_context_size_error", "code": 400}),
    "vllm": ("chat", {"message": "This model's maximum context length is 4096 tokens.", "type": "BadRequestError"}),
    "anthropic": ("messages", {"message": "prompt is too long: 208310 tokens > 200000 maximum"}),
    "anthropic with the limit": ("messages", {"message": "input length and `max_tokens` exceed context limit: 3 + 4"}),
}


@pytest.mark.parametrize(("name", "error"), TOO_LONG.values(), ids=TOO_LONG.keys())
def test_a_prompt_beyond_the_context_gives_an_empty_answer_that_was_cut_off(wires, name, error):
    wire = wires[name]
    found = wire.answer({"error": error}, 400, {wire.request_id_header: "req-7"})
    assert found == Answer("answered", "", "length", provider_request_id="req-7", finish_word="prompt_too_long")


@pytest.mark.parametrize("code", ["content_filter", "content_policy_violation"])
@pytest.mark.parametrize("field", ["code", "type"])
@pytest.mark.parametrize("name", ["chat", "completions"])
def test_a_prompt_the_provider_blocks_is_filtered(wires, name, code, field):
    found = wires[name].answer({"error": {"message": "blocked by policy", field: code}}, 400, {"x-request-id": "req-7"})
    assert found == Answer(
        "filtered", None, "content_filter", refusal_text="blocked by policy", provider_request_id="req-7"
    )


BROKEN = {
    "no connection in time": (aiohttp.ConnectionTimeoutError("slow"), "timeout", "timeout: no answer within 5 s"),
    "nothing to read in time": (aiohttp.SocketTimeoutError("slow"), "timeout", "timeout: no answer within 5 s"),
    "dropped": (aiohttp.ServerDisconnectedError("closed early"), "connection", "connection: closed early"),
    "cut off": (aiohttp.ClientPayloadError(""), "connection", "connection: ClientPayloadError"),
    "no address": (aiohttp.InvalidURL("http:///"), "connection", "connection: http:///"),
    "reset by the system": (ConnectionResetError(104, "reset"), "connection", "connection: [Errno 104] reset"),
}


@pytest.mark.parametrize(("trouble", "kind", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_request_without_a_reply_is_sent_again_and_the_error_says_why(wire, trouble, kind, words):
    def handler(_):
        raise trouble

    with pytest.raises(TransientError) as raised:
        wire.ask(handler)
    assert (raised.value.error_type, str(raised.value)) == (kind, words)


def test_the_time_out_covers_the_whole_attempt(wire):
    async def handler(_):
        await asyncio.sleep(3600)

    with pytest.raises(TransientError) as raised:
        wire.ask(handler, timeout_s=0.02)
    assert (raised.value.error_type, str(raised.value)) == ("timeout", "timeout: no answer within 0.02 s")


def test_each_call_is_one_attempt(wire):
    count = 0

    def handler(_):
        nonlocal count
        count += 1
        return httpx2.Response(503, json=BUSY)

    with pytest.raises(TransientError):
        wire.ask(handler)
    assert count == 1


@pytest.mark.parametrize("name", ["chat", "completions"])
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Requested sample logprobs of 20, which is greater than max allowed: 5"),
        (400, "Invalid value for 'top_logprobs': must be less than or equal to 5."),
        (422, "Input validation error: `top_n_tokens` must be <= 5. Given: 20"),
        (400, "property 'logprobs' is unsupported"),
    ],
)
def test_a_server_that_tells_fewer_alternatives_ends_the_cell_and_the_setting_is_named(wires, name, status, words):
    document = {"error": {"message": words}}
    with pytest.raises(CellError, match=r"20 alternatives were asked for.*alternatives: 5") as raised:
        wires[name].answer(document, status, top_logprobs=20)
    assert words in str(raised.value)
    with pytest.raises(ProviderError) as unasked:
        wires[name].answer(document, status)
    assert "alternatives" not in str(unasked.value)


@pytest.mark.parametrize("name", ["chat", "completions"])
def test_a_word_without_the_likelihoods_that_were_asked_for_is_no_answer(wires, name):
    wire = wires[name]
    with pytest.raises(TerminalError, match="the server told no log-probabilities, which the scorer reads"):
        wire.answer(wire.document, top_logprobs=20)
    assert wire.answer(wire.document).text == "42"
    filtered = wire.changed({("choices", 0, "finish_reason"): "content_filter"})
    assert wire.answer(filtered, top_logprobs=20).status == "filtered"
