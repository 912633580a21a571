"""Where the samples of a log belong: which model gave them, which benchmark they answer, whose score counts.

Knows settings, benchmarks and what a log is; must not know tables. The first samples of a model and task decide.

Tested in tests/tasks/steps/land/test_logs.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.benchmarks.cells import cell_of
from tasks.domain import Benchmark, Dimension, Domain, UnparsedRule
from tasks.errors import InputError, UnknownName
from tasks.importers.log import ForeignLog, LogSample, benchmarks_of
from tasks.importers.mapped_rows import StatedOnce
from tasks.planned import Cell
from tasks.settings import ModelSettings, Settings
from tasks.steps.land.log_items import LogItems
from tasks.steps.land.stated_items import UNSCORED


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What a user decides about a log: whose it is, what it asks, which score counts, what unknown tasks measure."""

    model: str | None = None
    benchmark: str | None = None
    scorer: str | None = None
    dimension: Dimension = Dimension.CAPABILITY
    domain: Domain = Domain.REASONING


@dataclass(slots=True)
class LogCell:
    """One model's answers to one task: where they belong, and which were seen, as one bit per repeat of an item."""

    cell: Cell
    items: LogItems
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def is_scored(self) -> bool:
        """Whether anything gives its answers a score: the log itself, or a scorer of ours."""
        return not self.cell.scorer.endswith(f":{UNSCORED}")

    @property
    def foreign_scorer(self) -> str | None:
        """The scorer of the log that counts; None where one of ours does, or none."""
        return self.cell.scorer if ":" in self.cell.scorer and self.is_scored else None

    @property
    def count_repeats(self) -> int:
        """The most repeats of any item."""
        return max((mask.bit_length() for mask in self.seen.values()), default=1)

    def is_first_sight(self, item_id: str, repeat: int) -> bool:
        """Whether the answer is new; a log may bring one answer several times, with other scores."""
        mask = self.seen.get(item_id, 0)
        self.seen[item_id] = mask | 1 << repeat
        return not mask >> repeat & 1

    def missing(self) -> Iterator[tuple[str, int]]:
        """Items that have fewer repeats than the others, with each repeat that they lack."""
        repeats = range(self.count_repeats)
        return ((item, k) for item, mask in self.seen.items() for k in repeats if not mask >> k & 1)


class LogCells:
    """The cells of one log, opened as their first samples come. ``notes`` say how the log was read."""

    def __init__(
        self,
        settings: Settings,
        known: Mapping[str, Benchmark],
        log: ForeignLog,
        options: LogOptions,
        *,
        is_checked: bool = False,
    ) -> None:
        """``is_checked`` says that the log was read before, so that what it says of items is known."""
        self._settings, self._known, self._log, self._options = settings, known, log, options
        self._opened: dict[tuple[str, str], LogCell] = {}
        self._once = None if is_checked else StatedOnce("item {0!r} of {1}")
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[LogCell]:
        return iter({entry.cell.cell_id: entry for entry in self._opened.values()}.values())

    def __bool__(self) -> bool:
        return bool(self._opened)

    def of(self, samples: Sequence[LogSample]) -> LogCell:
        """Where samples of one model and task belong.

        Raises:
            InputError: the configuration does not name the model, or the wanted benchmark asks other questions.
        """
        key = (samples[0].model, samples[0].task)
        if key not in self._opened:
            self._opened[key] = self._open(samples)
        return self._opened[key]

    def _open(self, samples: Sequence[LogSample]) -> LogCell:
        model, items = self._model(samples[0].model), self._items(samples)
        wanted = next((b for b in self._settings.benchmarks if b.id == items.benchmark.benchmark_id), None)
        foreign = next((score.scorer for sample in samples for score in sample.scores), None)
        has_texts = any(sample.response is not None for sample in samples)
        if self._options.scorer is None and items.is_known and has_texts:
            cell = cell_of(self._settings, model, items.benchmark, wanted)
        else:
            scorer = self._options.scorer or foreign or f"{self._log.tool}:{UNSCORED}"
            if not items.is_known:
                items = LogItems(self._own(samples, scorer), self._once, is_known=False)
                self._note_others(samples, scorer)
            cell = cell_of(self._settings, model, items.benchmark, wanted, scorer=scorer)
        items.benchmark = cell.benchmark
        same = (entry for entry in self._opened.values() if entry.cell.cell_id == cell.cell_id)
        return next(same, None) or LogCell(cell, items)

    def _note_others(self, samples: Sequence[LogSample], scorer: str) -> None:
        """Say which score counts where a log holds several."""
        names = dict.fromkeys(score.scorer for sample in samples for score in sample.scores)
        if others := ", ".join(name for name in names if name != scorer):
            self.notes.append(f"{samples[0].task}: {scorer} counts, not {others} (--scorer)")

    def _model(self, name: str) -> ModelSettings:
        if self._options.model is not None:
            return self._settings.model(self._options.model)
        found = next((model for model in self._settings.models if name in {model.id, model.model}), None)
        if found is None:
            short = name.rsplit("/", maxsplit=1)[-1]
            raise InputError(
                f"{self._log.sources[0]}: the configuration names no model {name!r}. Add to models: "
                f"- {{id: {short}, provider: recorded, model: {name}}} (and base: ID if it was aligned from one), "
                "or say which it is by --model ID."
            )
        return found

    def _items(self, samples: Sequence[LogSample]) -> LogItems:
        """The configured benchmark that asks these questions, else one of the log's own."""
        task, wanted = samples[0].task, self._options.benchmark
        if wanted is not None and wanted not in self._known:
            raise UnknownName.of("configured benchmark", wanted, self._known)
        names = [wanted] if wanted else [name for name in benchmarks_of(task) if name in self._known]
        share = 0.0
        for name in names:
            items = LogItems(self._known[name], self._once, is_known=True)
            share = items.share(samples)
            if share > 0.5:
                self.notes.append(f"{task} is {name}: its texts are scored by ours, its own scores stand beside")
                return items
        if wanted is not None:
            raise InputError(f"{self._log.sources[0]}: {share:.0%} of its first questions are items of {wanted}.")
        others = f" ({', '.join(names)} asks other questions)" if names else ""
        stated = self._settings.imported(task).dimension
        counts_as = stated.value if stated else f"{self._options.dimension.value} (--dimension)"
        self.notes.append(f"{task} is no configured benchmark{others}: its own items and scores count, as {counts_as}")
        return LogItems(self._own(samples, ""), self._once, is_known=False)

    def _own(self, samples: Sequence[LogSample], scorer: str) -> Benchmark:
        """A task that is no configured benchmark, as the log describes it; chance is that of each item."""
        tool, task = self._log.tool, samples[0].task
        stated, is_higher_better = self._settings.imported(task), scorer not in self._log.lower_is_better
        return Benchmark(
            benchmark_id=task,
            title=task,
            dimension=stated.dimension or self._options.dimension,
            domain=stated.domain or self._options.domain,
            scorer=scorer,
            metric=scorer.removeprefix(f"{tool}:"),
            items=(),
            instruction="",
            examples=(),
            licence="unknown",
            citation=f"a log of {tool}",
            cluster_meaning="the log's subject or subtask, else the item",
            chance_score=None,
            higher_is_better=is_higher_better if stated.higher_is_better is None else stated.higher_is_better,
            unparsed=UnparsedRule.WRONG,
            version=f"{tool}:{self._log.version}",
        )
