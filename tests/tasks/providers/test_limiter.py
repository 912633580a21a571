"""How many requests of an endpoint are in flight, and when the next may start. Time is a loop's that jumps."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise

import pytest

from tasks.providers import Limiter
from tasks.settings import Limits


class Server:
    """Takes requests through a limiter; notes when each started and how many were in flight at once."""

    def __init__(self, limiter, seconds=1.0):
        self.limiter = limiter
        self.seconds = seconds
        self.started: list[float] = []
        self.in_flight = self.most_in_flight = 0

    async def ask(self, tokens=0, used=None):
        place = await self.limiter.enter(tokens)
        if place is None:
            return False
        self.started.append(asyncio.get_running_loop().time())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(self.seconds)
        self.in_flight -= 1
        self.limiter.succeeded(place)
        self.limiter.leave(place, used)
        return True


async def asked(limiter, count, **arguments):
    server = Server(limiter)
    await asyncio.gather(*(server.ask(**arguments) for _ in range(count)))
    return server


def most_within(started, window_s):
    """The most starts in any window of that length, its end left out."""
    return max(sum(start <= other < start + window_s for other in started) for start in started)


def test_as_many_requests_are_in_flight_as_the_limit_allows(instantly):
    server = instantly(asked(Limiter(Limits(8)), 40))
    assert server.most_in_flight == 8
    assert server.started == [float(second) for second in range(5) for _ in range(8)]


def test_first_come_first_served(instantly):
    order = []

    async def one(limiter, name):
        place = await limiter.enter()
        order.append(name)
        await asyncio.sleep(1)
        limiter.leave(place)

    async def run():
        limiter = Limiter(Limits(2))
        await asyncio.gather(*(one(limiter, name) for name in range(10)))

    instantly(run())
    assert order == list(range(10))


def test_an_overloaded_server_halves_the_limit_once_per_round_trip(instantly):
    async def run():
        limiter = Limiter(Limits(16))
        places = [await limiter.enter() for _ in range(16)]
        await asyncio.sleep(1)
        limits = []
        for place in places:  # all sixteen were sent before the first complaint came
            limiter.pushed_back(place)
            limiter.leave(place)
            limits.append(limiter.limit)
        await asyncio.sleep(1)
        later = await limiter.enter()
        await asyncio.sleep(1)
        limiter.pushed_back(later)
        return limits, limiter.limit

    assert instantly(run()) == ([8] * 16, 4)


def test_a_fast_server_that_refuses_a_few_requests_at_any_load_keeps_most_of_its_limit(instantly):
    """One in ten requests is refused at random and each takes 10 ms: ten seconds, ten cuts at most."""
    draw = random.Random(1).random
    limits = []

    async def one(limiter):
        place = await limiter.enter()
        await asyncio.sleep(0.01)
        limits.append(limiter.limit)
        (limiter.pushed_back if draw() < 0.1 else limiter.succeeded)(place)
        limiter.leave(place)

    async def run():
        limiter = Limiter(Limits(32))
        await asyncio.gather(*(one(limiter) for _ in range(30_000)))
        return asyncio.get_running_loop().time()

    assert instantly(run()) < 12  # 9.4 s if nothing were refused
    assert min(limits) == 16


def test_the_limit_never_falls_below_one(instantly):
    async def run():
        limiter = Limiter(Limits(4))
        for _ in range(10):
            await asyncio.sleep(1)
            place = await limiter.enter()
            await asyncio.sleep(1)
            limiter.pushed_back(place)
            limiter.leave(place)
        return limiter.limit

    assert instantly(run()) == 1


@pytest.mark.parametrize("concurrency", [4, 16, 256])
def test_a_halved_limit_comes_back_over_several_round_trips(instantly, concurrency):
    async def run():
        limiter = Limiter(Limits(concurrency))
        place = await limiter.enter()
        await asyncio.sleep(1)
        limiter.pushed_back(place)
        limiter.leave(place)
        limits = [limiter.limit]
        for _ in range(18):
            await asyncio.sleep(1)
            await asked(limiter, limiter.limit)
            limits.append(limiter.limit)
        return limits

    limits = instantly(run())
    assert limits[0] == concurrency // 2
    assert limits[1] < concurrency
    assert all(after <= before + max(1, concurrency / 32) + 1 for before, after in pairwise(limits))
    assert limits[-1] == concurrency


def test_an_answer_that_was_under_way_when_the_limit_was_cut_does_not_raise_it(instantly):
    async def run():
        limiter = Limiter(Limits(8))
        complained, slow = await limiter.enter(), await limiter.enter()
        await asyncio.sleep(1)
        limiter.pushed_back(complained)
        limiter.succeeded(slow)
        return limiter._allowed

    assert instantly(run()) == 4


@pytest.mark.parametrize(("asked_s", "paused_s"), [(7.0, 7.0), (100_000.0, 60.0), (float("inf"), 60.0)])
def test_a_pause_stops_all_requests_for_at_most_the_longest_pause(instantly, asked_s, paused_s):
    async def run():
        limiter = Limiter(Limits(8))
        server = Server(limiter)
        await server.ask()
        limiter.pause(asked_s)
        limiter.pause(1.0)  # a shorter one does not end a longer one
        await asyncio.gather(*(server.ask() for _ in range(4)))
        return server.started

    assert instantly(run()) == [0.0] + [1.0 + paused_s] * 4


@pytest.mark.parametrize(("per_minute", "count"), [(60, 90), (1, 3), (600, 1500)])
def test_requests_per_minute_holds_in_every_minute_and_is_used_in_full(instantly, per_minute, count):
    server = instantly(asked(Limiter(Limits(64, requests_per_minute=per_minute)), count))
    assert most_within(server.started, 59.98) <= per_minute
    assert server.started[-1] == pytest.approx((count - 1) * 60 / per_minute, rel=0.01)


def test_no_burst_follows_a_rest(instantly):
    async def run():
        limiter = Limiter(Limits(64, requests_per_minute=60))
        await asyncio.sleep(600)
        server = await asked(limiter, 10)
        return server.started

    started = instantly(run())
    assert all(after - before >= 0.98 for before, after in pairwise(started))


def test_tokens_per_minute_counts_what_a_request_may_take(instantly):
    server = instantly(asked(Limiter(Limits(64, tokens_per_minute=6000)), 30, tokens=1000))
    assert most_within(server.started, 59.9) <= 6
    assert server.started[-1] == pytest.approx(290, rel=0.01)


def test_tokens_that_were_not_taken_are_given_back(instantly):
    server = instantly(asked(Limiter(Limits(64, tokens_per_minute=6000)), 30, tokens=1000, used=100))
    assert server.started[-1] < 60  # 30 x 100 tokens are half a minute's
    assert server.started[-1] > 25


def test_a_request_that_is_cancelled_in_the_queue_only_loses_its_turn(instantly):
    async def run():
        limiter = Limiter(Limits(1))
        first = await limiter.enter()
        gone, kept = asyncio.create_task(limiter.enter()), asyncio.create_task(limiter.enter())
        await asyncio.sleep(0)
        gone.cancel()
        limiter.leave(first)
        return await kept, limiter._in_flight

    place, in_flight = instantly(run())
    assert (place is not None, in_flight) == (True, 1)


def test_a_request_that_is_cancelled_while_it_starts_gives_its_place_back(instantly):
    async def run():
        limiter = Limiter(Limits(1))
        first = await limiter.enter()
        gone = asyncio.create_task(limiter.enter())
        await asyncio.sleep(0)
        limiter.leave(first)  # lets the task in, which has not run since
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        return limiter._in_flight

    assert instantly(run()) == 0


def test_a_closed_limiter_ends_every_wait_at_once(instantly):
    async def run():
        limiter = Limiter(Limits(1))
        limiter.pause(60)
        waiting = [asyncio.create_task(limiter.enter()) for _ in range(3)]
        retrying = asyncio.create_task(limiter.wait(50))
        await asyncio.sleep(1)
        limiter.close()
        places = [await task for task in waiting]
        await retrying
        return places, await limiter.enter(), asyncio.get_running_loop().time()

    assert instantly(run()) == ([None] * 3, None, 1.0)
