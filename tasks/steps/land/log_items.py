"""Which item a sample of a log asks: one of a configured benchmark, found by its question, or a new one.

Tested in tests/tasks/steps/land/test_logs.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tasks.domain import Benchmark, Item, storable
from tasks.identity import foreign_item_id
from tasks.importers.log import LogSample
from tasks.steps.land.questions import Questions


class LogItems:
    """Finds or makes the item of a sample. The tool's ids only tell apart items of the same content."""

    def __init__(self, benchmark: Benchmark, *, is_known: bool) -> None:
        self.benchmark, self.is_known = benchmark, is_known
        self._new: list[Item] = []
        self._found: dict[tuple[str, str, str], str | None] = {}
        self._occurrences: Counter[str] = Counter()
        self._questions = Questions(benchmark.items)
        self._asked: set[str] = set()

    def share(self, samples: Sequence[LogSample]) -> float:
        """How many of the samples ask a question of this benchmark, 0 to 1."""
        return sum(sample.question in self._questions for sample in samples) / len(samples)

    def item_id(self, sample: LogSample) -> str | None:
        """The item's id; None for a question that the benchmark does not ask."""
        key = (sample.task, sample.item, sample.content)
        if key not in self._found:
            self._found[key] = self._known(sample) if self.is_known else self._made(sample)
        return self._found[key]

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
        self._new.append(
            Item(
                item_id=item_id,
                question=sample.question,
                target=sample.target,
                cluster_id=sample.group or item_id,
                subset=sample.group or "all",
                choices=tuple(map(storable, sample.choices)),
                chance_score=1 / len(sample.choices) if sample.choices else None,
                foreign_id=sample.item,
            )
        )
        return item_id
