"""Budgets while a run asks: a request reserves its worst price before it is sent, and is settled by what it took.

A budget is exceeded only where a server bills more tokens than the request can hold. A request that does not fit waits
while others hold reservations, because most take less than their worst price. Knows prices and counts; must not know
where earlier spending is written, or what is asked.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tasks.domain import Prompt
from tasks.settings import ModelSettings, Unit

# Sums of prices are rounded; a millionth of a cent decides nothing.
_ROUNDING_USD = 1e-8
# No tokenizer makes more tokens of a text than it has bytes. A chat template adds a few marks to each message.
_TOKENS_OF_TEMPLATE = 32


@dataclass(slots=True)
class Account:
    """One limit: what it is called, and how much of it is spent and reserved."""

    name: str
    unit: Unit
    limit: float
    spent: float = 0.0
    reserved: float = 0.0
    count_reservations: int = 0

    @property
    def room(self) -> float:
        """How much is neither spent nor reserved."""
        return self.limit - self.spent - self.reserved

    def has_room(self, amount: float) -> bool:
        """Whether so much more may be reserved."""
        return amount <= self.room + _ROUNDING_USD

    @property
    def sentence(self) -> str:
        """Why nothing more is asked.

        >>> Account("night.usd of aligned", "usd", 2.0).sentence
        'budget night.usd of aligned (2 USD) is reached: another request could exceed it'
        """
        unit = "USD" if self.unit == "usd" else "requests"
        return f"budget {self.name} ({self.limit:.10g} {unit}) is reached: another request could exceed it"


@dataclass(slots=True)
class Reservation:
    """What one attempt has reserved: a request or those of a batch, and their worst price in US dollars."""

    accounts: Sequence[Account]
    usd: float
    count_requests: int = 1

    def amount(self, account: Account) -> float:
        """How much of an account it takes."""
        return self.usd if account.unit == "usd" else self.count_requests


@dataclass(slots=True)
class Ledger:
    """The accounts of each model. ``reserve`` before an attempt, ``settle`` after it."""

    accounts: Mapping[str, Sequence[Account]] = field(default_factory=dict)
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def covers_money(self, model_id: str) -> bool:
        """Whether a budget of money covers a model, so that its worst prices have to be known."""
        return any(account.unit == "usd" for account in self.accounts.get(model_id, ()))

    async def reserve(self, model_id: str, usd: float, count_requests: int = 1) -> Reservation | Account:
        """Reserve requests and their worst price; or return the account that they could exceed.

        Waits while the room may still come back from requests that are under way.
        """
        held = Reservation(self.accounts.get(model_id, ()), usd, count_requests)
        while short := [account for account in held.accounts if not account.has_room(held.amount(account))]:
            if used_up := next((account for account in short if not account.count_reservations), None):
                return used_up
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting
        for account in held.accounts:
            account.reserved += held.amount(account)
            account.count_reservations += 1
        return held

    def settle(self, held: Reservation, usd: float | None, *, was_sent: bool = True) -> None:
        """Put what an attempt took in the place of its reservation; None keeps the worst price.

        An attempt that was not sent takes nothing.
        """
        for account in held.accounts:
            reserved = held.amount(account)
            account.reserved -= reserved
            account.count_reservations -= 1
            if was_sent:
                account.spent += reserved if account.unit == "requests" or usd is None else usd
        self._wake()

    def set_aside(self, account: Account, amount: float) -> None:
        """Reserve an amount that others may take, who do not know this ledger."""
        account.reserved += amount
        account.count_reservations += 1

    def put_back(self, account: Account, amount: float, *, taken: float) -> None:
        """Put what others took in the place of an amount that was set aside for them."""
        account.reserved -= amount
        account.count_reservations -= 1
        account.spent += taken
        self._wake()

    def _wake(self) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)


def worst_price_usd(model: ModelSettings, prompt: Prompt, parameters: Mapping[str, Any], day: date) -> float | None:
    """The most that one attempt can cost on a day: each byte of the prompt a token, and the longest answer.

    None without a price.
    """
    if not model.price:
        return None
    texts = [prompt.content, str(parameters.get("system_prompt") or "")]
    tokens = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    tokens += _TOKENS_OF_TEMPLATE * (len(prompt.messages) + 2)
    return model.most_usd(day, tokens, int(parameters.get("max_tokens", prompt.max_tokens)))
