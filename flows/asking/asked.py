"""What the tasks that asked a run's cells came back with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from prefect.client.schemas.objects import State
from prefect.utilities.annotations import allow_failure

from tasks.errors import why_failed
from tasks.planned import CellResult, CellWork


@dataclass(frozen=True, slots=True)
class Asked:
    """The tasks' states, the results of the cells that ended, and one line for each cell that failed."""

    states: tuple[State[CellResult], ...]
    results: tuple[CellResult, ...]
    failures: dict[str, str]
    count_cells: int
    count_requests: int

    @classmethod
    async def of(cls, work: Sequence[CellWork], states: Sequence[State[CellResult]]) -> Self:
        """Collect the results of the states, one per piece of work."""
        results, failures = [], {}
        for shard, state in zip(work, states, strict=True):
            outcome = await state.aresult(raise_on_failure=False)
            if isinstance(outcome, CellResult):
                results.append(outcome)
            else:
                failures[shard.cell_id] = why_failed(outcome)
        count_cells = len({shard.cell_id for shard in work})
        count_requests = sum(len(shard.requests) for shard in work)
        return cls(tuple(states), tuple(results), failures, count_cells, count_requests)

    @property
    def predecessors(self) -> list[allow_failure]:
        """What Prefect shows as the predecessors of the next step, which runs although some cells failed."""
        return [allow_failure(state) for state in self.states]

    @property
    def stopped(self) -> dict[str, tuple[str, str]]:
        """Status and reason of the cells that are not complete."""
        cut = {result.cell_id: ("incomplete", result.stopped) for result in self.results if result.stopped}
        return {**cut, **{cell_id: ("failed", line) for cell_id, line in self.failures.items()}}

    @property
    def count_answered(self) -> int:
        """How many answers came in."""
        return sum(result.count_answered for result in self.results)

    @property
    def count_failed(self) -> int:
        """How many requests got no answer."""
        return sum(result.count_failed for result in self.results)

    @property
    def count_undecided(self) -> int:
        """How many answers stand only because a checker or chooser gave no verdict of its menu."""
        return sum(result.count_undecided for result in self.results)
