"""How a cell is asked: what is retried, what stops a cell, and what becomes a row."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tasks.domain import Message, Prompt, PromptStyle
from tasks.errors import CellError, ProviderError, TerminalError, TransientError
from tasks.planned import CellWork, Request
from tasks.providers import Answer, Limiter
from tasks.settings import Limits, ModelSettings, PriceSettings
from tasks.steps.generate import Line, generate
from tests.support.known import known_names

GOOD = Answer("answered", "42", "stop", model_served="m", tokens_input=1000, tokens_output=500)


class ScriptedEndpoint:
    """An endpoint that answers the attempts of each prompt from a script, and counts the requests in flight."""

    def __init__(self, script: Callable[[str, int], Answer | ProviderError], seconds: float = 0.0) -> None:
        self.script = script
        self.seconds = seconds
        self.log: list[tuple[float, str]] = []
        self.attempts: dict[str, int] = {}
        self.in_flight = self.most_in_flight = 0

    async def ask(self, prompt: Prompt, *_: Any) -> Answer:
        key = prompt.messages[0].content
        self.attempts[key] = self.attempts.get(key, 0) + 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.log.append((asyncio.get_running_loop().time(), key))
        await asyncio.sleep(self.seconds)
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
        },
        context={"known": known_names()},
    )


def request(name: str) -> Request:
    prompt = Prompt(PromptStyle.CHAT, messages=(Message("user", name),))
    return Request(
        f"generation-{name}", f"item-{name}", 0, f"hash-{name}", prompt, {"model": "m", "stop": ["\n\nQuestion:"]}
    )


@pytest.fixture
def asked(instantly):
    """Ask the questions of a cell on a simulated clock; returns the result, the rows and the seconds it took."""

    def run(
        endpoint: ScriptedEndpoint,
        names: list[str],
        *,
        draining: bool = False,
        limits: Limits | None = None,
        is_resumed: bool = False,
        **fields: Any,
    ):
        rows: list[tuple[str, dict[str, Any]]] = []

        async def sink(table: str, row: dict[str, Any]) -> None:
            if table != "raw.extra_spend":
                rows.append((table, row))

        async def ask():
            event = asyncio.Event()
            if draining:
                event.set()
            line = Line(endpoint, Limiter(limits or Limits(4)), event, jitter=lambda: 1.0)
            requests = [request(name) for name in names]
            work = CellWork("run", "", "m/b/chat", "b", model(**fields), requests, "m/b", is_resumed=is_resumed)
            result = await generate(work, line, sink)
            return result, rows, asyncio.get_running_loop().time()

        return instantly(ask())

    return run


def test_every_answer_becomes_one_row(asked):
    result, rows, _ = asked(ScriptedEndpoint(lambda *_: GOOD), ["a", "b", "c"])
    assert (result.count_answered, result.count_failed, result.stopped) == (3, 0, None)
    assert sorted(row["item_id"] for table, row in rows if table == "raw.generations") == ["item-a", "item-b", "item-c"]


def test_after_a_temporary_error_the_question_is_asked_again_and_answered(asked):
    trouble = TransientError("HTTP 503", error_type="http_503")
    endpoint = ScriptedEndpoint(lambda _, attempt: GOOD if attempt == 3 else trouble)
    result, rows, _ = asked(endpoint, ["a"])
    assert result.count_failed == 0
    assert [(table, row["attempts"]) for table, row in rows] == [("raw.generations", 3)]


def test_an_error_that_persists_becomes_a_failure_row(asked):
    endpoint = ScriptedEndpoint(lambda *_: TransientError("HTTP 503: busy", error_type="http_503"))
    result, rows, _ = asked(endpoint, ["a"])
    assert (result.count_answered, result.count_failed, result.is_cell_error) == (0, 1, False)
    assert [(table, row["error_type"], row["attempts"]) for table, row in rows] == [("raw.failures", "http_503", 3)]


DENIED = CellError("HTTP 401: bad key", error_type="http_401", fault="key")
ODD_PARAMETER = CellError("HTTP 400: temperature is not supported", error_type="http_400")


@pytest.mark.parametrize(("count", "fewest"), [(1, 1), (3, 3), (100, 5)])
def test_a_parameter_that_is_rejected_five_times_or_always_stops_the_cell(asked, count, fewest):
    endpoint = ScriptedEndpoint(lambda *_: ODD_PARAMETER)
    result, rows, _ = asked(endpoint, [f"q{n}" for n in range(count)], concurrency=1)
    assert result.is_cell_error
    assert result.stopped == "HTTP 400: temperature is not supported"
    assert sum(endpoint.attempts.values()) == fewest
    assert [table for table, _ in rows] == ["raw.failures"] * fewest


def test_a_reply_about_the_key_among_answers_costs_its_own_request(asked):
    """A gateway may say so once, because one of the servers behind it is set up wrongly."""
    endpoint = ScriptedEndpoint(lambda name, _: DENIED if int(name[1:]) % 5 else GOOD)
    result, rows, _ = asked(endpoint, [f"q{n}" for n in range(50)], concurrency=1)
    assert (result.count_answered, result.count_failed, result.stopped) == (10, 40, None)
    assert len(rows) == 50


def test_a_key_that_is_revoked_on_the_way_stops_the_cell(asked):
    endpoint = ScriptedEndpoint(lambda name, _: DENIED if int(name[1:]) >= 20 else GOOD)
    result, *_ = asked(endpoint, [f"q{n}" for n in range(50)], concurrency=1)
    assert (result.count_answered, result.count_failed, result.is_cell_error) == (20, 5, True)


@pytest.mark.parametrize("concurrency", [1, 3, 64])
def test_five_bad_requests_without_a_success_stop_the_cell(asked, concurrency):
    """They are a mistake in the configuration. What was in flight by then is answered for, too."""
    endpoint = ScriptedEndpoint(lambda *_: TerminalError("HTTP 400: no such field", error_type="http_400"), seconds=1.0)
    result, rows, _ = asked(
        endpoint, [f"q{n}" for n in range(100)], concurrency=concurrency, limits=Limits(concurrency)
    )
    assert (result.is_cell_error, result.stopped) == (True, "HTTP 400: no such field")
    assert 5 <= sum(endpoint.attempts.values()) < 5 + concurrency + 60
    assert len(rows) == result.count_failed == sum(endpoint.attempts.values())


def test_a_bad_item_does_not_end_its_cell_even_if_it_is_the_first(asked):
    bad = TerminalError("HTTP 400: odd item", error_type="http_400")
    endpoint = ScriptedEndpoint(lambda name, _: bad if name in {"q0", "q1", "q2", "q3"} else GOOD)
    result, *_ = asked(endpoint, [f"q{n}" for n in range(20)], concurrency=1)
    assert (result.count_answered, result.count_failed, result.stopped) == (16, 4, None)


def test_bad_items_that_a_resumed_run_asks_again_do_not_end_their_cell(asked):
    bad = TerminalError("HTTP 400: odd item", error_type="http_400")
    result, *_ = asked(ScriptedEndpoint(lambda *_: bad), [f"q{n}" for n in range(9)], is_resumed=True)
    assert (result.count_failed, result.is_cell_error) == (9, False)


NOTHING = Answer("answered", "", "stop")
EMPTY = {
    # name: (the answers to each attempt, attempts that are made, the text that lands)
    "nothing twice": ((NOTHING, NOTHING), 2, ""),
    "blanks, then a word": ((replace(NOTHING, text=" \n"), GOOD), 2, "42"),
    "an end token": ((replace(NOTHING, text="<|im_end|>"), GOOD), 2, "42"),
    "a stop string that was not cut": ((replace(NOTHING, text="\n\nQuestion: next?"), GOOD), 2, "42"),
    "an unknown word for the end": ((replace(NOTHING, finish_reason="unknown"), GOOD), 2, "42"),
    "cut off": ((replace(NOTHING, finish_reason="length"),), 1, ""),
    "blocked": ((Answer("filtered", None, "content_filter"),), 1, None),
    "thoughts only": ((replace(NOTHING, reasoning_text="hm"),), 1, ""),
    "likelihoods only": ((replace(NOTHING, first_token_json='{"A": -0.1}'),), 1, ""),
}


@pytest.mark.parametrize(("answers", "count", "text"), EMPTY.values(), ids=EMPTY.keys())
def test_an_empty_answer_gets_one_more_attempt(asked, answers, count, text):
    endpoint = ScriptedEndpoint(lambda _, attempt: answers[attempt - 1])
    result, rows, seconds = asked(endpoint, ["a"], max_attempts=5)
    assert (result.count_answered, result.count_failed, seconds) == (1, 0, 0.0)
    assert [(table, row["attempts"], row["text"]) for table, row in rows] == [("raw.generations", count, text)]


@pytest.mark.parametrize("error", [TransientError("busy", error_type="http_503"), TerminalError("no", error_type="x")])
def test_an_empty_answer_stands_where_the_further_attempt_fails(asked, error):
    endpoint = ScriptedEndpoint(lambda _, attempt: NOTHING if attempt == 1 else error)
    result, rows, _ = asked(endpoint, ["a"], max_attempts=3)
    assert (result.count_answered, result.count_failed, rows[0][1]["text"]) == (1, 0, "")
    assert rows[0][1]["attempts"] == sum(endpoint.attempts.values())


def test_an_empty_answer_stands_where_no_further_attempt_is_allowed(asked):
    result, rows, _ = asked(ScriptedEndpoint(lambda *_: NOTHING), ["a"], max_attempts=1)
    assert (result.count_answered, rows[0][1]["text"]) == (1, "")


def test_an_answer_that_nobody_foresaw_costs_one_request_and_not_the_cell(asked):
    class Odd(ScriptedEndpoint):
        async def ask(self, prompt: Prompt, *_: Any) -> Answer:
            if prompt.messages[0].content == "q1":
                raise RecursionError
            return await super().ask(prompt)

    result, rows, _ = asked(Odd(lambda *_: GOOD), ["q0", "q1", "q2"], max_attempts=2)
    assert (result.count_answered, result.count_failed) == (2, 1)
    assert [row["message"] for table, row in rows if table == "raw.failures"] == ["unreadable answer: RecursionError"]


@pytest.mark.parametrize(
    ("error_type", "trouble"),
    [("timeout", "time-out"), ("http_504", "time-out"), ("http_429", "overload"), ("overloaded", "overload")],
)
def test_time_outs_slow_the_pace_as_overload_does_and_the_screen_is_told(instantly, error_type, trouble):
    told: list[str] = []
    limiter = Limiter(Limits(32))

    async def sink(*_: Any) -> None:
        pass

    async def run():
        endpoint = ScriptedEndpoint(lambda *_: TransientError("late", error_type=error_type), seconds=5.0)
        line = Line(endpoint, limiter, asyncio.Event(), on_slowed=told.append, jitter=lambda: 0.0)
        work = CellWork("run", "", "m/b/chat", "b", model(concurrency=32), [request(f"q{n}") for n in range(8)], "m/b")
        await generate(work, line, sink)

    instantly(run())
    assert limiter.limit < 32
    assert set(told) == {trouble}


def test_a_bad_item_after_a_success_does_not_stop_the_cell(asked):
    bad = TerminalError("HTTP 400: context too long", error_type="http_400")
    endpoint = ScriptedEndpoint(lambda name, _: bad if name == "q1" else GOOD)
    result, *_ = asked(endpoint, ["q0", "q1", "q2"], concurrency=1)
    assert (result.count_answered, result.count_failed, result.stopped) == (2, 1, None)


def test_a_run_that_is_stopping_sends_no_new_request(asked):
    endpoint = ScriptedEndpoint(lambda *_: GOOD)
    result, rows, _ = asked(endpoint, ["a", "b"], draining=True)
    assert (result.stopped, rows, endpoint.attempts) == ("interrupted", [], {})


def test_the_concurrency_limit_of_an_endpoint_is_respected(asked):
    endpoint = ScriptedEndpoint(lambda *_: GOOD)
    asked(endpoint, [f"q{n}" for n in range(50)], limits=Limits(3), concurrency=32)
    assert endpoint.most_in_flight == 3


def test_a_wait_that_the_server_asks_for_is_respected_up_to_our_limit(asked):
    def script(_: str, attempt: int) -> Answer | ProviderError:
        waits = {1: 7.0, 2: 100_000.0}
        if attempt in waits:
            return TransientError("HTTP 429", error_type="http_429", retry_after_s=waits[attempt])
        return GOOD

    result, _, seconds = asked(ScriptedEndpoint(script), ["a"])
    assert (result.count_answered, seconds) == (1, 7.0 + 60.0)


def test_a_wait_that_the_server_asks_for_applies_to_the_whole_endpoint(asked):
    def script(name: str, attempt: int) -> Answer | ProviderError:
        if (name, attempt) == ("q0", 1):
            return TransientError("HTTP 429", error_type="http_429", retry_after_s=30.0)
        return GOOD

    endpoint = ScriptedEndpoint(script)
    asked(endpoint, [f"q{n}" for n in range(9)], concurrency=1, limits=Limits(1))
    assert [second for second, _ in endpoint.log] == [0.0] + [30.0] * 9


def test_other_waits_are_drawn_at_random_below_a_limit_that_doubles(asked):
    endpoint = ScriptedEndpoint(lambda *_: TransientError("HTTP 500", error_type="http_500"))
    *_, seconds = asked(endpoint, ["a"], max_attempts=8)
    assert seconds == 1 + 2 + 4 + 8 + 16 + 30 + 30


def test_a_request_that_waits_for_its_next_attempt_does_not_count_as_in_flight(asked):
    """The first question fails for some seconds, and the other questions of the cell are not delayed."""
    trouble = TransientError("HTTP 500", error_type="http_500")
    endpoint = ScriptedEndpoint(lambda name, attempt: trouble if name == "q0" and attempt < 5 else GOOD)
    result, rows, seconds = asked(
        endpoint, [f"q{n}" for n in range(6)], concurrency=1, limits=Limits(1), max_attempts=5
    )
    assert endpoint.log == [(0.0, f"q{n}") for n in range(6)] + [(1.0, "q0"), (3.0, "q0"), (7.0, "q0"), (15.0, "q0")]
    assert (result.count_answered, seconds, endpoint.most_in_flight) == (6, 15.0, 1)
    assert [row["item_id"] for _, row in rows][-1] == "item-q0"


def test_no_more_questions_wait_for_their_next_attempt_than_may_be_in_flight(asked):
    """Otherwise a server that is down would be asked all questions at once, and soon all of them again."""
    endpoint = ScriptedEndpoint(lambda *_: TransientError("HTTP 500", error_type="http_500"))
    asked(endpoint, [f"q{n}" for n in range(50)], concurrency=4, max_attempts=2)
    assert len({name for second, name in endpoint.log if second < 1.0}) == 8


def test_a_stand_in_goes_when_the_question_that_waited_is_back(asked):
    """A million requests to a server that fails often had thousands of workers in the end."""
    counts: list[int] = []

    def answer(name: str, attempt: int) -> Answer | ProviderError:
        counts.append(len(asyncio.all_tasks()))
        is_early = name in {"q0", "q1", "q2"} and attempt == 1
        return TransientError("HTTP 500", error_type="http_500") if is_early else GOOD

    result, *_ = asked(ScriptedEndpoint(answer, seconds=0.1), [f"q{n}" for n in range(100)], concurrency=4)
    assert result.count_answered == 100
    assert max(counts[:20]) == counts[0] + 3
    assert set(counts[60:90]) == {counts[0]}


def test_a_run_that_is_stopping_ends_every_wait_and_leaves_the_question_open(instantly):
    trouble = TransientError("HTTP 429", error_type="http_429", retry_after_s=50.0)
    rows: list[Any] = []

    async def sink(*row: Any) -> None:
        rows.append(row)

    async def run():
        draining = asyncio.Event()
        line = Line(ScriptedEndpoint(lambda *_: trouble), Limiter(Limits(2)), draining)
        work = CellWork("run", "", "m/b/chat", "b", model(), [request(f"q{n}") for n in range(9)], "m/b")
        asking = asyncio.create_task(generate(work, line, sink))
        await asyncio.sleep(5)
        draining.set()
        return await asking, asyncio.get_running_loop().time()

    result, seconds = instantly(run())
    assert (result.stopped, result.count_failed, seconds) == ("interrupted", 0, 5.0)
    assert {table for table, _ in rows} == {"raw.extra_spend"}, "what was sent is accounted for, and nothing else"


def test_a_broken_endpoint_does_not_slow_a_healthy_one(instantly):
    async def sink(*_: Any) -> None:
        pass

    async def finished(line: Line, work: CellWork) -> float:
        await generate(work, line, sink)
        return asyncio.get_running_loop().time()

    async def run():
        names = [f"q{n}" for n in range(40)]
        trouble = TransientError("HTTP 503", error_type="http_503", retry_after_s=60.0)
        broken, slow = ScriptedEndpoint(lambda *_: trouble), ScriptedEndpoint(lambda *_: GOOD, seconds=500.0)
        healthy = ScriptedEndpoint(lambda *_: GOOD, seconds=1.0)
        cells = [
            (
                Line(endpoint, Limiter(Limits(4)), asyncio.Event()),
                CellWork("run", "", name, "b", model(concurrency=4), [request(n) for n in names], name),
            )
            for name, endpoint in (("broken", broken), ("slow", slow), ("healthy", healthy))
        ]
        return await asyncio.gather(*(finished(line, work) for line, work in cells))

    broken_s, slow_s, healthy_s = instantly(run())
    assert healthy_s == 10.0  # 40 questions, 4 at once, 1 s each
    assert min(broken_s, slow_s) > 1000


def test_an_overloaded_endpoint_is_asked_less_until_it_recovers(instantly):
    """The endpoint rejects a fifth request at once. All questions are answered, and few requests are rejected."""
    rows: list[tuple[str, dict[str, Any]]] = []

    async def sink(table: str, row: dict[str, Any]) -> None:
        rows.append((table, row))

    class Small(ScriptedEndpoint):
        async def ask(self, prompt: Prompt, *_: Any) -> Answer:
            if self.in_flight >= 4:
                self.complaints += 1
                raise TransientError("HTTP 429", error_type="http_429")
            return await super().ask(prompt)

        complaints = 0

    async def run():
        endpoint = Small(lambda *_: GOOD, seconds=1.0)
        line = Line(endpoint, Limiter(Limits(32)), asyncio.Event(), jitter=random.Random(0).random)
        work = CellWork(
            "run",
            "",
            "m/b/chat",
            "b",
            model(concurrency=32, max_attempts=9),
            [request(f"q{n}") for n in range(400)],
            "m/b",
        )
        return await generate(work, line, sink), endpoint.complaints

    result, complaints = instantly(run())
    assert (result.count_answered, result.count_failed) == (400, 0)
    assert complaints < 200


def test_the_token_rate_limit_counts_the_tokens_that_were_really_used(asked):
    """Requests reserve 512 tokens and use 150, so 1,500 tokens at 600 a minute take 2.5 minutes and not 8.5."""
    used = Answer("answered", "42", "stop", tokens_input=100, tokens_output=50)
    *_, seconds = asked(
        ScriptedEndpoint(lambda *_: used), [f"q{n}" for n in range(10)], limits=Limits(4, tokens_per_minute=600)
    )
    assert 120 < seconds < 200


def test_an_answer_that_the_provider_filters_has_the_status_filtered(asked):
    _, rows, _ = asked(ScriptedEndpoint(lambda *_: Answer("filtered", None, "content_filter")), ["a"])
    assert [(table, row["status"], row["text"]) for table, row in rows] == [("raw.generations", "filtered", None)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(GOOD, 0.0035), (Answer("answered", "x", "stop", tokens_output=5), None)],
    ids=["known usage", "unknown usage is no zero"],
)
def test_the_cost_of_an_answer_is_computed_from_its_tokens_and_prices(asked, answer, expected):
    price = PriceSettings.model_validate(
        {"from": "2020-01-01", "input_usd_per_million": 1, "output_usd_per_million": 5}
    )
    _, rows, _ = asked(ScriptedEndpoint(lambda *_: answer), ["a"], price=(price.model_dump(by_alias=True),))
    assert rows[0][1]["cost_usd"] == (pytest.approx(expected) if expected else None)


def test_the_kinds_of_tokens_are_landed_and_priced(asked):
    answer = Answer("answered", "x", "stop", None, tokens_input=1000, tokens_output=100)
    answer = replace(answer, tokens_cached=600, tokens_cache_write=200, tokens_reasoning=40)
    price = {"from": "2020-01-01", "input_usd_per_million": 3, "output_usd_per_million": 15}
    price["cached_input_usd_per_million"] = 0.3
    _, rows, _ = asked(ScriptedEndpoint(lambda *_: answer), ["a"], price=(price,))
    row = rows[0][1]
    assert [row[f"tokens_{kind}"] for kind in ("input", "cached", "cache_write", "output", "reasoning")] == [
        1000,
        600,
        200,
        100,
        40,
    ]
    # 200 plain x 3, 600 cached x 0.3, 200 written x 3 x 1.25, 100 out x 15, per million
    assert row["cost_usd"] == pytest.approx((600 + 180 + 750 + 1500) / 1e6)


@pytest.mark.parametrize("is_simulated", [False, True])
def test_an_answer_without_a_fingerprint_gets_the_declared_origin(asked, is_simulated):
    blocked = Answer("filtered", None, "content_filter")
    _, rows, _ = asked(ScriptedEndpoint(lambda *_: blocked), ["a"], is_simulated=is_simulated)
    assert rows[0][1]["origin"] == ("simulated" if is_simulated else "endpoint")


def test_simulated_answers_are_recognised_by_their_fingerprint(asked):
    simulated = Answer("answered", "42", "stop", system_fingerprint="aligntax-simulator-1")
    real = replace(simulated, system_fingerprint="fp_1")
    _, rows, _ = asked(ScriptedEndpoint(lambda name, _: simulated if name == "a" else real), ["a", "b"])
    assert {row["item_id"]: row["origin"] for _, row in rows} == {"item-a": "simulated", "item-b": "endpoint"}
