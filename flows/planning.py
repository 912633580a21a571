"""From a configuration to the plan of a run on a warehouse: what is wanted, less what is already there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from flows.configuration import load_benchmarks
from tasks.domain import RunKind
from tasks.errors import UnknownName
from tasks.planned import CellWork, Plan, PlannedCell, Request
from tasks.settings import BenchmarkSettings, ModelSettings, Settings
from tasks.steps.judge import ungraded
from tasks.steps.land import due_cells, missing_cells, resting_cells, standing
from tasks.steps.plan import plan
from warehouse.connection import Warehouse

# Cells above this size are asked by several Prefect tasks, so that progress shows in its UI.
_SHARD = 2_000


@dataclass(frozen=True, slots=True)
class Resting:
    """A cell that a night does not ask: the date of the answers that count, and when it is due again."""

    cell_id: str
    evaluated_date: date
    due_date: date


def plan_run(
    warehouse: Warehouse | None,
    settings: Settings,
    as_of_date: date,
    kind: RunKind = RunKind.ADHOC,
    only: Mapping[str, Collection[str]] | None = None,
) -> Plan:
    """Plan a run; ``only`` narrows it to some ``models`` and ``benchmarks``.

    Raises:
        UnknownName: ``only`` names what is not configured.
    """
    chosen = {section: _chosen(settings, section, names) for section, names in (only or {}).items() if names}
    benchmarks = load_benchmarks(settings, chosen.get("benchmarks"))
    planned = plan(settings, benchmarks, as_of_date, kind, chosen.get("models"))
    planned = replace(planned, only={section: tuple(names) for section, names in (only or {}).items() if names})
    if warehouse is None:
        return planned
    if kind is RunKind.BACKFILL:
        planned = missing_cells(warehouse, planned)
    if kind is RunKind.NIGHTLY:
        planned = due_cells(warehouse, planned)
    return standing(warehouse, planned)


def land_spend_plan(warehouse: Warehouse, plan: Plan, pending: Mapping[str, list[Request]]) -> None:
    """Land what a run will take at most. What is known when it is first started stands."""
    from tasks.steps.forecast import spend_plan  # noqa: PLC0415 - statistics, which other users of a plan do not need

    grades = ungraded(warehouse, plan, pending)
    rows = [
        row
        for cell in plan.cells
        for row in spend_plan(plan.run_id, cell, pending[cell.cell_id], grades.get(cell.cell_id, ()), plan.as_of_date)
    ]
    warehouse.append({"raw.spend_plans": rows})


def resting(warehouse: Warehouse | None, settings: Settings, night: date) -> tuple[Resting, ...]:
    """The cells that a night does not ask."""
    whole = plan(settings, load_benchmarks(settings), night, RunKind.NIGHTLY)
    found = resting_cells(warehouse, whole) if warehouse else {}
    days = {cell.cell_id: settings.cadence(cell.model, cell.benchmark.benchmark_id) for cell in whole.cells}
    return tuple(Resting(name, day, day + timedelta(days[name])) for name, day in found.items())


def is_for_workers(model: ModelSettings) -> bool:
    """Whether the workers of a pool may ask a model. Batches and composite models need the warehouse."""
    return model.mode != "batch" and not model.composition


def shards(plan: Plan, pending: Mapping[str, list[Request]], pooled: int | None = None) -> tuple[CellWork, ...]:
    """The open requests of every cell, large cells in several pieces.

    ``pooled`` is how many requests a shard for a worker has: a cell is cut where a shard is full.
    """
    pieces, filled = [], 0
    for cell in plan.cells:
        requests = pending[cell.cell_id]
        if cell.model.mode == "batch":  # a batch has limits of its own
            starts = [0]
        elif pooled and is_for_workers(cell.model):
            starts = [0, *range(pooled - filled, len(requests), pooled)]
            filled = (filled + len(requests)) % pooled
        else:
            starts = [0, *range(_SHARD, len(requests), _SHARD)]
        for number, (start, end) in enumerate(pairwise([*starts, len(requests)]), start=1):
            name = f"{cell.cell_id} [{number}/{len(starts)}]" if len(starts) > 1 else cell.cell_id
            is_resumed = len(requests) < len(cell.requests)
            pieces.append(work_on(plan, cell, requests[start:end], name, is_resumed=is_resumed))
    return tuple(pieces)


def work_on(plan: Plan, cell: PlannedCell, requests: Sequence[Request], name: str, *, is_resumed: bool) -> CellWork:
    """Some open requests of a cell as a piece of work."""
    return CellWork(
        run_id=plan.run_id,
        partition_key=plan.partition_key,
        cell_id=cell.cell_id,
        benchmark_id=cell.benchmark.benchmark_id,
        model=cell.model,
        requests=requests,
        name=name,
        is_resumed=is_resumed,
    )


def _chosen(settings: Settings, section: str, names: Collection[str]) -> set[str]:
    """The full names of the configured models or benchmarks that ``names`` mean.

    A benchmark's id means the plain benchmark and every attack on it; ``id+attack`` means that attack alone.
    """
    entries = getattr(settings, section)
    known = {name for entry in entries for name in _names(entry)}
    for name in names:
        if name not in known:
            raise UnknownName.of(f"configured {section.removesuffix('s')}", name, known)
    return {_full_name(entry) for entry in entries if not _names(entry).isdisjoint(names)}


def _names(entry: ModelSettings | BenchmarkSettings) -> set[str]:
    return {entry.id, _full_name(entry)}


def _full_name(entry: ModelSettings | BenchmarkSettings) -> str:
    return entry.name if isinstance(entry, BenchmarkSettings) else entry.id
