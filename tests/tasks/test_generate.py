"""How a cell is asked: what is retried, what stops a cell, what becomes a row, and what never does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tasks.domain import Message, Prompt, PromptStyle
from tasks.errors import CellError, ProviderError, TerminalError, TransientError
from tasks.generate import Line, generate
from tasks.providers import Answer
from tasks.settings import ModelSettings, PriceSettings
from tasks.work import CellWork, Request

GOOD = Answer("answered", "42", "stop", model_served="m", tokens_input=1000, tokens_output=500)


class ScriptedEndpoint:
    """Answers each prompt's attempts from a script; counts what was asked and how many at once."""

    def __init__(self, script: Callable[[str, int], Answer | ProviderError]) -> None:
        self.script = script
        self.attempts: dict[str, int] = {}
        self.in_flight = self.most_in_flight = 0

    async def ask(self, prompt: Prompt, *_: Any) -> Answer:
        key = prompt.messages[0].content
        self.attempts[key] = self.attempts.get(key, 0) + 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(0)
        self.in_flight -= 1
        answer = self.script(key, self.attempts[key])
        if isinstance(answer, ProviderError):
            raise answer
        return answer

    async def close(self) -> None:
        pass


def model(**fields: Any) -> ModelSettings:
    return ModelSettings.model_validate(
        {
            "id": "m",
            "provider": "openai",
            "base_url": "http://127.0.0.1:1/v1",
            "model": "m",
            "api": "chat",
            "base": None,
            "max_attempts": 3,
            **fields,
        }
    )


def request(name: str) -> Request:
    prompt = Prompt(PromptStyle.CHAT, messages=(Message("user", name),))
    return Request(f"generation-{name}", f"item-{name}", 0, f"hash-{name}", prompt, {"model": "m"})


def asked(
    endpoint: ScriptedEndpoint,
    names: list[str],
    *,
    draining: bool = False,
    slots: int = 4,
    slept: list[float] | None = None,
    **fields: Any,
):
    """Ask a cell's questions; waits are noted in ``slept``, not slept."""

    async def sleep(seconds: float) -> None:
        if slept is not None:
            slept.append(seconds)

    rows: list[tuple[str, dict[str, Any]]] = []

    async def sink(table: str, row: dict[str, Any]) -> None:
        rows.append((table, row))

    async def run():
        event = asyncio.Event()
        if draining:
            event.set()
        line = Line(endpoint, asyncio.Semaphore(slots), event, sleep=sleep)
        work = CellWork("run", "", "m/b/chat", "b", model(**fields), [request(name) for name in names], "m/b")
        return await generate(work, line, sink)

    return asyncio.run(run()), rows


def test_every_answer_becomes_one_row():
    result, rows = asked(ScriptedEndpoint(lambda *_: GOOD), ["a", "b", "c"])
    assert (result.count_answered, result.count_failed, result.stopped) == (3, 0, None)
    assert sorted(row["item_id"] for table, row in rows if table == "raw.generations") == ["item-a", "item-b", "item-c"]


def test_a_passing_trouble_is_asked_again_and_leaves_no_trace():
    trouble = TransientError("HTTP 503", error_type="http_503")
    endpoint = ScriptedEndpoint(lambda _, attempt: GOOD if attempt == 3 else trouble)
    result, rows = asked(endpoint, ["a"])
    assert result.count_failed == 0
    assert [(table, row["attempts"]) for table, row in rows] == [("raw.generations", 3)]


def test_a_trouble_that_stays_is_a_failure_row_and_no_answer():
    endpoint = ScriptedEndpoint(lambda *_: TransientError("HTTP 503: busy", error_type="http_503"))
    result, rows = asked(endpoint, ["a"])
    assert (result.count_answered, result.count_failed, result.is_cell_error) == (0, 1, False)
    assert [(table, row["error_type"], row["attempts"]) for table, row in rows] == [("raw.failures", "http_503", 3)]


def test_a_rejected_key_stops_the_cell_at_once():
    endpoint = ScriptedEndpoint(lambda *_: CellError("HTTP 401: bad key", error_type="http_401"))
    result, rows = asked(endpoint, [f"q{n}" for n in range(100)], concurrency=1)
    assert result.is_cell_error
    assert result.stopped == "HTTP 401: bad key"
    assert sum(endpoint.attempts.values()) == 1
    assert [table for table, _ in rows] == ["raw.failures"]


def test_a_bad_request_before_any_success_stops_the_cell():
    endpoint = ScriptedEndpoint(lambda *_: TerminalError("HTTP 400", error_type="http_400"))
    result, _ = asked(endpoint, [f"q{n}" for n in range(100)], concurrency=1)
    assert result.is_cell_error
    assert sum(endpoint.attempts.values()) == 1


def test_a_bad_item_after_a_success_costs_only_itself():
    bad = TerminalError("HTTP 400: context too long", error_type="http_400")
    endpoint = ScriptedEndpoint(lambda name, _: bad if name == "q1" else GOOD)
    result, _ = asked(endpoint, ["q0", "q1", "q2"], concurrency=1)
    assert (result.count_answered, result.count_failed, result.stopped) == (2, 1, None)


def test_a_draining_run_asks_nothing_new():
    endpoint = ScriptedEndpoint(lambda *_: GOOD)
    result, rows = asked(endpoint, ["a", "b"], draining=True)
    assert (result.stopped, rows, endpoint.attempts) == ("interrupted", [], {})


def test_the_endpoints_limit_holds():
    endpoint = ScriptedEndpoint(lambda *_: GOOD)
    asked(endpoint, [f"q{n}" for n in range(50)], slots=3, concurrency=32)
    assert endpoint.most_in_flight == 3


def test_a_servers_wait_is_honoured_up_to_our_bound():
    slept: list[float] = []

    def script(_: str, attempt: int) -> Answer | ProviderError:
        waits = {1: 7.0, 2: 100_000.0}
        if attempt in waits:
            return TransientError("HTTP 429", error_type="http_429", retry_after_s=waits[attempt])
        return GOOD

    asked(ScriptedEndpoint(script), ["a"], slept=slept)
    assert slept == [7.0, 60.0]


def test_a_provider_filter_is_an_answer_of_its_own_kind():
    _, rows = asked(ScriptedEndpoint(lambda *_: Answer("filtered", None, "content_filter")), ["a"])
    assert [(table, row["status"], row["text"]) for table, row in rows] == [("raw.generations", "filtered", None)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(GOOD, 0.0035), (Answer("answered", "x", "stop", tokens_output=5), None)],
    ids=["known usage", "unknown usage is no zero"],
)
def test_cost(answer, expected):
    price = PriceSettings.model_validate(
        {"from": "2020-01-01", "input_usd_per_million": 1, "output_usd_per_million": 5}
    )
    _, rows = asked(ScriptedEndpoint(lambda *_: answer), ["a"], price=(price.model_dump(by_alias=True),))
    assert rows[0][1]["cost_usd"] == (pytest.approx(expected) if expected else None)


def test_simulated_answers_are_known_by_their_fingerprint():
    simulated = Answer("answered", "42", "stop", system_fingerprint="aligntax-simulator-1")
    _, rows = asked(ScriptedEndpoint(lambda name, _: simulated if name == "a" else GOOD), ["a", "b"])
    assert {row["item_id"]: row["origin"] for _, row in rows} == {"item-a": "simulated", "item-b": "endpoint"}
