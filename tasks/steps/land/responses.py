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

from tasks.domain import Benchmark, Item, Origin, storable
from tasks.errors import InputError
from tasks.identity import file_hash
from tasks.planned import Cell
from tasks.settings import Settings
from tasks.steps.land.cell_rows import benchmark_rows, cell_row
from tasks.steps.land.foreign_rows import ForeignRun, Imported
from warehouse.connection import Warehouse


def land_responses(
    warehouse: Warehouse,
    settings: Settings,
    cell: Cell,
    read: Callable[[], Iterable[pl.DataFrame]],
    *,
    source: Path,
    as_of_date: date,
    is_extracted: bool = False,
) -> Imported:
    """Land answers to a benchmark's items; ``read`` begins anew (see ``importers.read_responses``).

    Rows name their item by our id, by the source's id, or by the question. ``is_extracted`` says that the texts are
    answers which the source had already found in longer ones. Null then means that it found none, not that there was
    no answer.

    Raises:
        InputError: a row names no item of the benchmark, or the file is empty.
    """
    source_hash = file_hash(source)
    judge_version = [cell.judge.model_version] if cell.judge else []
    reading = (cell.cell_id, cell.scorer, is_extracted, *judge_version)
    run = ForeignRun.of(settings, as_of_date, source, source_hash, reading)
    if (landed := run.landed_before(warehouse)) is not None:
        return landed
    lookup = _ItemLookup(cell.benchmark, source)
    _check(lookup, read(), source)
    run.begin(warehouse)
    asked: set[str] = set()
    count_rows = count_new = repeats = 0
    for batch in read():
        item_ids = [item.item_id for item in lookup.items(batch, count_rows)]
        rows = batch.with_columns(item_id=pl.Series(item_ids), text=_texts(batch, is_extracted=is_extracted))
        count_new += _land_batch(warehouse, run, cell, rows)
        asked.update(item_ids)
        count_rows += batch.height
        repeats = max(repeats, 1 + int(batch["repeat"].max() or 0))  # type: ignore[arg-type]
    with warehouse.transaction():
        warehouse.append(benchmark_rows(cell.benchmark, cell.benchmark.items, source))
        described = cell_row(run.run_id, cell, asked, repeats, Origin.IMPORTED, {})
        run.finish(warehouse, [described], [(cell.cell_id, "complete", None)])
    return Imported(run.run_id, count_rows, count_new)


def _check(lookup: _ItemLookup, batches: Iterable[pl.DataFrame], source: Path) -> None:
    """Read the whole file once; a bad row is raised here, before anything lands."""
    count = 0
    for batch in batches:
        lookup.items(batch, count)
        count += batch.height
    if not count:
        raise InputError(f"{source}: no rows.")


def _texts(batch: pl.DataFrame, *, is_extracted: bool) -> pl.Series:
    texts = batch["response"].fill_null("") if is_extracted else batch["response"]
    return texts.map_elements(storable, return_dtype=pl.String)


def _land_batch(warehouse: Warehouse, run: ForeignRun, cell: Cell, rows: pl.DataFrame) -> int:
    """Land some rows in one transaction; returns how many answers were new."""
    rows = run.keyed(rows, cell)
    answered, missing = rows.filter(pl.col("text").is_not_null()), rows.filter(pl.col("text").is_null())
    with warehouse.transaction():
        warehouse.append_columns("raw.plan", rows)
        warehouse.append_columns("raw.failures", run.failures(missing, "no_recorded_answer"))
        return warehouse.append_columns("raw.generations", run.generations(answered, cell, "answered"))


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
