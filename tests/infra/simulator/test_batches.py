"""Both batch APIs of the simulated server, asked by the clients that runs use; and how batches can fail."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from infra.simulator.faults import find_mistakes
from tasks.domain import Message, Prompt, PromptStyle
from tasks.errors import ProviderError, TransientError
from tasks.providers import Connection, Question, connect, connect_batches

MODEL = "harbor-dpo-100"
PROMPT = Prompt(PromptStyle.CHAT, messages=(Message("user", "What is 2 plus 2?"),))
PARAMETERS = {"api": "chat", "model": MODEL, "max_tokens": 32}
QUESTIONS = [Question(f"mark-{number}", PROMPT, PARAMETERS) for number in range(40)]


def connection(provider: str, address: str) -> Connection:
    return Connection("simulator", provider, f"http://{address}" + "/v1" * (provider == "openai"), 4, 10.0)


@pytest.fixture
def faulty(simulator):
    def post(**faults: object) -> None:
        body = json.dumps({MODEL: {"batch": {"delay_s": 0.0} | faults}}).encode()
        urllib.request.urlopen(f"http://{simulator}/faults", body, timeout=10).close()

    yield post
    urllib.request.urlopen(f"http://{simulator}/faults", b'{"*": {}}', timeout=10).close()


@asynccontextmanager
async def opened(provider, address):
    batches = connect_batches(connection(provider, address))
    try:
        yield batches
    finally:
        await batches.close()


async def ended(batches, batch):
    while batch.state == "waiting":
        await asyncio.sleep(0.01)
        batch = await batches.look(batch.batch_id, 10.0)
    return batch


async def outcomes(batches, batch):
    """How each line ended, by its id: a text, a status or the type of an error; and how many lines came."""
    found, count = {}, 0
    async for custom_id, said in batches.lines(await ended(batches, batch), 10.0):
        count += 1
        if isinstance(said, ProviderError):
            found[custom_id] = said.error_type
        else:
            found[custom_id] = batches.answer_in(said, PARAMETERS).text if said.is_success else said.status
    return found, count


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_batch_gets_the_answers_that_single_questions_get(simulator, faulty, provider):
    faulty()

    async def ask():
        endpoint = connect(connection(provider, simulator))
        live = await endpoint.ask(PROMPT, PARAMETERS, 10.0)
        await endpoint.close()
        async with opened(provider, simulator) as batches:
            batch = await batches.submit("mark", QUESTIONS, 10.0)
            found, _ = await outcomes(batches, batch)
            listed = [each async for each in batches.listed(datetime.now(UTC) - timedelta(hours=1), 10.0)]
            assert [each.mark for each in listed if each.batch_id == batch.batch_id] == [
                "mark" if batches.keeps_marks else None
            ]
            assert not [each async for each in batches.listed(datetime.now(UTC) + timedelta(hours=1), 10.0)]
            return live.text, found

    text, found = asyncio.run(ask())
    assert found == {question.custom_id: text for question in QUESTIONS}


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_questions_expire_fail_and_come_twice(simulator, faulty, provider):
    faulty(expired=0.3, errored=0.3, duplicated=0.5)
    questions = [Question(f"mark-{n}", PROMPT, PARAMETERS | {"seed": n}) for n in range(60)]
    if provider == "anthropic":  # it takes no seed
        questions = [
            Question(f"mark-{n}", Prompt(PromptStyle.CHAT, messages=(Message("user", f"Say {n}"),)), PARAMETERS)
            for n in range(60)
        ]

    async def ask():
        async with opened(provider, simulator) as batches:
            return await outcomes(batches, await batches.submit("mark", questions, 10.0))

    found, count = asyncio.run(ask())
    kinds = Counter("text" if isinstance(said, str) and said != "batch_expired" else said for said in found.values())
    assert kinds.keys() == {"text", "batch_expired", 500}
    assert len(found) == 60 < count


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_too_many_batches_are_refused_and_replies_and_lines_get_lost(simulator, faulty, provider):
    async def ask():
        async with opened(provider, simulator) as batches:
            faulty(most_live=0)
            with pytest.raises(TransientError) as refused:
                await batches.submit("mark", QUESTIONS, 10.0)
            assert refused.value.error_type == "http_429"
            faulty(lost_replies=1.0, cut_lines=1.0)
            with pytest.raises(TransientError):
                await batches.submit("lost", QUESTIONS, 10.0)
            newest = await anext(batches.listed(datetime.now(UTC) - timedelta(hours=1), 10.0))
            with pytest.raises(TransientError):
                await outcomes(batches, newest)

    asyncio.run(ask())


def test_mistakes_in_the_faults_of_batches_are_named():
    mistakes = list(find_mistakes("m", {"batch": {"expired": 2, "delay_s": -1, "most_live": 0.5, "odd": 1}}))
    assert [line.partition(":")[0] for line in mistakes] == [
        "m.batch.odd",
        "m.batch.expired",
        "m.batch.delay_s",
        "m.batch.most_live",
    ]
    assert list(find_mistakes("m", {"batch": 3})) == ["m.batch: expected a mapping, found 3"]
