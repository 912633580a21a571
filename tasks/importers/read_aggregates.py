"""Read means that were published elsewhere as frames: one row per model, benchmark and metric. Lands nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tasks.errors import InputError
from tasks.importers.mapped_rows import Converter, StatedOnce, as_amount, as_count, as_id, frames, mapped_rows

AGGREGATE_SCHEMA = pl.Schema(
    {
        "model": pl.String(),
        "benchmark": pl.String(),
        "metric": pl.String(),
        "mean": pl.Float64(),
        "standard_error": pl.Float64(),
        "count_items": pl.Int64(),
        "higher_is_better": pl.Boolean(),
        "place": pl.String(),
    }
)
AGGREGATE_ALIASES: dict[str, tuple[str, ...]] = {
    "model": ("model", "model_id"),
    "benchmark": ("benchmark", "benchmark_id", "task"),
    "metric": ("metric",),
    "mean": ("mean", "score", "value"),
    "standard_error": ("standard_error", "stderr", "se"),
    "count_items": ("count_items", "n"),
    "higher_is_better": ("higher_is_better",),
}

_LESS_IS_BETTER = re.compile(
    r"(?:^|[\W_])(?:perplexity|ppl|loss|nll|bits_per_byte|bpb|brier(?:_score)?|wer|cer|ter|error(?:_rate)?)(?:$|[\W_])",
    re.IGNORECASE,
)


def read_aggregates(
    *paths: Path, mapping: Mapping[str, str] | None = None, batch_rows: int = 20_000
) -> Iterator[pl.DataFrame]:
    """Yield frames of ``AGGREGATE_SCHEMA``.

    A mean is in its metric's own unit (a proportion, a perplexity). ``metric`` defaults to "mean". ``higher_is_better``
    is null where the row leaves it open. A standard error of 0 counts as unknown. ``place`` is where the row stands.

    Raises:
        InputError: with file and line, at the first bad row, or at one that contradicts another.
        UnknownName: ``mapping`` names a field that we do not have.
    """
    return frames(_rows(paths, mapping or {}), AGGREGATE_SCHEMA, batch_rows)


def _rows(paths: Sequence[Path], mapping: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    required, metrics = ("model", "benchmark", "mean"), StatedOnce("metric {1!r} of {0!r}")
    for place, row in mapped_rows(paths, mapping, AGGREGATE_ALIASES, _CONVERTERS, required=required):
        if None in (row["model"], row["benchmark"], row["mean"]):
            raise InputError(f"{place} lacks a model, benchmark or mean.")
        metric = row.get("metric") or "mean"
        metrics.check((row["benchmark"], metric), {"higher_is_better": row.get("higher_is_better")}, place)
        yield {
            **row,
            "metric": metric,
            "standard_error": row.get("standard_error") or None,
            "count_items": row.get("count_items") or None,
            "place": place,
        }


def is_usually_better_higher(metric: str) -> bool:
    """What a metric's name says of its direction: less is better of a perplexity, a loss or an error rate."""
    return not _LESS_IS_BETTER.search(metric)


def as_number(value: Any) -> float | None:
    """A finite number, of any sign.

    Raises:
        ValueError: anything else, except nothing at all.
    """
    text = as_id(value)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"is {text[:40]!r}, not a number")
    return number


def as_flag(value: Any) -> bool | None:
    """True or false, in words or as 1 and 0.

    Raises:
        ValueError: anything else, except nothing at all.
    """
    text = as_id(value)
    if text is None:
        return None
    if text.lower() not in _FLAGS:
        raise ValueError(f"is {text[:40]!r}, neither true nor false")
    return _FLAGS[text.lower()]


_FLAGS = {"true": True, "false": False, "1": True, "0": False}
_CONVERTERS: dict[str, Converter] = {
    "model": as_id,
    "benchmark": as_id,
    "metric": as_id,
    "mean": as_number,
    "standard_error": as_amount,
    "count_items": as_count,
    "higher_is_better": as_flag,
}
