"""Which item a sample of a log asks: one of a configured benchmark, found by its question, or a new one.

Tested in tests/tasks/steps/land/test_logs.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tasks.domain import Benchmark, Item, storable
from tasks.identity import foreign_item_id
from tasks.importers.log import LogSample
from tasks.importers.mapped_rows import StatedOnce
from tasks.steps.land.questions import Questions
from tasks.steps.land.stated_items import Named


class LogItems:
    """Finds or makes the item of a sample. The tool's ids only tell apart items of the same content."""

    def __init__(self, benchmark: Benchmark, once: StatedOnce | None, *, is_known: bool) -> None:
        """``once`` holds what the whole log says of its own items; without it nothing is noted in ``said``."""
        self.benchmark, self.is_known, self._once = benchmark, is_known, once
        self.said: list[Named] = []
        self._noted: set[tuple[str, bool]] = set()
        self._new: list[Item] = []
        self._found: dict[tuple[str, str, str], str | None] = {}
        self._occurrences: Counter[str] = Counter()
        self._questions = Questions(benchmark.items)
        self._asked: set[str] = set()

    def share(self, samples: Sequence[LogSample]) -> float:
        """How many of the samples ask a question of this benchmark, 0 to 1."""
        return sum(sample.question in self._questions for sample in samples) / len(samples)

    def item_id(self, sample: LogSample) -> str | None:
        """The item's id; None for a question that the benchmark does not ask.

        Raises:
            InputError: an earlier sample of an item of the log's own says something else of it.
        """
        key = (sample.task, sample.item, sample.content)
        if key not in self._found:
            self._found[key] = self._known(sample) if self.is_known else self._made(sample)
        item_id = self._found[key]
        if item_id is not None and not self.is_known and self._once is not None:
            self._note(sample, item_id, self._once)
        return item_id

    def new(self) -> list[Item]:
        """The items made since the last call."""
        new, self._new = self._new, []
        return new

    def _known(self, sample: LogSample) -> str | None:
        twins = self._questions.items(sample.question, lambda: sample.choices)
        item = next((item for item in twins if item.item_id not in self._asked), None)
        if item is None:
            return None
        self._asked.add(item.item_id)
        return item.item_id

    def _made(self, sample: LogSample) -> str:
        occurrence = self._occurrences[sample.content]
        self._occurrences[sample.content] += 1
        item_id = foreign_item_id(self.benchmark.benchmark_id, sample.content, occurrence)
        self._new.append(_item(sample, item_id))
        return item_id

    def _note(self, sample: LogSample, item_id: str, once: StatedOnce) -> None:
        """Note what a sample says of its item, once and again with its group."""
        facts = {"question": sample.question, "choices": sample.choices, "target": sample.target, "group": sample.group}
        once.check((sample.item, sample.task, item_id), facts, sample.place)
        if (key := (item_id, sample.group is not None)) not in self._noted:
            self._noted.add(key)
            chance = 1 / len(sample.choices) if sample.choices else None
            item = replace(
                _item(sample, item_id),
                chance_score=chance,
                cluster_id=sample.group or item_id,
                subset=sample.group or "all",
            )
            self.said.append((self.benchmark.benchmark_id, item, sample.place))


def _item(sample: LogSample, item_id: str) -> Item:
    """A new item; its group and its chance land as statements of the import."""
    return Item(
        item_id=item_id,
        question=sample.question,
        target=sample.target,
        cluster_id=item_id,
        subset="all",
        choices=tuple(map(storable, sample.choices)),
        foreign_id=sample.item,
    )
