"""One side of the generation benchmark, in a process of its own: ours, or a bare loop that it is compared with.

``python -m tests.support.benches.generation ours|sdk|aiohttp ADDRESS CONCURRENCY FOLDER`` asks 2,000 questions and
prints seconds and CPU seconds of the generation phase as JSON. Our side ends when the answers are committed in DuckDB;
the bare loops keep them in a list.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

from flows.configuration import load_configuration
from flows.planning import plan_run, shards
from tasks.planned import Plan, Request
from tests.support.benches.start import KEY

CONFIG = """
model_defaults: {{provider: openai, base_url: "http://{address}/v1", is_simulated: true, concurrency: {concurrency}}}
models: [{{id: aligned, model: harbor-dpo-100, api: chat}}]
benchmarks: [{{id: arithmetic, repeats: 10}}]
"""


async def ours(plan: Plan, folder: Path) -> None:
    from flows.asking.session import session
    from tasks.steps.generate import generate
    from tasks.steps.land import land_plan
    from warehouse.connection import Warehouse

    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        work = shards(plan, land_plan(warehouse, plan))
        clock = Clock()
        async with session(warehouse, plan, work, {}) as live:
            lines, landing = live.lines, live.landing
            await asyncio.gather(*(generate(work, lines[work.model.endpoint], landing.put) for work in live.work))
        clock.stop()
        assert warehouse.rows("select count(*) from raw.generations")[1] == [(2000,)]


async def sdk(plan: Plan, address: str, concurrency: int) -> None:
    """A minimal loop: a semaphore and the SDK with its aiohttp transport."""
    from openai import AsyncOpenAI, DefaultAioHttpClient

    client = AsyncOpenAI(
        api_key="none", base_url=f"http://{address}/v1", max_retries=0, http_client=DefaultAioHttpClient()
    )

    async def ask(body: dict[str, Any]) -> str | None:
        answer = await client.chat.completions.create(**body)
        return answer.choices[0].message.content

    await timed(plan, concurrency, ask)
    await client.close()


async def aiohttp(plan: Plan, address: str, concurrency: int) -> None:
    """A minimal loop: a semaphore and aiohttp."""
    from aiohttp import ClientSession, TCPConnector

    async with ClientSession(connector=TCPConnector(limit=0)) as session:

        async def ask(body: dict[str, Any]) -> str:
            async with session.post(f"http://{address}/v1/chat/completions", json=body) as response:
                return (await response.json())["choices"][0]["message"]["content"]

        await timed(plan, concurrency, ask)


async def timed(plan: Plan, concurrency: int, ask: Callable[[dict[str, Any]], Awaitable[str | None]]) -> None:
    """Ask all questions of a plan, so many at once."""
    slots = asyncio.Semaphore(concurrency)

    async def answer(request: Request) -> str | None:
        messages = [{"role": "user", "content": request.prompt.messages[0].content}]
        body = {"model": "harbor-dpo-100", "messages": messages, "temperature": 0.0, "max_tokens": 256}
        async with slots:
            return await ask({**body, "seed": request.repeat})

    requests = [request for cell in plan.cells for request in cell.requests]
    clock = Clock()
    answers = await asyncio.gather(*map(answer, requests))
    clock.stop()
    assert len(answers) == 2000


SIDES = {"sdk": sdk, "aiohttp": aiohttp}


class Clock:
    """Wall and CPU time of a phase."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        seconds, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        sys.stdout.write(json.dumps({"seconds": seconds, "cpu_s": cpu}))


def main(side: str, address: str, concurrency: int, folder: Path) -> None:
    import openai  # noqa: F401 - its import takes two seconds of CPU that neither clock counts

    config = folder / "aligntax.yaml"
    config.write_text(CONFIG.format(address=address, concurrency=concurrency))
    plan = plan_run(None, load_configuration(config), date(2026, 1, 31))
    asyncio.run(ours(plan, folder) if side == "ours" else SIDES[side](plan, address, concurrency))


if __name__ == "__main__":
    os.environ["OPENAI_API_KEY"] = KEY
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
