"""One adaptive limit per endpoint: how many requests may be in flight, and when the next one may start.

It knows counts and the event loop's clock, and neither providers, retries nor rows. The rules:

- The number in flight starts at the configured concurrency. An overloaded server halves it, at most once per round
  trip: a request that was sent before the cut says nothing about the new limit. It is cut at most once a second, too:
  otherwise a fast server that refuses a few requests at any load would end up being asked one by one. Each answer adds
  to it, so that a halved limit is back after about sixteen round trips.
- While a server's wait (``Retry-After``) lasts, no request starts; a wait is cut to ``LONGEST_PAUSE_S``.
- Requests and tokens per minute are paced evenly: a burst at the start of each minute is what servers refuse.

Reference for halving and adding: Chiu and Jain (1989), additive increase and multiplicative decrease.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass

from tasks.settings import Limits

# A server may ask for any wait. Where a longer one is needed the item fails, and the next run asks again.
LONGEST_PAUSE_S = 60.0
# Round trips in which a halved limit is back, or fewer where that would be less than one request each.
_ROUNDS_TO_RECOVER = 16
# Overload takes a moment to pass; a server's single refusals within it are one complaint.
_SECONDS_BETWEEN_CUTS = 1.0
# How late a timer may fire before the pace counts it as lost; more would let a burst through after a rest.
_TIMER_SLACK_S = 0.01


@dataclass(frozen=True, slots=True)
class Place:
    """A request's place in flight: when it was let in (event loop's time), and the tokens it was reckoned with."""

    started_s: float
    tokens: int


class Limiter:
    """The entrance to one endpoint: ``enter`` before each attempt, ``leave`` after it. First come, first served."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.concurrency
        self._allowed = float(limits.concurrency)
        self._step = max(1.0, limits.concurrency / (2 * _ROUNDS_TO_RECOVER))
        self._requests = _Pace(limits.requests_per_minute) if limits.requests_per_minute else None
        self._tokens = _Pace(limits.tokens_per_minute) if limits.tokens_per_minute else None
        self._in_flight = 0
        self._cut_s = self._paused_until_s = -math.inf
        self._queue: deque[tuple[asyncio.Future[Place | None], int]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = asyncio.Event()

    @property
    def limit(self) -> int:
        """How many requests may be in flight now, from 1 to the configured concurrency."""
        return int(self._allowed)

    @property
    def counts_tokens(self) -> bool:
        """Whether ``enter`` wants to know a request's tokens."""
        return self._tokens is not None

    async def enter(self, tokens: int = 0) -> Place | None:
        """Wait for a place in flight; ``tokens`` is the most the request may take. None once the limiter is closed."""
        if self._closed.is_set():
            return None
        loop = asyncio.get_running_loop()
        if not self._queue and self._in_flight < self.limit and self._opens_s() <= (now := loop.time()):
            return self._let_in(now, tokens)
        future: asyncio.Future[Place | None] = loop.create_future()
        self._queue.append((future, tokens))
        self._admit()
        try:
            return await future
        except asyncio.CancelledError:
            if not future.cancelled() and (place := future.result()):
                self.leave(place)  # let in and cancelled in the same turn of the loop
            raise

    def leave(self, place: Place, tokens: int | None = None) -> None:
        """Give the place back; ``tokens`` is what the request really took, None if the server did not say."""
        self._in_flight -= 1
        if self._tokens and tokens is not None:
            self._tokens.spend(tokens - place.tokens)
        self._admit()

    def succeeded(self, place: Place) -> None:
        """An answer came: allow a little more, if the request was sent under the present limit."""
        if place.started_s > self._cut_s and self._allowed < self._most:
            self._allowed = min(self._most, self._allowed + self._step / self._allowed)

    def pushed_back(self, place: Place) -> None:
        """The server is overloaded: halve the limit, unless it was cut while this request was under way or just now."""
        now = asyncio.get_running_loop().time()
        if place.started_s > self._cut_s and now >= self._cut_s + _SECONDS_BETWEEN_CUTS:
            self._allowed = max(1.0, self._allowed / 2)
            self._cut_s = now

    def pause(self, seconds: float) -> None:
        """Start no request for that long, at most ``LONGEST_PAUSE_S``. Requests in flight continue."""
        until_s = asyncio.get_running_loop().time() + min(seconds, LONGEST_PAUSE_S)
        self._paused_until_s = max(self._paused_until_s, until_s)

    async def wait(self, seconds: float) -> None:
        """Sleep for some seconds, or until the limiter is closed."""
        try:
            async with asyncio.timeout(seconds):
                await self._closed.wait()
        except TimeoutError:
            pass

    def close(self) -> None:
        """Start no request any more, and end every wait with None. Requests in flight continue."""
        self._closed.set()
        for future, _ in self._queue:
            if not future.done():
                future.set_result(None)
        self._queue.clear()
        if self._timer:
            self._timer.cancel()

    def _opens_s(self) -> float:
        """When the next request may start, as far as time decides it."""
        opens_s = self._paused_until_s
        for pace in (self._requests, self._tokens):
            if pace:
                opens_s = max(opens_s, pace.opens_s)
        return opens_s

    def _let_in(self, now: float, tokens: int) -> Place:
        self._in_flight += 1
        if self._requests:
            self._requests.start(now, 1)
        if self._tokens:
            self._tokens.start(now, tokens)
        return Place(now, tokens)

    def _admit(self) -> None:
        """Start as many waiting requests as fit. If they only wait for time to pass, look again then."""
        loop = asyncio.get_running_loop()
        while self._queue and self._in_flight < self.limit:
            now, opens_s = loop.time(), self._opens_s()
            if opens_s > now:
                self._come_back(loop, opens_s)
                return
            future, tokens = self._queue.popleft()
            if not future.done():
                future.set_result(self._let_in(now, tokens))

    def _come_back(self, loop: asyncio.AbstractEventLoop, when_s: float) -> None:
        if self._timer:
            if self._timer.when() <= when_s:
                return  # the earlier look will set the timer again
            self._timer.cancel()
        self._timer = loop.call_at(when_s, self._look_again)

    def _look_again(self) -> None:
        self._timer = None  # before admitting: a timer may fire a clock tick early, and is set again then
        self._admit()


class _Pace:
    """An even flow of so many units per minute, as the time at which the units spent so far are used up."""

    def __init__(self, per_minute: float) -> None:
        self._seconds_each = 60 / per_minute
        self.opens_s = -math.inf

    def start(self, now: float, units: float) -> None:
        """Spend units at a time. Unused time before it is gone: no burst after a rest."""
        self.opens_s = max(self.opens_s, now - _TIMER_SLACK_S) + units * self._seconds_each

    def spend(self, units: float) -> None:
        """Correct what was spent; negative gives back."""
        self.opens_s += units * self._seconds_each
