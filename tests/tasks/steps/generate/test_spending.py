"""What asking costs: budgets stop a cell, and every request that was sent is accounted for."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from tasks.domain import Message, Prompt, PromptStyle
from tasks.errors import ProviderError, TerminalError, TransientError
from tasks.planned import CellWork, Request
from tasks.providers import Account, Answer, Ledger, Limiter
from tasks.settings import Limits, ModelSettings
from tasks.steps.generate import Line, generate
from tests.support.known import known_names

BUSY = TransientError("HTTP 503", error_type="http_503")
DROPPED = TransientError("connection: reset", error_type="connection", may_be_billed=True)
EMPTY = Answer("answered", "", "stop", tokens_input=10, tokens_output=0)
NO_USAGE = Answer("answered", "42", "stop")
_MODEL = {
    "id": "m",
    "provider": "openai",
    "base_url": "http://127.0.0.1:1/v1",
    "model": "m",
    "api": "chat",
    "base": None,
}
_PRICE = {"from": "2026-01-01", "input_usd_per_million": 1e3, "output_usd_per_million": 1e3}  # 0.001 USD a token


def good(tokens: int = 20) -> Answer:
    return Answer("answered", "42", "stop", tokens_input=10, tokens_output=tokens)


class Server:
    """Answers the attempts of each question from a list; what it bills is counted here."""

    def __init__(self, replies: dict[str, list[Answer | ProviderError]], seconds: float = 0.1) -> None:
        self.replies = {name: list(found) for name, found in replies.items()}
        self.seconds = seconds
        self.count_asked = 0
        self.billed_usd = 0.0

    async def ask(self, prompt: Prompt, *_: Any) -> Answer:
        self.count_asked += 1
        await asyncio.sleep(self.seconds)
        reply = self.replies[prompt.messages[0].content].pop(0)
        if isinstance(reply, ProviderError):
            raise reply
        self.billed_usd += ((reply.tokens_input or 0) + (reply.tokens_output or 0)) / 1000
        return reply

    async def close(self) -> None:
        pass


@pytest.fixture
def spent(instantly):
    """Ask every question of a server; returns the result, the rows by table and the accounts."""

    def run(server: Server, concurrency: int = 4, **limits: float):
        fields = {**_MODEL, "price": [_PRICE], "concurrency": concurrency, "max_attempts": 3}
        model = ModelSettings.model_validate(fields, context={"known": known_names()})
        prompts = {name: Prompt(PromptStyle.CHAT, messages=(Message("user", name),)) for name in server.replies}
        requests = [
            Request(f"g-{name}", f"i-{name}", 0, name, prompt, {"model": "m", "max_tokens": 100})
            for name, prompt in prompts.items()
        ]
        accounts = [Account(f"night.{unit}", unit, limit) for unit, limit in limits.items()]
        rows: dict[str, list[dict[str, Any]]] = {"raw.generations": [], "raw.failures": [], "raw.extra_spend": []}

        async def sink(table: str, row: dict[str, Any]) -> None:
            rows[table].append(row)

        async def ask():
            line = Line(server, Limiter(Limits(concurrency)), asyncio.Event(), jitter=lambda: 1.0)
            line.ledger = Ledger({"m": accounts})
            return await generate(CellWork("run", "", "m/b/chat", "b", model, requests, "m/b"), line, sink)

        return instantly(ask()), rows, accounts

    return run


def test_nothing_beside_plain_answers_is_noted(spent):
    _, rows, _ = spent(Server({"a": [good()], "b": [good()]}))
    assert (len(rows["raw.generations"]), rows["raw.extra_spend"]) == (2, [])


@pytest.mark.parametrize(
    ("replies", "count_requests", "usd", "is_held"),
    [
        ([BUSY, BUSY, BUSY], 3, 0.0, False),
        ([BUSY, DROPPED, good()], 0, 0.0, True),
        ([TerminalError("HTTP 400", error_type="http_400")], 1, 0.0, False),
        ([EMPTY, good()], 0, 0.01, False),
        ([EMPTY, EMPTY], 0, 0.01, False),
        ([NO_USAGE], 0, 0.0, True),
    ],
    ids=["never answered", "broken off once", "refused", "empty, then an answer", "empty twice", "no usage"],
)
def test_what_no_answer_accounts_for_is_noted(spent, replies, count_requests, usd, is_held):
    server = Server({"a": replies})
    _, rows, _ = spent(server)
    (extra,) = rows["raw.extra_spend"]
    assert (extra["count_requests"], extra["cost_usd"]) == (count_requests, pytest.approx(usd))
    assert (extra["cost_held_usd"] > 0.1) is is_held
    assert sum(row["attempts"] for row in rows["raw.generations"]) + count_requests == server.count_asked
    known = sum(row["cost_usd"] or 0 for row in rows["raw.generations"])
    assert known + extra["cost_usd"] == pytest.approx(server.billed_usd)


def test_an_answer_says_how_long_it_waited_and_why_it_was_asked_again(spent):
    _, rows, _ = spent(Server({"a": [BUSY, DROPPED, good()]}))
    (row,) = rows["raw.generations"]
    assert row["retried_for"] == "http_503, connection"
    assert row["waited_ms"] >= 0


def test_a_budget_stops_the_cell_and_says_which(spent):
    server = Server({f"q{number}": [good()] for number in range(50)})
    result, rows, (account,) = spent(server, requests=20)
    assert (result.count_answered, result.count_failed, server.count_asked) == (20, 0, 20)
    assert (result.budget, result.is_cell_error) == ("night.requests", False)
    assert result.stopped == "budget night.requests (20 requests) is reached: another request could exceed it"
    assert account.spent == len(rows["raw.generations"]) == 20


@pytest.mark.parametrize("seed", range(30))
def test_a_budget_of_money_is_never_exceeded_whatever_happens(spent, seed):
    chance = random.Random(seed)

    def replies() -> list[Answer | ProviderError]:
        kinds = [BUSY, DROPPED, EMPTY, NO_USAGE, good(chance.randrange(100)), good(chance.randrange(100))]
        return chance.choices(kinds, k=8)

    server = Server({f"q{number}": replies() for number in range(60)}, seconds=chance.random())
    limit = chance.uniform(0.3, 8)
    result, rows, (account,) = spent(server, chance.choice([1, 4, 32]), usd=limit)
    noted = [*rows["raw.generations"], *rows["raw.extra_spend"]]
    known = sum(row["cost_usd"] or 0 for row in noted)
    held = sum(row["cost_held_usd"] for row in rows["raw.extra_spend"])
    assert known == pytest.approx(server.billed_usd)
    assert account.spent == pytest.approx(known + held)
    assert account.spent <= limit + 1e-6
    attempts = sum(row["attempts"] for row in rows["raw.generations"])
    assert attempts + sum(row["count_requests"] for row in rows["raw.extra_spend"]) == server.count_asked
    assert (result.budget is None) == (result.count_answered + result.count_failed == 60)
