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
from prefect.client.schemas.objects import FlowRun, WorkerStatus
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
    try:
        found = await client.read_work_pool(pool)
    except ObjectNotFound:
        raise UsageError(
            f"work_pool: the Prefect server has no work pool {pool!r}. "
            f"`prefect work-pool create --type process {pool}` makes one; {_GUIDE}"
        ) from None
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
        """Take note of the flow runs of the shards that have not ended."""
        now_s = time.monotonic()
        if not runs or any(run.state and not run.state.is_scheduled() for run in runs):
            self.due_s = now_s + _FIRST_S
        elif now_s >= self.due_s:
            self.due_s = now_s + _THEN_S
            # Prefect's client sends no numbers of its own, which Prefect's server refuses.
            workers = await self.client.read_workers_for_work_pool(self.pool, limit=_MOST_WORKERS, offset=0)
            count = sum(worker.status is WorkerStatus.ONLINE for worker in workers)
            self.say(_waiting(self.pool, len(runs), count))


def _waiting(pool: str, count_shards: int, count_workers: int) -> str:
    """The line about shards that wait.

    >>> _waiting("pool", 1, 0)
    'Nobody takes the 1 waiting shard: the work pool pool has no worker. `prefect worker start --pool pool` starts one.'
    """
    shards = f"{count_shards} waiting shard{'s' * (count_shards > 1)}"
    if count_workers:
        return f"Nobody takes the {shards}: all {count_workers} workers of the work pool {pool} do other work."
    starts = f"`prefect worker start --pool {pool}` starts one."
    return f"Nobody takes the {shards}: the work pool {pool} has no worker. {starts}"
