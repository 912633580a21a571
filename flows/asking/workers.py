"""The workers of a pool as the Prefect server knows them: which deployment they serve, and whether any is there.

Tested in tests/flows/test_pool_troubles.py and tests/flows/asking/test_workers.py.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from importlib.metadata import version

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, WorkerStatus, WorkPool
from prefect.exceptions import ObjectNotFound

from tasks.errors import UsageError
from warehouse.migrate import schema_version

_TYPES = ("process", "docker", "kubernetes")
_GUIDE = "flows/README.md says how, under Many machines."
# A worker looks for shards every ten seconds, and a shard needs some seconds to start.
_FIRST_S, _THEN_S = 30.0, 600.0
_MOST_WORKERS = 200  # that the server names at once


def program_version() -> str:
    """What a run and its workers must have in common: the program, and the tables of its warehouse."""
    return f"aligntax {version('aligntax')} with schema {schema_version()}"


async def deployment_in(client: PrefectClient, pool: str) -> uuid.UUID:
    """The deployment of the flow ``ask`` in a work pool.

    Raises:
        UsageError: the server lacks the pool or the deployment, or nobody could ask in this pool.
    """
    found = await _pool_named(client, pool)
    if found.type not in _TYPES:
        raise UsageError(
            f"work_pool: {pool!r} is of type {found.type!r}; shards are asked in pools of type {', '.join(_TYPES)}."
        )
    if found.is_paused:
        raise UsageError(f"work_pool: {pool!r} is paused. `prefect work-pool resume {pool}` lets its workers go on.")
    try:
        deployment = await client.read_deployment_by_name(f"ask/{pool}")
    except ObjectNotFound:
        raise UsageError(
            f"work_pool: the Prefect server lacks the deployment ask/{pool}. `prefect deploy` makes it from "
            f"infra/prefect.yaml; {_GUIDE}"
        ) from None
    if deployment.work_pool_name != pool:
        raise UsageError(
            f"work_pool: the deployment ask/{pool} belongs to the work pool {deployment.work_pool_name!r}. "
            f"`prefect deploy` from infra/prefect.yaml puts it into {pool!r}."
        )
    return deployment.id


async def _pool_named(client: PrefectClient, name: str) -> WorkPool:
    """A work pool.

    Raises:
        UsageError: the server lacks it.
    """
    try:
        return await client.read_work_pool(name)
    except ObjectNotFound:
        raise UsageError(
            f"work_pool: the Prefect server has no work pool {name!r}. "
            f"`prefect work-pool create --type process {name}` makes one; {_GUIDE}"
        ) from None


async def count_at_once(pool: str) -> int:
    """How many shards a pool's workers ask at once: the limit of the pool, else one for each worker that is online."""
    async with get_client() as client:
        try:
            limit = (await client.read_work_pool(pool)).concurrency_limit
            workers = await client.read_workers_for_work_pool(pool, limit=_MOST_WORKERS, offset=0)
        except ObjectNotFound:  # ``deployment_in`` says so
            return 1
    return limit or sum(worker.status is WorkerStatus.ONLINE for worker in workers) or 1


@dataclass(slots=True)
class Attendance:
    """Says now and then that shards wait and none is asked: a run never waits in silence."""

    client: PrefectClient
    pool: str
    say: Callable[[str], None]
    due_s: float = field(default_factory=lambda: time.monotonic() + _FIRST_S)

    async def look(self, runs: Collection[FlowRun]) -> None:
        """Take note of the flow runs of the shards that have not ended.

        Raises:
            UsageError: they wait in a pool that is not there any more.
        """
        now_s = time.monotonic()
        if not runs or any(run.state and not run.state.is_scheduled() for run in runs):
            self.due_s = now_s + _FIRST_S
        elif now_s >= self.due_s:
            self.due_s = now_s + _THEN_S
            pool = await _pool_named(self.client, self.pool)
            # Prefect's client sends no numbers of its own, which Prefect's server refuses.
            workers = await self.client.read_workers_for_work_pool(self.pool, limit=_MOST_WORKERS, offset=0)
            count = sum(worker.status is WorkerStatus.ONLINE for worker in workers)
            shards = f"{len(runs)} waiting shard{'s' * (len(runs) > 1)}"
            self.say(f"Nobody takes the {shards}: {_reason(pool, count)}")


def _reason(pool: WorkPool, count_workers: int) -> str:
    """Why shards wait."""
    if pool.is_paused:
        return f"the work pool {pool.name} is paused. `prefect work-pool resume {pool.name}` lets its workers go on."
    if pool.concurrency_limit == 0:
        clears = f"`prefect work-pool clear-concurrency-limit {pool.name}` removes it."
        return f"the concurrency limit of the work pool {pool.name} is 0. {clears}"
    if count_workers:
        return f"all {count_workers} workers of the work pool {pool.name} do other work."
    starts = f"`prefect worker start --pool {pool.name}` starts one."
    return f"the work pool {pool.name} has no worker. {starts}"
