"""What a server of the tests answers: one function of the attempt for each plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from tests.support.hostile.bodies import good
from tests.support.hostile.faults import fault
from tests.support.hostile.mutations import mutated
from tests.support.hostile.replies import Asked, Reply, whole

Plan = Callable[[Asked], Reply]


def calm(asked: Asked) -> Reply:
    """Every request gets its answer."""
    return whole(json.dumps(good(asked)).encode())


def fuzzed(seed: int, asked: Asked) -> Reply:
    """The first attempt gets a mutated body, any other the good one."""
    return mutated(seed, asked).reply() if asked.attempt == 1 else calm(asked)


def faulty(share_odd: float, asked: Asked) -> Reply:
    """Some attempts get a fault in place of the answer."""
    return fault(asked, share_odd) or calm(asked)


def plan_of(name: str, number: float) -> Plan:
    """A plan by name, with the number that it needs: a seed, or the share of odd bodies."""
    return {"calm": calm, "fuzzed": partial(fuzzed, int(number)), "faulty": partial(faulty, number)}[name]
