"""How much a failing endpoint slows a healthy one that is asked at the same time.

``python -m tests.support.benches.isolation HEALTHY BROKEN FOLDER`` asks 1,000 questions of a server, alone and then
beside a server that fails nine requests in ten, and prints both times as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import date
from pathlib import Path

from flows.configuration import load_configuration
from flows.planning import plan_run, shards

CONFIG = """
model_defaults: {{provider: openai, is_simulated: true, concurrency: 32, api: chat, max_attempts: 3}}
models:
  - {{id: healthy, endpoint: healthy, base_url: "http://{healthy}/v1", model: harbor-dpo-100}}
  - {{id: broken, endpoint: broken, base_url: "http://{broken}/v1", model: harbor-dpo-050}}
benchmarks: [{{id: arithmetic, repeats: 5}}]
"""


async def seconds(folder: Path, *models: str) -> float:
    """How long the healthy model's 1,000 questions take, answers landed, when these models are asked."""
    from flows.asking.session import session
    from tasks.steps.generate import generate
    from tasks.steps.land import land_plan
    from warehouse.connection import Warehouse

    only = {"models": list(models)}
    plan = plan_run(None, load_configuration(folder / "aligntax.yaml"), date(2026, 1, 31), only=only)
    with Warehouse.open(folder / f"{len(models)}.duckdb") as warehouse:
        work = shards(plan, land_plan(warehouse, plan))
        async with session(warehouse, plan, work, {}) as live:
            started = time.perf_counter()
            asked = [
                asyncio.create_task(generate(cell, live.lines[cell.model.endpoint], live.landing.put)) for cell in work
            ]
            done = await next(task for task, cell in zip(asked, work, strict=True) if cell.model.id == "healthy")
            found = time.perf_counter() - started
            assert done.count_answered == 1_000
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
    return found


async def main(healthy: str, broken: str, folder: Path) -> None:
    import openai  # noqa: F401 - its import takes two seconds of CPU that belong to neither side

    (folder / "aligntax.yaml").write_text(CONFIG.format(healthy=healthy, broken=broken))
    alone = await seconds(folder, "healthy")
    beside = await seconds(folder, "healthy", "broken")
    sys.stdout.write(json.dumps({"alone_s": alone, "beside_s": beside}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
