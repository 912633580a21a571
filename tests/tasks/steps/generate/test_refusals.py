"""After a refused key, model or account no further request begins; those in flight come to their end first."""

from __future__ import annotations

import asyncio

import pytest

from tasks.errors import CellError
from tasks.planned import CellWork
from tasks.providers import Limiter
from tasks.settings import Limits
from tasks.steps.generate import Line, generate
from tests.tasks.steps.generate.test_live import GOOD, ScriptedEndpoint, model, request


def refusal(fault):
    return CellError(f"HTTP 400: no {fault}", error_type="http_400", fault=fault)


@pytest.fixture
def asked(instantly):
    """Ask two cells of each of two models at once, each reply after a second; returns the results by model and cell."""

    def run(endpoint: ScriptedEndpoint, *, in_flight: int = 4, count: int = 20):
        async def sink(*_):
            return None

        async def ask():
            line = Line(endpoint, Limiter(Limits(in_flight)), asyncio.Event())
            work = [
                CellWork(
                    "run",
                    "",
                    f"{name}/{cell}/chat",
                    cell,
                    model(id=name, model=name, concurrency=in_flight),
                    [request(f"{name}{cell}{n}") for n in range(count)],
                    f"{name}/{cell}",
                )
                for name in ("m", "n")
                for cell in ("a", "b")
            ]
            results = await asyncio.gather(*(generate(piece, line, sink) for piece in work))
            return {piece.name: result for piece, result in zip(work, results, strict=True)}

        return instantly(ask())

    return run


def count_sent(endpoint: ScriptedEndpoint, name: str = "") -> int:
    return sum(count for question, count in endpoint.attempts.items() if question.startswith(name))


@pytest.mark.parametrize("fault", ["key", "credit"])
def test_a_refused_key_or_account_costs_an_endpoint_what_is_in_flight(asked, fault):
    endpoint = ScriptedEndpoint(lambda *_: refusal(fault), seconds=1.0)
    results = asked(endpoint)
    assert count_sent(endpoint) == 4
    assert {(r.stopped, r.is_cell_error) for r in results.values()} == {(f"HTTP 400: no {fault}", True)}
    assert sum(result.count_failed for result in results.values()) == 4


@pytest.mark.parametrize("fault", ["model", "quota"])
def test_a_refused_model_leaves_the_others_of_its_endpoint_alone(asked, fault):
    endpoint = ScriptedEndpoint(lambda name, _: refusal(fault) if name[0] == "m" else GOOD, seconds=1.0)
    results = asked(endpoint)
    assert (count_sent(endpoint, "m"), count_sent(endpoint, "n")) == (4, 40)
    assert {results[name].stopped for name in ("m/a", "m/b")} == {f"HTTP 400: no {fault}"}
    assert [results[name].count_answered for name in ("n/a", "n/b")] == [20, 20]


def test_an_answer_in_flight_shows_that_the_key_is_that_of_one_model_alone(asked):
    """A gateway says so of the key that it has for one of its models."""
    endpoint = ScriptedEndpoint(lambda name, _: refusal("key") if name[0] == "m" else GOOD, seconds=1.0)
    results = asked(endpoint, in_flight=60)
    assert count_sent(endpoint, "m") == 40
    assert {results[name].is_cell_error for name in ("m/a", "m/b")} == {True}
    assert [(results[name].count_answered, results[name].stopped) for name in ("n/a", "n/b")] == [(20, None)] * 2


def test_one_wrong_reply_of_a_gateway_costs_its_own_request(asked):
    endpoint = ScriptedEndpoint(lambda name, _: refusal("key") if name == "ma0" else GOOD, seconds=1.0)
    results = asked(endpoint)
    assert [result.stopped for result in results.values()] == [None] * 4
    assert sum(result.count_answered for result in results.values()) == 79


@pytest.mark.parametrize("fault", ["key", "model"])
def test_one_wrong_reply_is_not_believed_where_no_other_request_was_in_flight(asked, fault):
    endpoint = ScriptedEndpoint(lambda name, _: refusal(fault) if name == "ma0" else GOOD, seconds=1.0)
    results = asked(endpoint, in_flight=1)
    assert [result.stopped for result in results.values()] == [None] * 4
    assert sum(result.count_answered for result in results.values()) == 79


@pytest.mark.parametrize(("fault", "sent"), [("key", 2), ("credit", 1)])
def test_a_key_is_refused_twice_where_no_other_request_was_in_flight(asked, fault, sent):
    endpoint = ScriptedEndpoint(lambda *_: refusal(fault), seconds=1.0)
    results = asked(endpoint, in_flight=1)
    assert count_sent(endpoint) == sent
    assert {result.stopped for result in results.values()} == {f"HTTP 400: no {fault}"}


@pytest.mark.parametrize(("fault", "most"), [("credit", 4), ("key", 16)])
def test_an_account_that_is_empty_on_the_way_ends_the_asking_at_once(asked, fault, most):
    """A key must be refused five times for a model that took it before."""
    endpoint = ScriptedEndpoint(lambda *_: GOOD if count_sent(endpoint) <= 40 else refusal(fault), seconds=1.0)
    results = asked(endpoint)
    failed = sum(result.count_failed for result in results.values())
    assert 1 <= failed <= most
    assert {result.stopped for result in results.values()} == {f"HTTP 400: no {fault}"}
