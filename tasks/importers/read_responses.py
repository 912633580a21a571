"""Read answers obtained elsewhere as frames, from any tool that writes one row per answer. Lands and scores nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tasks.answers import ending_of
from tasks.errors import InputError
from tasks.importers.mapped_rows import (
    Converter,
    Repeats,
    as_amount,
    as_count,
    as_id,
    as_index,
    as_json,
    as_proportion,
    as_text,
    as_texts,
    frames,
    mapped_rows,
)

RESPONSE_SCHEMA = pl.Schema(
    {
        "item": pl.String(),
        "question": pl.String(),
        "context": pl.String(),
        "choices": pl.String(),
        "cluster": pl.String(),
        "subset": pl.String(),
        "chance": pl.Float64(),
        "response": pl.String(),
        "reasoning_text": pl.String(),
        "repeat": pl.Int32(),
        "latency_ms": pl.Float64(),
        "tokens_input": pl.Int64(),
        "tokens_output": pl.Int64(),
        "cost_usd": pl.Float64(),
        "finish_reason": pl.String(),
        "finish_word": pl.String(),
        "place": pl.String(),
    }
)
RESPONSE_ALIASES: dict[str, tuple[str, ...]] = {
    "item": (
        *("item", "item_id", "question_id", "doc_id", "id", "task_id", "example_id", "sample_id", "query_id"),
        *("prompt_id", "key", "uid", "qid", "index"),
    ),
    "question": ("question", "prompt", "instruction", "query", "problem", "goal", "behavior", "input", "input_text"),
    "context": ("context", "passage"),
    "choices": ("choices", "options", "ans0+ans1+ans2", "a+b+c+d", "opa+opb+opc+opd"),
    "cluster": ("cluster", "cluster_id"),
    "subset": ("subset",),
    "chance": ("chance", "chance_score"),
    "response": (
        *("response", "output", "generated_text", "model_outputs", "completion", "prediction"),
        *("model_output", "model_response", "model_answer", "generation", "responses", "outputs", "completions"),
        *("generations", "predictions", "output_cand", "samples"),
    ),
    "reasoning_text": ("reasoning_text", "reasoning_content", "reasoning", "thinking"),
    "repeat": ("repeat",),
    "latency_ms": ("latency_ms",),
    "tokens_input": ("tokens_input", "input_tokens", "prompt_tokens"),
    "tokens_output": ("tokens_output", "output_tokens", "completion_tokens"),
    "cost_usd": ("cost_usd",),
    "finish_reason": ("finish_reason", "stop_reason", "finish_word", "done_reason"),
}
_CONVERTERS: dict[str, Converter] = {
    "item": as_id,
    "question": as_text,
    "context": as_text,
    "choices": as_json,
    "cluster": as_id,
    "subset": as_id,
    "chance": as_proportion,
    "response": as_texts,
    "reasoning_text": as_text,
    "repeat": as_index,
    "latency_ms": as_amount,
    "tokens_input": as_count,
    "tokens_output": as_count,
    "cost_usd": as_amount,
    "finish_reason": as_id,
}


def read_responses(
    *paths: Path, mapping: Mapping[str, str] | None = None, batch_rows: int = 20_000
) -> Iterator[pl.DataFrame]:
    """Yield frames of ``RESPONSE_SCHEMA``, at most ``batch_rows`` rows each, of one or more files.

    ``mapping`` names the file's column for a field of ours (``{"response": "generated_text"}``); the rest is found by
    ``RESPONSE_ALIASES``. Fields that the file does not have are null, and so are repeats that it does not number. The
    responses of a list are one row each. A null response is an answer that is missing; an empty text is an answer.
    ``choices`` is JSON. ``cluster``, ``subset`` and ``chance`` are what the row says of its item, ``place`` is where it
    stands. ``finish_word`` is the file's word for the end of a text, ``finish_reason`` the common one.

    Raises:
        InputError: with file and line, at the first bad row. Earlier frames were yielded by then, so land them all
            in one transaction.
        UnknownName: ``mapping`` names a field that we do not have.
    """
    return frames(_rows(paths, mapping or {}), RESPONSE_SCHEMA, batch_rows)


def _rows(paths: Sequence[Path], mapping: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    repeats = Repeats()
    pair, required = ("item", "response"), ("response",)
    for place, row in mapped_rows(paths, mapping, RESPONSE_ALIASES, _CONVERTERS, required=required, pair=pair):
        key = row.get("item") or row.get("question")
        if not key:
            raise InputError(f"{place} has neither an item's id nor a question.")
        given, word = row.get("repeat"), row.get("finish_reason")
        finish = {"finish_reason": ending_of(word).value, "finish_word": word} if word else {}
        for number, response in enumerate(row["response"]):
            repeat = None if given is None else repeats.of(key, given + number, place)
            yield {**row, **finish, "response": response, "repeat": repeat, "place": place}
