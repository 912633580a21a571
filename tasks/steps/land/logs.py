"""Land logs of other evaluation tools: texts as generations, their scores beside ours, items mapped where we have them.

Knows the raw tables' columns and what a log is; must not know any tool's format. The same log again is the same run.
Memory grows with the items of a log, not with its bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import date
from functools import partial
from itertools import groupby, islice
from typing import Any, Self

import polars as pl

from tasks.answers import Ending, ending_of
from tasks.domain import Benchmark, Item, Origin, Outcome, content_hash, storable
from tasks.errors import InputError
from tasks.identity import file_hash
from tasks.importers.log import ForeignLog, ForeignScore, LogSample, unfit_scorers, without_scorers
from tasks.settings import Settings
from tasks.steps.land.cell_rows import benchmark_rows, cell_row
from tasks.steps.land.foreign_rows import ForeignRun, Imported
from tasks.steps.land.log_cells import LogCell, LogCells, LogOptions
from tasks.steps.land.stated_items import StatedItems, check_described, stated_frame
from warehouse.connection import Row, Warehouse

_BATCH = 2_000
_STATUSES = ("answered", "filtered", "scored_elsewhere")
_ROWS: dict[str, Any] = {
    "item_id": pl.String,
    "repeat": pl.Int32,
    "text": pl.String,
    "status": pl.String,
    "reasoning_text": pl.String,
    "finish_reason": pl.String,
    "finish_word": pl.String,
    "model_served": pl.String,
    "tokens_input": pl.Int64,
    "tokens_output": pl.Int64,
    "tokens_reasoning": pl.Int64,
    "latency_ms": pl.Float64,
    "error": pl.String,
}


def land_log(
    warehouse: Warehouse,
    settings: Settings,
    known: Mapping[str, Benchmark],
    log: ForeignLog,
    *,
    options: LogOptions,
    as_of_date: date,
) -> Imported:
    """Land a log as a run; ``known`` are the configured benchmarks, whose items its questions are looked up in.

    Raises:
        InputError: a model that the configuration does not name, a log without samples, or one that cannot be read.
    """
    source_hash = content_hash(*(file_hash(path) for path in log.sources))
    reads = (log.tool, log.model, *astuple(options))
    run = ForeignRun.of(settings, as_of_date, log.sources[0], source_hash, reads, known.values()).standing(warehouse)
    if (landed := run.landed_before(warehouse)) is not None:
        return landed
    opened = partial(LogCells, settings, known, options=options)
    checked = _LogReading(warehouse, run, opened(log), log).read()
    if unfit := unfit_scorers(log.skipped):
        log = replace(log, samples=partial(without_scorers, log.samples, unfit))
        checked = _LogReading(warehouse, run, opened(log), log).read()  # another score may count now
    stated = _stated(warehouse, checked.cells, log)
    run.begin(warehouse)
    del checked  # it holds a text for each item
    reading = _LogReading(warehouse, run, opened(log, is_checked=True), log, stated).read()
    said = (*_namesakes(stated), *stated.notes(warehouse, run.run_id))
    notes = (*reading.cells.notes, *log.notes, *_lines(log.skipped), *said)
    return run.came(warehouse, reading.count_rows, reading.count_new, notes)


def _stated(warehouse: Warehouse, cells: LogCells, log: ForeignLog) -> StatedItems:
    """What a log says of its own items and benchmarks, compared with what is known of them.

    Raises:
        InputError: an import that counts says something else.
    """
    own = [entry for entry in cells if not entry.items.is_known]
    benchmarks = {entry.cell.benchmark.benchmark_id: entry.cell.benchmark for entry in own}
    for benchmark in benchmarks.values():
        check_described(warehouse, benchmark, str(log.sources[0]))
    return StatedItems.of(warehouse, benchmarks, stated_frame(named for entry in own for named in entry.items.said))


def _namesakes(stated: StatedItems) -> Iterator[str]:
    """A line for the items that have the name of one which is there, and other content."""
    if stated.namesakes.height:
        item, benchmark, place, run_id = stated.namesakes.row(0)
        yield (
            f"{stated.namesakes.height} items have the name of an item of an import before and other content, so they "
            f"are other items; the first is {item!r} of {benchmark} at {place} (run {run_id})"
        )


def _lines(skipped: Mapping[str, int]) -> list[str]:
    return [f"skipped {count}: {reason}" for reason, count in sorted(skipped.items())]


class _LogReading:
    """A log while it is read into the raw tables. Without ``stated`` nothing lands, and only errors come out."""

    def __init__(
        self,
        warehouse: Warehouse,
        run: ForeignRun,
        cells: LogCells,
        log: ForeignLog,
        stated: StatedItems | None = None,
    ) -> None:
        self._warehouse, self._run, self.cells, self._log, self._stated = warehouse, run, cells, log, stated
        self.count_rows = self.count_new = 0

    def read(self) -> Self:
        """Read the whole log, a batch at a time; returns itself.

        Raises:
            InputError: it holds no samples, or none that the benchmark asks.
        """
        self._log.skipped.clear()
        samples = self._log.samples()
        while batch := list(islice(samples, _BATCH)):
            self._add(batch)
        if not self.cells:
            raise InputError(f"{self._run.source}: holds no samples. {' '.join(_lines(self._log.skipped))}".rstrip())
        for entry in self.cells:
            if not entry.seen:
                name = entry.cell.benchmark.benchmark_id
                raise InputError(f"{self._run.source}: none of its questions is an item of {name}.")
            # An item with fewer repeats than the others lacks an answer.
            missing = [{"item_id": item_id, "repeat": repeat} for item_id, repeat in entry.missing()]
            self._land(entry, missing, [])
        self._close()
        return self

    def _add(self, batch: Iterable[LogSample]) -> None:
        by_cell = lambda sample: (sample.model, sample.task)  # noqa: E731
        for _, group in groupby(sorted(batch, key=by_cell), key=by_cell):
            samples = list(group)
            entry = self.cells.of(samples)
            rows: list[Row] = []
            scores: list[Row] = []
            for sample in _every_answer(samples, entry, self._log.skipped):
                item_id = entry.items.item_id(sample)
                if item_id is None:
                    name = entry.cell.benchmark.benchmark_id
                    self._log.skipped[f"{sample.task}: a question that the configured {name} does not ask"] += 1
                    continue
                is_first = entry.is_first_sight(item_id, sample.repeat)
                row = _answer_row(sample, item_id)
                if is_first:
                    rows.append(row)
                if row["status"] != "failed":
                    scores += self._score_rows(entry, row, _scores(sample, entry.foreign_scorer if is_first else None))
            self._land(entry, rows, scores)

    def _score_rows(self, entry: LogCell, row: Row, scores: Iterable[ForeignScore]) -> Iterator[Row]:
        answer_id = self._run.answer_id(entry.cell, row["item_id"], row["repeat"])
        for score in scores:
            yield {
                "generation_id": answer_id,
                "scorer": score.scorer,
                "scorer_version": 1,
                "scorer_config_hash": "",
                "outcome": _outcome(score, row).value,
                "value": score.value,
                "answer": None if score.answer is None else storable(score.answer),
                "is_refusal": False,
                "is_cut": False,
                "scored_at": self._run.now,
            }

    def _land(self, entry: LogCell, answers: Sequence[Row], scores: Sequence[Row]) -> None:
        """Land a batch's items, answers and scores in one transaction."""
        self.count_rows += len(answers)
        new = entry.items.new()
        if self._stated is None:
            return
        rows = self._run.keyed(pl.DataFrame(answers, schema=_ROWS, orient="row"), entry.cell)
        failed = rows.filter(pl.col("status").is_null() | (pl.col("status") == "failed"))
        with self._warehouse.transaction():
            self._land_items(entry, new, self._stated.there)
            self._warehouse.append_columns("raw.plan", rows)
            for status in _STATUSES:
                part = self._run.generations(rows.filter(pl.col("status") == status), entry.cell, status)
                self.count_new += self._warehouse.append_columns("raw.generations", part)
            self._warehouse.append_columns("raw.failures", self._run.failures(failed, "no_recorded_answer"))
            self._warehouse.append({"raw.scores": scores})

    def _land_items(self, entry: LogCell, items: Sequence[Item], there: Collection[str]) -> None:
        """Land new items of the log's own; the texts of those that only void runs have are replaced."""
        tables = benchmark_rows(entry.cell.benchmark, items, self._run.source)
        texts = [row for row in tables.pop("raw.items") if row["item_id"] not in there]
        self._warehouse.append({"raw.items": texts}, replaces=True)
        self._warehouse.append(tables)

    def _close(self) -> None:
        """Land the cells and how they ended."""
        ends = [(entry.cell.cell_id, *self._end(entry)) for entry in self.cells]
        self.cells.notes += [f"{cell_id} is incomplete: {reason}" for cell_id, _, reason in ends if reason]
        if self._stated is None:
            return
        with self._warehouse.transaction():
            self._stated.land(self._warehouse, self._run.run_id)
            for entry in self.cells:
                if entry.items.is_known:
                    benchmark = entry.cell.benchmark
                    self._warehouse.append(benchmark_rows(benchmark, benchmark.items, self._run.source))
            rows = [
                cell_row(self._run.run_id, entry.cell, entry.seen, entry.count_repeats, Origin.IMPORTED, {})
                for entry in self.cells
            ]
            self._run.finish(self._warehouse, rows, ends)

    def _end(self, entry: LogCell) -> tuple[str, str | None]:
        planned = self._log.count_planned
        if self._log.unfinished and (planned is None or self.count_rows < planned):
            return "incomplete", f"{self._log.unfinished}, with {self.count_rows} of {planned or 'unknown'} samples"
        if not entry.is_scored:
            return "incomplete", "the log holds no scores, and no configured benchmark asks its questions"
        return "complete", None


def _every_answer(samples: Iterable[LogSample], entry: LogCell, skipped: Counter[str]) -> Iterator[LogSample]:
    """The samples, and their further answers where a scorer of ours reads each; the tool's own score is of all."""
    for sample in samples:
        yield sample
        if sample.further and entry.foreign_scorer is not None:
            skipped[f"{sample.task}: further responses to an item, which the tool scored together with the first"] += (
                len(sample.further)
            )
            continue
        for repeat, text in enumerate(sample.further, start=sample.repeat + 1):
            yield replace(sample, repeat=repeat, response=text, further=(), scores=())


def _answer_row(sample: LogSample, item_id: str) -> Row:
    status = _status(sample)
    return {
        "item_id": item_id,
        "repeat": sample.repeat,
        "text": storable(sample.response) if sample.response is not None and status != "failed" else None,
        "status": status,
        "reasoning_text": storable(sample.reasoning) if sample.reasoning is not None and status != "failed" else None,
        "finish_reason": None if sample.finish_word is None else ending_of(sample.finish_word).value,
        "finish_word": sample.finish_word,
        "model_served": sample.model_served,
        "tokens_input": sample.tokens_input,
        "tokens_output": sample.tokens_output,
        "tokens_reasoning": sample.tokens_reasoning,
        "latency_ms": sample.latency_ms,
        "error": storable(sample.error) if sample.error is not None else None,
    }


def _status(sample: LogSample) -> str:
    if sample.error is not None:
        return "failed"
    if ending_of(sample.finish_word) is Ending.CONTENT_FILTER:
        return "filtered"
    if sample.response is not None:
        return "answered"
    return "scored_elsewhere" if sample.scores else "failed"


def _scores(sample: LogSample, counting: str | None) -> Iterator[ForeignScore]:
    """The log's scores, and an empty one where the one that counts is missing from an answer."""
    yield from sample.scores
    if counting is not None and counting not in {score.scorer for score in sample.scores}:
        yield ForeignScore.of(counting, None)


def _outcome(score: ForeignScore, row: Row) -> Outcome:
    """How the answer ended by the log's score; what its provider said explains a 0 better."""
    if score.value == 0 and row["status"] == "filtered":
        return Outcome.FILTERED
    if score.value == 0 and row["finish_reason"] == Ending.LENGTH:
        return Outcome.TRUNCATED
    return score.outcome
