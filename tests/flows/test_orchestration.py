from __future__ import annotations

import asyncio

import pytest

from flows.orchestration import Outcome


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
