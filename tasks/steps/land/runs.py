"""Land what a run is and wants: its models, pairs, benchmarks, cells and plan; and how its cells ended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from tasks.domain import Benchmark, Item
from tasks.errors import UnknownName
from tasks.identity import id_after, sample_hash
from tasks.planned import Plan, PlannedCell, Request
from tasks.rows import MODEL_COSTS, PLAN, parameters_json, storable
from tasks.settings import ModelSettings
from warehouse.connection import Warehouse


def void(warehouse: Warehouse, run_id: str, reason: str, *, is_undone: bool = False) -> bool:
    """Mark a run as void, or take the mark back; returns False where that is how it stands already.

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
    warehouse.append({"raw.voids": pl.DataFrame([row])})
    return True


def standing(warehouse: Warehouse, plan: Plan) -> Plan:
    """The plan under a run id that is not void: running a voided run again is another run."""
    voided = set(warehouse.query("voided_runs")["run_id"])
    run_id, number = plan.run_id, 1
    while run_id in voided:
        number += 1
        run_id = f"{plan.run_id}-{number}"
    return replace(plan, run_id=run_id)


def missing_cells(warehouse: Warehouse, plan: Plan) -> Plan:
    """The plan without the cells that are complete on its date already."""
    found = warehouse.query("complete_cells", as_of_date=plan.as_of_date.isoformat())
    complete = set(found.iter_rows())
    return replace(plan, cells=tuple(cell for cell in plan.cells if _measured(cell) not in complete))


def _measured(cell: PlannedCell) -> tuple[Any, ...]:
    row = _cell_row("", cell)
    names = "model_id model_version benchmark_id benchmark_version prompt_style sample_hash scorer count_repeats"
    return tuple(row[name] for name in [*names.split(), "judge_version"])


def land_plan(warehouse: Warehouse, plan: Plan) -> dict[str, list[Request]]:
    """Land what a run is and wants; returns its open requests by cell.

    A request that a good answer exists for is planned as that answer (except at night, whose partition is its
    own). The first landing of a run decides; landing the same run again only reads what is still open.
    """
    frames = run_frames(plan)
    for cell in plan.cells:
        for table, frame in benchmark_frames(cell.benchmark, cell.items, cell.source).items():
            frames[table] = pl.concat([frames[table], frame]) if table in frames else frame
    frames["raw.cells"] = _cell_frame(plan)
    frames["raw.prompts"] = _prompt_frame(plan)
    frames["raw.plan"] = _plan_frame(warehouse, plan)
    warehouse.append(frames)
    open_keys = warehouse.query("pending_requests", run_id=plan.run_id)
    return _by_cell(plan, open_keys)


def open_requests(warehouse: Warehouse | None, plan: Plan) -> dict[str, list[Request]]:
    """The requests a run would send now, by cell; writes nothing. Without a warehouse that is all of them."""
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


def run_frames(plan: Plan) -> dict[str, pl.DataFrame]:
    """The run itself with the models and pairs it knows."""
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
    models = [_model_row(plan.run_id, model) for model in plan.settings.models]
    costs = [
        (plan.run_id, model.id, model.development.hours, model.development.usd, model.development.ready_on)
        for model in plan.settings.models
        if model.development is not None
    ]
    pairs = [
        (plan.run_id, pair.kind, pair.family, pair.reference, pair.candidate, ",".join(pair.differs))
        for pair in plan.settings.pairs()
    ]
    pair_columns = ["run_id", "kind", "family", "reference_model_id", "candidate_model_id", "differs"]
    return {
        "raw.runs": pl.DataFrame([run], schema_overrides={"source": pl.String}),
        "raw.models": pl.DataFrame(models, infer_schema_length=None),
        "raw.model_costs": pl.DataFrame(costs, schema=MODEL_COSTS, orient="row"),
        "raw.pairs": pl.DataFrame(pairs, schema=dict.fromkeys(pair_columns, pl.String), orient="row"),
    }


def _model_row(run_id: str, model: ModelSettings) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "model_id": model.id,
        "model_version": model.model_version,
        "family": model.family,
        "base_model_id": model.base,
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
    }


def _cell_frame(plan: Plan) -> pl.DataFrame:
    texts = dict.fromkeys(("judge_model_id", "judge_version"), pl.String)
    return pl.DataFrame([_cell_row(plan.run_id, cell) for cell in plan.cells], schema_overrides=texts)


def _cell_row(run_id: str, cell: PlannedCell) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "cell_id": cell.cell_id,
        "model_id": cell.model.id,
        "model_version": cell.model.model_version,
        "benchmark_id": cell.benchmark.benchmark_id,
        "benchmark_version": cell.benchmark.version,
        "prompt_style": cell.prompt_style.value,
        "is_primary_style": cell.is_primary_style,
        "attack": cell.benchmark.attack.name if cell.benchmark.attack else "none",
        "scorer": cell.scorer,
        "unparsed_rule": cell.unparsed_rule.value,
        "origin": cell.origin.value,
        "count_items": len(cell.items),
        "count_repeats": cell.repeats,
        "sample_hash": sample_hash(item.item_id for item in cell.items),
        "parameters_json": parameters_json(cell.requests[0].parameters if cell.requests else {}),
        "judge_model_id": cell.judge.id if cell.judge else None,
        "judge_version": cell.judge.model_version if cell.judge else None,
    }


def _prompt_frame(plan: Plan) -> pl.DataFrame:
    prompts = {
        request.prompt.prompt_hash: storable(request.prompt.content) for cell in plan.cells for request in cell.requests
    }
    return pl.DataFrame(list(prompts.items()), schema={"prompt_hash": pl.String, "prompt": pl.String}, orient="row")


def _plan_frame(warehouse: Warehouse, plan: Plan) -> pl.DataFrame:
    rows = [
        (
            plan.run_id,
            cell.cell_id,
            request.item_id,
            request.repeat,
            request.generation_id,
            request.request_hash,
            request.prompt.prompt_hash,
        )
        for cell in plan.cells
        for request in cell.requests
    ]
    planned = pl.DataFrame(rows, schema=[name for name in PLAN if name != "is_reused"], orient="row")
    planned = _asked_anew(warehouse, planned.cast({"repeat": pl.Int32}))
    if plan.partition_key:
        return planned.with_columns(is_reused=pl.lit(value=False))
    wanted = planned.select("request_hash", "item_id")
    found = warehouse.query("reusable_generations", frames={"wanted_requests": wanted})
    joined = planned.join(found, on=["request_hash", "item_id"], how="left", suffix="_found")
    return joined.with_columns(
        generation_id=pl.coalesce("generation_id_found", "generation_id"),
        is_reused=pl.col("generation_id_found").is_not_null(),
    ).drop("generation_id_found")


def _asked_anew(warehouse: Warehouse, planned: pl.DataFrame) -> pl.DataFrame:
    """Give a request another generation id where the answer under its own one is no good any more."""
    while True:
        wanted = planned.select("generation_id")
        spoiled = set(warehouse.query("spoiled_generations", frames={"wanted_generations": wanted})["generation_id"])
        if not spoiled:
            return planned
        ids = [id_after(name) if name in spoiled else name for name in wanted["generation_id"]]
        planned = planned.with_columns(generation_id=pl.Series(ids, dtype=pl.String))


def run_event(warehouse: Warehouse, run_id: str, event: str, detail: str | None = None) -> None:
    """Note that something happened to a run."""
    row = {"run_id": run_id, "event": event, "detail": detail, "happened_at": datetime.now(UTC)}
    warehouse.append({"raw.run_events": pl.DataFrame([row], schema_overrides={"detail": pl.String})})


def cell_events(warehouse: Warehouse, run_id: str, cells: Iterable[tuple[str, str, str | None]]) -> None:
    """Note how cells ended: (cell_id, complete | incomplete | failed, reason)."""
    now = datetime.now(UTC)
    rows = [
        {"run_id": run_id, "cell_id": cell_id, "status": status, "reason": reason, "happened_at": now}
        for cell_id, status, reason in cells
    ]
    warehouse.append({"raw.cell_events": pl.DataFrame(rows, schema_overrides={"reason": pl.String})})


def benchmark_frames(benchmark: Benchmark, items: Sequence[Item], source: Path | str | None) -> dict[str, pl.DataFrame]:
    """A benchmark and some of its items as rows of the raw tables."""
    described = {
        "benchmark_id": benchmark.benchmark_id,
        "benchmark_version": benchmark.version,
        "title": benchmark.title,
        "dimension": benchmark.dimension.value,
        "domain": benchmark.domain.value,
        "metric": benchmark.metric,
        "scorer": benchmark.scorer,
        "chance_score": benchmark.chance_score,
        "higher_is_better": benchmark.higher_is_better,
        "is_harmful_text": benchmark.is_harmful_text,
        "cluster_meaning": benchmark.cluster_meaning,
        "licence": benchmark.licence,
        "citation": benchmark.citation,
        "pitfalls": benchmark.pitfalls,
        "source": source.name if isinstance(source, Path) else source,
        "verified": benchmark.verified,
    }
    texts = [(item.item_id, storable(item.question), json.dumps(item.choices), storable(item.target)) for item in items]
    members = [
        (
            benchmark.benchmark_id,
            benchmark.version,
            item.item_id,
            item.cluster_id,
            item.subset,
            benchmark.chance_score if item.chance_score is None else item.chance_score,
            item.foreign_id,
        )
        for item in items
    ]
    member_schema = {
        "benchmark_id": pl.String,
        "benchmark_version": pl.String,
        "item_id": pl.String,
        "cluster_id": pl.String,
        "subset": pl.String,
        "chance_score": pl.Float64,
        "foreign_id": pl.String,
    }
    item_schema = {"item_id": pl.String, "question": pl.String, "choices_json": pl.String, "target": pl.String}
    return {
        "raw.benchmarks": pl.DataFrame([described], schema_overrides={"source": pl.String}),
        "raw.items": pl.DataFrame(texts, schema=item_schema, orient="row"),
        "raw.benchmark_items": pl.DataFrame(members, schema=member_schema, orient="row"),
    }
