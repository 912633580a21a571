"""Reservations: what is spent and reserved never exceeds a limit, and a request waits for room that may come back."""

from __future__ import annotations

import asyncio
import random
from datetime import date

import pytest

from tasks.domain import Message, Prompt, PromptStyle
from tasks.providers import Account, Ledger, worst_price_usd
from tasks.settings import ModelSettings
from tests.support.known import known_names

DAY = date(2026, 1, 31)


def ledger(**limits: float) -> tuple[Ledger, list[Account]]:
    accounts = [Account(f"night.{unit}", unit, limit) for unit, limit in limits.items()]
    return Ledger({"m": accounts}), accounts


def test_a_model_without_accounts_is_never_stopped(instantly):
    held = instantly(Ledger().reserve("m", 1e9))
    assert not isinstance(held, Account)


def test_what_does_not_fit_is_refused_by_the_account_that_is_used_up(instantly):
    book, (money, requests) = ledger(usd=1.0, requests=10)

    async def ask() -> Account:
        first = await book.reserve("m", 0.9)
        book.settle(first, 0.6)
        refused = await book.reserve("m", 0.5)
        assert isinstance(refused, Account)
        return refused

    assert instantly(ask()) is money
    assert (money.spent, money.reserved, requests.spent, requests.reserved) == (pytest.approx(0.6), 0, 1, 0)


def test_a_request_waits_while_its_room_may_come_back(instantly):
    book, (money,) = ledger(usd=1.0)

    async def ask() -> None:
        first = await book.reserve("m", 0.9)
        second = asyncio.create_task(book.reserve("m", 0.9))
        await asyncio.sleep(0.1)
        assert not second.done()
        book.settle(first, 0.05)
        assert not isinstance(await second, Account)

    instantly(ask())
    assert money.spent == pytest.approx(0.05)


def test_a_request_waits_for_what_others_may_leave_of_an_amount_set_aside(instantly):
    book, (money,) = ledger(usd=1.0)

    async def ask() -> None:
        book.set_aside(money, 0.8)
        waiting = asyncio.create_task(book.reserve("m", 0.5))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        book.put_back(money, 0.8, taken=0.3)
        assert not isinstance(await waiting, Account)

    instantly(ask())
    assert (money.spent, money.reserved, money.count_reservations) == (pytest.approx(0.3), pytest.approx(0.5), 1)


def test_an_unknown_usage_keeps_the_worst_price_and_an_unsent_request_takes_nothing(instantly):
    book, (money, requests) = ledger(usd=1.0, requests=10)

    async def ask() -> None:
        book.settle(await book.reserve("m", 0.3), None)
        book.settle(await book.reserve("m", 0.3), None, was_sent=False)

    instantly(ask())
    assert (money.spent, requests.spent) == (pytest.approx(0.3), 1)


@pytest.mark.parametrize("seed", range(40))
def test_many_at_once_never_exceed_a_limit(instantly, seed):
    chance = random.Random(seed)
    book, accounts = ledger(usd=chance.uniform(0.5, 5), requests=chance.randrange(1, 60))

    async def one() -> None:
        worst = chance.uniform(0.01, 0.4)
        await asyncio.sleep(chance.random())
        held = await book.reserve("m", worst)
        if isinstance(held, Account):
            return
        assert all(account.spent + account.reserved <= account.limit + 1e-6 for account in accounts)
        await asyncio.sleep(chance.random())
        book.settle(held, chance.choice([None, worst * chance.random()]), was_sent=chance.random() < 0.9)

    async def everyone() -> None:
        await asyncio.gather(*(one() for _ in range(100)))

    instantly(everyone())
    assert all(account.spent <= account.limit + 1e-6 for account in accounts)
    assert all(abs(account.reserved) < 1e-9 and not account.count_reservations for account in accounts)


def test_the_worst_price_holds_whatever_a_cache_does():
    model = ModelSettings.model_validate(
        {
            "id": "m",
            "provider": "anthropic",
            "base_url": "http://127.0.0.1:1",
            "model": "m",
            "base": None,
            "api": "messages",
            "price": [{"from": "2026-01-01", "input_usd_per_million": 10, "output_usd_per_million": 50}],
        },
        context={"known": known_names()},
    )
    prompt = Prompt(PromptStyle.CHAT, messages=(Message("user", "Wie groß ist 🦜?"),))
    worst = worst_price_usd(model, prompt, {"max_tokens": 100, "system_prompt": "Kurz."}, DAY)
    assert worst is not None
    most = len("Wie groß ist 🦜?Kurz.".encode())
    for cached, written in ((0, 0), (most, 0), (0, most)):
        assert worst >= (model.cost_usd(DAY, most, 100, cached, written) or 0)
    assert worst_price_usd(model, prompt, {"max_tokens": 100}, date(2025, 1, 1)) is None
