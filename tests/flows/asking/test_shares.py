"""Shards get equal parts of what budgets have left, and the sum of all shares never exceeds a budget."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from flows.asking.shards import Shard
from flows.asking.shares import Shares
from tasks.providers import Account, Ledger


def shard(name: str, *models: str, requests: int = 100) -> Shard:
    """A shard with a piece of each model."""
    pieces: Any = tuple(
        SimpleNamespace(
            name=f"{name} of {model}", requests=range(requests), model=SimpleNamespace(id=model, max_attempts=5)
        )
        for model in models
    )
    return Shard(pieces, name)


def amounts(share):
    return {account.name: amount for account, amount in share.amounts}


def taken(**requests: float):
    return {model: {"requests": count, "usd": 0.0} for model, count in requests.items()}


@pytest.fixture
def account():
    return Account("night.requests", "requests", 400.0)


@pytest.fixture
def shares(account):
    return Shares(Ledger({"a": [account], "b": [account]}), count_at_once=2)


def test_without_a_budget_every_shard_is_asked_at_once():
    shares = Shares(Ledger(), count_at_once=1)
    assert [amounts(shares.reserve(shard(str(number), "a"))) for number in range(3)] == [{}, {}, {}]
    assert not shares.held


def test_shards_that_are_asked_at_once_get_equal_parts_and_others_wait(shares, account):
    assert amounts(shares.reserve(shard("one", "a"))) == {"night.requests": 200}
    assert amounts(shares.reserve(shard("two", "b"))) == {"night.requests": 200}
    assert shares.reserve(shard("three", "a")) is None
    assert (account.reserved, account.room) == (400, 0)


def test_what_a_shard_left_comes_back(shares, account):
    one = shard("one", "a", "b")
    shares.reserve(one).before = taken(a=10)
    shares.settle(one, taken(a=100, b=30))
    assert (account.spent, account.reserved, account.count_reservations) == (120, 0, 0)
    assert amounts(shares.reserve(shard("two", "a"))) == {"night.requests": 140}


def test_a_share_is_at_most_what_all_attempts_of_a_shard_take(shares):
    assert amounts(shares.reserve(shard("one", "a", requests=10))) == {"night.requests": 50}


def test_near_its_end_a_budget_is_not_divided(shares, account):
    account.spent = 340
    assert amounts(shares.reserve(shard("one", "a"))) == {"night.requests": 50}
    assert amounts(shares.reserve(shard("two", "a"))) == {"night.requests": 10}


def test_a_budget_that_is_used_up_stops_what_it_covers(shares, account):
    account.spent = 200
    shares.ledger.accounts["b"] = [account, own := Account("night.requests of b", "requests", 5.0, spent=5)]
    both = shares.reserve(shard("one", "a", "b"))
    assert (amounts(both), both.used_up) == ({"night.requests": 100}, {"one of b": own})
    alone = shares.reserve(shard("two", "b"))
    assert alone.used_up == {"two of b": own}
    assert list(shares.held) == ["one"]
    assert account.reserved == 100


def test_a_shard_waits_for_what_others_may_leave(shares, account):
    account.spent, one = 399, shard("one", "a")
    shares.reserve(one)
    assert shares.reserve(shard("two", "a")) is None
    shares.settle(one, taken(a=1))
    assert shares.reserve(shard("two", "a")).used_up == {"two of a": account}
