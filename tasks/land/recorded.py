"""Land answers and scores that were obtained elsewhere, as runs of kind ``import``.

The same file lands the same rows, however often: identities come from the file's bytes, the model and the item. All
of a file lands in one transaction, so that a bad row near its end leaves nothing behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from tasks.domain import (
    Benchmark,
    Dimension,
    Domain,
    Item,
    Origin,
    PromptStyle,
    RunKind,
    UnparsedRule,
    content_hash,
)
from tasks.errors import InputError
from tasks.land.runs import benchmark_frames, cell_events, run_event, run_frames
from tasks.rows import GENERATIONS, PLAN, SCORES, storable
from tasks.settings import ModelSettings, Settings
from tasks.work import Plan
from warehouse.connection import Warehouse

_MISSING = ("failed", "judge_error", "not_run", "quarantined")


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where recorded rows belong: one model's answers to one benchmark, and how they are to be scored."""

    model: ModelSettings
    benchmark: Benchmark
    prompt_style: PromptStyle
    scorer: str
    unparsed_rule: UnparsedRule

    @property
    def cell_id(self) -> str:
        """Model, benchmark and style."""
        return f"{self.model.id}/{self.benchmark.benchmark_id}/{self.prompt_style.value}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to."""

    run_id: str
    count_rows: int
    count_new: int


def land_responses(
    warehouse: Warehouse,
    settings: Settings,
    recorded: Recorded,
    batches: Iterable[pl.DataFrame],
    *,
    source: Path,
    as_of_date: date,
    is_extracted: bool = False,
) -> Imported:
    """Land recorded answers to a benchmark's items (see ``importers.read_responses`` for the frames).

    Rows name their item by our id, by the source's id, or by the question. ``is_extracted`` says that the texts are
    answers which the source had already found in longer ones: null then means that it found none, not that there
    was no answer.

    Raises:
        InputError: a row names no item of the benchmark, or the file is empty.
    """
    file_hash = hash_of(source)
    plan = _import_plan(settings, as_of_date, source, (file_hash, recorded.cell_id, recorded.scorer, is_extracted))
    if (landed := _landed_before(warehouse, plan.run_id)) is not None:
        return landed
    lookup = _ItemLookup(recorded.benchmark, source)
    asked: dict[str, Item] = {}
    count_rows = count_new = max_repeat = 0
    with warehouse.transaction():
        warehouse.append(run_frames(plan))
        run_event(warehouse, plan.run_id, "started")
        for batch in batches:
            items = lookup.items(batch, count_rows)
            asked |= {item.item_id: item for item in items}
            frames = _response_frames(plan.run_id, recorded, items, batch, file_hash, is_extracted=is_extracted)
            warehouse.append({"raw.plan": frames.pop("raw.plan")})
            count_new += warehouse.append({"raw.generations": frames["raw.generations"]})
            warehouse.append({"raw.failures": frames["raw.failures"]})
            count_rows += batch.height
            max_repeat = max(max_repeat, int(batch["repeat"].max() or 0))  # type: ignore[arg-type]
        if not asked:
            raise InputError(f"{source}: no rows.")
        warehouse.append(benchmark_frames(recorded.benchmark, recorded.benchmark.items, source))
        warehouse.append({"raw.cells": _cell(plan.run_id, recorded, list(asked), max_repeat + 1)})
        cell_events(warehouse, plan.run_id, [(recorded.cell_id, "complete", None)])
        run_event(warehouse, plan.run_id, "finished")
    return Imported(plan.run_id, count_rows, count_new)


def land_scores(
    warehouse: Warehouse,
    settings: Settings,
    known: Mapping[str, Benchmark],
    batches: Iterable[pl.DataFrame],
    *,
    source: Path,
    as_of_date: date,
) -> Imported:
    """Land recorded item scores (see ``importers.read_scores``); ``known`` describes benchmarks that we have.

    Raises:
        UnknownName: a row's model is not configured.
        InputError: the file is empty.
    """
    file_hash = hash_of(source)
    plan = _import_plan(settings, as_of_date, source, (file_hash, "scores"))
    if (landed := _landed_before(warehouse, plan.run_id)) is not None:
        return landed
    cells: dict[str, tuple[Recorded, set[str], int]] = {}
    count_rows = count_new = 0
    with warehouse.transaction():
        warehouse.append(run_frames(plan))
        run_event(warehouse, plan.run_id, "started")
        for batch in batches:
            for (model_id, benchmark_id), part in batch.group_by(["model", "benchmark"], maintain_order=True):
                model, benchmark = settings.model(str(model_id)), _scored_benchmark(str(benchmark_id), known, part)
                style = model.prompt_styles[0]
                recorded = Recorded(model, benchmark, style, "recorded", UnparsedRule.WRONG)
                frames = _score_frames(plan.run_id, recorded, part, file_hash)
                warehouse.append(benchmark_frames(benchmark, benchmark.items, source))
                warehouse.append({name: frames[name] for name in ("raw.plan", "raw.failures")})
                count_new += warehouse.append({"raw.generations": frames["raw.generations"]})
                warehouse.append({"raw.scores": frames["raw.scores"]})
                repeats = int(part["repeat"].max() or 0) + 1  # type: ignore[arg-type]
                _, seen, most = cells.get(recorded.cell_id, (recorded, set(), 1))
                seen |= {item.item_id for item in benchmark.items}
                cells[recorded.cell_id] = (recorded, seen, max(most, repeats))
            count_rows += batch.height
        if not cells:
            raise InputError(f"{source}: no rows.")
        rows = [_cell(plan.run_id, recorded, sorted(seen), repeats) for recorded, seen, repeats in cells.values()]
        warehouse.append({"raw.cells": pl.concat(rows)})
        cell_events(warehouse, plan.run_id, [(cell_id, "complete", None) for cell_id in cells])
        run_event(warehouse, plan.run_id, "finished")
    return Imported(plan.run_id, count_rows, count_new)


def _landed_before(warehouse: Warehouse, run_id: str) -> Imported | None:
    """What an earlier import of the same file came to; it landed whole or not at all."""
    count_rows = warehouse.query("count_planned", run_id=run_id).item()
    return Imported(run_id, count_rows, 0) if count_rows else None


def hash_of(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def _import_plan(settings: Settings, as_of_date: date, source: Path, parts: tuple[Any, ...]) -> Plan:
    plan_hash = content_hash(*parts)
    run_id = f"{as_of_date.isoformat()}-import-{plan_hash[:8]}"
    return Plan(run_id, RunKind.IMPORT, as_of_date, "", plan_hash, settings, (), source.name)


class _ItemLookup:
    """Finds the item a row means. Identical items of a benchmark are told apart by the source's ids."""

    def __init__(self, benchmark: Benchmark, source: Path) -> None:
        self._source, self._benchmark_id = source, benchmark.benchmark_id
        self._by_id = {item.item_id: item for item in benchmark.items}
        self._by_id |= {item.foreign_id: item for item in benchmark.items if item.foreign_id is not None}
        self._by_question = {item.question: item for item in benchmark.items}

    def items(self, batch: pl.DataFrame, rows_before: int) -> list[Item]:
        found = []
        for number, (key, question) in enumerate(batch.select("item", "question").iter_rows(), start=rows_before + 1):
            item = self._by_id.get(key) if key is not None else None
            item = item or (self._by_question.get(question) if question is not None else None)
            if item is None:
                raise InputError(
                    f"{self._source.name}: row {number}: {key or question!r} is no item of {self._benchmark_id}. "
                    "Is it the right benchmark, and does --map name the column of the item's id?"
                )
            found.append(item)
        return found


def _response_frames(
    run_id: str, recorded: Recorded, items: list[Item], batch: pl.DataFrame, file_hash: str, *, is_extracted: bool
) -> dict[str, pl.DataFrame]:
    now = datetime.now(UTC)
    texts = batch["response"].fill_null("") if is_extracted else batch["response"]
    rows = batch.with_columns(
        item_id=pl.Series([item.item_id for item in items]),
        text=texts.map_elements(storable, return_dtype=pl.String),
    )
    rows = _with_keys(rows, run_id, recorded, file_hash)
    answered = rows.filter(pl.col("text").is_not_null())
    missing = rows.filter(pl.col("text").is_null())
    return {
        "raw.plan": rows.select(PLAN.keys()),
        "raw.generations": _generations(answered, recorded, "answered", now),
        "raw.failures": _failures(missing, "no_recorded_answer", now),
    }


def _score_frames(run_id: str, recorded: Recorded, part: pl.DataFrame, file_hash: str) -> dict[str, pl.DataFrame]:
    now = datetime.now(UTC)
    ids = [_foreign_item_id(recorded.benchmark.benchmark_id, item) for item in part["item"]]
    rows = part.with_columns(item_id=pl.Series(ids, dtype=pl.String), text=pl.lit(None, dtype=pl.String))
    rows = _with_keys(rows, run_id, recorded, file_hash)
    answered = rows.filter(~pl.col("outcome").is_in(["failed", "quarantined"]))
    missing = rows.filter(pl.col("outcome").is_in(["failed", "quarantined"]))
    scores = answered.select(
        "generation_id",
        pl.lit("recorded").alias("scorer"),
        pl.lit(1, dtype=pl.Int32).alias("scorer_version"),
        pl.lit("").alias("scorer_config_hash"),
        "outcome",
        "value",
        pl.lit(None, dtype=pl.String).alias("answer"),
        (pl.col("outcome") == "refused").alias("is_refusal"),
        pl.lit(value=False).alias("is_cut"),
        pl.lit(None, dtype=pl.String).alias("refusal_class"),
        pl.lit(now).alias("scored_at"),
        pl.lit(None, dtype=pl.String).alias("judge_version"),
    )
    return {
        "raw.plan": rows.select(PLAN.keys()),
        "raw.generations": _generations(answered, recorded, "scored_elsewhere", now),
        "raw.failures": _failures(missing, "recorded_as_failed", now),
        "raw.scores": scores.select(SCORES.keys()),
    }


def _with_keys(rows: pl.DataFrame, run_id: str, recorded: Recorded, file_hash: str) -> pl.DataFrame:
    keys = rows.select("item_id", "repeat").iter_rows()
    generation_ids = [
        content_hash(file_hash, recorded.cell_id, recorded.scorer == "recorded", item_id, repeat, length=20)
        for item_id, repeat in keys
    ]
    return rows.with_columns(
        run_id=pl.lit(run_id),
        cell_id=pl.lit(recorded.cell_id),
        generation_id=pl.Series(generation_ids, dtype=pl.String),
        request_hash=pl.Series(generation_ids, dtype=pl.String),
        prompt_hash=pl.lit(None, dtype=pl.String),
        is_reused=pl.lit(value=False),
    )


def _generations(rows: pl.DataFrame, recorded: Recorded, status: str, now: datetime) -> pl.DataFrame:
    constants = {
        "partition_key": "",
        "model_id": recorded.model.id,
        "benchmark_id": recorded.benchmark.benchmark_id,
        "prompt_style": recorded.prompt_style.value,
        "role": "answer",
        "origin": Origin.IMPORTED.value,
        "status": status,
        "model_requested": recorded.model.model,
        "parameters_json": "{}",
        "attempts": 1,
        "finished_at": now,
    }
    filled = rows.with_columns(**{name: pl.lit(value) for name, value in constants.items()})
    present = set(filled.columns)
    columns = [
        (pl.col(name) if name in present else pl.lit(None)).cast(kind).alias(name) for name, kind in GENERATIONS.items()
    ]
    return filled.select(columns)


def _failures(rows: pl.DataFrame, error_type: str, now: datetime) -> pl.DataFrame:
    return rows.select(
        "run_id",
        "cell_id",
        "generation_id",
        pl.lit(error_type).alias("error_type"),
        pl.lit("the source holds no answer").alias("message"),
        pl.lit(1, dtype=pl.Int32).alias("attempts"),
        pl.lit(now).alias("failed_at"),
    )


def _cell(run_id: str, recorded: Recorded, item_ids: list[str], repeats: int) -> pl.DataFrame:
    row = {
        "run_id": run_id,
        "cell_id": recorded.cell_id,
        "model_id": recorded.model.id,
        "model_version": recorded.model.model_version,
        "benchmark_id": recorded.benchmark.benchmark_id,
        "benchmark_version": recorded.benchmark.version,
        "prompt_style": recorded.prompt_style.value,
        "attack": recorded.benchmark.attack.name if recorded.benchmark.attack else "none",
        "is_primary_style": recorded.prompt_style is recorded.model.prompt_styles[0],
        "scorer": recorded.scorer,
        "unparsed_rule": recorded.unparsed_rule.value,
        "origin": Origin.IMPORTED.value,
        "count_items": len(item_ids),
        "count_repeats": repeats,
        "sample_hash": content_hash(sorted(item_ids)),
        "parameters_json": "{}",
    }
    return pl.DataFrame([row])


def _foreign_item_id(benchmark_id: str, item: str) -> str:
    """An item of which only the source's id is known."""
    return content_hash(benchmark_id, item)


def _scored_benchmark(benchmark_id: str, known: Mapping[str, Benchmark], part: pl.DataFrame) -> Benchmark:
    """The benchmark of recorded scores: described by ours of the same name if there is one, with the file's items."""
    columns = part.unique("item", keep="first", maintain_order=True).select("item", "cluster", "subset")
    items = tuple(
        Item(
            item_id=_foreign_item_id(benchmark_id, item),
            question="",
            target="",
            cluster_id=cluster if cluster is not None else item,
            subset=subset if subset is not None else "all",
            foreign_id=item,
        )
        for item, cluster, subset in columns.iter_rows()
    )
    if benchmark_id in known:
        return replace(known[benchmark_id], items=items, scorer="recorded", version="recorded", examples=())
    return Benchmark(
        benchmark_id=benchmark_id,
        title=benchmark_id,
        dimension=Dimension.CAPABILITY,
        domain=Domain.REASONING,
        scorer="recorded",
        metric="score",
        items=items,
        instruction="",
        examples=(),
        licence="unknown",
        citation="imported scores",
        cluster_meaning="as given in the file, else the item",
        version="recorded",
    )
