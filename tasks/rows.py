"""The columns of the raw tables as polars schemas, and items, texts and parameters to and from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from tasks.domain import Item

_TIME = pl.Datetime("us", "UTC")

GENERATIONS: dict[str, Any] = {
    "generation_id": pl.String,
    "run_id": pl.String,
    "partition_key": pl.String,
    "model_id": pl.String,
    "benchmark_id": pl.String,
    "prompt_style": pl.String,
    "item_id": pl.String,
    "repeat": pl.Int32,
    "role": pl.String,
    "parent_generation_id": pl.String,
    "request_hash": pl.String,
    "prompt_hash": pl.String,
    "origin": pl.String,
    "status": pl.String,
    "text": pl.String,
    "refusal_text": pl.String,
    "finish_reason": pl.String,
    "model_requested": pl.String,
    "model_served": pl.String,
    "system_fingerprint": pl.String,
    "provider_request_id": pl.String,
    "parameters_json": pl.String,
    "attempts": pl.Int32,
    "tokens_input": pl.Int64,
    "tokens_cached": pl.Int64,
    "tokens_cache_write": pl.Int64,
    "tokens_output": pl.Int64,
    "tokens_reasoning": pl.Int64,
    "latency_ms": pl.Float64,
    "cost_usd": pl.Float64,
    "started_at": _TIME,
    "finished_at": _TIME,
    "first_token_json": pl.String,
}
FAILURES: dict[str, Any] = {
    "run_id": pl.String,
    "cell_id": pl.String,
    "generation_id": pl.String,
    "error_type": pl.String,
    "message": pl.String,
    "attempts": pl.Int32,
    "failed_at": _TIME,
}
PROMPTS: dict[str, Any] = {"prompt_hash": pl.String, "prompt": pl.String}
MODEL_COSTS: dict[str, Any] = {
    "run_id": pl.String,
    "model_id": pl.String,
    "hours": pl.Float64,
    "cost_usd": pl.Float64,
    "ready_date": pl.Date,
}
PLAN: dict[str, Any] = {
    "run_id": pl.String,
    "cell_id": pl.String,
    "item_id": pl.String,
    "repeat": pl.Int32,
    "generation_id": pl.String,
    "request_hash": pl.String,
    "prompt_hash": pl.String,
    "is_reused": pl.Boolean,
}
SCORES: dict[str, Any] = {
    "generation_id": pl.String,
    "scorer": pl.String,
    "scorer_version": pl.Int32,
    "scorer_config_hash": pl.String,
    "outcome": pl.String,
    "value": pl.Float64,
    "answer": pl.String,
    "is_refusal": pl.Boolean,
    "is_cut": pl.Boolean,
    "refusal_class": pl.String,
    "scored_at": _TIME,
    "judge_version": pl.String,
}
JUDGMENTS: dict[str, Any] = {
    "answer_generation_id": pl.String,
    "rubric": pl.String,
    "rubric_version": pl.Int32,
    "judge_model_id": pl.String,
    "judge_version": pl.String,
    "judge_order": pl.Int32,
    "generation_id": pl.String,
    "run_id": pl.String,
    "planned_at": _TIME,
}
LABELS: dict[str, Any] = {
    "answer_generation_id": pl.String,
    "rubric": pl.String,
    "labeller": pl.String,
    "source_hash": pl.String,
    "label": pl.String,
    "source": pl.String,
    "labelled_at": _TIME,
}
EXECUTIONS: dict[str, Any] = {
    "generation_id": pl.String,
    "runner": pl.String,
    "program_hash": pl.String,
    "verdict": pl.String,
    "detail": pl.String,
    "is_reused": pl.Boolean,
    "back_end": pl.String,
    "layers": pl.String,
    "python_version": pl.String,
    "duration_ms": pl.Float64,
    "executed_at": _TIME,
}
SCHEMAS = {"raw.generations": GENERATIONS, "raw.failures": FAILURES, "raw.prompts": PROMPTS}


def item_of(row: Mapping[str, Any]) -> Item:
    """The item in a row of raw.items, as scorers need it: cluster and subset play no part in a verdict."""
    return Item(
        item_id=row["item_id"],
        question=row["question"] or "",
        target=row["target"] or "",
        cluster_id="",
        subset="",
        choices=tuple(json.loads(row["choices_json"])),
    )


def storable(text: str) -> str:
    """Text as UTF-8 can hold it: a lone surrogate, which no UTF-8 file can, becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def parameters_json(parameters: Mapping[str, Any]) -> str:
    """Effective parameters in one canonical spelling, so that equal ones compare equal."""
    return json.dumps(parameters, sort_keys=True, ensure_ascii=True)


def frame_of(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a frame with a raw table's columns; texts and parameters made storable."""
    schema = SCHEMAS[table]
    for row in rows:
        if "parameters" in row:
            row["parameters_json"] = parameters_json(row.pop("parameters"))
        for name in ("text", "refusal_text", "prompt"):
            if row.get(name):
                row[name] = storable(row[name])
    return pl.DataFrame(rows, schema=schema, orient="row")
