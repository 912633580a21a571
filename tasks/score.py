"""Score landed answers. Knows scorers and outcomes; must not know Prefect, SQL or providers.

The order of the questions decides what an answer is called: was it blocked, is its value above zero, does it
decline, was it cut off, was an answer found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from tasks.domain import Item, Outcome, Verdict, content_hash
from tasks.rows import SCORES
from tasks.scorers import SCORERS, Scorer, is_refusal
from tasks.scorers.refusal import REFUSAL_RULE
from warehouse.connection import Warehouse

# Longer texts are cut before scoring: no benchmark needs more, and no scorer may hang on 10 MB.
_LONGEST_TEXT = 65_536
_BATCH_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the flags that stand beside it."""

    outcome: Outcome
    value: float | None
    answer: str | None
    is_refusal: bool
    is_cut: bool


def score(warehouse: Warehouse, run_id: str, scorers: Mapping[str, Scorer] = SCORERS) -> int:
    """Score every answer of a run that has no score by its cell's scorer in its present version.

    Returns the number of new scores. Older versions' scores stay beside them.
    """
    wanted = pl.DataFrame(
        [(name, scorer.version, identity(scorer)) for name, scorer in scorers.items()],
        schema={"scorer": pl.String, "scorer_version": pl.Int32, "scorer_config_hash": pl.String},
        orient="row",
    )
    unscored = warehouse.query_batches(
        "unscored_answers", _BATCH_ROWS, frames={"wanted_scorers": wanted}, run_id=run_id
    )
    return sum(warehouse.append({"raw.scores": _scored(batch, scorers)}) for batch in unscored)


def rescore(warehouse: Warehouse, scorer: Scorer, *, run_id: str | None = None, benchmark_id: str | None = None) -> int:
    """Score again by one scorer: the cells whose own it is, or those of a benchmark; of one run or of all.

    Returns the number of new scores. They stand beside the old ones; a cell counts the newest version of its own
    scorer, whatever else scored it.
    """
    unscored = warehouse.query_batches(
        "unscored_by_scorer",
        _BATCH_ROWS,
        scorer=scorer.name,
        scorer_version=scorer.version,
        scorer_config_hash=identity(scorer),
        run_id=run_id,
        benchmark_id=benchmark_id,
    )
    scorers = {scorer.name: scorer}
    return sum(warehouse.append({"raw.scores": _scored(batch, scorers)}) for batch in unscored)


def _scored(batch: pl.DataFrame, scorers: Mapping[str, Scorer]) -> pl.DataFrame:
    return pl.DataFrame(list(_score_rows(batch, scorers)), schema=SCORES, orient="row")


def _score_rows(batch: pl.DataFrame, scorers: Mapping[str, Scorer]) -> Iterator[tuple[Any, ...]]:
    now = datetime.now(UTC)
    for row in batch.iter_rows(named=True):
        scorer = scorers[row["scorer"]]
        item = Item(
            item_id=row["item_id"],
            question=row["question"] or "",
            target=row["target"] or "",
            cluster_id="",
            subset="",
            choices=tuple(json.loads(row["choices_json"])),
        )
        judged = judge(scorer, item, row["text"], status=row["status"], finish_reason=row["finish_reason"])
        yield (
            row["generation_id"],
            scorer.name,
            scorer.version,
            identity(scorer),
            judged.outcome.value,
            judged.value,
            judged.answer,
            judged.is_refusal,
            judged.is_cut,
            now,
        )


def identity(scorer: Scorer) -> str:
    """What decides an outcome: the scorer's parameters and the refusal rule that names a 0."""
    return content_hash(scorer.config_hash, REFUSAL_RULE)


def judge(scorer: Scorer, item: Item, text: str | None, *, status: str, finish_reason: str | None) -> Judged:
    """Combine what the provider said, the scorer's verdict and the refusal check into one outcome.

    The value is the scorer's; refusal and truncation only say why it is 0.
    """
    if status == "filtered":
        blocked = Outcome.CORRECT if scorer.filtered_value else Outcome.FILTERED
        return Judged(blocked, scorer.filtered_value, None, is_refusal=True, is_cut=False)
    kept = (text or "")[:_LONGEST_TEXT]
    is_cut = len(text or "") > _LONGEST_TEXT
    verdict = scorer.score(item, kept)
    has_refused = is_refusal(kept)
    outcome = _outcome(verdict, has_refused=has_refused, is_truncated=finish_reason == "length")
    value = 0.0 if outcome in {Outcome.REFUSED, Outcome.TRUNCATED} else verdict.value
    return Judged(outcome, value, verdict.answer, has_refused, is_cut)


def _outcome(verdict: Verdict, *, has_refused: bool, is_truncated: bool) -> Outcome:
    if verdict.value:
        return verdict.outcome
    if has_refused:
        return Outcome.REFUSED
    if is_truncated and not (verdict.is_final and verdict.outcome is Outcome.INCORRECT):
        return Outcome.TRUNCATED
    return verdict.outcome
