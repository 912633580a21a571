"""Land answers and scores that were obtained elsewhere, as runs of kind ``import``.

The same file lands the same rows, however often: identities come from the file's bytes, the model and the item. What
is wrong with a file is found before anything of it lands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from tasks.domain import (
    Benchmark,
    Dimension,
    Domain,
    Item,
    UnparsedRule,
)
from tasks.errors import InputError
from tasks.identity import file_hash, foreign_item_id
from tasks.rows import PLAN, SCORES, storable
from tasks.settings import Settings
from tasks.steps.land.foreign_rows import (
    Imported,
    Recorded,
    cell_row,
    failure_rows,
    generation_rows,
    import_plan,
    landed_before,
    with_keys,
)
from tasks.steps.land.runs import benchmark_frames, cell_events, run_event, run_frames
from warehouse.connection import Warehouse

_MISSING = ("failed", "judge_error", "not_run", "quarantined")


def land_responses(
    warehouse: Warehouse,
    settings: Settings,
    recorded: Recorded,
    read: Callable[[], Iterable[pl.DataFrame]],
    *,
    source: Path,
    as_of_date: date,
    is_extracted: bool = False,
) -> Imported:
    """Land recorded answers to a benchmark's items; ``read`` begins anew (see ``importers.read_responses``).

    Rows name their item by our id, by the source's id, or by the question. ``is_extracted`` says that the texts are
    answers which the source had already found in longer ones: null then means that it found none, not that there
    was no answer.

    Raises:
        InputError: a row names no item of the benchmark, or the file is empty.
    """
    source_hash = file_hash(source)
    judged_by = [recorded.judge.model_version] if recorded.judge else []
    parts = (source_hash, recorded.cell_id, recorded.scorer, is_extracted, *judged_by)
    plan = import_plan(settings, as_of_date, source, parts)
    if (landed := landed_before(warehouse, plan.run_id)) is not None:
        return landed
    lookup = _ItemLookup(recorded.benchmark, source)
    count_checked = 0
    for batch in read():
        lookup.items(batch, count_checked)
        count_checked += batch.height
    if not count_checked:
        raise InputError(f"{source}: no rows.")
    warehouse.append(run_frames(plan))
    run_event(warehouse, plan.run_id, "started")
    asked: set[str] = set()
    count_rows = count_new = max_repeat = 0
    for batch in read():
        items = lookup.items(batch, count_rows)
        asked.update(item.item_id for item in items)
        frames = _response_frames(plan.run_id, recorded, items, batch, source_hash, is_extracted=is_extracted)
        with warehouse.transaction():
            warehouse.append({name: frames[name] for name in ("raw.plan", "raw.failures")})
            count_new += warehouse.append({"raw.generations": frames["raw.generations"]})
        count_rows += batch.height
        max_repeat = max(max_repeat, int(batch["repeat"].max() or 0))  # type: ignore[arg-type]
    with warehouse.transaction():
        warehouse.append(benchmark_frames(recorded.benchmark, recorded.benchmark.items, source))
        warehouse.append({"raw.cells": cell_row(plan.run_id, recorded, list(asked), max_repeat + 1)})
        cell_events(warehouse, plan.run_id, [(recorded.cell_id, "complete", None)])
        run_event(warehouse, plan.run_id, "finished")
    return Imported(plan.run_id, count_rows, count_new)


def land_scores(
    warehouse: Warehouse,
    settings: Settings,
    known: Mapping[str, Benchmark],
    read: Callable[[], Iterable[pl.DataFrame]],
    *,
    source: Path,
    as_of_date: date,
) -> Imported:
    """Land recorded item scores; ``read`` begins anew (see ``importers.read_scores``), ``known`` are described here.

    Raises:
        UnknownName: a row's model is not configured.
        InputError: the file is empty.
    """
    source_hash = file_hash(source)
    plan = import_plan(settings, as_of_date, source, (source_hash, "scores"))
    if (landed := landed_before(warehouse, plan.run_id)) is not None:
        return landed
    names = {name for batch in read() for name in batch["model"].unique()}
    if not names:
        raise InputError(f"{source}: no rows.")
    models = {name: settings.model(name) for name in sorted(names)}
    warehouse.append(run_frames(plan))
    run_event(warehouse, plan.run_id, "started")
    cells: dict[str, tuple[Recorded, set[str], int]] = {}
    count_rows = count_new = 0
    for batch in read():
        described: list[dict[str, pl.DataFrame]] = []
        for (model_id, benchmark_id), part in batch.group_by(["model", "benchmark"], maintain_order=True):
            model, benchmark = models[str(model_id)], _scored_benchmark(str(benchmark_id), known, part)
            recorded = Recorded(model, benchmark, model.prompt_styles[0], "recorded", UnparsedRule.WRONG)
            described.append(benchmark_frames(benchmark, benchmark.items, source))
            described.append(_score_frames(plan.run_id, recorded, part, source_hash))
            repeats = int(part["repeat"].max() or 0) + 1  # type: ignore[arg-type]
            _, seen, most = cells.get(recorded.cell_id, (recorded, set(), 1))
            seen |= {item.item_id for item in benchmark.items}
            cells[recorded.cell_id] = (recorded, seen, max(most, repeats))
        count_new += _land_batch(warehouse, described)
        count_rows += batch.height
    rows = [cell_row(plan.run_id, recorded, sorted(seen), repeats) for recorded, seen, repeats in cells.values()]
    with warehouse.transaction():
        warehouse.append({"raw.cells": pl.concat(rows)})
        cell_events(warehouse, plan.run_id, [(cell_id, "complete", None) for cell_id in cells])
        run_event(warehouse, plan.run_id, "finished")
    return Imported(plan.run_id, count_rows, count_new)


def _land_batch(warehouse: Warehouse, described: Iterable[Mapping[str, pl.DataFrame]]) -> int:
    """All frames of a batch in one transaction, a table at a time; returns how many answers were new."""
    tables: dict[str, list[pl.DataFrame]] = {}
    for frames in described:
        for table, frame in frames.items():
            tables.setdefault(table, []).append(frame)
    whole = {table: pl.concat(frames) for table, frames in tables.items()}
    scores, generations = whole.pop("raw.scores"), whole.pop("raw.generations")
    with warehouse.transaction():
        warehouse.append(whole)
        count_new = warehouse.append({"raw.generations": generations})
        warehouse.append({"raw.scores": scores})
    return count_new


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
    run_id: str, recorded: Recorded, items: list[Item], batch: pl.DataFrame, source_hash: str, *, is_extracted: bool
) -> dict[str, pl.DataFrame]:
    now = datetime.now(UTC)
    texts = batch["response"].fill_null("") if is_extracted else batch["response"]
    rows = batch.with_columns(
        item_id=pl.Series([item.item_id for item in items]),
        text=texts.map_elements(storable, return_dtype=pl.String),
    )
    rows = with_keys(rows, run_id, recorded, source_hash)
    answered = rows.filter(pl.col("text").is_not_null())
    missing = rows.filter(pl.col("text").is_null())
    return {
        "raw.plan": rows.select(PLAN.keys()),
        "raw.generations": generation_rows(answered, recorded, "answered", now),
        "raw.failures": failure_rows(missing, "no_recorded_answer", now),
    }


def _score_frames(run_id: str, recorded: Recorded, part: pl.DataFrame, source_hash: str) -> dict[str, pl.DataFrame]:
    now = datetime.now(UTC)
    ids = [foreign_item_id(recorded.benchmark.benchmark_id, item) for item in part["item"]]
    rows = part.with_columns(item_id=pl.Series(ids, dtype=pl.String), text=pl.lit(None, dtype=pl.String))
    rows = with_keys(rows, run_id, recorded, source_hash)
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
        "raw.generations": generation_rows(answered, recorded, "scored_elsewhere", now),
        "raw.failures": failure_rows(missing, "recorded_as_failed", now),
        "raw.scores": scores.select(SCORES.keys()),
    }


def _scored_benchmark(benchmark_id: str, known: Mapping[str, Benchmark], part: pl.DataFrame) -> Benchmark:
    """The benchmark of recorded scores: described by ours of the same name if there is one, with the file's items."""
    columns = part.unique("item", keep="first", maintain_order=True).select("item", "cluster", "subset")
    items = tuple(
        Item(
            item_id=foreign_item_id(benchmark_id, item),
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
