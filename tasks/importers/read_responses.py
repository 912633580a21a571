"""Read answers obtained elsewhere as frames, from any tool that writes one row per answer. Lands and scores nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from tasks.errors import InputError
from tasks.importers.mapped_rows import (
    Converter,
    Repeats,
    as_amount,
    as_count,
    as_id,
    as_index,
    as_text,
    frames,
    mapped_rows,
)

RESPONSE_SCHEMA = pl.Schema(
    {
        "item": pl.String(),
        "question": pl.String(),
        "response": pl.String(),
        "repeat": pl.Int32(),
        "latency_ms": pl.Float64(),
        "tokens_input": pl.Int64(),
        "tokens_output": pl.Int64(),
        "cost_usd": pl.Float64(),
        "finish_reason": pl.String(),
    }
)
RESPONSE_ALIASES: dict[str, tuple[str, ...]] = {
    "item": ("item", "item_id", "question_id", "doc_id", "id"),
    "question": ("question", "prompt", "instruction"),
    "response": ("response", "output", "generated_text", "model_outputs", "completion", "prediction"),
    "repeat": ("repeat",),
    "latency_ms": ("latency_ms",),
    "tokens_input": ("tokens_input", "input_tokens", "prompt_tokens"),
    "tokens_output": ("tokens_output", "output_tokens", "completion_tokens"),
    "cost_usd": ("cost_usd",),
    "finish_reason": ("finish_reason", "stop_reason"),
}
_CONVERTERS: dict[str, Converter] = {
    "item": as_id,
    "question": as_text,
    "response": as_text,
    "repeat": as_index,
    "latency_ms": as_amount,
    "tokens_input": as_count,
    "tokens_output": as_count,
    "cost_usd": as_amount,
    "finish_reason": as_id,
}


def read_responses(
    path: Path, mapping: Mapping[str, str] | None = None, *, batch_rows: int = 20_000
) -> Iterator[pl.DataFrame]:
    """Yield frames of ``RESPONSE_SCHEMA``, at most ``batch_rows`` rows each.

    ``mapping`` names the file's column for a field of ours (``{"response": "generated_text"}``); the rest is found by
    ``RESPONSE_ALIASES``. Fields that the file does not have are null. Rows of one item (or, without ids, of one
    question) get the repeats 0, 1, 2 in file order unless a column numbers them. A null response is an answer that is
    missing; an empty text is an answer.

    Raises:
        InputError: with file and line, at the first bad row. Earlier frames were yielded by then, so land them all
            in one transaction.
        UnknownName: ``mapping`` names a field that we do not have.
    """
    return frames(_rows(path, mapping or {}), RESPONSE_SCHEMA, batch_rows)


def _rows(path: Path, mapping: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    repeats = Repeats()
    for place, row in mapped_rows(path, mapping, RESPONSE_ALIASES, _CONVERTERS, required=("response",)):
        key = row.get("item") or row.get("question")
        if not key:
            raise InputError(f"{path}: {place} has neither an item's id nor a question.")
        yield {**row, "repeat": repeats.of(key, row.get("repeat"), f"{path}: {place}")}
