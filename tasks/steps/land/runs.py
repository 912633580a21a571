"""Land what a run is and what it wants: models, pairs, benchmarks, cells, plan; and how its cells ended.

Knows the raw tables' columns; must not know who is asked or how.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from operator import itemgetter
from typing import Any

import polars as pl

from tasks.benchmarks import known
from tasks.domain import storable
from tasks.errors import UnknownName
from tasks.identity import id_after
from tasks.planned import Plan, PlannedCell, Request, parameters_json
from tasks.settings import ModelSettings, Pair
from tasks.steps.land.cell_rows import benchmark_rows, cell_row
from tasks.steps.land.stated_items import check_described
from warehouse.connection import Row, Warehouse


def void(warehouse: Warehouse, run_id: str, reason: str, *, is_undone: bool = False) -> bool:
    """Mark a run as void, or take the mark back; returns False if nothing had to change.

    Raises:
        UnknownName: there is no such run.
    """
    known = warehouse.query("run_ids")["run_id"].to_list()
    if run_id not in known:
        raise UnknownName.of("run", run_id, known)
    is_void = run_id in warehouse.query("voided_runs")["run_id"].to_list()
    if is_void is not is_undone:
        return False
    action = "unvoid" if is_undone else "void"
    row = {"run_id": run_id, "action": action, "reason": reason, "happened_at": datetime.now(UTC)}
    warehouse.append({"raw.voids": [row]})
    return True


def standing(warehouse: Warehouse, plan: Plan) -> Plan:
    """The plan under a run id that still stands.

    A voided run that is run again becomes another run, and so does one with answers in quarantine: the other run
    keeps what is good and asks for the rest again.
    """
    taken = {run_id for name in ("voided_runs", "quarantined_runs") for run_id in warehouse.query(name)["run_id"]}
    run_id, number = plan.run_id, 1
    while run_id in taken:
        number += 1
        run_id = f"{plan.run_id}-{number}"
    return replace(plan, run_id=run_id)


def missing_cells(warehouse: Warehouse, plan: Plan) -> Plan:
    """The plan without the cells that are complete on its date already."""
    complete = {measured for measured, _ in _complete_cells(warehouse, plan.as_of_date, plan.as_of_date)}
    return replace(plan, cells=tuple(cell for cell in plan.cells if _measured(cell) not in complete))


def resting_cells(warehouse: Warehouse, plan: Plan) -> dict[str, date]:
    """The cells that a night need not ask, by id, with the date of the answers that count instead.

    Only earlier dates are looked at, so that a night that is run again has the same plan.
    """
    if not plan.settings.has_cadences:
        return {}
    days = {cell.cell_id: plan.settings.cadence(cell.model, cell.benchmark.benchmark_id) for cell in plan.cells}
    longest = timedelta(max(days.values(), default=1) - 1)
    last = plan.as_of_date - timedelta(1)
    newest = dict(sorted(_complete_cells(warehouse, plan.as_of_date - longest, last), key=itemgetter(1)))
    found = {cell.cell_id: newest.get(_measured(cell)) for cell in plan.cells}
    return {name: day for name, day in found.items() if day and (plan.as_of_date - day).days < days[name]}


def due_cells(warehouse: Warehouse, plan: Plan) -> Plan:
    """The plan of a night without the cells that rest."""
    resting = resting_cells(warehouse, plan)
    return replace(plan, cells=tuple(cell for cell in plan.cells if cell.cell_id not in resting))


def _complete_cells(warehouse: Warehouse, first: date, last: date) -> Iterator[tuple[tuple[Any, ...], date]]:
    """What each complete cell of some dates measured, and its date."""
    for day, *measured in warehouse.query("complete_cells", first=first.isoformat(), last=last.isoformat()).iter_rows():
        yield tuple(measured), day


def _measured(cell: PlannedCell) -> tuple[Any, ...]:
    row = _planned_row("", cell)
    names = "model_id model_version benchmark_id benchmark_version prompt_style sample_hash scorer count_repeats"
    return tuple(row[name] for name in [*names.split(), "judge_version"])


def land_plan(warehouse: Warehouse, plan: Plan) -> dict[str, list[Request]]:
    """Land what a run is and wants; returns its open requests by cell.

    A request that has a good answer already is planned as that answer, except in a nightly run, which always asks anew.
    The first landing of a run decides; landing the same run again only reads what is still open.

    Raises:
        InputError: the configuration describes a benchmark of the user's own in another way than a run that counts.
    """
    for benchmark in {cell.benchmark.benchmark_id: cell.benchmark for cell in plan.cells}.values():
        if benchmark.benchmark_id not in known():
            check_described(warehouse, benchmark, "the configuration")
    tables = run_rows(plan)
    for cell in plan.cells:
        for table, rows in benchmark_rows(cell.benchmark, cell.items, cell.source).items():
            tables.setdefault(table, []).extend(rows)
    tables["raw.cells"] = [_planned_row(plan.run_id, cell) for cell in plan.cells]
    prompts = {request.prompt.prompt_hash: request.prompt for cell in plan.cells for request in cell.requests}
    tables["raw.prompts"] = [
        {"prompt_hash": key, "prompt": storable(prompt.content)} for key, prompt in prompts.items()
    ]
    warehouse.append({**tables, "raw.plan": _plan_frame(warehouse, plan)})
    open_keys = warehouse.query("pending_requests", run_id=plan.run_id)
    return _by_cell(plan, open_keys)


def open_requests(warehouse: Warehouse | None, plan: Plan) -> dict[str, list[Request]]:
    """The requests that a run would send now, by cell; all of them without a warehouse. Writes nothing."""
    if warehouse is None:
        return {cell.cell_id: list(cell.requests) for cell in plan.cells}
    planned = _plan_frame(warehouse, plan)
    return _by_cell(plan, warehouse.query("open_requests", frames={"planned": planned}))


def _by_cell(plan: Plan, open_keys: pl.DataFrame) -> dict[str, list[Request]]:
    requests = {
        (cell.cell_id, request.item_id, request.repeat): request for cell in plan.cells for request in cell.requests
    }
    pending: dict[str, list[Request]] = {cell.cell_id: [] for cell in plan.cells}
    for cell_id, item_id, repeat, generation_id in open_keys.iter_rows():
        # The landed plan names the answer: it is another one where the first was quarantined or voided.
        pending[cell_id].append(replace(requests[cell_id, item_id, repeat], generation_id=generation_id))
    return pending


def run_rows(plan: Plan) -> dict[str, list[Row]]:
    """The run itself with the models and pairs it knows, by table."""
    run = {
        "run_id": plan.run_id,
        "kind": plan.kind.value,
        "as_of_date": plan.as_of_date,
        "partition_key": plan.partition_key,
        "config_hash": plan.settings.config_hash,
        "plan_hash": plan.plan_hash,
        "code_version": version("aligntax"),
        "max_age_days": plan.settings.max_age_days,
        "source": plan.source,
        "started_at": datetime.now(UTC),
    }
    keys, models = {"run_id": plan.run_id}, plan.settings.models
    return {
        "raw.runs": [run],
        "raw.models": [_model_row(plan.run_id, model) for model in models],
        "raw.model_costs": [
            {**keys, "model_id": model.id, "hours": spent.hours, "cost_usd": spent.usd, "ready_date": spent.ready_on}
            for model in models
            if (spent := model.development) is not None
        ],
        "raw.pairs": [_pair_row(plan.run_id, pair) for pair in plan.settings.pairs()],
    }


def _pair_row(run_id: str, pair: Pair) -> Row:
    return {
        "run_id": run_id,
        "kind": pair.kind,
        "family": pair.family,
        "reference_model_id": pair.reference,
        "candidate_model_id": pair.candidate,
        "differs": ",".join(pair.differs),
    }


def _model_row(run_id: str, model: ModelSettings) -> Row:
    return {
        "run_id": run_id,
        "model_id": model.id,
        "model_version": model.model_version,
        "family": model.family,
        "base_model_id": model.base,
        "replicate_of": model.replicate_of,
        "stage": model.stage,
        "method": model.method,
        "knob_name": model.knob.name if model.knob else None,
        "knob_value": float(model.knob.value) if model.knob else None,
        "parameters_billion": model.parameters_billion,
        "provider": model.provider,
        "endpoint": model.endpoint,
        "api": model.api,
        "model_name": model.model,
        "parameters_json": parameters_json(model.request_parameters()),
        "is_simulated": model.is_simulated,
        "files_json": json.dumps(files) if (files := model.files()) else None,
    }


def _planned_row(run_id: str, cell: PlannedCell) -> Row:
    parameters = cell.requests[0].parameters if cell.requests else {}
    return cell_row(run_id, cell, [item.item_id for item in cell.items], cell.repeats, cell.origin, parameters)


def _plan_frame(warehouse: Warehouse, plan: Plan) -> pl.DataFrame:
    rows = (_request_row(plan.run_id, cell.cell_id, request) for cell in plan.cells for request in cell.requests)
    planned = _asked_anew(warehouse, plan.run_id, warehouse.frame("raw.plan", rows))
    if plan.partition_key:
        return planned
    wanted = planned.select("request_hash", "item_id")
    found = warehouse.query("reusable_generations", frames={"wanted_requests": wanted})
    joined = planned.join(found, on=["request_hash", "item_id"], how="left", suffix="_found")
    return joined.with_columns(
        generation_id=pl.coalesce("generation_id_found", "generation_id"),
        is_reused=pl.col("generation_id_found").is_not_null(),
    ).drop("generation_id_found")


def _request_row(run_id: str, cell_id: str, request: Request) -> Row:
    return {
        "run_id": run_id,
        "cell_id": cell_id,
        "item_id": request.item_id,
        "repeat": request.repeat,
        "generation_id": request.generation_id,
        "request_hash": request.request_hash,
        "prompt_hash": request.prompt.prompt_hash,
        "is_reused": False,
    }


def _asked_anew(warehouse: Warehouse, run_id: str, planned: pl.DataFrame) -> pl.DataFrame:
    """Give a request another id if the answer under its own id no longer counts, or has lost its texts."""
    while True:
        wanted = planned.select("generation_id")
        found = warehouse.query("spoiled_generations", frames={"wanted_generations": wanted}, run_id=run_id)
        spoiled = set(found["generation_id"])
        if not spoiled:
            return planned
        ids = [id_after(name) if name in spoiled else name for name in wanted["generation_id"]]
        planned = planned.with_columns(generation_id=pl.Series(ids, dtype=pl.String))


def run_event(warehouse: Warehouse, run_id: str, event: str, detail: str | None = None) -> None:
    """Note that something happened to a run."""
    row = {"run_id": run_id, "event": event, "detail": detail, "happened_at": datetime.now(UTC)}
    warehouse.append({"raw.run_events": [row]})


def cell_events(warehouse: Warehouse, run_id: str, cells: Iterable[tuple[str, str, str | None]]) -> None:
    """Note how cells ended: (cell_id, complete | incomplete | failed | left_out, reason)."""
    now = datetime.now(UTC)
    rows = [
        {"run_id": run_id, "cell_id": cell_id, "status": status, "reason": reason, "happened_at": now}
        for cell_id, status, reason in cells
    ]
    warehouse.append({"raw.cell_events": rows})
