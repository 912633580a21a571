"""What all imports share: identities that come from a file's bytes, and rows of the raw tables for them.

A file is read twice: first to find what is wrong with it, so that a bad row near its end leaves nothing behind, then
to land it batch by batch, so that memory does not grow with its length. A run without an end is taken up by the same
command: the rows it has are there already.

Knows the raw tables' columns; must not know any file's format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from tasks.domain import Benchmark, Origin, PromptStyle, RunKind, UnparsedRule, content_hash
from tasks.identity import cell_id, imported_answer_id, run_id, sample_hash
from tasks.planned import Plan
from tasks.rows import GENERATIONS
from tasks.settings import ModelSettings, Settings
from warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where recorded rows belong: one model's answers to one benchmark, how they are to be scored, and who judges."""

    model: ModelSettings
    benchmark: Benchmark
    prompt_style: PromptStyle
    scorer: str
    unparsed_rule: UnparsedRule
    judge: ModelSettings | None = None

    @property
    def cell_id(self) -> str:
        """Model, benchmark and style."""
        return cell_id(self.model.id, self.benchmark.benchmark_id, self.prompt_style)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to."""

    run_id: str
    count_rows: int
    count_new: int


def landed_before(warehouse: Warehouse, run_id: str) -> Imported | None:
    """What an earlier import of the same file came to, if it came to its end."""
    count_rows = warehouse.query("count_imported", run_id=run_id).item()
    return Imported(run_id, count_rows, 0) if count_rows else None


def import_plan(settings: Settings, as_of_date: date, source: Path, parts: tuple[Any, ...]) -> Plan:
    """The run of an import: the same files and the same way of reading them are the same run of that date."""
    plan_hash = content_hash(*parts)
    return Plan(
        run_id(as_of_date, RunKind.IMPORT, plan_hash),
        RunKind.IMPORT,
        as_of_date,
        "",
        plan_hash,
        settings,
        (),
        source.name,
    )


def generation_id(recorded: Recorded, source_hash: str, item_id: str, repeat: int) -> str:
    """Identity of an imported answer: the file's bytes, the cell, item and repeat."""
    return imported_answer_id(
        source_hash, recorded.cell_id, item_id, repeat, is_only_scored=recorded.scorer == "recorded"
    )


def with_keys(rows: pl.DataFrame, run_id: str, recorded: Recorded, source_hash: str) -> pl.DataFrame:
    """Rows with an item and a repeat, and the ids under which they land."""
    keys = rows.select("item_id", "repeat").iter_rows()
    generation_ids = [generation_id(recorded, source_hash, item_id, repeat) for item_id, repeat in keys]
    return rows.with_columns(
        run_id=pl.lit(run_id),
        cell_id=pl.lit(recorded.cell_id),
        generation_id=pl.Series(generation_ids, dtype=pl.String),
        request_hash=pl.Series(generation_ids, dtype=pl.String),
        prompt_hash=pl.lit(None, dtype=pl.String),
        is_reused=pl.lit(value=False),
    )


def generation_rows(rows: pl.DataFrame, recorded: Recorded, status: str, now: datetime) -> pl.DataFrame:
    """Rows with keys as raw.generations; what they do not hold is unknown."""
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


def failure_rows(rows: pl.DataFrame, error_type: str, now: datetime) -> pl.DataFrame:
    """Rows with keys that hold no answer as raw.failures, with their own message if they have one."""
    error = pl.col("error") if "error" in rows.columns else pl.lit(None, dtype=pl.String)
    return rows.select(
        "run_id",
        "cell_id",
        "generation_id",
        pl.lit(error_type).alias("error_type"),
        pl.coalesce(error, pl.lit("the source holds no answer")).alias("message"),
        pl.lit(1, dtype=pl.Int32).alias("attempts"),
        pl.lit(now).alias("failed_at"),
    )


def cell_row(run_id: str, recorded: Recorded, item_ids: list[str], repeats: int) -> pl.DataFrame:
    """A cell as raw.cells."""
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
        "sample_hash": sample_hash(item_ids),
        "parameters_json": "{}",
        "judge_model_id": recorded.judge.id if recorded.judge else None,
        "judge_version": recorded.judge.model_version if recorded.judge else None,
    }
    return pl.DataFrame([row], schema_overrides=dict.fromkeys(("judge_model_id", "judge_version"), pl.String))
