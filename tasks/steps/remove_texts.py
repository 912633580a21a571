"""Remove the texts of old answers, by a policy. Scores, outcomes, counts, hashes, tokens and times stay.

A text goes once it is older than the policy keeps it and nothing needs it any more: an answer that waits for its score,
its judge or its program keeps its text. Each transaction has a row in `raw.text_removals` that says what was removed,
when, and by which rule. Knows raw tables; must not know SQL, Prefect or scorers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import polars as pl

from warehouse.connection import Warehouse

# Judges' answers and those of parts hold texts of the answer that they are about, so they go after it.
_ROLES = ("answer", "judge", "part")
_TEXTS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class RemovalPolicy:
    """Which texts are removed: those older than ``days`` at the time ``now``, and who says so.

    ``text_scorers`` have a metric that is computed from texts each time, so their answers keep them.
    """

    days: int
    now: datetime
    said_by: Literal["keep_texts_days", "prune"]
    text_scorers: Sequence[str] = ()

    @property
    def before(self) -> datetime:
        """Texts that came before this time are too old."""
        return self.now - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class RemovedTexts:
    """How many texts of a kind were removed, or would be, and how many characters they have."""

    kind: str
    count_texts: int
    count_characters: int


def removable_texts(warehouse: Warehouse, policy: RemovalPolicy) -> list[RemovedTexts]:
    """What ``remove_texts`` would remove first. What judges, parts and prompts say of these answers follows them."""
    found = [
        _total("answer", [_aged(warehouse, "answer", policy)]),
        _total("failure", [warehouse.query("removable_failures", before=policy.before)]),
    ]
    return [texts for texts in found if texts.count_texts]


def remove_texts(warehouse: Warehouse, policy: RemovalPolicy) -> list[RemovedTexts]:
    """Remove the texts that a policy no longer keeps; returns what was removed, by kind.

    Raises:
        WarehouseUnwritable: the disk is full. What was removed stays removed; the next removal goes on.
    """
    removed = [_total(role, _remove_answers(warehouse, role, policy)) for role in _ROLES]
    removed += [
        _total("failure", _remove_failures(warehouse, policy)),
        _total("prompt", _remove_prompts(warehouse, policy)),
    ]
    return [texts for texts in removed if texts.count_texts]


def _aged(warehouse: Warehouse, role: str, policy: RemovalPolicy) -> pl.DataFrame:
    return warehouse.query("removable_texts", role=role, before=policy.before, text_scorers=list(policy.text_scorers))


def _remove_answers(warehouse: Warehouse, role: str, policy: RemovalPolicy) -> Iterator[pl.DataFrame]:
    def remove(texts: pl.DataFrame) -> None:
        warehouse.query("remove_program_words", frames={"removed": texts})
        warehouse.query("remove_texts", frames={"removed": texts}, now=policy.now)

    return _by_run(warehouse, role, _aged(warehouse, role, policy), policy, remove)


def _remove_prompts(warehouse: Warehouse, policy: RemovalPolicy) -> Iterator[pl.DataFrame]:
    def remove(prompts: pl.DataFrame) -> None:
        warehouse.query("remove_prompts", frames={"removed": prompts})

    return _by_run(warehouse, "prompt", warehouse.query("removable_prompts"), policy, remove)


def _by_run(
    warehouse: Warehouse, kind: str, found: pl.DataFrame, policy: RemovalPolicy, remove: Callable[[pl.DataFrame], None]
) -> Iterator[pl.DataFrame]:
    """Remove some texts of one run at a time, because a transaction holds the old texts in memory."""
    for (run_id,), of_run in found.group_by("run_id", maintain_order=True):
        for texts in of_run.iter_slices(_TEXTS_AT_ONCE):
            with warehouse.transaction():
                remove(texts)
                _log(warehouse, str(run_id), _total(kind, [texts]), policy)
            yield texts


def _remove_failures(warehouse: Warehouse, policy: RemovalPolicy) -> list[pl.DataFrame]:
    """Failures are few and short, so one transaction takes them all."""
    found = warehouse.query("removable_failures", before=policy.before)
    with warehouse.transaction():
        for run_id, count, count_characters in found.iter_rows():
            _log(warehouse, run_id, RemovedTexts("failure", count, count_characters), policy)
        warehouse.query("remove_failure_words", before=policy.before)
    return [found]


def _log(warehouse: Warehouse, run_id: str, texts: RemovedTexts, policy: RemovalPolicy) -> None:
    row = {
        "run_id": run_id,
        "kind": texts.kind,
        "count_texts": texts.count_texts,
        "count_characters": texts.count_characters,
        "policy": policy.said_by,
        "older_than_days": policy.days,
        "removed_at": policy.now,
    }
    warehouse.append({"raw.text_removals": [row]})


def _total(kind: str, frames: Iterator[pl.DataFrame] | Sequence[pl.DataFrame]) -> RemovedTexts:
    """Sum what was found; a frame without counts has a row for each text."""
    counts = [
        (
            int(frame["count_texts"].sum()) if "count_texts" in frame.columns else frame.height,
            int(frame["count_characters"].sum()),
        )
        for frame in frames
    ]
    return RemovedTexts(kind, sum(count for count, _ in counts), sum(characters for _, characters in counts))
