"""Shares of a run's budgets: what a shard may take is reserved when it is submitted, and what it left comes back.

A worker keeps to its share as one machine keeps to a budget. Most requests take less than their worst price, so a share
is not the sum of worst prices: shards that are asked at the same time get equal parts of what is left. One that used up
its part is submitted again while the budgets have room.

Tested in tests/flows/asking/test_shares.py and tests/flows/test_pool_troubles.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flows.asking.shards import Shard
from tasks.planned import CellWork
from tasks.providers import Account, Ledger, worst_price_usd
from warehouse.connection import Row

# What models have taken, by their ids: requests and US dollars.
Taken = Mapping[str, Row]

# Each part of a budget is a process that starts. Near its end a budget is not divided into parts that hold fewer
# requests than these.
_FEWEST = 50


@dataclass(slots=True)
class Share:
    """What a shard may take of some accounts.

    ``used_up`` has the pieces of the shard that may ask nothing, by their names. ``before`` is what the requests of the
    shard had taken before it was submitted.
    """

    amounts: Sequence[tuple[Account, float]]
    used_up: Mapping[str, Account]
    before: Taken = field(default_factory=dict)


@dataclass(slots=True)
class Shares:
    """The shares of the shards that are being asked, by their ids: at most so many at once where a budget counts."""

    ledger: Ledger
    count_at_once: int
    held: dict[str, Share] = field(default_factory=dict)

    def reserve(self, shard: Shard) -> Share | None:
        """Reserve a share for a shard; an empty one where no budget counts.

        Returns None while the shard has to wait for what others hold.
        """
        amounts: list[tuple[Account, float]] = []
        used_up: dict[str, Account] = {}
        for account, pieces in self._covered(shard):
            if len(self.held) >= self.count_at_once:
                return None
            least, most = _wanted(account, pieces)
            if account.has_room(least):
                part = account.room / (self.count_at_once - len(self.held))
                amounts.append((account, min(most, account.room, max(part, _FEWEST * least))))
            elif account.count_reservations:
                return None
            else:
                used_up |= {piece.name: account for piece in pieces}
        share = Share(amounts, used_up)
        if amounts and len(used_up) < len(shard.pieces):
            self.held[shard.shard_id] = share
            for account, amount in amounts:
                self.ledger.set_aside(account, amount)
        return share

    def settle(self, shard: Shard, taken: Taken) -> None:
        """Put what the requests of a shard have taken by now in the place of its share."""
        share = self.held.pop(shard.shard_id)
        models = {account.name: {piece.model.id for piece in pieces} for account, pieces in self._covered(shard)}
        for account, amount in share.amounts:
            now, before = (_sum(found, models[account.name], account) for found in (taken, share.before))
            self.ledger.put_back(account, amount, taken=now - before)

    def _covered(self, shard: Shard) -> list[tuple[Account, list[CellWork]]]:
        """The accounts that count for a shard, each with the pieces that it covers."""
        found: dict[str, tuple[Account, list[CellWork]]] = {}
        for piece in shard.pieces:
            for account in self.ledger.accounts.get(piece.model.id, ()):
                found.setdefault(account.name, (account, []))[1].append(piece)
        return list(found.values())


def _wanted(account: Account, pieces: Sequence[CellWork]) -> tuple[float, float]:
    """What the dearest attempt of some work takes of an account at most, and what all of its attempts do."""
    day, least, most = datetime.now(UTC).date(), 0.0, 0.0
    for piece in pieces:
        for request in piece.requests:
            price = 1.0
            if account.unit == "usd":
                price = worst_price_usd(piece.model, request.prompt, request.parameters, day) or 0.0
            least, most = max(least, price), most + piece.model.max_attempts * price
    return least, most


def _sum(taken: Taken, models: set[str], account: Account) -> float:
    return sum((float(taken[model][account.unit]) for model in models & taken.keys()), 0.0)
