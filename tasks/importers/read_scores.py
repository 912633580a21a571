"""Read scores of another tool: one row per model, benchmark, item and repeat. Lands nothing.

Files are read a column at a time. Only where a row is wrong they are read again, row by row, to say which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tasks.domain import Outcome
from tasks.errors import InputError, suggestion
from tasks.importers.mapped_rows import (
    MOST_REPEATS,
    Converter,
    Repeats,
    StatedOnce,
    as_amount,
    as_count,
    as_id,
    as_index,
    as_proportion,
    mapped_columns,
    mapped_rows,
)

_SCHEMA = pl.Schema(
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
_ITEM = ("benchmark", "item")
_KEY = ("model", *_ITEM)
_WITHOUT_VALUE = frozenset({Outcome.FAILED, Outcome.JUDGE_ERROR, Outcome.NOT_RUN, Outcome.QUARANTINED})


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The scores of some files: about 50 bytes a row, because texts are numbered.

    Attributes:
        scores: One row per model, benchmark, item and repeat, in the order of the files. ``value`` is a proportion from
            0 to 1, or null. Of latency, tokens and cost only those that a file has.
        items: One row per benchmark and item: what any row says of it, and the place of its first row. ``chance`` is
            what a blind guess scores on it, 0 to 1.
    """

    scores: pl.DataFrame
    items: pl.DataFrame


def read_scores(*paths: Path, mapping: Mapping[str, str] | None = None, batch_rows: int = 50_000) -> ScoreTable:
    """Read item scores.

    ``outcome`` defaults to correct for 1, incorrect for 0, partial between and failed for null; an unparsed row loses
    its value, because ``UnparsedRule`` gives it one. Rows of one item are its repeats, numbered in the order of the
    files where these do not number them.

    Raises:
        InputError: with file and line, at the first bad row.
        UnknownName: ``mapping`` names a field that we do not have.
    """
    try:
        return _table(paths, mapping or {}, batch_rows)
    except (ValueError, InputError):
        _check_rows(paths, mapping or {})
        raise


def _table(paths: Sequence[Path], mapping: Mapping[str, str], batch_rows: int) -> ScoreTable:
    """Read the files a column at a time.

    Raises:
        InputError: a file cannot be read, or lacks a column.
        ValueError: a row is wrong; ``_check_rows`` says which.
    """
    scores, items = [], []
    columns = mapped_columns(paths, mapping, SCORE_ALIASES, _CONVERTERS, required=_REQUIRED, size=batch_rows)
    for places, values in columns:
        batch = pl.DataFrame({name: pl.Series(values[name], dtype=_SCHEMA[name]) for name in _SCHEMA if name in values})
        if batch.select(pl.any_horizontal(pl.col(*_KEY).is_null()).any()).item():
            raise ValueError("a row lacks a model, benchmark or item")
        items.append(_said(batch.with_columns(place=pl.Series(places, dtype=pl.String))))
        scores.append(_judged(batch).drop(STATED, strict=False).cast({pl.String: pl.Categorical}))
    whole = pl.concat(scores, how="diagonal") if scores else pl.DataFrame(schema=_SCHEMA)
    return ScoreTable(_numbered(whole), _said(pl.concat(items)) if items else pl.DataFrame(schema=_SCHEMA))


def _said(rows: pl.DataFrame) -> pl.DataFrame:
    """What rows say of each item.

    Raises:
        ValueError: two rows say something else.
    """
    rows = rows.with_columns(
        pl.lit(None, dtype=_SCHEMA[name]).alias(name) for name in STATED if name not in rows.columns
    )
    said = [pl.col(name).drop_nulls().first() for name in STATED]
    kinds = pl.max_horizontal(pl.col(name).drop_nulls().n_unique() for name in STATED).alias("kinds")
    items = rows.group_by(_ITEM, maintain_order=True).agg(*said, pl.col("place").first(), kinds)
    if (items["kinds"] > 1).any():
        raise ValueError("two rows contradict each other")
    return items.drop("kinds")


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with value and outcome completed."""
    if "outcome" not in rows.columns:
        rows = rows.with_columns(outcome=pl.lit(None, dtype=pl.String))
    given = rows.select("value", "outcome").unique()
    judged = [judgement(value, outcome) for value, outcome in given.iter_rows()]
    found = given.with_columns(
        read_value=pl.Series([value for value, _ in judged], dtype=pl.Float64),
        read_outcome=pl.Series([outcome.value for _, outcome in judged], dtype=pl.String),
    )
    both = rows.join(found, on=["value", "outcome"], how="left", nulls_equal=True, maintain_order="left")
    return both.drop("value", "outcome").rename({"read_value": "value", "read_outcome": "outcome"})


def _numbered(scores: pl.DataFrame) -> pl.DataFrame:
    """Rows with a repeat: as the file numbers them, else in its order.

    Raises:
        ValueError: a file says a repeat of an item twice, or an impossible one.
    """
    if "repeat" not in scores.columns or scores["repeat"].is_null().all():
        return scores.with_columns(repeat=pl.int_range(pl.len(), dtype=pl.Int32).over(_KEY))
    if scores["repeat"].has_nulls():
        repeats = Repeats()
        rows = scores.select(pl.struct(_KEY), "repeat").iter_rows()
        numbers = [repeats.of(tuple(key.values()), given, "") for key, given in rows]
        return scores.with_columns(repeat=pl.Series(numbers, dtype=pl.Int32))
    if (scores["repeat"] > MOST_REPEATS).any() or scores.select(*_KEY, "repeat").is_duplicated().any():
        raise ValueError("a repeat occurs twice")
    return scores


def _check_rows(paths: Sequence[Path], mapping: Mapping[str, str]) -> None:
    """Read the files row by row.

    Raises:
        InputError: at the first bad row.
    """
    repeats, items = Repeats(), StatedOnce("item {1!r} of {0!r}")
    for place, row in mapped_rows(paths, mapping, SCORE_ALIASES, _CONVERTERS, required=_REQUIRED):
        key = (row["model"], row["benchmark"], row["item"])
        if None in key:
            raise InputError(f"{place} lacks a model, benchmark or item.")
        try:
            judgement(row["value"], row.get("outcome"))
        except ValueError as error:
            raise InputError(f"{place}: {error}") from error
        items.check(key[1:], {field: row.get(field) for field in STATED}, place)
        repeats.of(key, row.get("repeat"), place)


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
