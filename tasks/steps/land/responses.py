"""Land answers that were obtained elsewhere, as a run of kind ``import``.

The same file lands the same rows, however often: their ids come from the file's bytes, the model and the item. What is
wrong with a file is found before anything of it lands.

Tested in tests/flows/test_importing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import polars as pl

from tasks.answers import Ending
from tasks.domain import Benchmark, Origin, storable
from tasks.errors import InputError
from tasks.planned import Cell
from tasks.settings import Settings
from tasks.steps.land.cell_rows import benchmark_rows, cell_row
from tasks.steps.land.described_items import DescribedItems
from tasks.steps.land.foreign_rows import ForeignFiles, ForeignRun, Imported
from tasks.steps.land.questions import AnsweredItems
from tasks.steps.land.stated_items import StatedItems, check_described
from warehouse.connection import Warehouse


def land_responses(
    warehouse: Warehouse,
    settings: Settings,
    cell: Cell,
    read: Callable[[], Iterable[pl.DataFrame]],
    *,
    files: ForeignFiles,
    as_of_date: date,
    is_extracted: bool = False,
) -> Imported:
    """Land answers to a benchmark's items; ``read`` begins anew (see ``importers.read_responses``).

    Rows name their item by our id, by the source's id, or by the question (see ``AnsweredItems``). ``is_extracted``
    says that the texts are answers which the source had already found in longer ones. Null then means that it found
    none, not that there was no answer.

    Raises:
        InputError: no row is about an item of the benchmark, the files are empty, or the configuration describes the
            benchmark in another way than a run that counts.
    """
    judge_version = [cell.judge.model_version] if cell.judge else []
    reading = (cell.cell_id, cell.scorer, is_extracted, *judge_version)
    check_described(warehouse, cell.benchmark, str(files.first))
    run = ForeignRun.of(settings, as_of_date, files.first, files.source_hash, reading, [cell.benchmark])
    run = run.standing(warehouse)
    if (landed := run.landed_before(warehouse)) is not None:
        return landed
    lookup, said = _checked(cell.benchmark, read, files.first)
    stated = StatedItems.of(warehouse, {said.name: cell.benchmark}, said.frame(), is_described=True)
    run.begin(warehouse)
    asked: set[str] = set()
    count_rows = count_new = repeats = 0
    for batch in read():
        rows = _said(_with_items(batch, lookup), is_extracted=is_extracted)
        count_new += _land_batch(warehouse, run, cell, rows)
        asked.update(rows["item_id"])
        count_rows += rows.height
        repeats = max(repeats, 1 + int(rows["repeat"].max() or 0))  # type: ignore[arg-type]
    with warehouse.transaction():
        warehouse.append(benchmark_rows(cell.benchmark, cell.benchmark.items, files.first))
        described = cell_row(run.run_id, cell, asked, repeats, Origin.IMPORTED, {})
        stated.land(warehouse, run.run_id)
        run.finish(warehouse, [described], [(cell.cell_id, "complete", None)])
    notes = (*lookup.lines(), *said.lines(), *stated.notes(warehouse, run.run_id))
    return run.came(warehouse, count_rows, count_new, notes)


def _checked(
    benchmark: Benchmark, read: Callable[[], Iterable[pl.DataFrame]], source: Path
) -> tuple[AnsweredItems, DescribedItems]:
    """Read everything once, so that a bad row is raised before anything lands.

    Gives a new lookup of the items, and what the rows say of them.
    """
    lookup, said = _looked_up(benchmark, read())
    if not lookup.count_rows:
        raise InputError(f"{source}: no rows.")
    if lookup.asks_one_thing:
        _, said = _looked_up(benchmark, read(), ignores_questions=True)
        return AnsweredItems(benchmark, ignores_questions=True), said
    if not lookup.count_found:
        raise InputError(
            f"{source.name}: no row is about an item of {benchmark.benchmark_id}: {lookup.lines()[0]}. Is it the right "
            "benchmark, and does --map name the column of the item's id?"
        )
    return AnsweredItems(benchmark), said


def _looked_up(
    benchmark: Benchmark, batches: Iterable[pl.DataFrame], *, ignores_questions: bool = False
) -> tuple[AnsweredItems, DescribedItems]:
    lookup, said = AnsweredItems(benchmark, ignores_questions=ignores_questions), DescribedItems(benchmark)
    for batch in batches:
        said.add(_with_items(batch, lookup))
    return lookup, said


def _with_items(batch: pl.DataFrame, lookup: AnsweredItems) -> pl.DataFrame:
    """The rows that are about an item of the benchmark, with its id and the repeat of the answer."""
    asked = batch.select("item", "question", "context", "choices").iter_rows()
    found = [lookup.find(row, repeat) for row, repeat in zip(asked, batch["repeat"], strict=True)]
    item_ids, repeats = ([each and each[part] for each in found] for part in (0, 1))
    return batch.with_columns(
        item_id=pl.Series(item_ids, dtype=pl.String), repeat=pl.Series(repeats, dtype=pl.Int32)
    ).filter(pl.col("item_id").is_not_null())


def _said(rows: pl.DataFrame, *, is_extracted: bool) -> pl.DataFrame:
    """The rows with what the model said, and whether it is an answer.

    A null is an answer that is missing, unless the row says how it ended or what the model thought: then it is empty.
    """
    is_told = pl.col("finish_word").is_not_null() | pl.col("reasoning_text").is_not_null()
    empty = pl.lit("") if is_extracted else pl.when(is_told).then(pl.lit(""))
    texts = (pl.coalesce("response", empty).alias("text"), pl.col("reasoning_text"))
    is_filtered = pl.col("finish_reason").eq_missing(Ending.CONTENT_FILTER.value)
    return rows.with_columns(text.map_elements(storable, return_dtype=pl.String) for text in texts).with_columns(
        status=pl.when(is_filtered)
        .then(pl.lit("filtered"))
        .when(pl.col("text").is_not_null())
        .then(pl.lit("answered"))
        .otherwise(pl.lit("failed"))
    )


def _land_batch(warehouse: Warehouse, run: ForeignRun, cell: Cell, rows: pl.DataFrame) -> int:
    """Land some rows in one transaction; returns how many answers were new."""
    rows = run.keyed(rows, cell)
    count_new = 0
    with warehouse.transaction():
        warehouse.append_columns("raw.plan", rows)
        failed = rows.filter(pl.col("status") == "failed")
        warehouse.append_columns("raw.failures", run.failures(failed, "no_recorded_answer"))
        for status in ("answered", "filtered"):
            part = run.generations(rows.filter(pl.col("status") == status), cell, status)
            count_new += warehouse.append_columns("raw.generations", part)
    return count_new
