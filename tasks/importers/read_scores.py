"""Read scores of another tool as frames: one row per model, benchmark, item and repeat. Lands nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tasks.domain import Outcome
from tasks.errors import InputError, suggestion
from tasks.importers.mapped_rows import (
    Converter,
    Repeats,
    StatedOnce,
    as_amount,
    as_count,
    as_id,
    as_index,
    as_proportion,
    frames,
    mapped_rows,
)

SCORE_SCHEMA = pl.Schema(
    {
        "model": pl.String(),
        "benchmark": pl.String(),
        "item": pl.String(),
        "cluster": pl.String(),
        "subset": pl.String(),
        "chance": pl.Float64(),
        "repeat": pl.Int32(),
        "value": pl.Float64(),
        "outcome": pl.String(),
        "latency_ms": pl.Float64(),
        "tokens_input": pl.Int64(),
        "tokens_output": pl.Int64(),
        "cost_usd": pl.Float64(),
        "place": pl.String(),
    }
)
SCORE_ALIASES: dict[str, tuple[str, ...]] = {
    "model": ("model", "model_id"),
    "benchmark": ("benchmark", "benchmark_id", "task"),
    "item": ("item", "item_id", "question_id", "doc_id", "id"),
    "cluster": ("cluster", "cluster_id"),
    "subset": ("subset", "category"),
    "chance": ("chance", "chance_score"),
    "repeat": ("repeat",),
    "value": ("value", "score", "is_correct", "correct"),
    "outcome": ("outcome",),
    "latency_ms": ("latency_ms",),
    "tokens_input": ("tokens_input", "input_tokens", "prompt_tokens"),
    "tokens_output": ("tokens_output", "output_tokens", "completion_tokens"),
    "cost_usd": ("cost_usd",),
}
_CONVERTERS: dict[str, Converter] = {
    "model": as_id,
    "benchmark": as_id,
    "item": as_id,
    "cluster": as_id,
    "subset": as_id,
    "chance": as_proportion,
    "repeat": as_index,
    "value": as_amount,
    "outcome": as_id,
    "latency_ms": as_amount,
    "tokens_input": as_count,
    "tokens_output": as_count,
    "cost_usd": as_amount,
}
_REQUIRED = ("model", "benchmark", "item", "value")
# What a row says of its item, which every other row of the item must say too or leave open.
STATED = ("cluster", "subset", "chance")
_WITHOUT_VALUE = frozenset({Outcome.FAILED, Outcome.JUDGE_ERROR, Outcome.NOT_RUN, Outcome.QUARANTINED})


def read_scores(
    *paths: Path, mapping: Mapping[str, str] | None = None, batch_rows: int = 20_000
) -> Iterator[pl.DataFrame]:
    """Yield frames of ``SCORE_SCHEMA``, at most ``batch_rows`` rows each.

    ``value`` is a proportion from 0 to 1, or null. ``outcome`` defaults to correct for 1, incorrect for 0, partial
    between and failed for null; an unparsed row loses its value, because ``UnparsedRule`` gives it one. ``chance`` is
    what a blind guess scores on the item, 0 to 1. ``place`` is where the row stands.

    Raises:
        InputError: with file and line, at the first bad row. Earlier frames were yielded by then, so land them all
            in one transaction.
        UnknownName: ``mapping`` names a field that we do not have.
    """
    return frames(_rows(paths, mapping or {}), SCORE_SCHEMA, batch_rows)


def _rows(paths: Sequence[Path], mapping: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    repeats, items = Repeats(), StatedOnce("item {1!r} of {0!r}")
    for place, row in mapped_rows(paths, mapping, SCORE_ALIASES, _CONVERTERS, required=_REQUIRED):
        key = (row["model"], row["benchmark"], row["item"])
        if None in key:
            raise InputError(f"{place} lacks a model, benchmark or item.")
        try:
            value, outcome = judgement(row["value"], row.get("outcome"))
        except ValueError as error:
            raise InputError(f"{place}: {error}") from error
        items.check(key[1:], {field: row.get(field) for field in STATED}, place)
        repeat = repeats.of(key, row.get("repeat"), place)
        yield {**row, "place": place, "value": value, "outcome": outcome.value, "repeat": repeat}


def judgement(value: float | None, outcome: str | None) -> tuple[float | None, Outcome]:
    """Complete a value and an outcome: (1.0, None) gives (1.0, correct).

    Raises:
        ValueError: they contradict each other, the value is not a proportion, or the outcome is unknown.
    """
    if value is not None and not 0 <= value <= 1:
        raise ValueError(f"value {value} is not between 0 and 1; a percentage must be divided by 100.")
    ending = _default(value) if outcome is None else _outcome(outcome)
    if ending is Outcome.UNPARSED:
        return None, ending
    if (value is None) != (ending in _WITHOUT_VALUE):
        raise ValueError(
            f"outcome {ending.value} with value {value}; "
            "only failed, judge_error, not_run and quarantined have no value."
        )
    if (ending, value) in {(Outcome.CORRECT, 0.0), (Outcome.INCORRECT, 1.0)}:
        raise ValueError(f"outcome {ending.value} contradicts value {value}.")
    return value, ending


def _default(value: float | None) -> Outcome:
    if value is None:
        return Outcome.FAILED
    return {0.0: Outcome.INCORRECT, 1.0: Outcome.CORRECT}.get(value, Outcome.PARTIAL)


def _outcome(name: str) -> Outcome:
    known = [member.value for member in Outcome]
    if name not in known:
        raise ValueError(f"{name!r} is not an outcome. {suggestion(name, known)}")
    return Outcome(name)
