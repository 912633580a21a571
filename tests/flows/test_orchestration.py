from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from flows.orchestration import Outcome, failed
from flows.processes.prefect_server import QUIET
from tasks.errors import Interrupted, NothingEvaluated
from tests.support.runs import environment


async def half(number: int) -> int:
    return number // 2 if number % 2 == 0 else 1 // 0


def test_a_value_is_kept_and_prefect_sees_no_more_than_success():
    outcome: Outcome[int] = Outcome()
    state = asyncio.run(outcome.of(half(6)))
    assert state.is_completed()
    assert state.data is None
    assert outcome.result() == 3


def test_an_error_is_kept_and_prefect_sees_its_message():
    outcome: Outcome[int] = Outcome()
    state = asyncio.run(outcome.of(half(7)))
    assert state.is_failed()
    assert state.data is None
    assert "division" in state.message
    with pytest.raises(ZeroDivisionError):
        outcome.result()


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (Interrupted("stopped as asked"), "Interrupted", "stopped as asked"),
        (NothingEvaluated("no cell is left"), "Failed", "no cell is left"),
        (KeyError("x"), "Failed", "KeyError: 'x'"),
    ],
)
def test_the_state_of_an_error_is_its_line_and_names_the_type_of_one_that_nobody_foresaw(error, name, message):
    state = failed(error)
    assert (state.is_failed(), state.name, state.message) == (True, name, message)


FLOWS_ONE_AFTER_ANOTHER = """
import asyncio, gc, ssl
from prefect import flow
from flows.orchestration import Outcome, as_flow, hand_over

async def work():
    return 1

@flow
async def small(outcome=None):
    return await outcome.of(work())

def count_kept():
    outcome = Outcome()
    assert asyncio.run(as_flow(small, outcome=outcome))
    assert hand_over(60.0)
    gc.collect()
    return sum(isinstance(kept, ssl.SSLContext) for kept in gc.get_objects())

print(*[count_kept() for _ in range(12)])
"""


@pytest.mark.accept
def test_what_a_night_needed_to_reach_prefect_is_let_go(prefect_api):
    """Each connection that stays costs more than a megabyte, for its certificates.

    A thread of Prefect may still be closing the last one or two; what is not let go of grows with each of the flows.
    """
    done = subprocess.run(
        [sys.executable, "-c", FLOWS_ONE_AFTER_ANOTHER],
        env={**environment(prefect_api), **QUIET},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    kept = [int(count) for count in done.stdout.split()]
    assert len(kept) == 12, done.stderr
    assert max(kept[6:]) <= kept[1] + 2
