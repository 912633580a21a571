"""Land logs of other evaluation tools: texts as generations, their scores beside ours, items mapped where we have them.

Knows the raw tables' columns and what a log is; must not know any tool's format. The same log again is the same run.
Memory grows with the items of a log, not with its bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby, islice
from typing import Any

import polars as pl

from tasks.domain import Benchmark, Dimension, Domain, Item, Outcome, UnparsedRule, content_hash
from tasks.errors import InputError, UnknownName
from tasks.identity import file_hash, foreign_item_id
from tasks.importers.log import ForeignLog, ForeignScore, LogSample, benchmarks_of, squeezed
from tasks.rows import PLAN, SCORES, storable
from tasks.scorers import SCORERS, JudgedScorer, chosen_scorer, measured_by
from tasks.settings import ModelSettings, Settings
from tasks.steps.land.foreign_rows import (
    Recorded,
    cell_row,
    failure_rows,
    generation_id,
    generation_rows,
    import_plan,
    landed_before,
    with_keys,
)
from tasks.steps.land.runs import benchmark_frames, cell_events, run_event, run_frames
from warehouse.connection import Warehouse

_BATCH = 2_000
_UNSCORED = "none"
_ROWS: dict[str, Any] = {
    "item_id": pl.String,
    "repeat": pl.Int32,
    "text": pl.String,
    "status": pl.String,
    "finish_reason": pl.String,
    "model_served": pl.String,
    "tokens_input": pl.Int64,
    "tokens_output": pl.Int64,
    "tokens_reasoning": pl.Int64,
    "latency_ms": pl.Float64,
    "error": pl.String,
}


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What a user decides about a log: whose it is, what it asks, which score counts, what unknown tasks measure."""

    model: str | None = None
    benchmark: str | None = None
    scorer: str | None = None
    dimension: Dimension = Dimension.CAPABILITY
    domain: Domain = Domain.REASONING


@dataclass(frozen=True, slots=True)
class ImportedLog:
    """What an import came to. ``notes`` says in one line each how it was read and what was skipped."""

    run_id: str
    count_rows: int
    count_new: int
    notes: tuple[str, ...] = ()


def land_log(
    warehouse: Warehouse,
    settings: Settings,
    known: Mapping[str, Benchmark],
    log: ForeignLog,
    *,
    options: LogOptions,
    as_of_date: date,
) -> ImportedLog:
    """Land a log as a run; ``known`` are the configured benchmarks, whose items its questions are looked up in.

    Raises:
        InputError: a model that the configuration does not name, a log without samples, or one that cannot be read.
    """
    source_hash = content_hash(*(file_hash(path) for path in log.sources))
    plan = import_plan(settings, as_of_date, log.sources[0], (source_hash, log.tool, log.model, *astuple(options)))
    if (landed := landed_before(warehouse, plan.run_id)) is not None:
        return ImportedLog(plan.run_id, landed.count_rows, 0, ("landed already",))
    _read(_Landing(None, plan.run_id, source_hash, settings, known, log, options))
    warehouse.append(run_frames(plan))
    run_event(warehouse, plan.run_id, "started")
    landing = _Landing(warehouse, plan.run_id, source_hash, settings, known, log, options)
    _read(landing)
    notes = (*landing.notes, *log.notes, *_lines(log.skipped))
    return ImportedLog(plan.run_id, landing.count_rows, landing.count_new, notes)


def _read(landing: _Landing) -> None:
    """Read the whole log; what is wrong with it is raised here."""
    log = landing.log
    log.skipped.clear()
    samples = log.samples()
    while batch := list(islice(samples, _BATCH)):
        landing.add(batch)
    if not landing.cells:
        raise InputError(f"{log.sources[0]}: holds no samples. {' '.join(_lines(log.skipped))}".rstrip())
    landing.close()


def _lines(skipped: Mapping[str, int]) -> list[str]:
    return [f"skipped {count}: {reason}" for reason, count in sorted(skipped.items())]


@dataclass(slots=True)
class _Cell:
    """One model's answers to one task: where they belong and which were seen, a bit per repeat of an item."""

    recorded: Recorded
    items: _Items
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def count_repeats(self) -> int:
        return max((mask.bit_length() for mask in self.seen.values()), default=1)

    def is_first_sight(self, item_id: str, repeat: int) -> bool:
        """Whether the answer is new; a log may bring one answer several times, with other scores."""
        mask = self.seen.get(item_id, 0)
        self.seen[item_id] = mask | 1 << repeat
        return not mask >> repeat & 1

    def missing(self) -> Iterator[tuple[str, int]]:
        """Items that have fewer repeats than the others."""
        repeats = range(self.count_repeats)
        return ((item, k) for item, mask in self.seen.items() for k in repeats if not mask >> k & 1)


class _Items:
    """Finds or makes the item of a sample. The tool's ids tell apart items of the same content, nothing else."""

    def __init__(self, benchmark: Benchmark, *, is_known: bool) -> None:
        self.benchmark, self.is_known = benchmark, is_known
        self._found: dict[tuple[str, str], str | None] = {}
        self._occurrences: Counter[str] = Counter()
        self._by_question: dict[str, list[str]] = {}
        for item in benchmark.items:
            self._by_question.setdefault(squeezed(item.question), []).append(item.item_id)
        self.made: list[Item] = []

    def share(self, samples: Sequence[LogSample]) -> float:
        """How many of the samples ask a question of this benchmark, 0 to 1."""
        return sum(squeezed(sample.question) in self._by_question for sample in samples) / len(samples)

    def item_id(self, sample: LogSample) -> str | None:
        """The item's id; None for a question that the benchmark does not ask."""
        key = (sample.task, sample.item)
        if key not in self._found:
            self._found[key] = self._known(sample) if self.is_known else self._made(sample)
        return self._found[key]

    def _known(self, sample: LogSample) -> str | None:
        twins = self._by_question.get(squeezed(sample.question))
        return twins.pop(0) if twins else None

    def _made(self, sample: LogSample) -> str:
        occurrence = self._occurrences[sample.content]
        self._occurrences[sample.content] += 1
        item_id = foreign_item_id(self.benchmark.benchmark_id, sample.content, occurrence)
        chance = 1 / len(sample.choices) if sample.choices else None
        group = sample.group
        self.made.append(
            Item(
                item_id=item_id,
                question=sample.question,
                target=sample.target,
                cluster_id=group or item_id,
                subset=group or "all",
                choices=tuple(map(storable, sample.choices)),
                chance_score=chance,
                foreign_id=sample.item,
            )
        )
        return item_id


class _Landing:
    """A log on its way into the raw tables (without a warehouse: its rehearsal), and what there is to say about it."""

    def __init__(
        self,
        warehouse: Warehouse | None,
        run_id: str,
        source_hash: str,
        settings: Settings,
        known: Mapping[str, Benchmark],
        log: ForeignLog,
        options: LogOptions,
    ) -> None:
        self._warehouse, self._run_id, self._file_hash = warehouse, run_id, source_hash
        self._settings, self._known, self.log, self._options = settings, known, log, options
        self._now = datetime.now(UTC)
        self.cells: dict[tuple[str, str], _Cell] = {}
        self.notes: list[str] = []
        self.count_rows = self.count_new = 0

    def add(self, batch: Iterable[LogSample]) -> None:
        """Land a batch; the first samples of a model and task decide where the others belong."""
        by_cell = lambda sample: (sample.model, sample.task)  # noqa: E731
        for key, group in groupby(sorted(batch, key=by_cell), key=by_cell):
            samples = list(group)
            if key not in self.cells:
                self.cells[key] = self._opened(samples)
            self._land(self.cells[key], samples)

    def close(self) -> None:
        """Land the cells and how they ended; an item with fewer repeats than the others lacks an answer."""
        source = self.log.sources[0]
        cells = {cell.recorded.cell_id: cell for cell in self.cells.values()}
        for cell in cells.values():
            if not cell.seen:
                raise InputError(f"{source}: none of its questions is an item of {cell.items.benchmark.benchmark_id}.")
            missing = [{"item_id": item_id, "repeat": repeat} for item_id, repeat in cell.missing()]
            self._add_answers(cell, pl.DataFrame(missing, schema=_ROWS), [])
        ends = [(cell_id, *self._end(cell)) for cell_id, cell in cells.items()]
        self.notes += [f"{cell_id} is incomplete: {reason}" for cell_id, _, reason in ends if reason]
        if self._warehouse is None:
            return
        with self._warehouse.transaction():
            for cell in cells.values():
                if cell.items.is_known:
                    self._warehouse.append(benchmark_frames(cell.items.benchmark, cell.items.benchmark.items, source))
                row = cell_row(self._run_id, cell.recorded, list(cell.seen), cell.count_repeats)
                self._warehouse.append({"raw.cells": row})
            cell_events(self._warehouse, self._run_id, ends)
            run_event(self._warehouse, self._run_id, "finished")

    def _end(self, cell: _Cell) -> tuple[str, str | None]:
        planned = self.log.count_planned
        if self.log.unfinished and (planned is None or self.count_rows < planned):
            return "incomplete", f"{self.log.unfinished}, with {self.count_rows} of {planned or 'unknown'} samples"
        if cell.recorded.scorer == f"{self.log.tool}:{_UNSCORED}":
            return "incomplete", "the log holds no scores, and no configured benchmark asks its questions"
        return "complete", None

    def _opened(self, samples: Sequence[LogSample]) -> _Cell:
        model = self._model(samples[0].model)
        items = self._items(samples)
        wanted = next((b for b in self._settings.benchmarks if b.id == items.benchmark.benchmark_id), None)
        has_texts = any(sample.response is not None for sample in samples)
        foreign = next((score.scorer for sample in samples for score in sample.scores), f"{self.log.tool}:{_UNSCORED}")
        ours = items.benchmark.scorer
        if wanted:
            ours = chosen_scorer(items.benchmark, wanted.scorer, has_judge=wanted.judge is not None)
        scorer = self._options.scorer or (ours if items.is_known and has_texts else foreign)
        if not items.is_known:
            items = _Items(self._own(samples[0].task, scorer), is_known=False)
        items.benchmark = measured_by(items.benchmark, SCORERS.get(scorer))
        style = self._settings.styles_for(model, wanted)[0] if wanted else model.prompt_styles[0]
        rule = (wanted.unparsed if wanted else None) or items.benchmark.unparsed_rule
        judge = self._settings.judge_for(wanted) if wanted and isinstance(SCORERS.get(scorer), JudgedScorer) else None
        recorded = Recorded(model, items.benchmark, style, scorer, rule, judge)
        cells = {cell.recorded.cell_id: cell for cell in self.cells.values()}
        return cells.get(recorded.cell_id) or _Cell(recorded, items)

    def _model(self, name: str) -> ModelSettings:
        if self._options.model is not None:
            return self._settings.model(self._options.model)
        found = next((model for model in self._settings.models if name in {model.id, model.model}), None)
        if found is None:
            short = name.rsplit("/", maxsplit=1)[-1]
            raise InputError(
                f"{self.log.sources[0]}: the configuration names no model {name!r}. Add to models: "
                f"- {{id: {short}, provider: recorded, model: {name}}} (and base: ID if it was aligned from one), "
                "or say which it is by --model ID."
            )
        return found

    def _items(self, samples: Sequence[LogSample]) -> _Items:
        """The configured benchmark that asks these questions, else one of the log's own."""
        task, source = samples[0].task, self.log.sources[0]
        wanted = self._options.benchmark
        if wanted is not None and wanted not in self._known:
            raise UnknownName.of("configured benchmark", wanted, self._known)
        names = [wanted] if wanted else [name for name in benchmarks_of(task) if name in self._known]
        shares = {}
        for name in names:
            items = _Items(self._known[name], is_known=True)
            shares[name] = items.share(samples)
            if shares[name] > 0.5:
                self.notes.append(f"{task} is {name}: its texts are scored by ours, its own scores stand beside")
                return items
        if wanted is not None:
            raise InputError(f"{source}: {shares[wanted]:.0%} of its first questions are items of {wanted}.")
        others = f" ({', '.join(names)} asks other questions)" if names else ""
        self.notes.append(
            f"{task} is no configured benchmark{others}: its own items and scores count, "
            f"as {self._options.dimension.value} (--dimension)"
        )
        return _Items(self._own(task, ""), is_known=False)

    def _own(self, task: str, scorer: str) -> Benchmark:
        return Benchmark(
            benchmark_id=task,
            title=task,
            dimension=self._options.dimension,
            domain=self._options.domain,
            scorer=scorer,
            metric=scorer.removeprefix(f"{self.log.tool}:"),
            items=(),
            instruction="",
            examples=(),
            licence="unknown",
            citation=f"a log of {self.log.tool}",
            cluster_meaning="the log's subject or subtask, else the item",
            higher_is_better=scorer not in self.log.lower_is_better,
            unparsed_rule=UnparsedRule.WRONG,
            version=f"{self.log.tool}:{self.log.version}",
        )

    def _land(self, cell: _Cell, samples: Iterable[LogSample]) -> None:
        rows: list[dict[str, Any]] = []
        scores: list[dict[str, Any]] = []
        for sample in samples:
            item_id = cell.items.item_id(sample)
            if item_id is None:
                name = cell.items.benchmark.benchmark_id
                self.log.skipped[f"{sample.task}: a question that the configured {name} does not ask"] += 1
                continue
            is_first = cell.is_first_sight(item_id, sample.repeat)
            row = _row(sample, item_id)
            if is_first:
                rows.append(row)
            if row["status"] != "failed":
                scores += self._scores(cell, row, _judged(sample, cell.recorded.scorer, is_first=is_first))
        self._add_answers(cell, pl.DataFrame(rows, schema=_ROWS, orient="row"), scores)

    def _scores(self, cell: _Cell, row: Mapping[str, Any], judged: Iterable[ForeignScore]) -> Iterator[dict[str, Any]]:
        answer_id = generation_id(cell.recorded, self._file_hash, row["item_id"], row["repeat"])
        for score in judged:
            outcome = score.outcome
            if score.value == 0 and row["status"] == "filtered":
                outcome = Outcome.FILTERED
            elif score.value == 0 and row["finish_reason"] == "length":
                outcome = Outcome.TRUNCATED
            answer = None if score.answer is None else storable(score.answer)
            yield {
                "generation_id": answer_id,
                "scorer": score.scorer,
                "scorer_version": 1,
                "scorer_config_hash": "",
                "outcome": outcome.value,
                "value": score.value,
                "answer": answer,
                "is_refusal": False,
                "is_cut": False,
                "scored_at": self._now,
            }

    def _add_answers(self, cell: _Cell, rows: pl.DataFrame, scores: Sequence[dict[str, Any]]) -> None:
        """Land a batch's items, answers and scores in one transaction."""
        made, cell.items.made = cell.items.made, []
        self.count_rows += rows.height
        if self._warehouse is None:
            return
        rows = with_keys(rows, self._run_id, cell.recorded, self._file_hash)
        failed = rows.filter(pl.col("status").is_null() | (pl.col("status") == "failed"))
        with self._warehouse.transaction():
            self._warehouse.append(benchmark_frames(cell.items.benchmark, made, self.log.sources[0]))
            self._warehouse.append({"raw.plan": rows.select(PLAN.keys())})
            for status in ("answered", "filtered", "scored_elsewhere"):
                part = generation_rows(rows.filter(pl.col("status") == status), cell.recorded, status, self._now)
                self.count_new += self._warehouse.append({"raw.generations": part})
            self._warehouse.append({"raw.failures": failure_rows(failed, "no_recorded_answer", self._now)})
            self._warehouse.append({"raw.scores": pl.DataFrame(scores, schema=SCORES, orient="row")})


def _row(sample: LogSample, item_id: str) -> dict[str, Any]:
    if sample.error is not None:
        status = "failed"
    elif sample.finish_reason == "content_filter":
        status = "filtered"
    elif sample.response is not None:
        status = "answered"
    else:
        status = "scored_elsewhere" if sample.scores else "failed"
    return {
        "item_id": item_id,
        "repeat": sample.repeat,
        "text": storable(sample.response) if sample.response is not None and status != "failed" else None,
        "status": status,
        "finish_reason": sample.finish_reason,
        "model_served": sample.model_served,
        "tokens_input": sample.tokens_input,
        "tokens_output": sample.tokens_output,
        "tokens_reasoning": sample.tokens_reasoning,
        "latency_ms": sample.latency_ms,
        "error": storable(sample.error) if sample.error is not None else None,
    }


def _judged(sample: LogSample, counting: str, *, is_first: bool) -> Iterator[ForeignScore]:
    """The foreign scores, and an empty one where the one that counts is missing from an answer."""
    yield from sample.scores
    is_foreign = ":" in counting and not counting.endswith(f":{_UNSCORED}")
    if is_first and is_foreign and counting not in {score.scorer for score in sample.scores}:
        yield ForeignScore.of(counting, None)
