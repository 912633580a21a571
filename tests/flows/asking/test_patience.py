"""What is repeated while the Prefect server or the lake is away, for how long, and what is not."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from flows.asking import patience
from flows.asking.patience import insisting
from tasks.errors import AligntaxError
from warehouse.errors import LakeUnreachable


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    monkeypatch.setattr(patience, "_LONGEST_PAUSE_S", 0.01)


def answered(status):
    request = httpx.Request("POST", "http://prefect/api")
    return httpx.HTTPStatusError(f"status {status}", request=request, response=httpx.Response(status))


def calling(*errors):
    """A call that fails with these errors, one after the other, before it succeeds."""
    left = list(errors)

    async def call():
        if left:
            raise left.pop(0)
        return "done"

    return call


def test_a_call_is_repeated_until_the_server_and_the_lake_are_back_and_one_line_says_why():
    said = []
    call = calling(httpx.ConnectError("refused"), answered(500), LakeUnreachable("the lake is away"))
    assert asyncio.run(insisting(call, said.append)) == "done"
    assert said == ["Waiting for the Prefect server or the lake: refused"]


def test_a_request_that_the_server_refuses_is_not_repeated():
    with pytest.raises(httpx.HTTPStatusError):
        asyncio.run(insisting(calling(answered(404))))


def test_patience_ends_with_one_line():
    with pytest.raises(AligntaxError, match=r"^the workers are out of reach: refused. The same command goes on.$"):
        asyncio.run(insisting(calling(*[httpx.ConnectError("refused")] * 3), longest_s=lambda: 0))
