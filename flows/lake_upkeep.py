"""The upkeep of a lake as a flow: compaction, expiry, and the removal of what `keep_texts_days` no longer keeps.

It holds the warehouse's file, so it runs while no run of the warehouse goes on. `aligntax compact` does the same.

Tested in tests/flows/test_pool_troubles.py and tests/warehouse/lake/test_lake.py.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect import State, flow
from prefect.states import Completed

from flows.opened import opened
from flows.orchestration import Outcome
from tasks.errors import UsageError
from warehouse.lake.upkeep import tidy

# A night that goes on has the warehouse for hours.
_LONGEST_WAIT_S = 6 * 3600.0


def tidied(config: Path, wait_s: float = 0.0) -> str:
    """Keep the lake of a configuration small; returns the line that says what became of it.

    Raises:
        UsageError: the configuration names no lake.
        WarehouseBusy: somebody else still writes the warehouse after ``wait_s`` seconds.
        LakeUnreachable: the lake's database does not answer.
    """
    with opened(config, wait_s=wait_s, will_send=False) as given:
        landing, days = given.settings.landing, given.settings.keep_texts_days
        if landing is None:
            raise UsageError("set `landing:` to the lake that is to be kept in order.")
        before = datetime.now(UTC) - timedelta(days=days) if days else None
        then, now = tidy(given.warehouse, landing, before)
    removed = f"; {now.count_removed} facts older than {days} days were removed" if days else ""
    sizes = f"{then.count_bytes / 1e6:.1f} MB in {then.count_files} files before, {now.count_bytes / 1e6:.1f} MB in "
    return f"{landing.catalog}: {sizes}{now.count_files} now{removed}."


@flow(name="lake-upkeep", validate_parameters=False)
async def lake_upkeep(config: str = "aligntax.yaml") -> State[None]:
    """Keep the lake of a configuration small, once no run holds its warehouse."""
    outcome: Outcome[str] = Outcome()
    work = asyncio.to_thread(tidied, Path(config), _LONGEST_WAIT_S)
    return await outcome.of(work, lambda line: Completed(message=line))
