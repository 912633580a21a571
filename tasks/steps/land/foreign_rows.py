"""What all imports share: a run whose ids come from a file's bytes, and its rows of the raw tables.

A file is read twice. The first time finds what is wrong with it, so that a bad row near its end leaves nothing behind.
The second time lands it batch by batch, so that memory does not grow with its length. The same command takes up an
import that was cut short: the rows that are there already are ignored.

Knows the raw tables' columns; must not know any file's format.

Tested in tests/tasks/steps/land/test_logs.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from tasks.data_files.tables import files_of
from tasks.domain import Benchmark, Origin, RunKind, content_hash
from tasks.errors import InputError
from tasks.identity import file_hash, imported_answer_id, run_id
from tasks.planned import Cell, Plan
from tasks.settings import Settings
from tasks.steps.land.runs import cell_events, run_event, run_rows
from warehouse.connection import Row, Warehouse

# The scorer of answers of which only a score is known.
RECORDED = "recorded"
LANDED = "landed already"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to. ``notes`` says in one line each how the source was read and what was left out."""

    run_id: str
    count_rows: int
    count_new: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignFiles:
    """Files or folders that are imported as one table, and which of their columns hold fields of ours."""

    paths: Sequence[Path]
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> Path:
        """The first of them, which names the import."""
        return self.paths[0]

    @property
    def source_hash(self) -> str:
        """The hash of their bytes, and of the columns that were named; of one file as it is, its own hash.

        Raises:
            InputError: a folder holds no data file.
        """
        hashes = [file_hash(file) for path in self.paths for file in files_of(path)]
        read = [dict(self.mapping)] if self.mapping else []
        return hashes[0] if len(hashes) == 1 and not read else content_hash(*hashes, *read)


@dataclass(frozen=True, slots=True)
class ForeignRun:
    """The run of an import, and the hash of the bytes that its ids come from."""

    plan: Plan
    source: Path
    source_hash: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def of(
        cls,
        settings: Settings,
        as_of_date: date,
        source: Path,
        source_hash: str,
        reading: Sequence[Any],
        known: Iterable[Benchmark] = (),
    ) -> ForeignRun:
        """The run of some bytes on a date.

        The same bytes that are read the same way (``reading``, JSON-able) are the same run, as long as the
        configuration says the same of the models and of the ``known`` benchmarks. So an import after an edit is another
        run, whose word counts because it is newer.
        """
        plan_hash = content_hash(source_hash, *reading)
        plan = Plan("", RunKind.IMPORT, as_of_date, "", plan_hash, settings, (), source.name)
        name = run_id(as_of_date, RunKind.IMPORT, content_hash(plan_hash, _described(plan, known)))
        return cls(replace(plan, run_id=name), source, source_hash)

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.plan.run_id

    def standing(self, warehouse: Warehouse) -> ForeignRun:
        """The run under an id whose word still counts: one of which a newer run said otherwise is landed again."""
        run, number = self, 1
        while warehouse.query("is_contradicted", run_id=run.run_id).item():
            number += 1
            run = replace(run, plan=replace(self.plan, run_id=f"{self.run_id}-{number}"))
        return run

    def check_not_void(self, warehouse: Warehouse) -> None:
        """Check that an earlier import of the same file, if there was one, counts.

        Raises:
            InputError: it is void.
        """
        if self.run_id in warehouse.query("voided_runs")["run_id"].to_list():
            raise InputError(
                f"{self.source} was imported as run {self.run_id}, which is void. Bring it back: "
                f"`aligntax unvoid {self.run_id}`."
            )

    def landed_before(self, warehouse: Warehouse) -> Imported | None:
        """What an earlier import of the same file came to, if it came to its end.

        Raises:
            InputError: that import is void.
        """
        self.check_not_void(warehouse)
        count_rows = warehouse.query("count_imported", run_id=self.run_id).item()
        return self.came(warehouse, count_rows, 0, (LANDED,)) if count_rows else None

    def came(self, warehouse: Warehouse, count_rows: int, count_new: int, notes: Iterable[str] = ()) -> Imported:
        """What the import came to, with a note on each cell in whose place another one of that day counts."""
        lines = [*notes]
        if count_rows and not count_new and LANDED not in lines:
            dates = ", ".join(warehouse.dates_touched(self.run_id))
            lines.append(f"nothing in it is new; it counts as the configuration says now in reports of {dates}")
        for cell_id, count, other_run, other_count in warehouse.query("other_cells", run_id=self.run_id).iter_rows():
            lines.append(
                f"{cell_id}: the {other_count} items of run {other_run} count, not these {count}: of one day the cell "
                f"with the most items counts, and of equal ones the newest. To count these: "
                f"`aligntax void {other_run} --reason ...`"
            )
        return Imported(self.run_id, count_rows, count_new, tuple(lines))

    def begin(self, warehouse: Warehouse) -> None:
        """Land the run itself."""
        warehouse.append(run_rows(self.plan))
        run_event(warehouse, self.run_id, "started")

    def finish(self, warehouse: Warehouse, cells: Sequence[Row], ends: Sequence[tuple[str, str, str | None]]) -> None:
        """Land the cells and how they ended: (cell_id, complete | incomplete, reason)."""
        with warehouse.transaction():
            warehouse.append({"raw.cells": cells})
            cell_events(warehouse, self.run_id, ends)
            run_event(warehouse, self.run_id, "finished")

    def answer_id(self, cell: Cell, item_id: str, repeat: int) -> str:
        """The id of one of its answers."""
        is_only_scored = cell.scorer == RECORDED
        return imported_answer_id(self.source_hash, cell.cell_id, item_id, repeat, is_only_scored=is_only_scored)

    def keyed(self, rows: pl.DataFrame, cell: Cell) -> pl.DataFrame:
        """Rows with an item and a repeat, and the ids under which they land."""
        keys = rows.select("item_id", "repeat").iter_rows()
        answer_ids = pl.Series([self.answer_id(cell, item_id, repeat) for item_id, repeat in keys], dtype=pl.String)
        return rows.with_columns(
            run_id=pl.lit(self.run_id),
            cell_id=pl.lit(cell.cell_id),
            generation_id=answer_ids,
            request_hash=answer_ids,
            is_reused=pl.lit(value=False),
        )

    def generations(self, rows: pl.DataFrame, cell: Cell, status: str) -> pl.DataFrame:
        """Rows with keys, with what all imported answers of a cell have in common."""
        constants = {
            "partition_key": "",
            "model_id": cell.model.id,
            "benchmark_id": cell.benchmark.benchmark_id,
            "prompt_style": cell.prompt_style.value,
            "role": "answer",
            "origin": Origin.IMPORTED.value,
            "status": status,
            "model_requested": cell.model.model,
            "parameters_json": "{}",
            "attempts": 1,
            "finished_at": self.now,
        }
        return rows.with_columns(**{name: pl.lit(value) for name, value in constants.items()})

    def failures(self, rows: pl.DataFrame, error_type: str) -> pl.DataFrame:
        """Rows with keys that hold no answer, with their own message if they have one."""
        error = pl.col("error") if "error" in rows.columns else pl.lit(None, dtype=pl.String)
        return rows.with_columns(
            error_type=pl.lit(error_type),
            message=pl.coalesce(error, pl.lit("the source holds no answer")),
            attempts=pl.lit(1, dtype=pl.Int32),
            failed_at=pl.lit(self.now),
        )


def _described(plan: Plan, known: Iterable[Benchmark]) -> str:
    """Hash of what the configuration says of the models, their pairs and some benchmarks."""
    tables = run_rows(plan)
    models = [tables[name] for name in ("raw.models", "raw.model_costs", "raw.pairs")]
    benchmarks = [
        (each.benchmark_id, each.version, each.dimension, each.domain, each.metric, each.scorer, each.unparsed_rule)
        for each in known
    ]
    stated = sorted((each.id, *each.described.items()) for each in plan.settings.benchmarks if each.described)
    return content_hash(json.dumps([models, sorted(benchmarks), *([stated] if stated else [])], default=str))
