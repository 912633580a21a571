"""Score landed answers. Knows scorers and outcomes; must not know Prefect, SQL or providers.

An answer gets the first outcome that fits: it was blocked, its value is above zero, it declines, it was cut off, no
answer was found in it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from tasks.answers import ANSWER_RULE, Ending, Reading, read_landed
from tasks.domain import AnswerFlag, Item, Outcome, RefusalClass, Verdict, content_hash
from tasks.errors import UsageError
from tasks.scorers import SCORERS, Fact, FactScorer, JudgedScorer, ProgramScorer, Scorer
from tasks.scorers.contract import unparsed
from tasks.scorers.refusal import REFUSAL_RULE, classify
from warehouse.connection import Row, Warehouse

_BATCH_ROWS = 10_000
_WANTED = {
    "scorer": pl.String,
    "scorer_version": pl.Int32,
    "scorer_config_hash": pl.String,
    "fact_kind": pl.String,
    "fact_rule": pl.String,
    "judge_version": pl.String,
}


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """A verdict with what stands beside it. ``reasoning_characters`` is the length of what the model thought."""

    outcome: Outcome
    value: float | None
    answer: str | None
    refusal_class: RefusalClass
    is_cut: bool
    flags: frozenset[AnswerFlag] = frozenset()
    reasoning_characters: int = 0


def score(warehouse: Warehouse, run_id: str, scorers: Mapping[str, Scorer] = SCORERS) -> int:
    """Score every answer of a run that has no score by its cell's scorer in its present version.

    Returns the number of new scores. Scores of older versions stay beside them. An answer whose scorer reads a fact
    that has not landed gets no score; it waits for the next call. Where the configuration names another scorer than
    earlier cells of a benchmark had, those are scored by it too, and count by it from now on.
    """
    count = _score_missing(warehouse, scorers, run_id=run_id, benchmark_id=None)
    for benchmark_id, name in warehouse.query("run_scorers", run_id=run_id).iter_rows():
        if name in scorers:
            _choose_for_run(warehouse, scorers, benchmark_id, name, run_id)
    return count


def rescore(warehouse: Warehouse, scorer: Scorer, *, run_id: str | None = None, benchmark_id: str | None = None) -> int:
    """Score answers again by one scorer: those of cells that have it as their own, or those of a benchmark.

    Without ``run_id`` the answers of all runs. Returns the number of new scores, which stand beside the old ones. A
    cell counts by the newest version of its own scorer until another one is chosen.
    """
    return _score_missing(warehouse, {scorer.name: scorer}, run_id=run_id, benchmark_id=benchmark_id)


def choose(warehouse: Warehouse, name: str, version: int | None = None, benchmark_id: str | None = None) -> list[str]:
    """Let the cells of a benchmark count by a scorer that has scored them; without ``version`` by its newest one.

    Returns the benchmarks; without ``benchmark_id`` those whose own scorer it is. Nothing is overwritten: choosing
    what counted before brings that back.

    Raises:
        UsageError: it has scored nothing there in this version.
    """
    cells = warehouse.query("cell_scorers").to_dicts()
    benchmarks = {cell["benchmark_id"] for cell in cells if cell["scorer"] == name}
    wanted = benchmarks if benchmark_id is None else {benchmark_id}
    _check_scored(warehouse, name, version, wanted)
    rows = [
        _choice(cell, name, version)
        for cell in cells
        if cell["benchmark_id"] in wanted
        and (cell["counted_scorer"], cell["counted_version"]) != (name, version)
        and _measure_alike(SCORERS.get(cell["scorer"]), SCORERS.get(name))
    ]
    warehouse.append({"raw.scorer_choices": rows})
    return sorted(wanted)


def _check_scored(warehouse: Warehouse, name: str, version: int | None, wanted: Collection[str]) -> None:
    """Refuse to let a benchmark count by a scorer that has scored none of its answers."""
    scored = warehouse.query("scored_versions", scorer=name)
    has_scored = {found for found, known in scored.iter_rows() if version in {None, known}}
    if wanted and has_scored.issuperset(wanted):
        return
    versions = sorted({f"{name}@{known}" for found, known in scored.iter_rows() if found in wanted})
    shown = f"{name}@{version}" if version else name
    where = ", ".join(sorted(set(wanted) - has_scored)) or "any benchmark"
    raise UsageError(
        f"no answer to {where} is scored by {shown}; there is {', '.join(versions) or 'nothing of it'}. "
        "The scores that count stay as they are."
    )


def _choose_for_run(
    warehouse: Warehouse, scorers: Mapping[str, Scorer], benchmark_id: str, name: str, run_id: str
) -> None:
    """Let the earlier cells of a benchmark count by a run's scorer.

    The scores come first and the choice second, so that a crash between the two changes nothing that counts.
    """
    rows = [
        _choice(cell, name, None, run_id)
        for cell in warehouse.query("cell_scorers").to_dicts()
        if cell["benchmark_id"] == benchmark_id
        and cell["counted_scorer"] != name
        and cell["scorer"] in scorers
        and _measure_alike(scorers[cell["scorer"]], scorers[name])
    ]
    if rows:
        rescore(warehouse, scorers[name], benchmark_id=benchmark_id)
        warehouse.append({"raw.scorer_choices": rows})


def _measure_alike(own: Scorer | None, other: Scorer | None) -> bool:
    """Whether both read the same of an answer and report the same metric; a scorer of another tool passes."""
    if own is None or other is None:
        return True
    judged = [(rule.metric if isinstance(rule, JudgedScorer) else "", rule.reads) for rule in (own, other)]
    return judged[0] == judged[1]


def _choice(cell: Mapping[str, Any], name: str, version: int | None, run_id: str | None = None) -> Row:
    return {
        "benchmark_id": cell["benchmark_id"],
        "scorer": cell["scorer"],
        "counted_scorer": name,
        "counted_version": version,
        "run_id": run_id,
        "chosen_at": datetime.now(UTC),
    }


def _score_missing(
    warehouse: Warehouse, scorers: Mapping[str, Scorer], *, run_id: str | None, benchmark_id: str | None
) -> int:
    judge_versions = warehouse.query("judge_versions", run_id=run_id)["judge_version"].to_list()
    unscored = warehouse.query_batches(
        "unscored_answers",
        _BATCH_ROWS,
        frames={"wanted_scorers": _wanted(scorers, judge_versions)},
        run_id=run_id,
        benchmark_id=benchmark_id,
    )
    rows = (list(_score_rows(_with_items(warehouse, batch), scorers)) for batch in unscored)
    return sum(warehouse.append({"raw.scores": scored}) for scored in rows)


def _with_items(warehouse: Warehouse, answers: pl.DataFrame) -> pl.DataFrame:
    """Answers with what was asked, joined a batch at a time, so that no query holds all texts."""
    wanted = answers.select("item_id").unique()
    return answers.join(warehouse.query("items_asked", frames={"wanted_items": wanted}), on="item_id")


def _wanted(scorers: Mapping[str, Scorer], judge_versions: Iterable[str]) -> pl.DataFrame:
    """What each scorer's score is identified by; one that reads grades has a score for each judge."""
    rows = [
        (
            name,
            scorer.version,
            scoring_hash(scorer, judge_version),
            scorer.fact_kind.value if isinstance(scorer, FactScorer) else None,
            scorer.fact_rule if isinstance(scorer, FactScorer) else None,
            judge_version,
        )
        for name, scorer in scorers.items()
        for judge_version in (judge_versions if isinstance(scorer, JudgedScorer) else (None,))
    ]
    return pl.DataFrame(rows, schema=_WANTED, orient="row")


def _score_rows(batch: pl.DataFrame, scorers: Mapping[str, Scorer]) -> Iterator[Row]:
    now = datetime.now(UTC)
    for row in batch.iter_rows(named=True):
        scorer = scorers[row["scorer"]]
        scored = _scored(scorer, row)
        if scored.outcome is not Outcome.NOT_RUN:
            yield {
                "generation_id": row["generation_id"],
                "scorer": scorer.name,
                "scorer_version": scorer.version,
                "scorer_config_hash": scoring_hash(scorer, row["judge_version"]) + _repetition(scorer, row),
                "outcome": scored.outcome.value,
                "value": scored.value,
                "answer": scored.answer,
                "is_refusal": scored.refusal_class.is_refusal,
                "is_cut": scored.is_cut,
                "refusal_class": scored.refusal_class.value,
                "flags": ",".join(sorted(scored.flags)),
                "reasoning_characters": scored.reasoning_characters,
                "scored_at": now,
                "judge_version": row["judge_version"],
            }


def _repetition(scorer: Scorer, row: Row) -> str:
    """What sets apart the score of a program that was run again, as ``unscored_answers`` has it."""
    count = len(json.loads(row["facts_json"] or "[]")) if isinstance(scorer, ProgramScorer) else 0
    return f"+{count - 1}" if count > 1 else ""


def _scored(scorer: Scorer, row: Row) -> ScoredAnswer:
    """One landed answer (a row of ``unscored_answers`` with its item) as its scorer reads it."""
    facts = tuple(Fact(**fact) for fact in json.loads(row["facts_json"] or "[]"))
    return score_answer(scorer, Item.of(row), reading_for(scorer, row), facts, is_filtered=row["status"] == "filtered")


def reading_for(scorer: Scorer, row: Mapping[str, Any]) -> Reading:
    """What of a landed answer a scorer is given.

    Of the first token only its alternatives are read: one token was asked for, so being cut says nothing. Where nothing
    was said, not even a first token, no letter was.
    """
    if scorer.reads == "text":
        return read_landed(row)
    if row["first_token_json"] or row["text"]:
        return Reading(row["first_token_json"] or "")
    return replace(read_landed(row), text="{}")


def scoring_hash(scorer: Scorer, judge_version: str | None = None) -> str:
    """What decides an outcome: how the answer is read, the scorer, the refusal rule that names a 0, and who scored."""
    return content_hash(scorer.config_hash, ANSWER_RULE, REFUSAL_RULE, *([judge_version] if judge_version else []))


def score_answer(
    scorer: Scorer, item: Item, reading: Reading, facts: Sequence[Fact] = (), *, is_filtered: bool = False
) -> ScoredAnswer:
    """Combine what the provider said, the scorer's verdict and the refusal check into one outcome.

    The value is the scorer's; refusal and truncation only say why it is 0.
    """
    if is_filtered:
        blocked = Outcome.CORRECT if scorer.filtered_value else Outcome.FILTERED
        return ScoredAnswer(blocked, scorer.filtered_value, None, RefusalClass.FULL_REFUSAL, is_cut=False)
    verdict = _verdict(scorer, item, reading, facts)
    refusal_class = verdict.refusal_class or classify(reading.text, item.question)
    is_truncated = reading.ending is Ending.LENGTH and not scorer.reads_opening
    outcome = _outcome(verdict, has_refused=refusal_class.is_refusal, is_truncated=is_truncated)
    value = 0.0 if outcome in {Outcome.REFUSED, Outcome.TRUNCATED} else verdict.value
    is_senseless = refusal_class is RefusalClass.SENSELESS and bool(reading.text.strip())
    flags = reading.flags | ({AnswerFlag.SENSELESS} if is_senseless else frozenset())
    return ScoredAnswer(outcome, value, verdict.answer, refusal_class, reading.is_cut, flags, len(reading.reasoning))


def _verdict(scorer: Scorer, item: Item, reading: Reading, facts: Sequence[Fact]) -> Verdict:
    """The scorer's verdict. Where a model only reasoned there is no answer, whatever a scorer makes of no text.

    The same holds where it said nothing, unless saying nothing is right by the author's rule.
    """
    if reading.holds_no_answer:
        return unparsed()
    text = reading.text
    verdict = scorer.score(item, text, facts) if isinstance(scorer, FactScorer) else scorer.score(item, text)
    return unparsed() if AnswerFlag.EMPTY in reading.flags and not verdict.value else verdict


def _outcome(verdict: Verdict, *, has_refused: bool, is_truncated: bool) -> Outcome:
    if verdict.value or verdict.outcome in {Outcome.NOT_RUN, Outcome.JUDGE_ERROR}:
        return verdict.outcome
    if has_refused:
        return Outcome.REFUSED
    if is_truncated and not (verdict.is_final and verdict.outcome is Outcome.INCORRECT):
        return Outcome.TRUNCATED
    return verdict.outcome
